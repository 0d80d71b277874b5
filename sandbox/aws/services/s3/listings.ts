import type * as sdk from '@aws-sdk/client-s3';
import { ListObjects$, ListObjectsV2$, ListObjectVersions$ } from '@aws-sdk/client-s3';
import type { Service } from '../../service.ts';
import { type Output, onBucket, type S3 } from './access.ts';
import type { Bucket, Version } from './bucket.ts';
import { ownerId, readToken, writeToken } from './buckets.ts';
import { invalidArgument } from './errors.ts';
import { listObjects, listVersions } from './pages.ts';

/** What may be asked of any listing, and comes into the conditions of policies. */
const context = (input: { Prefix?: string | undefined; Delimiter?: string | undefined; MaxKeys?: number | undefined }) => ({
  's3:prefix': input.Prefix,
  's3:delimiter': input.Delimiter,
  's3:max-keys': input.MaxKeys?.toString(),
});

/** Listings of objects and of versions. */
export function listingOperations(s3: S3): Service['operations'] {
  return {
    ListObjects: onBucket<sdk.ListObjectsRequest, Output<sdk.ListObjectsOutput>>(
      s3,
      ListObjects$,
      'ListBucket',
      (bucket, input) => {
        const encode = encoder(input.EncodingType);
        const range = { ...rangeOf(input), after: input.Marker ?? '' };
        const { items, commonPrefixes, next } = listObjects(bucket, range);
        return {
          Name: bucket.name,
          Prefix: encode(range.prefix),
          Marker: encode(range.after),
          MaxKeys: range.limit,
          IsTruncated: next !== undefined,
          Contents: items.map(({ key, version }) => listed(bucket, encode(key), version, true)),
          CommonPrefixes: commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) })),
          ...(range.delimiter !== '' && { Delimiter: encode(range.delimiter) }),
          ...(input.EncodingType && { EncodingType: input.EncodingType }),
          // API reference, "ListObjects": only with a delimiter; without one, the last key is the next marker.
          ...(next !== undefined && range.delimiter !== '' && { NextMarker: encode(typeof next === 'string' ? next : next.key) }),
        };
      },
      context,
    ),
    ListObjectsV2: onBucket<sdk.ListObjectsV2Request, Output<sdk.ListObjectsV2Output>>(
      s3,
      ListObjectsV2$,
      'ListBucket',
      (bucket, input) => {
        const encode = encoder(input.EncodingType);
        const after = input.ContinuationToken === undefined ? (input.StartAfter ?? '') : readToken(input.ContinuationToken);
        const range = { ...rangeOf(input), after };
        const { items, commonPrefixes, next } = listObjects(bucket, range);
        return {
          Name: bucket.name,
          Prefix: encode(range.prefix),
          MaxKeys: range.limit,
          KeyCount: items.length + commonPrefixes.length,
          IsTruncated: next !== undefined,
          Contents: items.map(({ key, version }) => listed(bucket, encode(key), version, input.FetchOwner ?? false)),
          CommonPrefixes: commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) })),
          ...(range.delimiter !== '' && { Delimiter: encode(range.delimiter) }),
          ...(input.EncodingType && { EncodingType: input.EncodingType }),
          ...(input.StartAfter !== undefined && { StartAfter: encode(input.StartAfter) }),
          ...(input.ContinuationToken !== undefined && { ContinuationToken: input.ContinuationToken }),
          ...(next !== undefined && { NextContinuationToken: writeToken(typeof next === 'string' ? next : next.key) }),
        };
      },
      context,
    ),
    ListObjectVersions: onBucket<sdk.ListObjectVersionsRequest, Output<sdk.ListObjectVersionsOutput>>(
      s3,
      ListObjectVersions$,
      'ListBucketVersions',
      versions,
      context,
    ),
  };
}

function versions(bucket: Bucket, input: sdk.ListObjectVersionsRequest): Output<sdk.ListObjectVersionsOutput> {
  const encode = encoder(input.EncodingType);
  const range = { ...rangeOf(input), after: input.KeyMarker ?? '' };
  const marker = versionIdMarker(bucket, input);
  const { items, commonPrefixes, next } = listVersions(bucket, range, marker);
  const entry = ({ key, version, isLatest }: (typeof items)[number]) => ({
    Key: encode(key),
    VersionId: bucket.versionId(version),
    IsLatest: isLatest,
    LastModified: new Date(version.seconds * 1000),
    Owner: { ID: ownerId(bucket.account) },
  });
  return {
    Name: bucket.name,
    Prefix: encode(range.prefix),
    KeyMarker: encode(range.after),
    VersionIdMarker: marker ?? '',
    MaxKeys: range.limit,
    IsTruncated: next !== undefined,
    Versions: items
      .filter(({ version }) => version.body)
      .map((item) => ({
        ...entry(item),
        ETag: `"${item.version.etag}"`,
        Size: item.version.body?.length ?? 0,
        StorageClass: 'STANDARD' as const,
      })),
    DeleteMarkers: items.filter(({ version }) => !version.body).map(entry),
    CommonPrefixes: commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) })),
    ...(range.delimiter !== '' && { Delimiter: encode(range.delimiter) }),
    ...(input.EncodingType && { EncodingType: input.EncodingType }),
    ...(typeof next === 'string' && { NextKeyMarker: encode(next) }),
    ...(typeof next === 'object' && { NextKeyMarker: encode(next.key), NextVersionIdMarker: bucket.versionId(next.version) }),
  };
}

function versionIdMarker(bucket: Bucket, { VersionIdMarker: marker, KeyMarker }: sdk.ListObjectVersionsRequest): string | undefined {
  if (marker === undefined) return undefined;
  if (marker === '') throw invalidArgument('version-id-marker', '', 'A version-id marker cannot be empty.');
  if (!KeyMarker) throw invalidArgument('version-id-marker', marker, 'A version-id marker cannot be specified without a key marker.');
  if (bucket.versionNumber(marker) === undefined) throw invalidArgument('version-id-marker', marker, 'Invalid version id specified');
  return marker;
}

function listed(bucket: Bucket, key: string, version: Version, owner: boolean): sdk._Object {
  return {
    Key: key,
    LastModified: new Date(version.seconds * 1000),
    ETag: `"${version.etag}"`,
    Size: version.body?.length ?? 0,
    StorageClass: 'STANDARD',
    ...(owner && { Owner: { ID: ownerId(bucket.account) } }),
  };
}

/** Prefix, delimiter and page size (1,000 at most, whatever is asked for); throws InvalidArgument. */
export function rangeOf(
  input: { Prefix?: string | undefined; Delimiter?: string | undefined; EncodingType?: string | undefined; MaxKeys?: number | undefined },
  name = 'max-keys',
): { prefix: string; delimiter: string; limit: number } {
  const asked = input.MaxKeys ?? 1000;
  if (!Number.isInteger(asked) || asked < 0 || asked > 2 ** 31 - 1)
    throw invalidArgument(name, String(asked), `Argument ${name} must be an integer between 0 and 2147483647`);
  if (input.EncodingType !== undefined && input.EncodingType !== 'url')
    throw invalidArgument('encoding-type', input.EncodingType, 'Invalid Encoding Method specified in Request');
  return { prefix: input.Prefix ?? '', delimiter: input.Delimiter ?? '', limit: Math.min(asked, 1000) };
}

/**
 * How keys stand in an answer: as they are, or with `encoding-type=url` in the form that HTML forms use, `/` left as it is (API
 * reference, "ListObjectsV2" › `EncodingType`: `test_file(3).png` appears as `test_file%283%29.png`).
 */
export function encoder(type: string | undefined): (text: string) => string {
  if (type !== 'url') return (text) => text;
  return (text) => new URLSearchParams([['', text]]).toString().slice(1).replaceAll('%2F', '/');
}
