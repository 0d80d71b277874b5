/** Looks which versions Object Lock keeps, with a function's own read-only rights, as far as that is quick. */
import { GetObjectLegalHoldCommand, GetObjectRetentionCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Retention } from '../domain/request.ts';
import { type LockOfVersion, retentionOf } from '../domain/retention.ts';
import { nameOf } from './clients.ts';
import type { Entry } from './emptying/listing.ts';

/** Versions that are looked at together; as many connections as the SDK keeps. */
const TOGETHER = 24;

/** A version without a lock, and one that went meanwhile (S3 API Reference, GetObjectRetention, GetObjectLegalHold; codes as MinIO and Ceph answer them, too). */
const NONE = new Set(['NoSuchObjectLockConfiguration', 'NoSuchVersion', 'NoSuchKey', 'ObjectLockConfigurationNotFoundError']);

/**
 * Asks S3 of each version in turn, until `ms` are over: no listing says what is locked. Markers have no locks. Needs `s3:GetObjectRetention` and
 * `s3:GetObjectLegalHold`, and says where they are denied; throws all other errors of the SDK.
 * @param now milliseconds since 1970; `more`: are there versions that weren't listed?
 */
export async function retentionIn(
  { s3, bucket, account }: { s3: S3Client; bucket: string; account: string },
  entries: readonly Entry[],
  { ms, more, now }: { ms: number; more: boolean; now: number },
): Promise<Retention> {
  const end = performance.now() + ms;
  const versions = entries.filter(({ marker }) => !marker);
  const locks: LockOfVersion[] = [];
  let denied = false;
  for (let at = 0; at < versions.length && !denied && (at === 0 || performance.now() < end); at += TOGETHER) {
    const some = versions.slice(at, at + TOGETHER).map(async ({ key, versionId }): Promise<LockOfVersion> => {
      const of = { Bucket: bucket, ExpectedBucketOwner: account, Key: key, VersionId: versionId };
      const [retention, hold] = await Promise.all([
        unlessNone(s3.send(new GetObjectRetentionCommand(of))),
        unlessNone(s3.send(new GetObjectLegalHoldCommand(of))),
      ]);
      const { Mode, RetainUntilDate } = retention?.Retention ?? {};
      return { mode: MODES[Mode ?? ''], until: RetainUntilDate?.getTime(), hold: hold?.LegalHold?.Status === 'ON' };
    });
    try {
      locks.push(...(await Promise.all(some)));
    } catch (error) {
      if (nameOf(error) !== 'AccessDenied') throw error;
      denied = true;
    }
  }
  return retentionOf(locks, { more: more || locks.length < versions.length, denied, now });
}

const MODES: Record<string, LockOfVersion['mode']> = { GOVERNANCE: 'governance', COMPLIANCE: 'compliance' };

async function unlessNone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (NONE.has(nameOf(error))) return undefined;
    throw error;
  }
}
