/**
 * The cases that tell two guards apart: who asks, under which approver's name, with which MFA keys. A guard's statements are Denies over four
 * context keys, so a handful of cases is all that they can differ in; a condition on anything else may hold or not.
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

/**
 * The cases for a guard and for statements that may differ from it: its own principals and approvers, strangers of every kind, and whomever
 * the statements name.
 */
export function casesFor(guard: Guard, statements: readonly AnyStatement[]): Case[] {
  const named = (key: string) => statements.flatMap(clausesOf).flatMap((clause) => (clause.key === key ? clause.values : []));
  const elements = statements.flatMap(({ Principal, NotPrincipal }) => [Principal, NotPrincipal].flatMap(principalsOf));
  const arns = [...guard.principals, ...guard.principals.flatMap(strangersOf), ...[...named('aws:principalarn'), ...elements].map(sample)];
  const sources = [undefined, ...guard.approvers, ...named('aws:sourceidentity').map(sample), 'somebody-else'];
  const limits = [...named('aws:multifactorauthage').map(Number), 3600].filter(Number.isFinite);
  const ages = unique(['0', ...limits.flatMap((limit) => [limit - 1, limit, limit + 1].filter((age) => age >= 0).map(String))]);
  const keys = [[undefined, undefined], ['false', undefined], ...ages.map((age) => ['true', age])];
  return unique([undefined, ...arns.filter((arn) => parsePrincipal(arn).ok)]).flatMap((arn) =>
    unique(isRole(arn) ? sources : [undefined]).flatMap((source) =>
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

/** What Denies answer in a case, asked about an action: one that holds denies, one of which it isn't known may. */
export function answer(statements: readonly AnyStatement[], bucket: string, one: Case, { action, on }: GuardAction): Answer {
  let found: Answer = 'open';
  for (const statement of statements) {
    if (!speaksOfAction(statement, action)) continue;
    const parts = [
      isAbout(statement, one),
      covers(statement, bucket, on) || 'maybe',
      ...clausesOf(statement).map((clause) => holds(clause, one)),
    ];
    if (parts.every((part) => part === true)) return 'denied';
    if (!parts.includes(false)) found = 'maybe';
  }
  return found;
}

type Truth = boolean | 'maybe';

/** An element names a caller by itself, by its account, or by a role's session, whose name is not known here. */
function isAbout(statement: AnyStatement, { arn }: Case): Truth {
  if (isAboutAll(statement)) return true;
  const [listed, excepted] = [principalsOf(statement.Principal), principalsOf(statement.NotPrincipal)];
  const parts = arn === undefined ? [] : [`arn:aws:iam::${arn.split(':')[4]}:root`, arn];
  const inList = (principals: string[]) => parts.filter((part) => principals.includes(part)).length;
  if (statement.NotPrincipal !== undefined) return inList(excepted) === 0 ? true : 'maybe';
  if (inList(listed) > 0) return true;
  return listed.some((principal) => /:assumed-role\//.test(principal)) && isRole(arn) ? 'maybe' : false;
}

/**
 * Does a condition hold? Where its key is absent: negated operators, those with IfExists and ForAllValues do, others don't
 * (IAM User Guide, "IAM JSON policy elements: Condition operators", "Set operators for multi-valued context keys", read November 2026).
 */
function holds({ operator, key, values }: Clause, one: Case): Truth {
  const [, set, base = '', ifExists] = /^(?:(forallvalues|foranyvalue):)?(.*?)(ifexists)?$/.exec(operator) ?? [];
  const found = new Map([
    ['aws:principalarn', one.arn],
    ['aws:sourceidentity', one.source],
    ['aws:multifactorauthpresent', one.mfa],
    ['aws:multifactorauthage', one.age],
  ]);
  const test = TESTS[base.replace('not', '')];
  if (!found.has(key) || values.some((value) => value.includes('${'))) return 'maybe';
  const value = found.get(key);
  if (base === 'null') return values.includes(String(value === undefined));
  if (!test) return 'maybe';
  const negated = base.includes('not');
  if (value === undefined) return set !== 'foranyvalue' && (set === 'forallvalues' || ifExists !== undefined || negated);
  return values.some((expected) => test(expected, value)) !== negated;
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
