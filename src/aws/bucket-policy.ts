/**
 * Reads and changes a bucket's policy. A change is read, merged, read again right before the write, written, and read back: S3 has no condition on
 * what was read, so what somebody else writes between the last read and the write is lost. Our own writers take turns (bucket-policy-turns.ts).
 */
import {
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  PutBucketPolicyCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { type BucketPolicy, policyText, readPolicy, saysTheSame } from '../domain/bucket-policy.ts';
import type { PolicyTurns } from './bucket-policy-turns.ts';
import { clientOptions, isPassing, nameOf, statusOf } from './clients.ts';

/** What is to become of a policy: `changed: false` leaves it as it is. `mergeGuard` and `removeGuard` give it. */
export type PolicyDecision = { ok: true; changed: boolean; policy: BucketPolicy } | { ok: false; why: string };

export interface PolicyChange {
  /** For the bucket's own region, as `policyClient` makes it. */
  s3: S3Client;
  bucket: string;
  /** The bucket's owner, which every call names. */
  account: string;
  /** Asked anew whenever the policy has changed meanwhile; pure, or at least free to be asked several times. */
  change: (policy: BucketPolicy) => PolicyDecision | Promise<PolicyDecision>;
  /** Without it nobody waits for anybody: for where there is no table. */
  turns?: PolicyTurns;
  /** For whom the turn is taken, where it may be begun again by another run: the request's id. */
  writer?: string;
  /** How to wait, in milliseconds. */
  pause?: (ms: number) => Promise<void>;
}

export type PolicyOutcome =
  | { kind: 'written' | 'unchanged'; before: BucketPolicy; after: BucketPolicy }
  /** The policy can't be read, the change says no, or S3 takes no such policy: nothing was changed. */
  | { kind: 'refused'; why: string }
  /** There is no such bucket; these credentials may not; the session is over. Nothing was changed. */
  | { kind: 'absent' | 'denied' | 'sessionEnded'; why: string }
  /** Others are at it, or S3 is, for longer than is waited: `why` says whether anything was written. */
  | { kind: 'busy'; why: string };

/** How often a change is begun, and how often it is looked for afterwards. */
const TRIES = 6;

const FIRST_PAUSE = 200;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * A client for changing policies in a region. The SDK doesn't try again by itself: a write that is sent twice may undo what somebody wrote in
 * between, so a change that failed begins with reading.
 */
export function policyClient(region: string, credentials?: S3ClientConfig['credentials'], more: S3ClientConfig = {}): S3Client {
  return new S3Client({ ...clientOptions(region, 1), ...(credentials && { credentials }), ...more });
}

/** A bucket's policy as S3 gives it, undefined where it has none. Throws the SDK's errors (NoSuchBucket, AccessDenied, …). */
export async function readBucketPolicy(s3: S3Client, bucket: string, account: string): Promise<string | undefined> {
  try {
    return (await s3.send(new GetBucketPolicyCommand({ Bucket: bucket, ExpectedBucketOwner: account }))).Policy;
  } catch (error) {
    if (nameOf(error) === 'NoSuchBucketPolicy') return undefined;
    throw error;
  }
}

/** Writes a bucket's policy, or deletes it where no statement is left; looks at nothing. Throws the SDK's errors. */
export async function writeBucketPolicy(s3: S3Client, bucket: string, account: string, policy: BucketPolicy): Promise<void> {
  const of = { Bucket: bucket, ExpectedBucketOwner: account };
  const text = policyText(policy);
  if (text === undefined) await s3.send(new DeleteBucketPolicyCommand(of));
  // A hardened guard takes from its writer the right to change it, which S3 wants confirmed (S3 API Reference, PutBucketPolicy,
  // x-amz-confirm-remove-self-bucket-access, read November 2026).
  else await s3.send(new PutBucketPolicyCommand({ ...of, Policy: text, ConfirmRemoveSelfBucketAccess: true }));
}

/**
 * Changes a bucket's policy, and gives what came of it; writes nothing where there is nothing to change. A change by somebody else that lands
 * before the last read is kept. Throws the SDK's errors other than those that an outcome stands for.
 */
export async function changeBucketPolicy(request: PolicyChange): Promise<PolicyOutcome> {
  const turn = await request.turns?.take(request.bucket, request.pause ?? sleep, request.writer);
  if (request.turns && !turn) {
    return busy(`Somebody else is changing the policy of ${request.bucket}, and nothing was changed; try again in a minute.`);
  }
  try {
    return await attempts(request, () => turn?.isOver() ?? false);
  } finally {
    await turn?.end();
  }
}

const busy = (why: string): PolicyOutcome => ({ kind: 'busy', why });

async function attempts(request: PolicyChange, isOver: () => boolean): Promise<PolicyOutcome> {
  const { pause = sleep, bucket } = request;
  const progress: Progress = {};
  for (let tries = 0; tries < TRIES; tries++) {
    if (tries > 0) await pause(FIRST_PAUSE * 2 ** tries * (0.5 + Math.random() / 2));
    try {
      const outcome = await attempt(request, progress, isOver, pause);
      if (outcome) return outcome;
    } catch (error) {
      const outcome = outcomeOf(error, bucket);
      if (outcome) return outcome;
      // 409, "A conflicting conditional operation is currently in progress": the same request may go through (S3 API Reference, "Error responses").
      if (nameOf(error) !== 'OperationAborted' && !isPassing(error)) throw error;
    }
  }
  return busy(
    progress.wrote
      ? `The policy of ${bucket} was written, but S3 doesn't show it yet, or others change it too: look at it before you try again.`
      : `The policy of ${bucket} is being changed by others, or S3 is busy, and nothing was changed; try again in a minute.`,
  );
}

interface Progress {
  /** The policy as it was before the first write. */
  before?: BucketPolicy;
  /** Was a write sent? Its answer may have been lost. */
  wrote?: boolean;
}

/** Once through all of it; undefined where it is to be begun again. */
async function attempt(
  { s3, bucket, account, change }: PolicyChange,
  progress: Progress,
  isOver: () => boolean,
  pause: (ms: number) => Promise<void>,
): Promise<PolicyOutcome | undefined> {
  const text = await readBucketPolicy(s3, bucket, account);
  const read = readPolicy(text);
  if (!read.ok) return { kind: 'refused', why: read.why };
  const before = progress.wrote && progress.before ? progress.before : read.policy;
  const decision = await change(read.policy);
  if (!decision.ok) return { kind: 'refused', why: decision.why };
  if (!decision.changed) return { kind: progress.wrote ? 'written' : 'unchanged', before, after: read.policy };
  if ((await readBucketPolicy(s3, bucket, account)) !== text) return undefined;
  if (isOver()) return busy(`Changing the policy of ${bucket} took too long, and was given up; try again in a minute.`);
  const { wrote = false } = progress;
  Object.assign(progress, { before, wrote: true });
  try {
    await writeBucketPolicy(s3, bucket, account, decision.policy);
  } catch (error) {
    // What S3 answered no to is not there; what it didn't answer to may be.
    if ((statusOf(error) ?? 500) < 500) progress.wrote = wrote;
    throw error;
  }
  // S3 may answer the old one for a moment: "Bucket configurations have an eventual consistency model" (S3 User Guide, "Amazon S3 data consistency
  // model", read November 2026).
  for (let looks = 0; looks < TRIES; looks++) {
    if (looks > 0) await pause(FIRST_PAUSE * 2 ** (looks - 1));
    const found = readPolicy(await readBucketPolicy(s3, bucket, account));
    if (found.ok && saysTheSame(found.policy, decision.policy)) return { kind: 'written', before, after: found.policy };
  }
  return undefined;
}

const REFUSED = /^(?:MalformedPolicy|PolicyTooLarge|InvalidPolicyDocument)$/;

/** S3's answers that mean something to whoever wants the change (S3 API Reference, "Error responses"); undefined for all others. */
function outcomeOf(error: unknown, bucket: string): PolicyOutcome | undefined {
  const name = nameOf(error);
  const text = error instanceof Error ? error.message : '';
  if (name === 'NoSuchBucket') return { kind: 'absent', why: `There is no bucket ${bucket}.` };
  if (name === 'ExpiredToken') return { kind: 'sessionEnded', why: 'The session is over; begin a new one.' };
  if (REFUSED.test(name)) {
    return {
      kind: 'refused',
      why: `S3 takes no such policy for ${bucket} (“${text}”), and nothing was changed; look at what stands there.`,
    };
  }
  if (name === 'AccessDenied' && text.includes('BlockPublicPolicy')) {
    return {
      kind: 'refused',
      why: `The policy of ${bucket} lets everybody in, which its Block Public Access forbids to write again: nothing was changed; narrow it first.`,
    };
  }
  // 405: allowed, but of another account than the bucket's (S3 API Reference, PutBucketPolicy).
  if (name !== 'AccessDenied' && name !== 'MethodNotAllowed') return undefined;
  return { kind: 'denied', why: `These credentials may not change the policy of ${bucket}${text ? `: ${text}` : '.'}` };
}
