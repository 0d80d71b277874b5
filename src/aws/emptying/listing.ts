/** What a bucket holds, page by page: versions and delete markers whatever its versioning, and unfinished uploads. Keys as they are. */
import { ListMultipartUploadsCommand, ListObjectVersionsCommand, type S3Client } from '@aws-sdk/client-s3';
import { unread } from '../clients.ts';
import { shortWay } from './short-way.ts';
import { decoded, isVersionPage, nextOfHead, versionPage } from './version-page.ts';

/** A bucket, and what of it: keys that begin with the prefix. */
export interface Place {
  s3: S3Client;
  bucket: string;
  account: string;
  prefix?: string;
}

/** One version of an object, or a delete marker. */
export interface Entry {
  key: string;
  versionId: string;
  marker: boolean;
  isLatest: boolean;
  /** Milliseconds since 1970. */
  modified: number;
  /** In bytes; 0 for a marker. */
  size: number;
  /** Without its quotes; '' for a marker. */
  etag: string;
}

/** Where a listing goes on: behind all versions of the key, or behind one of them. */
export interface Behind {
  key: string;
  id?: string | undefined;
}

export interface Page<T> {
  entries: T[];
  /** Where the next page begins; undefined where there is none. */
  next: Behind | undefined;
}

/** The most that S3 lists at once, and deletes (S3 API Reference, ListObjectVersions, DeleteObjects). */
export const PAGE = 1000;

/**
 * Versions and markers as S3 lists them: by key, and within a key those of one kind newest first. Throws the SDK's errors.
 * @param told is told where the next page begins, if that is known before all of this one is there: of a page that may be whole, or none, or another one when it is asked for again
 */
export async function listVersions(
  { s3, bucket, account, prefix }: Place,
  from: Behind,
  most = PAGE,
  told: (next: Behind) => void = () => undefined,
): Promise<Page<Entry>> {
  const command = new ListObjectVersionsCommand({
    Bucket: bucket,
    ExpectedBucketOwner: account,
    MaxKeys: most,
    // Otherwise keys that XML can't carry end the listing (S3 API Reference, ListObjectVersions, `EncodingType`).
    EncodingType: 'url',
    ...(prefix && { Prefix: prefix }),
    ...(from.key !== '' && { KeyMarker: from.key }),
    ...(from.id !== undefined && { VersionIdMarker: from.id }),
  });
  const page: unknown = await s3.send(
    shortWay(command, {
      method: 'GET',
      request: ({ MaxKeys, KeyMarker, VersionIdMarker, Prefix }) => ({
        query: {
          versions: '',
          'encoding-type': 'url',
          'max-keys': String(MaxKeys),
          ...(Prefix && { prefix: Prefix }),
          ...(KeyMarker !== undefined && { 'key-marker': KeyMarker }),
          ...(VersionIdMarker !== undefined && { 'version-id-marker': VersionIdMarker }),
        },
      }),
      head(beginning) {
        const next = nextOfHead(beginning);
        if (next) told(next);
        return next !== undefined;
      },
      // Half a page must not pass for an empty bucket.
      read: (xml) => (isVersionPage(xml) ? versionPage(xml) : undefined),
    }),
  );
  return page as Page<Entry>;
}

/** What comes next. Nothing in a page is not the end, where another one follows: those are passed over. Throws what `list` throws. */
export async function passingEmpty<T>(list: (from: Behind) => Promise<Page<T>>, from: Behind): Promise<Page<T>> {
  let page = await list(from);
  while (page.entries.length === 0 && page.next) page = await list(page.next);
  return page;
}

export interface Upload {
  key: string;
  id: string;
}

/** Unfinished uploads, by key. Throws the SDK's errors. */
export async function listUploads({ s3, bucket, account, prefix }: Place, from: Behind, most = PAGE): Promise<Page<Upload>> {
  const answer = await s3.send(
    new ListMultipartUploadsCommand({
      Bucket: bucket,
      ExpectedBucketOwner: account,
      MaxUploads: most,
      EncodingType: 'url',
      ...(prefix && { Prefix: prefix }),
      ...(from.key !== '' && { KeyMarker: from.key }),
      ...(from.id !== undefined && { UploadIdMarker: from.id }),
    }),
  );
  // The SDK takes an empty answer, or a proxy's page, for a listing of nothing.
  if (answer.IsTruncated === undefined) throw unread(200);
  const entries = (answer.Uploads ?? []).map((upload) => ({ key: decoded(upload.Key), id: upload.UploadId ?? '' }));
  return { entries, next: nextOf(answer.IsTruncated, answer.NextKeyMarker, answer.NextUploadIdMarker) };
}

function nextOf(truncated: boolean | undefined, key: string | undefined, id: string | undefined): Behind | undefined {
  return truncated && key ? { key: decoded(key), id: id || undefined } : undefined;
}
