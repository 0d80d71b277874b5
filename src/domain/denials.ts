/**
 * Which statements of a bucket policy may deny its deletion, in words, for the approver to see before anything is spent.
 * Nothing is evaluated here. A `Sid` that says more than a name is not repeated.
 */
import { matches } from './patterns.ts';

type Statement = Partial<Record<'Sid' | 'Effect' | 'Action' | 'NotAction' | 'Resource' | 'NotResource' | 'Condition', unknown>>;

/**
 * Sentences on the statements that may deny `s3:DeleteBucket` on the bucket, whomever they are about. A policy
 * that isn't one gives a sentence that says so.
 */
export function denialsIn(policy: string, bucket: string): string[] {
  const statements = statementsOf(policy);
  if (!statements) return ['The bucket policy is no JSON that can be read here.'];
  return statements.flatMap((statement, index) => {
    const sid = typeof statement.Sid === 'string' ? statement.Sid : undefined;
    if (statement.Effect !== 'Deny' || !speaksOf(statement, bucket)) return [];
    const name = sid && /^[\w -]{1,80}$/.test(sid) ? `“${sid}”` : `number ${index + 1}`;
    const under = statement.Condition === undefined ? '' : ', under conditions';
    return [`Statement ${name} of the bucket policy may deny the deletion${under}.`];
  });
}

/** One statement stands alone or in a list (IAM user guide, "Grammar of the IAM JSON policy language"). */
function statementsOf(policy: string): Statement[] | undefined {
  try {
    const parsed = JSON.parse(policy) as { Statement?: unknown } | null;
    return typeof parsed === 'object' ? array(parsed?.Statement).filter((item) => typeof item === 'object' && item !== null) : undefined;
  } catch {
    return undefined;
  }
}

/** Does the statement reach `s3:DeleteBucket` on this bucket? IAM folds the case of actions, not of resources. */
function speaksOf({ Action, NotAction, Resource, NotResource }: Statement, bucket: string): boolean {
  const hits = (patterns: unknown, value: string) => strings(patterns).some((pattern) => matches(pattern, value));
  const action = (patterns: unknown) => strings(patterns).some((pattern) => matches(pattern.toLowerCase(), 's3:deletebucket'));
  const arn = `arn:aws:s3:::${bucket}`;
  const acts = NotAction === undefined ? action(Action) : !action(NotAction);
  // A variable in a resource may stand for anything: it may reach the bucket, and may not except it.
  const open = (pattern: string) => pattern.replace(/\$\{[^}]*\}/g, '*');
  const reaches =
    NotResource === undefined
      ? Resource === undefined || hits(strings(Resource).map(open), arn)
      : !hits(
          strings(NotResource).filter((pattern) => open(pattern) === pattern),
          arn,
        );
  return acts && reaches;
}

function array(value: unknown): unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}

function strings(value: unknown): string[] {
  return array(value).filter((item): item is string => typeof item === 'string');
}
