import type * as sdk from '@aws-sdk/client-s3';
import * as schemas from '@aws-sdk/client-s3';
import { AwsError, type Call, type Service } from '../../service.ts';
import { onBucket, type S3 } from './access.ts';
import type { Bucket } from './bucket.ts';
import { ownerId } from './buckets.ts';
import { malformedXml } from './errors.ts';
import { checkNoMfaDelete } from './mfa-delete.ts';

/** A setting of a bucket that comes back as it was sent. */
interface Setting {
  /** Names the operations: `Get…`, `Put…`, `Delete…`, as far as the SDK has them. */
  name: string;
  /** The member of Put's input that holds the setting; Get's output is that, or its members where `spread`. */
  member: string;
  spread?: boolean;
  /** `[Get, Put, Delete]`; an action that isn't given isn't served. */
  actions: [string, string?, string?];
  /** What Get answers while nothing is set: an error, or a value. */
  missing: [code: string, message: string] | ((bucket: Bucket) => object);
  /** What Delete is called, where not `Delete<name>`. */
  deleteName?: string;
  /** Throws where the input is wrong. */
  check?: (value: never, bucket: Bucket) => void;
  /** What else a change does; `undefined`: the setting was deleted. */
  changed?: (bucket: Bucket, value: never, call: Call) => void;
}

const SETTINGS: Setting[] = [
  {
    name: 'BucketLifecycleConfiguration',
    member: 'LifecycleConfiguration',
    spread: true,
    actions: ['GetLifecycleConfiguration', 'PutLifecycleConfiguration', 'PutLifecycleConfiguration'],
    deleteName: 'DeleteBucketLifecycle',
    missing: ['NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist'],
    check: (value: sdk.BucketLifecycleConfiguration, bucket) => {
      checkNoMfaDelete(bucket);
      if (!value.Rules?.length || value.Rules.some(({ Status }) => Status !== 'Enabled' && Status !== 'Disabled')) throw malformedXml();
    },
    changed: (bucket, _value, call) => {
      bucket.changedAt = call.now;
    },
  },
  {
    name: 'BucketTagging',
    member: 'Tagging',
    spread: true,
    actions: ['GetBucketTagging', 'PutBucketTagging', 'PutBucketTagging'],
    missing: ['NoSuchTagSet', 'The TagSet does not exist'],
    check: (value: sdk.Tagging) => checkTags(value.TagSet ?? [], 50),
  },
  {
    name: 'BucketEncryption',
    member: 'ServerSideEncryptionConfiguration',
    actions: ['GetEncryptionConfiguration', 'PutEncryptionConfiguration', 'PutEncryptionConfiguration'],
    // User guide, "Setting default server-side encryption behavior": SSE-S3 on every bucket that has nothing else.
    missing: () => ({
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false }],
      },
    }),
  },
  {
    name: 'BucketWebsite',
    member: 'WebsiteConfiguration',
    spread: true,
    actions: ['GetBucketWebsite', 'PutBucketWebsite', 'DeleteBucketWebsite'],
    missing: ['NoSuchWebsiteConfiguration', 'The specified bucket does not have a website configuration'],
  },
  {
    name: 'BucketCors',
    member: 'CORSConfiguration',
    spread: true,
    actions: ['GetBucketCORS', 'PutBucketCORS', 'PutBucketCORS'],
    missing: ['NoSuchCORSConfiguration', 'The CORS configuration does not exist'],
  },
  {
    name: 'BucketReplication',
    member: 'ReplicationConfiguration',
    actions: ['GetReplicationConfiguration', 'PutReplicationConfiguration', 'PutReplicationConfiguration'],
    missing: ['ReplicationConfigurationNotFoundError', 'The replication configuration was not found'],
  },
  {
    name: 'BucketNotificationConfiguration',
    member: 'NotificationConfiguration',
    spread: true,
    actions: ['GetBucketNotification', 'PutBucketNotification'],
    missing: () => ({}),
  },
  {
    name: 'BucketLogging',
    member: 'BucketLoggingStatus',
    spread: true,
    actions: ['GetBucketLogging', 'PutBucketLogging'],
    missing: () => ({}),
  },
  {
    name: 'BucketRequestPayment',
    member: 'RequestPaymentConfiguration',
    spread: true,
    actions: ['GetBucketRequestPayment', 'PutBucketRequestPayment'],
    missing: (bucket) => ({ Payer: bucket.requesterPays ? 'Requester' : 'BucketOwner' }),
    check: (value: sdk.RequestPaymentConfiguration) => {
      if (value.Payer !== 'Requester' && value.Payer !== 'BucketOwner') throw malformedXml();
    },
    changed: (bucket, value: sdk.RequestPaymentConfiguration) => {
      bucket.requesterPays = value.Payer === 'Requester';
    },
  },
  {
    name: 'BucketOwnershipControls',
    member: 'OwnershipControls',
    actions: ['GetBucketOwnershipControls', 'PutBucketOwnershipControls', 'PutBucketOwnershipControls'],
    // User guide, "Controlling ownership of objects": the default of new buckets since April 2023.
    missing: () => ({ OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] } }),
  },
  {
    name: 'PublicAccessBlock',
    member: 'PublicAccessBlockConfiguration',
    actions: ['GetBucketPublicAccessBlock', 'PutBucketPublicAccessBlock', 'PutBucketPublicAccessBlock'],
    missing: ['NoSuchPublicAccessBlockConfiguration', 'The public access block configuration was not found'],
    changed: (bucket, value: sdk.PublicAccessBlockConfiguration | undefined) => {
      bucket.publicAccessBlock = value;
    },
  },
  {
    name: 'BucketAccelerateConfiguration',
    member: 'AccelerateConfiguration',
    spread: true,
    actions: ['GetAccelerateConfiguration', 'PutAccelerateConfiguration'],
    missing: () => ({}),
  },
  {
    name: 'BucketAcl',
    member: 'AccessControlPolicy',
    actions: ['GetBucketAcl'],
    missing: (bucket) => {
      const ID = ownerId(bucket.account);
      return { Owner: { ID }, Grants: [{ Grantee: { ID, Type: 'CanonicalUser' }, Permission: 'FULL_CONTROL' }] };
    },
  },
];

/** Settings of buckets that S3 keeps and the sandbox shows. */
export function settingOperations(s3: S3): Service['operations'] {
  return Object.assign({}, ...SETTINGS.map((setting) => operationsFor(s3, setting)));
}

type Input = { Bucket?: string } & Record<string, unknown>;

function operationsFor(s3: S3, setting: Setting): Service['operations'] {
  const { name, member, spread, missing } = setting;
  const [get, put, remove] = setting.actions;
  const deleteName = setting.deleteName ?? `Delete${name}`;
  return {
    [`Get${name}`]: onBucket<Input, object>(s3, schema(`Get${name}`), get, (bucket) => {
      const value = bucket.settings.get(name) as object | undefined;
      if (value) return spread ? value : { [member]: value };
      if (typeof missing === 'function') return missing(bucket);
      throw new AwsError(missing[0], missing[1], 404, { BucketName: bucket.name });
    }),
    ...(put && {
      [`Put${name}`]: onBucket<Input, object>(s3, schema(`Put${name}`), put, (bucket, input, call) => {
        const value = input[member];
        if (value === undefined) throw malformedXml();
        setting.check?.(value as never, bucket);
        bucket.settings.set(name, value);
        setting.changed?.(bucket, value as never, call);
        return {};
      }),
    }),
    ...(remove && {
      [deleteName]: onBucket<Input, object>(s3, schema(deleteName), remove, (bucket, _input, call) => {
        bucket.settings.delete(name);
        setting.changed?.(bucket, undefined as never, call);
        return {};
      }),
    }),
  };
}

function schema(operation: string): unknown {
  const found = (schemas as Record<string, unknown>)[`${operation}$`];
  if (!found) throw new TypeError(`the SDK has no schema for ${operation}`);
  return found;
}

/** Throws where tags break S3's rules (user guide, "Categorizing your storage using tags"; buckets: "Using cost allocation tags"). */
export function checkTags(tags: sdk.Tag[], most: number): void {
  if (tags.length > most) throw new AwsError('BadRequest', `Object tags cannot be greater than ${most}`, 400);
  const keys = tags.map(({ Key }) => Key);
  if (new Set(keys).size < keys.length) throw new AwsError('InvalidTag', 'Cannot provide multiple Tags with the same key', 400);
  for (const { Key: key, Value: value } of tags) {
    if (!key || key.length > 128) throw new AwsError('InvalidTag', 'The TagKey you have provided is invalid', 400, { TagKey: key ?? '' });
    if (key.startsWith('aws:')) throw new AwsError('InvalidTag', 'System tags cannot be added/updated by requester', 400, { TagKey: key });
    if (value === undefined || value.length > 256)
      throw new AwsError('InvalidTag', 'The TagValue you have provided is invalid', 400, { TagKey: key });
  }
}
