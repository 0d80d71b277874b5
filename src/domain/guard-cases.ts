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
  const arns = unique([
    ...guard.principals,
    ...guard.principals.flatMap(strangersOf),
    ...[...named('aws:principalarn'), ...elements].map(sample),
  ]);
  const sources = unique([undefined, ...guard.approvers, ...named('aws:sourceidentity').map(sample), 'somebody-else']);
  const limits = named('aws:multifactorauthage').map(Number).filter(Number.isFinite);
  const ages = unique(['0', ...limits.flatMap((limit) => [limit - 1, limit, limit + 1].filter((age) => age >= 0).map(String))]);
  const keys = [[undefined, undefined], ['false', undefined], ...ages.map((age) => ['true', age])];
  const callers = [undefined, ...arns.filter((arn) => parsePrincipal(arn).ok)].map((arn) => ({
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
        return { arn, source, mfa, age, approved: own && proven };
      }),
    ),
  );
}

const isRole = (arn: string | undefined): boolean => arn?.includes(':role/') ?? false;

function strangersOf(arn: string): string[] {
  const account = arn.split(':')[4] ?? '';
  return [account, account === '000000000000' ? '000000000001' : '000000000000'].flatMap((where) =>
    ['root', 'user/somebody-else', 'role/somebody-else'].map((who) => `arn:aws:iam::${where}:${who}`),
  );
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
  if (isAboutAll(statement)) return () => true;
  const excepting = statement.NotPrincipal !== undefined;
  const named = new Set(principalsOf(excepting ? statement.NotPrincipal : statement.Principal));
  const namesSession = [...named].some((principal) => /:assumed-role\//.test(principal));
  return ({ arn }) => {
    const isNamed = arn !== undefined && (named.has(arn) || named.has(`arn:aws:iam::${arn.split(':')[4]}:root`));
    if (excepting) return isNamed ? 'maybe' : true;
    return isNamed || (namesSession && isRole(arn) ? 'maybe' : false);
  };
}

const KEYS = new Map<string, (one: Case) => string | undefined>([
  ['aws:principalarn', ({ arn }) => arn],
  ['aws:principalaccount', ({ arn }) => arn?.split(':')[4]],
  ['aws:sourceidentity', ({ source }) => source],
  ['aws:multifactorauthpresent', ({ mfa }) => mfa],
  ['aws:multifactorauthage', ({ age }) => age],
]);

/**
 * Does a condition hold? Where its key is absent: negated operators, those with IfExists and ForAllValues do, others don't
 * (IAM User Guide, "IAM JSON policy elements: Condition operators", "Set operators for multi-valued context keys", read November 2026).
 */
function conditionOf({ operator, key, values }: Clause): (one: Case) => Truth {
  const [, set, base = '', ifExists] = /^(?:(forallvalues|foranyvalue):)?(.*?)(ifexists)?$/.exec(operator) ?? [];
  const valueIn = KEYS.get(key);
  if (!valueIn || values.some((value) => value.includes('${'))) return () => 'maybe';
  if (base === 'null') return (one) => values.includes(String(valueIn(one) === undefined));
  const negated = base.includes('not');
  const test = TESTS[base.replace('not', '')];
  if (!test) return () => 'maybe';
  const whenAbsent = set !== 'foranyvalue' && (set === 'forallvalues' || ifExists !== undefined || negated);
  return (one) => {
    const value = valueIn(one);
    return value === undefined ? whenAbsent : values.some((expected) => test(expected, value)) !== negated;
  };
}

/** Each operator, without its `not`: does the value in the policy take the one of the request? */
const TESTS: Record<string, (expected: string, value: string) => boolean> = {
  arnequals: arnMatches,
  arnlike: arnMatches,
  stringequals: (expected, value) => expected === value,
  stringequalsignorecase: (expected, value) => expected.toLowerCase() === value.toLowerCase(),
  stringlike: matches,
  bool: (expected, value) => expected === value,
  numericequals: (expected, value) => Number(value) === Number(expected),
  numericlessthan: (expected, value) => Number(value) < Number(expected),
  numericlessthanequals: (expected, value) => Number(value) <= Number(expected),
  numericgreaterthan: (expected, value) => Number(value) > Number(expected),
  numericgreaterthanequals: (expected, value) => Number(value) >= Number(expected),
};

/** Each of an ARN's six parts is matched by itself; ArnEquals and ArnLike are the same (as above). */
function arnMatches(pattern: string, arn: string): boolean {
  const parts = (text: string) => [...text.split(':', 5), text.split(':').slice(5).join(':')];
  const [expected, found] = [parts(pattern), parts(arn)];
  return pattern.split(':').length >= 6 && expected.every((part, index) => matches(part, found[index] ?? ''));
}
