/** S3's calls by the names of IAM's actions, each on a bucket or on `<bucket>/<key>`. */
import {
  AbortMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketReplicationCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetBucketWebsiteCommand,
  GetObjectCommand,
  GetObjectLegalHoldCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';

type Send = (argument: string) => Promise<unknown>;

/** A policy that changes nothing: it allows nobody of this account what they may not do already. */
const HARMLESS = (bucket: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::444455556666:root' },
      Action: 's3:ListBucket',
      Resource: `arn:aws:s3:::${bucket}`,
    },
  });

/** @param kept is told of the client that is made, to close it */
export function s3Calls(config: S3ClientConfig, kept: <C extends { destroy(): void }>(client: C) => C): Record<string, Send> {
  const s3 = kept(new S3Client({ ...config, forcePathStyle: true }));
  const at = (where: string) => {
    const [Bucket = '', ...key] = where.split('/');
    return { Bucket, Key: key.join('/') };
  };
  return {
    's3:ListAllMyBuckets': () => s3.send(new ListBucketsCommand({})),
    's3:ListBucket': (Bucket) => s3.send(new ListObjectsV2Command({ Bucket })),
    's3:ListBucketVersions': (Bucket) => s3.send(new ListObjectVersionsCommand({ Bucket })),
    's3:ListBucketMultipartUploads': (Bucket) => s3.send(new ListMultipartUploadsCommand({ Bucket })),
    's3:GetBucketVersioning': (Bucket) => s3.send(new GetBucketVersioningCommand({ Bucket })),
    's3:GetBucketObjectLockConfiguration': (Bucket) => s3.send(new GetObjectLockConfigurationCommand({ Bucket })),
    's3:GetBucketNotification': (Bucket) => s3.send(new GetBucketNotificationConfigurationCommand({ Bucket })),
    's3:GetBucketWebsite': (Bucket) => s3.send(new GetBucketWebsiteCommand({ Bucket })),
    's3:GetReplicationConfiguration': (Bucket) => s3.send(new GetBucketReplicationCommand({ Bucket })),
    's3:GetBucketTagging': (Bucket) => s3.send(new GetBucketTaggingCommand({ Bucket })),
    's3:GetEncryptionConfiguration': (Bucket) => s3.send(new GetBucketEncryptionCommand({ Bucket })),
    's3:GetLifecycleConfiguration': (Bucket) => s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket })),
    's3:GetBucketPolicy': (Bucket) => s3.send(new GetBucketPolicyCommand({ Bucket })),
    's3:PutBucketPolicy': (Bucket) => s3.send(new PutBucketPolicyCommand({ Bucket, Policy: HARMLESS(Bucket) })),
    's3:DeleteBucketPolicy': (Bucket) => s3.send(new DeleteBucketPolicyCommand({ Bucket })),
    's3:PutBucketVersioning': (Bucket) =>
      s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Suspended' } })),
    's3:PutLifecycleConfiguration': (Bucket) =>
      s3.send(
        new PutBucketLifecycleConfigurationCommand({
          Bucket,
          LifecycleConfiguration: { Rules: [{ ID: 'all', Status: 'Enabled', Filter: { Prefix: '' }, Expiration: { Days: 1 } }] },
        }),
      ),
    's3:DeleteBucket': (Bucket) => s3.send(new DeleteBucketCommand({ Bucket })),
    's3:GetObjectLegalHold': (where) => s3.send(new GetObjectLegalHoldCommand(at(where))),
    's3:GetObjectRetention': (where) => s3.send(new GetObjectRetentionCommand(at(where))),
    's3:GetObject': (where) => s3.send(new GetObjectCommand(at(where))),
    's3:PutObject': (where) => s3.send(new PutObjectCommand({ ...at(where), Body: 'x' })),
    's3:DeleteObject': (where) => s3.send(new DeleteObjectCommand(at(where))),
    's3:DeleteObjectVersion': (where) => s3.send(new DeleteObjectCommand({ ...at(where), VersionId: 'null' })),
    's3:BypassGovernanceRetention': (where) =>
      s3.send(new DeleteObjectCommand({ ...at(where), VersionId: 'null', BypassGovernanceRetention: true })),
    's3:AbortMultipartUpload': (where) => s3.send(new AbortMultipartUploadCommand({ ...at(where), UploadId: 'none' })),
  };
}
