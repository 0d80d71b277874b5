import type * as sdk from '@aws-sdk/client-s3';
import { PutObject$ } from '@aws-sdk/client-s3';
import type { Service } from '../../service.ts';
import { type Output, onObject, type S3 } from './access.ts';
import { EMPTY } from './bucket.ts';

export function objectOperations(s3: S3): Service['operations'] {
  return {
    PutObject: onObject<sdk.PutObjectRequest, Output<sdk.PutObjectOutput>>(
      s3,
      PutObject$,
      () => ['PutObject'],
      (bucket, key, input, call) => {
        const version = bucket.put(key, call.now, (input.Body as Uint8Array | undefined) ?? EMPTY);
        return { ETag: `"${version.etag}"`, ...(bucket.versioning && { VersionId: bucket.versionId(version) }) };
      },
    ),
  };
}
