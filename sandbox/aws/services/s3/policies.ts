import type * as sdk from '@aws-sdk/client-s3';
import { DeleteBucketPolicy$, GetBucketPolicy$, GetBucketPolicyStatus$, PutBucketPolicy$ } from '@aws-sdk/client-s3';
import { AwsError, type Call, type Service } from '../../service.ts';
import { accountOf, type Output, onBucket, type S3 } from './access.ts';
import type { Bucket } from './bucket.ts';
import { checkConflict } from './conflicts.ts';
import { accessDenied } from './errors.ts';
import { isPublic, readPolicy } from './policy-document.ts';

/** Bucket policies. */
export function policyOperations(s3: S3): Service['operations'] {
  return {
    GetBucketPolicy: onBucket<sdk.GetBucketPolicyRequest, Output<sdk.GetBucketPolicyOutput>>(
      s3,
      GetBucketPolicy$,
      'GetBucketPolicy',
      (bucket, _input, call) => {
        checkOwner(bucket, call);
        return { Policy: policyOf(bucket).text };
      },
    ),
    PutBucketPolicy: onBucket<sdk.PutBucketPolicyRequest, object>(s3, PutBucketPolicy$, 'PutBucketPolicy', (bucket, input, call) => {
      checkOwner(bucket, call);
      checkConflict(bucket);
      const policy = readPolicy(input.Policy ?? '', bucket.name, s3.knowsPrincipal);
      if (bucket.publicAccessBlock?.BlockPublicPolicy && isPublic(policy.document))
        throw accessDenied(
          `User: ${'arn' in call.caller ? call.caller.arn : 'anonymous'} is not authorized to perform: s3:PutBucketPolicy on resource: "${bucket.arn}" ` +
            'because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.',
        );
      bucket.policy = policy;
      bucket.changedAt = call.now;
      return {};
    }),
    DeleteBucketPolicy: onBucket<sdk.DeleteBucketPolicyRequest, object>(
      s3,
      DeleteBucketPolicy$,
      'DeleteBucketPolicy',
      (bucket, _input, call) => {
        checkOwner(bucket, call);
        checkConflict(bucket);
        bucket.policy = undefined;
        bucket.changedAt = call.now;
        return {};
      },
    ),
    GetBucketPolicyStatus: onBucket<sdk.GetBucketPolicyStatusRequest, Output<sdk.GetBucketPolicyStatusOutput>>(
      s3,
      GetBucketPolicyStatus$,
      'GetBucketPolicyStatus',
      (bucket) => ({ PolicyStatus: { IsPublic: isPublic(policyOf(bucket).document) } }),
    ),
  };
}

function policyOf(bucket: Bucket): { text: string; document: unknown } {
  if (!bucket.policy) throw new AwsError('NoSuchBucketPolicy', 'The bucket policy does not exist', 404, { BucketName: bucket.name });
  return bucket.policy;
}

/** API reference, "PutBucketPolicy": whoever is allowed to but isn't of the bucket owner's account gets 405. */
function checkOwner(bucket: Bucket, call: Call): void {
  if (accountOf(call.caller) !== bucket.account)
    throw new AwsError('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405);
}
