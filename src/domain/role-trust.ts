/**
 * Whether a role's sessions stand for a code: whom a guard lets through in a session of a role is asked for an approver's name only, since such a
 * session carries no MFA keys, and the name is worth what the role's trust asks of whoever takes it. Pure.
 */
import { type AnyStatement, clausesOf, principalsOf, readPolicy, speaksOfAction, statementName, strings } from './bucket-policy.ts';

/** The ways to take a session of a role (STS API Reference, "Actions", read November 2026); those with tokens of others never carry MFA keys. */
const TAKES = ['sts:AssumeRole', 'sts:AssumeRoleWithSAML', 'sts:AssumeRoleWithWebIdentity'];

/** What a trust has to ask for in each statement that lets the role be taken. */
export const ASKS_FOR_CODE = 'Bool aws:MultiFactorAuthPresent true and StringEquals sts:SourceIdentity ${aws:username}';

/**
 * The names of the statements of a trust that let the role be taken without a code, or in another's name; of one that can't be read, the trust itself.
 * Its Denies count for nothing.
 * @param trust the policy document
 * @param account the role's: in another one, somebody else may bear an approver's name
 */
export function codelessIn(trust: string, account: string): string[] {
  const read = readPolicy(trust);
  if (!read.ok) return ['(it is no policy)'];
  return read.policy.statements.flatMap((statement, index) => {
    const takes = statement.Effect !== 'Deny' && TAKES.some((action) => speaksOfAction(statement, action));
    return takes && !(asksForCode(statement) && asksForOwnName(statement, account)) ? [statementName(statement, index)] : [];
  });
}

/** Not BoolIfExists: long-term keys and other roles' sessions carry no such key (IAM User Guide, "Secure API access with MFA"). */
const asksForCode = (statement: AnyStatement): boolean =>
  clausesOf(statement).some(
    ({ operator, key, values }) => operator === 'bool' && key === 'aws:multifactorauthpresent' && values.join() === 'true',
  );

/** The name of whoever asks, of users of the account: by the variable, or written out where the statement is about that one user. */
function asksForOwnName(statement: AnyStatement, account: string): boolean {
  const principals = principalsOf(statement.Principal);
  const [user, ...others] = principals;
  // A user that was deleted stands there by its id, and is nobody (IAM User Guide, "AWS JSON policy elements: Principal").
  const isOurs = (one: string) => one === account || one.startsWith(`arn:aws:iam::${account}:`) || /^AIDA[A-Z0-9]+$/.test(one);
  if (principals.length === 0 || !principals.every(isOurs)) return false;
  const isAlone = others.length === 0 && strings(Object.keys((statement.Principal ?? {}) as object)).join() === 'AWS';
  const name = isAlone ? /^arn:aws:iam::\d{12}:user\/(?:.+\/)?([^/*?]+)$/.exec(user ?? '')?.[1] : undefined;
  return clausesOf(statement).some(
    ({ operator, key, values }) =>
      /^string(?:equals|like)$/.test(operator) &&
      key === 'sts:sourceidentity' &&
      values.length > 0 &&
      values.every((value) => /^\$\{aws:username\}$/i.test(value) || value === name),
  );
}
