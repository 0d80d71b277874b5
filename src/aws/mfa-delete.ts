/** MFA Delete of a bucket: looks at it, and switches it with a code of root's. */
import {
  GetBucketLifecycleConfigurationCommand,
  GetBucketVersioningCommand,
  PutBucketVersioningCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Secret } from '../secret.ts';
import { nameOf, neverSent, statusOf } from './clients.ts';

export interface Versioning {
  /** `never on` has no MFA Delete. */
  versioning: 'on' | 'suspended' | 'never on';
  mfaDelete: boolean;
}

/** A bucket's versioning. Throws the SDK's errors. */
export async function readVersioning(s3: S3Client, bucket: string, account: string): Promise<Versioning> {
  const { Status, MFADelete } = await s3.send(new GetBucketVersioningCommand({ Bucket: bucket, ExpectedBucketOwner: account }));
  return {
    versioning: Status === 'Enabled' ? 'on' : Status === 'Suspended' ? 'suspended' : 'never on',
    mfaDelete: MFADelete === 'Enabled',
  };
}

/** Has the bucket lifecycle rules, beside which S3 takes no MFA Delete (S3 user guide, "Configuring MFA delete")? Throws the SDK's errors. */
export async function hasLifecycleRules(s3: S3Client, bucket: string, account: string): Promise<boolean> {
  try {
    await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket: bucket, ExpectedBucketOwner: account }));
    return true;
  } catch (error) {
    if (nameOf(error) !== 'NoSuchLifecycleConfiguration') throw error;
    return false;
  }
}

export interface Switch {
  /** For the bucket's own region, with root's long-term key, and one attempt: a code works once. */
  s3: S3Client;
  bucket: string;
  account: string;
  mfaDelete: boolean;
  /** Stays as it is: S3 takes it with every change. */
  versioning: 'on' | 'suspended';
  /** Of a device of root's: the ARN of a virtual one, the number of a hardware one. */
  serial: string;
  code: Secret;
}

export type Refusal =
  | 'code'
  | 'device'
  | 'session'
  | 'not the owner'
  | 'denied by a policy'
  | 'denied'
  | 'lifecycle rules'
  | 'Object Lock'
  | 'gone'
  | 'busy'
  | 'other';

export type Switched =
  | { kind: 'switched' }
  /** `name`: of S3's error, where it is one. Its text stays here: S3 repeats the code in some. */
  | { kind: 'refused'; why: Refusal; name: string }
  /** Whether it was done is not known, nor whether the code was used. */
  | { kind: 'lost' }
  /** The code went nowhere. `cause` says why nobody could be reached. */
  | { kind: 'unsent'; cause: unknown }
  /** The code went nowhere: the way to S3 is not encrypted. */
  | { kind: 'unencrypted' };

/** Switches MFA Delete on or off with one call. Throws nothing: an error's text could hold the code. */
export async function switchMfaDelete({ s3, bucket, account, mfaDelete, versioning, serial, code }: Switch): Promise<Switched> {
  const command = new PutBucketVersioningCommand({
    Bucket: bucket,
    ExpectedBucketOwner: account,
    // S3 API reference, "PutBucketVersioning": serial, a space, code.
    MFA: `${serial} ${code.reveal()}`,
    VersioningConfiguration: { Status: versioning === 'on' ? 'Enabled' : 'Suspended', MFADelete: mfaDelete ? 'Enabled' : 'Disabled' },
  });
  // S3 user guide, "Deleting an object from an MFA delete-enabled bucket": such requests must use HTTPS. An address of one's own might not.
  command.middlewareStack.add(
    (next) => (args) => {
      const { protocol, hostname } = args.request as { protocol: string; hostname: string };
      if (protocol !== 'https:' && !isThisMachine(hostname)) throw new Unencrypted();
      return next(args);
    },
    { step: 'build', priority: 'low' },
  );
  try {
    await s3.send(command);
    return { kind: 'switched' };
  } catch (error) {
    if (error instanceof Unencrypted) return { kind: 'unencrypted' };
    if (neverSent(error)) return { kind: 'unsent', cause: error };
    const status = statusOf(error);
    if (status === undefined || status >= 500) return { kind: 'lost' };
    const name = nameOf(error);
    return { kind: 'refused', why: refusalOf(error), name: /^[A-Z][A-Za-z]*$/.test(name) ? name : 'with no error of a name' };
  }
}

class Unencrypted extends Error {}

const isThisMachine = (host: string): boolean => /^(?:(?:.*\.)?localhost|127(?:\.\d+){3}|\[?::1\]?)$/.test(host);

/**
 * What S3 refused. Names: S3 API reference, "Error responses". Texts, matched loosely, as users of the AWS CLI report them
 * (cloudposse/terraform-aws-codebuild#76 and others). Whether a wrong code is refused in S3's words or in those of STS no page settles: both count.
 */
function refusalOf(error: unknown): Refusal {
  const name = nameOf(error);
  const text = (error as Error).message;
  const isDenied = name === 'AccessDenied';
  if (name === 'TokenCodeInvalidError' || /one time pass/i.test(text)) return 'code';
  if (name === 'NotDeviceOwnerError' || name === 'DeviceNotActiveError' || (isDenied && /serial number/i.test(text))) return 'device';
  if (/DevPay and Mfa/i.test(text)) return 'session';
  if (isDenied && /bucket owner/i.test(text)) return 'not the owner';
  if (isDenied) return /explicit deny/i.test(text) ? 'denied by a policy' : 'denied';
  if (name === 'InvalidBucketState' && /lifecycle/i.test(text)) return 'lifecycle rules';
  if (name === 'InvalidBucketState' && /object lock/i.test(text)) return 'Object Lock';
  if (name === 'NoSuchBucket') return 'gone';
  return name === 'OperationAborted' ? 'busy' : 'other';
}
