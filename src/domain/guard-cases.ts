/**
 * The cases that tell two guards apart: who asks, under which approver's name, with which MFA keys. A guard's statements are Denies over a few
 * context keys, so some cases are all that they can differ in; a condition on anything else may hold or not.
 */
import { type AnyStatement, type Clause, clausesOf, covers, isAboutAll, principalsOf, speaksOfAction } from './bucket-policy.ts';
import { type Guard, type GuardAction, parsePrincipal } from './guard.ts';
import { matches } from './patterns.ts';

/** One caller with the keys that its requests carry. */
export interface Case {
  /** `aws:PrincipalArn`; undefined for anonymous callers and services. */
  arn: string | undefined;
  /** `aws:SourceIdentity`. */
  source: string | undefined;
  /** `aws:MultiFactorAuthPresent`, and `aws:MultiFactorAuthAge` in seconds. */
  mfa: string | undefined;
  age: string | undefined;
  /** Is this what the guard is to let through: a principal of its own, with MFA or under an approver's name? */
  approved: boolean;
  /** Its ARN or its approver's name stands for all whom no statement names. */
  standsForOthers?: boolean;
}

export type Answer = 'denied' | 'maybe' | 'open';

/** How many values are compared in how many cases at most: a guard as it is put on needs some thousands, a policy made to take long millions. */
const PATIENCE = 50_000;

/**
 * The cases for a guard and for statements that may differ from it: its own principals and approvers, strangers of every kind, and whomever
 * the statements name. Undefined where they name so many that comparing would take too long.
 */
export function casesFor(guard: Guard, statements: readonly AnyStatement[]): Case[] | undefined {
  const clauses = statements.flatMap(clausesOf);
  const named = (key: string) => clauses.flatMap((clause) => (clause.key === key ? clause.values : []));
  const elements = statements.flatMap(({ Principal, NotPrincipal }) => [Principal, NotPrincipal].flatMap(principalsOf));
  const { stranger, account } = unnamedIn(statements);
  const accounts = unique([...guard.principals.map(accountOf), ...named('aws:principalaccount').filter(isAccount), account]);
  const strangers = accounts.flatMap((where) =>
    ['root', `user/${stranger}`, `role/${stranger}`].map((who) => `arn:aws:iam::${where}:${who}`),
  );
  const arns = unique([...guard.principals, ...strangers, ...[...named('aws:principalarn'), ...elements].filter(isPrincipal)]);
  const sources = unique([undefined, ...guard.approvers, ...named('aws:sourceidentity').map(sample), stranger]);
  const limits = named('aws:multifactorauthage').map(decimal).filter(Number.isFinite);
  const ages = unique(['0', ...limits.flatMap((limit) => [limit - 1, limit, limit + 1].filter((age) => age >= 0).map(String))]);
  const keys = [[undefined, undefined], ['false', undefined], ...ages.map((age) => ['true', age])];
  const callers = [undefined, ...arns].map((arn) => ({
    arn,
    sources: isRole(arn) ? sources : [undefined],
  }));
  const count = callers.reduce((sum, caller) => sum + caller.sources.length, 0) * keys.length;
  if (count * clauses.reduce((sum, { values }) => sum + values.length, elements.length) > PATIENCE) return undefined;
  return callers.flatMap(({ arn, sources: names }) =>
    names.flatMap((source) =>
      keys.map(([mfa, age]) => {
        const own = arn !== undefined && guard.principals.includes(arn);
        const proven = isRole(arn) ? guard.approvers.includes(source ?? '') : mfa === 'true' && age === '0';
        const standsForOthers = (!own && strangers.includes(arn ?? '')) || source === stranger;
        return { arn, source, mfa, age, approved: own && proven, standsForOthers };
      }),
    ),
  );
}

const isRole = (arn: string | undefined): boolean => arn?.includes(':role/') ?? false;

const accountOf = (arn: string): string => arn.split(':')[4] ?? '';

const isAccount = (text: string): boolean => /^\d{12}$/.test(text);

/** Is the text the ARN of one principal, and of no other? */
function isPrincipal(text: string): boolean {
  const parsed = parsePrincipal(text);
  return parsed.ok && parsed.arn === text;
}

/** A name and an account that stand nowhere in the statements, for all those whom they don't name. */
function unnamedIn(statements: readonly AnyStatement[]): { stranger: string; account: string } {
  const text = JSON.stringify(statements);
  let stranger = 'somebody-else';
  while (text.includes(stranger)) stranger += '-else';
  let number = 0;
  const account = () => String(number).padStart(12, '0');
  while (text.includes(account())) number++;
  return { stranger, account: account() };
}

/** A text that the pattern takes. */
const sample = (pattern: string): string => pattern.replace(/[*?]/g, 'x');

const unique = <T>(items: T[]): T[] => [...new Set(items)];

/** A Deny, read once: whom it is about, its conditions, and whether it reaches all that each action is asked of. */
export interface Deny {
  about: (one: Case) => Truth;
  conditions: ((one: Case) => Truth)[];
  reach: ReadonlyMap<string, Truth>;
}

/** Reads a Deny for the questions that these actions of the guard put to it. */
export function readDeny(statement: AnyStatement, bucket: string, actions: readonly GuardAction[]): Deny {
  const asked = actions.filter(({ action }) => speaksOfAction(statement, action));
  return {
    about: aboutOf(statement),
    conditions: clausesOf(statement).map(conditionOf),
    reach: new Map(asked.map(({ action, on }): [string, Truth] => [action, covers(statement, bucket, on) || 'maybe'])),
  };
}

/** What Denies answer in a case, for each action: one that holds denies; one of which it isn't known may. */
export function answers(denies: readonly Deny[], one: Case, actions: readonly GuardAction[]): Answer[] {
  const holding = denies.map(({ about, conditions, reach }) => ({
    reach,
    holds: all([about(one), ...conditions.map((holds) => holds(one))]),
  }));
  return actions.map(({ action }) => {
    const found = holding.map(({ reach, holds }) => all([holds, reach.get(action) ?? false]));
    return found.includes(true) ? 'denied' : found.includes('maybe') ? 'maybe' : 'open';
  });
}

function all(truths: Truth[]): Truth {
  return truths.includes(false) ? false : truths.includes('maybe') ? 'maybe' : true;
}

type Truth = boolean | 'maybe';

/** An element names a caller by itself, by its account, or by a role's session, whose name is not known here. */
function aboutOf(statement: AnyStatement): Deny['about'] {
  if (statement.NotPrincipal !== undefined) return aboutAllBut(statement.NotPrincipal);
  if (isAboutAll(statement)) return () => true;
  const named = new Set(principalsOf(statement.Principal));
  const namesSession = [...named].some((principal) => /:assumed-role\//.test(principal));
  return ({ arn }) => isNamed(named, arn) || (namesSession && isRole(arn) ? 'maybe' : false);
}

/** `NotPrincipal`: with everybody excepted it is about nobody; whom else than principals it may except is not known here. */
function aboutAllBut(element: unknown): Deny['about'] {
  const excepted = new Set(principalsOf(element));
  if (excepted.has('*')) return () => false;
  const isKnown = Object.keys(element ?? {}).join() === 'AWS' && [...excepted].every(isPrincipal);
  return ({ arn }) => (!isKnown || isNamed(excepted, arn) ? 'maybe' : true);
}

const isNamed = (named: ReadonlySet<string>, arn: string | undefined): boolean =>
  arn !== undefined && (named.has(arn) || named.has(`arn:aws:iam::${accountOf(arn)}:root`));

/** A key that the cases carry. */
interface Key {
  valueIn: (one: Case) => string | undefined;
  /** The operators of which it is known here what they make of it. */
  operators: RegExp;
  /** Is a value in a policy one name? What takes more, or none that is known here, may take anybody's. */
  decides: (expected: string, operator: string) => boolean;
}

const KEYS = new Map<string, Key>([
  ['aws:principalarn', { valueIn: ({ arn }) => arn, operators: /^(?:arn|string)/, decides: isPrincipal }],
  ['aws:principalaccount', { valueIn: ({ arn }) => arn && accountOf(arn), operators: /^string/, decides: isAccount }],
  [
    'aws:sourceidentity',
    {
      valueIn: ({ source }) => source,
      operators: /^string/,
      decides: (expected, operator) => !(operator.endsWith('like') && /[*?]/.test(expected)),
    },
  ],
  ['aws:multifactorauthpresent', { valueIn: ({ mfa }) => mfa, operators: /^(?:bool|string)/, decides: () => true }],
  ['aws:multifactorauthage', { valueIn: ({ age }) => age, operators: /^numeric/, decides: () => true }],
]);

/**
 * Does a condition hold? Where its key is absent: negated operators, those with IfExists and ForAllValues do, others don't
 * (IAM User Guide, "IAM JSON policy elements: Condition operators", "Set operators for multi-valued context keys", read November 2026).
 * Whom a pattern takes is not decided by trying a name that stands for others: those that it takes may be just those that were not tried.
 */
function conditionOf({ operator, key, values }: Clause): (one: Case) => Truth {
  const [, set, base = '', ifExists] = /^(?:(forallvalues|foranyvalue):)?(.*?)(ifexists)?$/.exec(operator) ?? [];
  const asked = KEYS.get(key);
  if (!asked || values.length === 0 || values.some((value) => value.includes('${'))) return () => 'maybe';
  const { valueIn, operators, decides } = asked;
  if (base === 'null') return (one) => values.includes(String(valueIn(one) === undefined));
  const negated = base.includes('not');
  const test = operators.test(base) ? TESTS.get(base.replace('not', '')) : undefined;
  if (!test) return () => 'maybe';
  const whenAbsent = set !== 'foranyvalue' && (set === 'forallvalues' || ifExists !== undefined || negated);
  const decided = values.filter((expected) => decides(expected, base));
  return (one) => {
    const value = valueIn(one);
    if (value === undefined) return whenAbsent;
    if (decided.some((expected) => test(expected, value))) return !negated;
    const undecided = values.filter((expected) => !decided.includes(expected));
    if (one.standsForOthers) return undecided.length > 0 ? 'maybe' : negated;
    return undecided.some((expected) => test(expected, value)) !== negated;
  };
}

/** Each operator, without its `not`: does the value in the policy take the one of the request? Those that fold case are not decided here. */
const TESTS = new Map<string, (expected: string, value: string) => boolean>([
  ['arnequals', arnMatches],
  ['arnlike', arnMatches],
  ['stringequals', (expected, value) => expected === value],
  ['stringlike', matches],
  ['bool', (expected, value) => expected === value],
  ['numericequals', (expected, value) => Number(value) === decimal(expected)],
  ['numericlessthan', (expected, value) => Number(value) < decimal(expected)],
  ['numericlessthanequals', (expected, value) => Number(value) <= decimal(expected)],
  ['numericgreaterthan', (expected, value) => Number(value) > decimal(expected)],
  ['numericgreaterthanequals', (expected, value) => Number(value) >= decimal(expected)],
]);

/** A number as AWS writes it; one written otherwise (`0xE10`) is none, which no number is equal to, below or above. */
const decimal = (text: string): number => (/^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN);

/** Each of an ARN's six parts is matched by itself; ArnEquals and ArnLike are the same (as above). */
function arnMatches(pattern: string, arn: string): boolean {
  const parts = (text: string) => [...text.split(':', 5), text.split(':').slice(5).join(':')];
  const [expected, found] = [parts(pattern), parts(arn)];
  return pattern.split(':').length >= 6 && expected.every((part, index) => matches(part, found[index] ?? ''));
}
