/**
 * Which statements of a bucket policy may deny its deletion, in words, for the approver to see before anything is spent.
 * Nothing is evaluated here. A `Sid` that says more than a name is not repeated.
 */
import { type AnyStatement, mayReach, speaksOfAction, statementName } from './bucket-policy.ts';

/**
 * Sentences on the statements that may deny `s3:DeleteBucket` on the bucket, whomever they are about. A policy
 * that isn't one gives a sentence that says so.
 */
export function denialsIn(policy: string, bucket: string): string[] {
  const statements = statementsOf(policy);
  if (!statements) return ['The bucket policy is no JSON that can be read here.'];
  return statements.flatMap((statement, index) => denialBy(statement, index, bucket) ?? []);
}

/** What one asks whether statements deny it: actions on the bucket, and what doing them is called. */
export interface Undertaking {
  actions: readonly string[];
  what: string;
}

const DELETION: Undertaking = { actions: ['s3:DeleteBucket'], what: 'the deletion' };

/** The sentence on one statement, `index` counted from 0; undefined where it doesn't deny what is undertaken (the bucket's deletion). */
export function denialBy(statement: AnyStatement, index: number, bucket: string, undertaking = DELETION): string | undefined {
  const speaks = undertaking.actions.some((action) => speaksOfAction(statement, action));
  if (statement.Effect !== 'Deny' || !speaks || !mayReach(statement, bucket)) return undefined;
  const under = statement.Condition === undefined ? '' : ', under conditions';
  return `Statement ${statementName(statement, index)} of the bucket policy may deny ${undertaking.what}${under}.`;
}

/** One statement stands alone or in a list (IAM user guide, "Grammar of the IAM JSON policy language"). */
function statementsOf(policy: string): AnyStatement[] | undefined {
  try {
    const parsed = JSON.parse(policy) as { Statement?: unknown } | null;
    return typeof parsed === 'object'
      ? array(parsed?.Statement).filter((item): item is AnyStatement => typeof item === 'object' && item !== null)
      : undefined;
  } catch {
    return undefined;
  }
}

function array(value: unknown): unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}
