/** Looks at a bucket with the function's own read-only rights, and deletes it with a session. */
import { createHash } from 'node:crypto';
import {
  DeleteBucketCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  ListObjectVersionsCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { ListAccessPointsCommand, S3ControlClient } from '@aws-sdk/client-s3-control';
import { policyMeaning } from '../domain/bucket-policy.ts';
import { endsUse } from '../domain/consequences.ts';
import { dependentsIn, NO_SETTINGS } from '../domain/dependents.ts';
import { firstFew, type guardSeen } from '../domain/guard-seen.ts';
import { withoutLateWriters } from '../domain/late-writers.ts';
import { type Facts, isEmptyingKind, isLongKind, type Request } from '../domain/request.ts';
import { tagFacts } from '../domain/tags.ts';
import { type BucketHome, homeOf } from './buckets.ts';
import { clientOptions, nameOf, once, unanswered, unless, unread } from './clients.ts';
import { countContents, FIRST_PAGE, goingOf, QUICKLY } from './contents.ts';
import { settingsOf } from './dependencies.ts';
import { listUploads, passingEmpty } from './emptying/listing.ts';
import type { Session } from './mfa.ts';
import { protectionOf } from './protection.ts';
import { retentionIn } from './retention.ts';

/** `policy`: the text of the bucket's policy; undefined where it has none. */
export type Look = { kind: 'seen'; facts: Facts; policy: string | undefined } | { kind: 'absent' } | { kind: 'foreign' };

/** `ListBuckets` from here keeps the original creation date; elsewhere it moves when a policy is edited (ListBuckets, API reference). */
const ORIGINAL_DATES = 'us-east-1';

/** What is read out of a bucket's policy. */
export type ReadsPolicy = (policy: string | undefined) => ReturnType<typeof guardSeen>;

/** Where a bucket is, and its original creation date. Throws the SDK's errors. */
export function findBucket(bucket: string): Promise<BucketHome | 'absent' | 'foreign'> {
  return once(new S3Client(clientOptions(ORIGINAL_DATES)), (s3) => homeOf(s3, bucket));
}

/** What of a request a look is for. */
export type Asked = Pick<Request, 'kind' | 'purge' | 'askedAt'>;

/**
 * Looks at a bucket of this account, for a request of a kind: what depends on the bucket is looked for where it may be deleted or emptied. `now` is
 * ISO 8601. Throws the SDK's errors where AWS fails or rights are missing.
 */
export async function look(bucket: string, account: string, now: string, reads: ReadsPolicy, asked: Asked): Promise<Look> {
  const home = await findBucket(bucket);
  if (home === 'absent' || home === 'foreign') return { kind: home };
  return once(new S3Client(clientOptions(home.region)), (s3) => seen(s3, home, { account, now, reads, asked }));
}

async function seen(
  s3: S3Client,
  home: BucketHome,
  { account, now, reads, asked }: { account: string; now: string; reads: ReadsPolicy; asked: Asked },
): Promise<Look> {
  const { kind, purge, askedAt } = asked;
  const { bucket } = home;
  const of = { Bucket: bucket, ExpectedBucketOwner: account };
  const [contents, uploads, versioning, objectLock, tags, protection, accessPoints, settings] = await Promise.all([
    countContents({ s3, bucket, account, ...(purge && { prefix: purge.prefix }) }, isLongKind(kind) ? QUICKLY : FIRST_PAGE),
    passingEmpty((from) => listUploads({ s3, bucket, account }, from), { key: '' }),
    s3.send(new GetBucketVersioningCommand(of)),
    unless('ObjectLockConfigurationNotFoundError', s3.send(new GetObjectLockConfigurationCommand(of))),
    unless('NoSuchTagSet', s3.send(new GetBucketTaggingCommand(of))),
    protectionOf(s3, bucket, account),
    accessPointsOf(bucket, account, home.region),
    endsUse(kind) ? settingsOf(s3, bucket, account) : NO_SETTINGS,
  ]);
  // What an earlier session of ours left there, to hold off late writers, ends by itself: it is nobody's change.
  const policy = withoutLateWriters(protection.policy);
  const { entries, ...counts } = contents;
  const status = versioning.Status === 'Enabled' ? 'on' : versioning.Status === 'Suspended' ? 'suspended' : 'never on';
  const locked = objectLock?.ObjectLockConfiguration?.ObjectLockEnabled === 'Enabled';
  const more = counts.objects.more || counts.oldVersions.more || counts.deleteMarkers.more;
  const quickly = { ms: QUICKLY.ms, more, now: Date.parse(now) };
  const { guard, denials } = reads(policy);
  const pairs = (tags?.TagSet ?? []).map((tag) => ({ key: tag.Key ?? '', value: tag.Value ?? '' }));
  return {
    kind: 'seen',
    policy,
    facts: {
      region: home.region,
      owner: account,
      createdAt: home.createdAt,
      ...counts,
      uploads: { count: uploads.entries.length, more: uploads.next !== undefined },
      going: purge ? goingOf(entries, more, purge, Date.parse(askedAt), status) : null,
      versioning: status,
      mfaDelete: versioning.MFADelete === 'Enabled',
      objectLock: locked,
      retention: locked && isEmptyingKind(kind) ? await retentionIn({ s3, bucket, account }, entries, quickly) : null,
      ...tagFacts(pairs),
      stack: pairs.find((tag) => tag.key === 'aws:cloudformation:stack-name')?.value ?? null,
      accessPoints,
      dependents: endsUse(kind) ? dependentsIn(settings, policy) : [],
      guard,
      denials: firstFew(denials),
      waysRound: protection.waysRound,
      policyDigest: policy ? createHash('sha256').update(policyMeaning(policy)).digest('hex') : null,
      guardChange: null,
      lookedAt: now,
    },
  };
}

async function accessPointsOf(bucket: string, account: string, region: string): Promise<string[]> {
  const list = new ListAccessPointsCommand({ AccountId: account, Bucket: bucket, MaxResults: 100 });
  const { AccessPointList } = await once(new S3ControlClient(clientOptions(region)), (control) => control.send(list));
  return (AccessPointList ?? []).map((point) => point.Name ?? '').filter((name) => name !== '');
}

/**
 * What came of working with a session. `accessPoints`: the bucket has some, such as another account's, which its own can't list (S3 API Reference, ListAccessPoints);
 * `busy`: S3 did nothing, and may later; `lost`: nobody knows whether it did.
 */
export type DeleteResult = 'done' | 'absent' | 'notEmpty' | 'accessPoints' | 'denied' | 'sessionEnded' | 'busy' | 'lost';

/** Deletes the bucket with this session and nothing else. Throws the SDK's error where AWS fails otherwise. */
export function deleteBucket(bucket: string, account: string, region: string, session: Session): Promise<DeleteResult> {
  const deletion = new DeleteBucketCommand({ Bucket: bucket, ExpectedBucketOwner: account });
  const deleted = async (s3: S3Client) => {
    const { $metadata } = await s3.send(deletion);
    // The SDK reads nothing of it, be it an error. What S3 has deleted it answers with 204 (S3 API Reference, DeleteBucket, "Response Syntax").
    if ($metadata.httpStatusCode !== 204) throw unread(200);
  };
  return resultOf(once(withSession(region, session), deleted));
}

/** A harmless read that shows that the session works: lists one version of the bucket. */
export function tryRead(bucket: string, account: string, region: string, session: Session): Promise<DeleteResult> {
  const read = new ListObjectVersionsCommand({ Bucket: bucket, ExpectedBucketOwner: account, MaxKeys: 1 });
  return resultOf(once(withSession(region, session), (s3) => s3.send(read)));
}

const RESULTS: Record<string, DeleteResult> = {
  NoSuchBucket: 'absent',
  BucketNotEmpty: 'notEmpty',
  BucketHasAccessPointsAttached: 'accessPoints',
  AccessDenied: 'denied',
  ExpiredToken: 'sessionEnded',
  OperationAborted: 'busy',
};

/** S3's answers that we know what to do about (S3 API reference, "Error responses"). */
async function resultOf(call: Promise<unknown>): Promise<DeleteResult> {
  try {
    await call;
    return 'done';
  } catch (error) {
    const result = RESULTS[nameOf(error)] ?? unanswered(error);
    if (!result) throw error;
    return result;
  }
}

function withSession(region: string, session: Session): S3Client {
  const { accessKeyId, secretAccessKey, sessionToken } = session;
  // Not tried again by the SDK: a second try that finds nothing can't tell our own deletion from somebody else's. The flow tries again, and knows.
  return new S3Client({ ...clientOptions(region, 1), credentials: { accessKeyId, secretAccessKey, sessionToken } });
}
