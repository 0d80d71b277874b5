/**
 * The guard as AWS Support wrote it in 2016: one Deny with `NotPrincipal`, and one without MFA. Recognised, so that it can be checked and brought
 * up to date; it is no longer written. What is wrong with it: IAM User Guide, "AWS JSON policy elements: NotPrincipal", read November 2026.
 */
import {
  type AnyStatement,
  type BucketPolicy,
  clausesOf,
  covers,
  folded,
  isAboutAll,
  principalsOf,
  statementName,
  strings,
} from './bucket-policy.ts';

export interface Recipe {
  /** The places of its statements in the policy, counted from 0. */
  indexes: number[];
  /** What is wrong with it, each in a sentence. */
  faults: string[];
}

/**
 * The recipe in a bucket's policy, or undefined. It is there where a statement with `NotPrincipal` denies the deletion of this bucket and nothing
 * else; one that asks for MFA alone may be anybody's, and belongs to it only beside such a one.
 */
export function recipeIn({ statements }: BucketPolicy, bucket: string): Recipe | undefined {
  const places = (is: (statement: AnyStatement) => boolean) => statements.flatMap((statement, index) => (is(statement) ? [index] : []));
  const excepting = places((statement) => deniesDeletionOnly(statement, bucket) && isExcepting(statement));
  if (excepting.length === 0) return undefined;
  const askingMfa = places((statement) => deniesDeletionOnly(statement, bucket) && asksMfa(statement));
  const name = (index: number) => statementName(statements[index] ?? {}, index);
  return {
    indexes: [...excepting, ...askingMfa].sort((a, b) => a - b),
    faults: [
      ...excepting.flatMap((index) => exceptingFaults(statements[index] ?? {}).map((fault) => `Statement ${name(index)} ${fault}`)),
      ...(askingMfa.length === 0 ? ['It asks for no MFA: the statement that denies the deletion without it is not there.'] : []),
      ...askingMfa.filter((index) => plainBool(statements[index] ?? {})).map((index) => `Statement ${name(index)} ${PLAIN_BOOL}`),
    ],
  };
}

/** What a plain `Bool` does not do (IAM User Guide, "IAM JSON policy elements: Condition operators"). */
export const PLAIN_BOOL =
  'asks for MFA with a plain Bool, which lets long-term keys through: they carry no such key; BoolIfExists denies them.';

/** Does the statement deny only where MFA is said to be absent, so that long-term keys, which don't say, get through? */
export function plainBool(statement: AnyStatement): boolean {
  return clausesOf(statement).some(
    ({ operator, key, values }) => operator === 'bool' && key === 'aws:multifactorauthpresent' && values.includes('false'),
  );
}

function deniesDeletionOnly(statement: AnyStatement, bucket: string): boolean {
  const actions = strings(statement.Action);
  return (
    statement.Effect === 'Deny' &&
    actions.length > 0 &&
    actions.every((action) => folded(action) === 's3:deletebucket') &&
    covers(statement, bucket, 'bucket')
  );
}

const isExcepting = (statement: AnyStatement): boolean => statement.NotPrincipal !== undefined && clausesOf(statement).length === 0;

function asksMfa(statement: AnyStatement): boolean {
  const [clause, ...more] = clausesOf(statement);
  return (
    isAboutAll(statement) &&
    more.length === 0 &&
    /^bool(?:ifexists)?$/.test(clause?.operator ?? '') &&
    clause?.key === 'aws:multifactorauthpresent' &&
    clause.values.join() === 'false'
  );
}

function exceptingFaults({ NotPrincipal }: AnyStatement): string[] {
  const excepted = principalsOf(NotPrincipal);
  const isRoot = (arn: string) => /^arn:aws:iam::\d{12}:root$/.test(arn);
  const accountOf = (arn: string) => arn.split(':')[4] ?? '';
  const own = excepted.filter((arn) => !isRoot(arn));
  const alone = own.some((arn) => !excepted.includes(`arn:aws:iam::${accountOf(arn)}:root`));
  const sessions = own.filter((arn) => /:assumed-role\//.test(arn));
  const roles = own.filter((arn) => /:role\//.test(arn));
  return [
    ...(alone ? ["excepts a principal without its account's ARN, and so may deny that principal too."] : []),
    ...(roles.length > 0 && sessions.length === 0
      ? ['excepts a role, but not its sessions, whose ARNs are others: it denies everybody who acts as the role.']
      : []),
    ...(sessions.length > 0 ? ['excepts sessions of a role by name: it denies those of any other name.'] : []),
    ...(own.length > 0 && own.length < excepted.length ? ['excepts root beside the principal that it is for.'] : []),
    'denies everybody who has a permissions boundary, whomever NotPrincipal names.',
  ];
}
