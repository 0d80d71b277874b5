import type * as sdk from '@aws-sdk/client-s3';
import { GetBucketVersioning$, PutBucketVersioning$ } from '@aws-sdk/client-s3';
import { AwsError, type Call, type Service } from '../../service.ts';
import { type Output, onBucket, type S3 } from './access.ts';
import type { Bucket } from './bucket.ts';
import { accessDenied, invalidRequest, malformedXml } from './errors.ts';

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
      async (bucket, input, call) => {
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
        const switched = mfaDelete !== undefined && (mfaDelete === 'Enabled') !== (bucket.mfaDelete ?? false);
        await checkMfa(s3, bucket, input.MFA, switched || (bucket.mfaDelete ?? false), call);
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
export async function checkMfa(s3: S3, bucket: Bucket, mfa: string | undefined, needed: boolean | undefined, call: Call): Promise<void> {
  const { caller } = call;
  if (mfa !== undefined && caller.kind === 'session') throw invalidRequest('DevPay and Mfa are mutually exclusive authorization methods.');
  if (!needed) return;
  if (mfa === undefined) throw accessDenied('Mfa Authentication must be used for this request');
  if (caller.kind !== 'root' || caller.account !== bucket.account)
    throw accessDenied('This operation may only be performed by the bucket owner');
  await s3.verifyMfa(caller, mfa);
}
