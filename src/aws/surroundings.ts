/** Looks at what may go round a bucket's guard: lifecycle rules, versioning, and the KMS keys of its default encryption. */
import {
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketVersioningCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Surroundings } from '../domain/guard-ways-round.ts';
import { unless } from './clients.ts';

/** Who manages a key, as KMS says (DescribeKey, KeyManager); undefined where it can't be told. */
export type KeyManager = (key: string) => Promise<'AWS' | 'CUSTOMER' | undefined>;

/**
 * What `waysRound` asks about a bucket. Needs `s3:GetLifecycleConfiguration`, `s3:GetBucketVersioning` and `s3:GetEncryptionConfiguration`; throws the
 * SDK's errors. Of objects that were written under another key than the bucket's default, nothing is known: one would have to ask each.
 * @param s3 for the bucket's own region
 */
export async function surroundingsOf(s3: S3Client, bucket: string, account: string, managerOf?: KeyManager): Promise<Surroundings> {
  const of = { Bucket: bucket, ExpectedBucketOwner: account };
  const [lifecycle, versioning, encryption] = await Promise.all([
    unless('NoSuchLifecycleConfiguration', s3.send(new GetBucketLifecycleConfigurationCommand(of))),
    s3.send(new GetBucketVersioningCommand(of)),
    unless('ServerSideEncryptionConfigurationNotFoundError', s3.send(new GetBucketEncryptionCommand(of))),
  ]);
  const defaults = encryption?.ServerSideEncryptionConfiguration?.Rules ?? [];
  // Without a key's id it is AWS's own, aws/s3 (S3 API Reference, ServerSideEncryptionByDefault, read November 2026).
  const keys = defaults.flatMap(({ ApplyServerSideEncryptionByDefault: by }) => by?.KMSMasterKeyID ?? []);
  return {
    lifecycle: lifecycle?.Rules ?? [],
    versioning: versioning.Status === 'Enabled' ? 'on' : versioning.Status === 'Suspended' ? 'suspended' : 'never on',
    account,
    keys: await Promise.all(keys.map(async (key) => ({ key, manager: await managerOf?.(key) }))),
  };
}
