/** What protects a bucket, read with a function's own read-only rights: its policy, and what goes round a guard in it. */
import { S3Client } from '@aws-sdk/client-s3';
import { firstFew } from '../domain/guard-seen.ts';
import { waysRound } from '../domain/guard-ways-round.ts';
import { readBucketPolicy } from './bucket-policy.ts';
import { type BucketHome, listBuckets } from './buckets.ts';
import { clientOptions, nameOf } from './clients.ts';
import { surroundingsOf } from './surroundings.ts';

export interface Protection {
  /** As S3 gives it; undefined where the bucket has none. */
  policy: string | undefined;
  /** What goes round a guard, in sentences. */
  waysRound: string[];
}

/**
 * Looks at a bucket of this account. Throws the SDK's errors; but where somebody denies a look at what goes round the guard, that is said.
 * Of a KMS key nobody is asked who may schedule its deletion: that would take rights on every key of the account.
 * @param s3 for the bucket's own region
 */
export async function protectionOf(s3: S3Client, bucket: string, account: string): Promise<Protection> {
  const [policy, ways] = await Promise.all([readBucketPolicy(s3, bucket, account), lookRound(s3, bucket, account)]);
  return { policy, waysRound: firstFew(ways) };
}

async function lookRound(s3: S3Client, bucket: string, account: string): Promise<string[]> {
  try {
    return waysRound(await surroundingsOf(s3, bucket, account));
  } catch (error) {
    if (nameOf(error) !== 'AccessDenied') throw error;
    return ['Its lifecycle rules, versioning or default encryption can’t be read, so what goes round a guard is not known.'];
  }
}

/** Where a bucket is looked at. */
export type Home = Pick<BucketHome, 'bucket' | 'region'>;

/** Lists the account's buckets and looks at them, with one client a region. Both throw the SDK's errors. */
export function createProtections(account: string): { list: () => Promise<Home[]>; look: (home: Home) => Promise<Protection> } {
  const clients = new Map<string, S3Client>();
  const clientFor = (region: string): S3Client => {
    const client = clients.get(region) ?? new S3Client(clientOptions(region));
    clients.set(region, client);
    return client;
  };
  return {
    list: () => listBuckets(clientFor(LISTING)),
    look: ({ bucket, region }) => protectionOf(clientFor(region), bucket, account),
  };
}

/** Here buckets of all regions are listed, with the region of each (S3 API Reference, ListBuckets, read November 2026). */
const LISTING = 'us-east-1';
