/** Looks at the settings of a bucket by which others depend on it, with a function's own read-only rights. */
import {
  GetBucketNotificationConfigurationCommand,
  GetBucketReplicationCommand,
  GetBucketWebsiteCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Settings } from '../domain/dependents.ts';
import { nameOf, unless } from './clients.ts';

/**
 * What `dependentsIn` asks about a bucket. Needs `s3:GetBucketWebsite`, `s3:GetReplicationConfiguration` and `s3:GetBucketNotification`, and says what
 * is denied; throws all other errors of the SDK.
 * @param s3 for the bucket's own region
 */
export async function settingsOf(s3: S3Client, bucket: string, account: string): Promise<Settings> {
  const of = { Bucket: bucket, ExpectedBucketOwner: account };
  const [website, replication, notifications] = await Promise.all([
    orDenied(unless('NoSuchWebsiteConfiguration', s3.send(new GetBucketWebsiteCommand(of)))),
    orDenied(unless('ReplicationConfigurationNotFoundError', s3.send(new GetBucketReplicationCommand(of)))),
    orDenied(s3.send(new GetBucketNotificationConfigurationCommand(of))),
  ]);
  return { website, replication: replication === 'denied' ? replication : replication?.ReplicationConfiguration, notifications };
}

async function orDenied<T>(answer: Promise<T>): Promise<T | 'denied'> {
  try {
    return await answer;
  } catch (error) {
    if (nameOf(error) === 'AccessDenied') return 'denied';
    throw error;
  }
}
