import type * as sdk from '@aws-sdk/client-s3';
import { CopyObject$, GetObject$, HeadObject$, PutObject$ } from '@aws-sdk/client-s3';
import { AwsError, type Call, type Operation, type Question, type Service } from '../../service.ts';
import { checkRegion, type Output, onObject, question, reach, type S3 } from './access.ts';
import { bodyOf, checksumsOf, copySource, details, headerTags, keptHeaders, rangeOfBody } from './bodies.ts';
import type { Bucket, Version } from './bucket.ts';
import { accessDenied, invalidRequest } from './errors.ts';
import { locksFor } from './locks.ts';
import { checkPreconditions } from './preconditions.ts';
import { checkTags } from './settings.ts';
import { checkKey, readVersion } from './versions.ts';

/** Writing, reading and copying objects. */
export function objectOperations(s3: S3): Service['operations'] {
  return {
    PutObject: onObject<sdk.PutObjectRequest, Output<sdk.PutObjectOutput>>(s3, PutObject$, writeActions, putObject, writeContext),
    GetObject: onObject<sdk.GetObjectRequest, sdk.GetObjectOutput>(
      s3,
      GetObject$,
      (input) => [input.VersionId === undefined ? 'GetObject' : 'GetObjectVersion'],
      async (bucket, key, input, call) => {
        const version = await readable(s3, bucket, key, input, call);
        const { start, end } = rangeOfBody(input.Range, version.body.length) ?? {};
        return { ...headOf(bucket, version, input), Body: version.body.subarray(start, end) as never };
      },
      (input) => ({ 's3:versionid': input.VersionId }),
    ),
    HeadObject: onObject<sdk.HeadObjectRequest, Output<sdk.HeadObjectOutput>>(
      s3,
      HeadObject$,
      (input) => [input.VersionId === undefined ? 'GetObject' : 'GetObjectVersion'],
      async (bucket, key, input, call) => headOf(bucket, await readable(s3, bucket, key, input, call), input),
      (input) => ({ 's3:versionid': input.VersionId }),
    ),
    CopyObject: copyObject(s3),
  };
}

type WriteInput = sdk.PutObjectRequest | sdk.CopyObjectRequest | sdk.CreateMultipartUploadRequest;

/** What writing an object takes, by what is written with it. */
export function writeActions(input: WriteInput): string[] {
  return [
    'PutObject',
    ...(input.Tagging === undefined ? [] : ['PutObjectTagging']),
    ...(input.ObjectLockMode === undefined ? [] : ['PutObjectRetention']),
    ...(input.ObjectLockLegalHoldStatus === undefined ? [] : ['PutObjectLegalHold']),
    ...(input.ACL === undefined ? [] : ['PutObjectAcl']),
  ];
}

export const writeContext = (input: WriteInput) => ({
  's3:x-amz-acl': input.ACL,
  's3:x-amz-storage-class': input.StorageClass,
  's3:x-amz-server-side-encryption': input.ServerSideEncryption,
  's3:object-lock-mode': input.ObjectLockMode,
  's3:object-lock-legal-hold': input.ObjectLockLegalHoldStatus,
});

function putObject(bucket: Bucket, key: string, input: sdk.PutObjectRequest, call: Call): Output<sdk.PutObjectOutput> {
  checkKey(key);
  checkAcl(bucket, input.ACL);
  checkPreconditions({ IfMatch: input.IfMatch, IfNoneMatch: input.IfNoneMatch }, bucket.latest(key));
  const tags = headerTags(input.Tagging);
  checkTags(tags, 10);
  const body = bodyOf(input);
  const checksums = checksumsOf({ ...input }, body);
  const kept = details({ headers: keptHeaders({ ...input }), tags, checksums, ...locksFor(bucket, input, call.now) });
  const version = bucket.put(key, call.now, body, kept);
  return {
    ...checksums,
    ...writtenAs(bucket, version),
    ETag: `"${version.etag}"`,
    ServerSideEncryption: input.ServerSideEncryption ?? 'AES256',
  };
}

/** The version id, where the bucket has versions. */
export function writtenAs(bucket: Bucket, version: Version): { VersionId?: string } {
  return bucket.versioning === 'Enabled' ? { VersionId: bucket.versionId(version) } : {};
}

/** User guide, "Controlling ownership of objects": where ACLs are disabled, as by default, only one that changes nothing is taken. */
function checkAcl(bucket: Bucket, acl: string | undefined): void {
  const controls = bucket.settings.get('BucketOwnershipControls') as sdk.OwnershipControls | undefined;
  const enabled = controls !== undefined && controls.Rules?.[0]?.ObjectOwnership !== 'BucketOwnerEnforced';
  if (acl !== undefined && acl !== 'private' && acl !== 'bucket-owner-full-control' && !enabled)
    throw new AwsError('AccessControlListNotSupported', 'The bucket does not allow ACLs', 400);
}

type ReadInput = sdk.GetObjectRequest | sdk.HeadObjectRequest;

/** The version that a read names, if its conditions hold. Who may not list the bucket doesn't learn that a key is missing (API reference, "GetObject" › "Permissions"). */
async function readable(s3: S3, bucket: Bucket, key: string, input: ReadInput, call: Call): Promise<Version & { body: Uint8Array }> {
  try {
    const version = readVersion(bucket, key, input.VersionId);
    checkPreconditions(input, version, true);
    return version;
  } catch (error) {
    if (error instanceof AwsError && error.code === 'NoSuchKey' && !(await call.check(question(s3, 'ListBucket', bucket.name))).allowed)
      throw accessDenied();
    throw error;
  }
}

function headOf(
  bucket: Bucket,
  version: Version & { body: Uint8Array },
  { Range, ChecksumMode }: sdk.HeadObjectRequest | sdk.GetObjectRequest,
): Output<sdk.HeadObjectOutput> {
  const { headers, tags, retention, legalHold, checksums } = version.details ?? {};
  const whole = version.body.length;
  const part = rangeOfBody(Range, whole);
  return {
    AcceptRanges: 'bytes',
    ContentType: 'binary/octet-stream',
    ServerSideEncryption: 'AES256',
    ...headers,
    ContentLength: part ? part.end - part.start : whole,
    ...(part && { ContentRange: `bytes ${part.start}-${part.end - 1}/${whole}` }),
    ETag: `"${version.etag}"`,
    LastModified: new Date(version.seconds * 1000),
    ...(bucket.versioning && { VersionId: bucket.versionId(version) }),
    ...(tags && { TagCount: tags.length }),
    ...(retention && { ObjectLockMode: retention.Mode, ObjectLockRetainUntilDate: retention.RetainUntilDate }),
    ...(legalHold && { ObjectLockLegalHoldStatus: legalHold }),
    ...(ChecksumMode === 'ENABLED' && !part && checksums),
  };
}

/** What reading the source of a copy takes; sends the caller away where the bucket it writes to is elsewhere. */
export function copyQuestions(s3: S3, input: { Bucket?: string | undefined; CopySource?: string | undefined }, call: Call): Question {
  checkRegion(s3, input.Bucket ?? '', call);
  const { bucket, key, versionId } = copySource(input.CopySource);
  return question(s3, versionId === undefined ? 'GetObject' : 'GetObjectVersion', bucket, key, { 's3:versionid': versionId });
}

function copyObject(s3: S3): Operation<sdk.CopyObjectRequest, Output<sdk.CopyObjectOutput>> {
  return {
    schema: CopyObject$,
    questions: (input, call) => [
      copyQuestions(s3, input, call),
      ...writeActions(input).map((action) => question(s3, action, input.Bucket ?? '', input.Key ?? '', writeContext(input))),
    ],
    run: (input, call) => {
      const bucket = reach(s3, input, call);
      const key = input.Key ?? '';
      checkKey(key);
      checkAcl(bucket, input.ACL);
      const from = copySource(input.CopySource);
      const sourceBucket = reach(s3, { Bucket: from.bucket, ExpectedBucketOwner: input.ExpectedSourceBucketOwner }, call);
      const source = readVersion(sourceBucket, from.key, from.versionId);
      checkPreconditions({ IfMatch: input.CopySourceIfMatch, IfNoneMatch: input.CopySourceIfNoneMatch }, source);
      const replaced = input.MetadataDirective === 'REPLACE';
      if (!replaced && sourceBucket === bucket && from.key === key && source === bucket.latest(key) && !input.StorageClass)
        throw invalidRequest(
          "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
        );
      const tags = input.TaggingDirective === 'REPLACE' ? headerTags(input.Tagging) : source.details?.tags;
      const headers = {
        ...(!replaced && source.details?.headers),
        ...keptHeaders({ ...input, ...(!replaced && { Metadata: undefined }) }),
      };
      const kept = details({ headers, tags, checksums: source.details?.checksums, ...locksFor(bucket, input, call.now) });
      const version = bucket.put(key, call.now, source.body, kept);
      return {
        ...writtenAs(bucket, version),
        ...(sourceBucket.versioning && { CopySourceVersionId: sourceBucket.versionId(source) }),
        CopyObjectResult: { ETag: `"${version.etag}"`, LastModified: new Date(version.seconds * 1000) },
      };
    },
  };
}
