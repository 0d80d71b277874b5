/**
 * Late writers: while a bucket is emptied, its policy denies what would put something into it again. The statement ends by itself, so that a bucket whose
 * emptying was cut short isn't closed for good. Pure.
 */
import {
  type AnyStatement,
  type BucketPolicy,
  bucketArn,
  policySize,
  policyText,
  readPolicy,
  sidOf,
  withStatements,
} from './bucket-policy.ts';
import type { Statement } from './policy-document.ts';

/** The name by which the statement is known. */
export const LATE_WRITERS_SID = 'InterlockLateWriters';

/** After the session's end there may be some minutes until a fresh code is given. */
const AFTER_SESSION = 15 * 60_000;

/** A deletion without a version id writes too: a delete marker. */
const WRITES = ['s3:PutObject', 's3:DeleteObject', 's3:ReplicateObject', 's3:ReplicateDelete'];

/** S3's limit for a bucket's policy (S3 User Guide, "Bucket policies"), less what it may add to what we count. */
const MOST_BYTES = 20 * 1024 - 512;

/**
 * @param principal ARN of the only one whose writes are not denied, which has none to make
 * @param sessionEnds ISO 8601
 */
export function lateWritersStatement(bucket: string, principal: string, sessionEnds: string): Statement {
  return {
    Sid: LATE_WRITERS_SID,
    Effect: 'Deny',
    Principal: '*',
    Action: WRITES,
    Resource: `${bucketArn(bucket)}/*`,
    Condition: {
      ArnNotEquals: { 'aws:PrincipalArn': principal },
      DateLessThan: { 'aws:CurrentTime': new Date(Date.parse(sessionEnds) + AFTER_SESSION).toISOString() },
    },
  };
}

export type Held = { ok: true; changed: boolean; policy: BucketPolicy } | { ok: false; why: string };

/** The policy with this statement last, and none of an earlier session. Refused where it would be longer than S3 takes. */
export function holdWriters(policy: BucketPolicy, statement: Statement): Held {
  const others = othersIn(policy);
  const held = withStatements(policy, [...others, { ...statement }]);
  if (policySize(held) > MOST_BYTES) {
    return { ok: false, why: 'The bucket’s policy is too long to hold off what writes to it meanwhile.' };
  }
  return { ok: true, changed: true, policy: held };
}

/** The policy without it. */
export function releaseWriters(policy: BucketPolicy): Held {
  const others = othersIn(policy);
  return { ok: true, changed: others.length < policy.statements.length, policy: withStatements(policy, others) };
}

/** Only our own statement is taken out: what somebody else calls by its name stays. */
function othersIn({ statements }: BucketPolicy): AnyStatement[] {
  return statements.filter((one) => !(sidOf(one) === LATE_WRITERS_SID && one.Effect === 'Deny'));
}

/** A policy's text without it; the very text where it isn't there, or can't be read. */
export function withoutLateWriters(text: string | undefined): string | undefined {
  const read = readPolicy(text);
  if (!read.ok) return text;
  const released = releaseWriters(read.policy);
  return released.ok && released.changed ? policyText(released.policy) : text;
}

/** Of a bucket that was to be emptied, where the flow ended without a word: nobody knows how far it came. */
export const MAY_BE_HELD = `Some of what the bucket held may be gone. The statement ${LATE_WRITERS_SID} may still be in its policy; it ends by itself a quarter of an hour after the session.`;

/** Where nobody knows whether the statement is there: the state machine says it in these words. */
export const PERHAPS_HELD = `The statement ${LATE_WRITERS_SID} may still be in the bucket’s policy; it ends by itself a quarter of an hour after the session.`;

/** Where the statement is still there at a request's end. */
export const STILL_HELD = `The statement ${LATE_WRITERS_SID} is still in the bucket’s policy; it ends by itself a quarter of an hour after the session.`;
