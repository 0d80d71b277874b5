/**
 * Which statements of a bucket policy may deny its deletion, in words. Nothing is evaluated here: our own statements are
 * known by their `Sid`s, the others are named for the approver to see before anything is spent.
 */
import { matches } from './patterns.ts';

interface Statement {
  Sid?: unknown;
  Effect?: unknown;
  Action?: unknown;
  NotAction?: unknown;
  Resource?: unknown;
  Condition?: unknown;
}

/** Begins the `Sid` of each of the guard's own statements. */
export const GUARD_SID = 'InterlockGuard';

/** Sentences on the statements of others that may deny `s3:DeleteBucket` on the bucket. Odd policies give one that says so. */
export function denialsIn(policy: string, bucket: string): string[] {
  let parsed: { Statement?: unknown };
  try {
    parsed = JSON.parse(policy) as { Statement?: unknown };
  } catch {
    return ['The bucket policy is no JSON that can be read here.'];
  }
  return array(parsed.Statement).flatMap((item, index) => {
    const statement = item as Statement;
    const sid = typeof statement.Sid === 'string' ? statement.Sid : undefined;
    if (statement.Effect !== 'Deny' || sid?.startsWith(GUARD_SID) || !speaksOf(statement, bucket)) return [];
    const name = sid ? `“${sid}”` : `number ${index + 1}`;
    const under = statement.Condition === undefined ? '' : ', under conditions';
    return [`Statement ${name} of the bucket policy may deny the deletion${under}.`];
  });
}

/** Does the statement reach `s3:DeleteBucket` on this bucket? IAM folds the case of actions, not of resources. */
function speaksOf(statement: Statement, bucket: string): boolean {
  const hits = (patterns: unknown, value: string) => strings(patterns).some((pattern) => matches(pattern, value));
  const lower = (patterns: unknown) => strings(patterns).map((pattern) => pattern.toLowerCase());
  const action =
    statement.NotAction === undefined
      ? hits(lower(statement.Action), 's3:deletebucket')
      : !hits(lower(statement.NotAction), 's3:deletebucket');
  const resource = statement.Resource === undefined || hits(statement.Resource, `arn:aws:s3:::${bucket}`);
  return action && resource;
}

function array(value: unknown): unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}

function strings(value: unknown): string[] {
  return array(value).filter((item): item is string => typeof item === 'string');
}
