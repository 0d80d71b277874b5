/** Which buckets an account has, and where. */
import { type Bucket, HeadBucketCommand, type ListBucketsCommandOutput, paginateListBuckets, type S3Client } from '@aws-sdk/client-s3';
import { statusOf, unread } from './clients.ts';

export interface BucketHome {
  bucket: string;
  region: string;
  /** ISO 8601; the original one only where us-east-1 was asked. */
  createdAt: string | null;
}

/** Where the answer names no region (S3 API Reference, CreateBucket, LocationConstraint). */
const DEFAULT_REGION = 'us-east-1';

const homeIn = ({ Name = '', BucketRegion = DEFAULT_REGION, CreationDate }: Bucket): BucketHome => ({
  bucket: Name,
  region: BucketRegion,
  createdAt: CreationDate?.toISOString() ?? null,
});

/** The SDK takes an empty answer, or a proxy's page, for a listing of nothing: a bucket that is there would be gone. */
function bucketsIn({ Buckets, Owner }: ListBucketsCommandOutput): Bucket[] {
  if (!Buckets && !Owner) throw unread(200);
  return Buckets ?? [];
}

/** All buckets of the account, with their regions. Throws the SDK's errors. */
export async function listBuckets(s3: S3Client): Promise<BucketHome[]> {
  const homes: BucketHome[] = [];
  // Regions are answered to requests that have a parameter (S3 API Reference, Bucket, BucketRegion, read November 2026).
  for await (const page of paginateListBuckets({ client: s3, pageSize: 1000 }, {})) homes.push(...bucketsIn(page).map(homeIn));
  return homes;
}

/** Where a bucket of the account lies; one that the account doesn't list is absent or somebody else's. Throws the SDK's errors. */
export async function homeOf(s3: S3Client, bucket: string): Promise<BucketHome | 'absent' | 'foreign'> {
  // No page says in which order they come, nor that a page with another behind it holds any: all are looked through that begin with its name.
  for await (const page of paginateListBuckets({ client: s3, pageSize: 1000 }, { Prefix: bucket })) {
    const found = bucketsIn(page).find((one) => one.Name === bucket);
    if (found) return homeIn(found);
  }
  try {
    await s3.send(new HeadBucketCommand({ Bucket: bucket }));
  } catch (error) {
    if (statusOf(error) === 404) return 'absent';
    const status = statusOf(error) ?? 0;
    if (status < 300 || status >= 500) throw error;
  }
  return 'foreign';
}
