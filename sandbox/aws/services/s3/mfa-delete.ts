import type * as sdk from '@aws-sdk/client-s3';
import { GetBucketVersioning$, PutBucketVersioning$ } from '@aws-sdk/client-s3';
import { AwsError, type Call, type Service } from '../../service.ts';
import { type Output, onBucket, type S3 } from './access.ts';
import type { Bucket } from './bucket.ts';
import { accessDenied, invalidRequest, malformedXml, notDeviceOwner, tokenCodeInvalid } from './errors.ts';

/** Versioning and MFA Delete. */
export function versioningOperations(s3: S3): Service['operations'] {
  return {
    GetBucketVersioning: onBucket<sdk.GetBucketVersioningRequest, Output<sdk.GetBucketVersioningOutput>>(
      s3,
      GetBucketVersioning$,
      'GetBucketVersioning',
      (bucket) => ({
        ...(bucket.versioning && { Status: bucket.versioning }),
        // API reference, "GetBucketVersioning": only returned where MFA Delete was ever configured.
        ...(bucket.mfaDelete !== undefined && { MFADelete: bucket.mfaDelete ? 'Enabled' : 'Disabled' }),
      }),
    ),
    PutBucketVersioning: onBucket<sdk.PutBucketVersioningRequest, object>(
      s3,
      PutBucketVersioning$,
      'PutBucketVersioning',
      (bucket, input, call) => {
        const { Status: status, MFADelete: mfaDelete } = input.VersioningConfiguration ?? {};
        if (!['Enabled', 'Suspended', undefined].includes(status) || !['Enabled', 'Disabled', undefined].includes(mfaDelete))
          throw malformedXml();
        if (status === undefined)
          throw new AwsError('IllegalVersioningConfigurationException', 'The Versioning element must be specified', 400);
        if (bucket.objectLock && (status !== 'Enabled' || mfaDelete === 'Enabled'))
          throw new AwsError(
            'InvalidBucketState',
            'An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.',
            409,
          );
        // cloudposse/terraform-aws-codebuild#76: S3's words.
        if (mfaDelete === 'Enabled' && bucket.settings.has('BucketLifecycleConfiguration'))
          throw new AwsError(
            'InvalidBucketState',
            'Mfa Authentication is not supported on a bucket with lifecycle configuration. Delete lifecycle configuration before enabling Mfa Authentication.',
            409,
          );
        const switched = mfaDelete !== undefined && (mfaDelete === 'Enabled') !== (bucket.mfaDelete ?? false);
        checkMfa(s3, bucket, input.MFA, switched || (bucket.mfaDelete ?? false), call);
        bucket.versioning = status;
        if (mfaDelete !== undefined) bucket.mfaDelete = mfaDelete === 'Enabled';
        return {};
      },
    ),
  };
}

/**
 * MFA Delete's check (user guide, "Configuring MFA delete": the bucket owner's root user alone, with its long-term keys and a code).
 * `needed`: the request must carry a code. Messages as S3 gives them to clients; the order is S3's: the code's absence, the kind of
 * credentials, then who it is.
 */
export function checkMfa(s3: S3, bucket: Bucket, mfa: string | undefined, needed: boolean | undefined, call: Call): void {
  const { caller } = call;
  if (mfa !== undefined && caller.kind === 'session') throw invalidRequest('DevPay and Mfa are mutually exclusive authorization methods.');
  if (!needed) return;
  if (mfa === undefined) throw accessDenied('Mfa Authentication must be used for this request');
  if (caller.kind !== 'root' || caller.account !== bucket.account)
    throw accessDenied('This operation may only be performed by the bucket owner');
  // API reference, "PutBucketVersioning": serial, a space, code. What S3 says to other forms is UNVERIFIED; it takes none.
  const [, serial, code] = /^(\S+) (\d{6})$/.exec(mfa) ?? [];
  if (serial === undefined || code === undefined) throw tokenCodeInvalid();
  const verdict = s3.checkRootsCode(serial, code);
  // Which of the two a throttled device gets is UNVERIFIED.
  if (verdict === 'unable') throw notDeviceOwner(serial, code);
  if (verdict === 'wrong') throw tokenCodeInvalid();
}

/**
 * No lifecycle rules on a bucket with MFA Delete (user guide, "Lifecycle and other bucket configurations").
 * UNVERIFIED: the error; the other way round, S3 names it so.
 */
export function checkNoMfaDelete(bucket: Bucket): void {
  if (bucket.mfaDelete) {
    throw new AwsError('InvalidBucketState', 'Lifecycle configuration is not supported on a bucket with Mfa Authentication.', 409);
  }
}
