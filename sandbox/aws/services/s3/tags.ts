import type * as sdk from '@aws-sdk/client-s3';
import { DeleteObjectTagging$, GetObjectTagging$, PutObjectTagging$ } from '@aws-sdk/client-s3';
import type { Service } from '../../service.ts';
import { type Output, onObject, type S3 } from './access.ts';
import type { Bucket } from './bucket.ts';
import { checkTags } from './settings.ts';
import { readVersion } from './versions.ts';

/** Tags of objects. */
export function tagOperations(s3: S3): Service['operations'] {
  const action = (verb: string) => (input: { VersionId?: string | undefined }) => [
    `${verb}Object${input.VersionId === undefined ? '' : 'Version'}Tagging`,
  ];
  return {
    GetObjectTagging: onObject<sdk.GetObjectTaggingRequest, Output<sdk.GetObjectTaggingOutput>>(
      s3,
      GetObjectTagging$,
      action('Get'),
      (bucket, key, input) => ({ TagSet: readVersion(bucket, key, input.VersionId).details?.tags ?? [] }),
    ),
    PutObjectTagging: onObject<sdk.PutObjectTaggingRequest, Output<sdk.PutObjectTaggingOutput>>(
      s3,
      PutObjectTagging$,
      action('Put'),
      (bucket, key, input) => {
        const tags = input.Tagging?.TagSet ?? [];
        checkTags(tags, 10);
        return retag(bucket, key, input.VersionId, tags);
      },
    ),
    DeleteObjectTagging: onObject<sdk.DeleteObjectTaggingRequest, Output<sdk.DeleteObjectTaggingOutput>>(
      s3,
      DeleteObjectTagging$,
      action('Delete'),
      (bucket, key, input) => retag(bucket, key, input.VersionId, []),
    ),
  };
}

function retag(bucket: Bucket, key: string, versionId: string | undefined, tags: sdk.Tag[]): { VersionId?: string } {
  const version = readVersion(bucket, key, versionId);
  version.details = { ...version.details, tags };
  return bucket.versioning ? { VersionId: bucket.versionId(version) } : {};
}
