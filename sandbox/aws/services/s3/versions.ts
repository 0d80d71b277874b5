import { AwsError } from '../../service.ts';
import type { Bucket, Version } from './bucket.ts';
import { invalidArgument, noSuchKey, noSuchVersion } from './errors.ts';

/** Throws InvalidArgument where a version id is none of this bucket's. */
export function checkVersionId(bucket: Bucket, versionId: string | undefined): void {
  if (versionId === '') throw invalidArgument('versionId', '', 'Version id cannot be the empty string');
  if (versionId !== undefined && bucket.versionNumber(versionId) === undefined)
    throw invalidArgument('versionId', versionId, 'Invalid version id specified');
}

/**
 * The version that a read names, the latest when it names none. Throws NoSuchKey, NoSuchVersion, or for a delete marker what S3
 * answers (user guide, "Working with delete markers"): 404 where it is the latest, 405 where it was asked for by its id.
 */
export function readVersion(bucket: Bucket, key: string, versionId: string | undefined): Version & { body: Uint8Array } {
  checkVersionId(bucket, versionId);
  const version = versionId === undefined ? bucket.latest(key) : bucket.version(key, versionId);
  if (version?.body) return version as Version & { body: Uint8Array };
  const headers = version && { 'x-amz-delete-marker': 'true', 'x-amz-version-id': bucket.versionId(version) };
  if (versionId === undefined) throw noSuchKey(key, headers);
  if (!version) throw noSuchVersion(key, versionId);
  throw new AwsError(
    'MethodNotAllowed',
    'The specified method is not allowed against this resource.',
    405,
    { Method: 'GET', ResourceType: 'DeleteMarker' },
    { ...headers, allow: 'DELETE' },
  );
}

/** Throws where a key is longer than S3 takes: 1,024 bytes in UTF-8 (user guide, "Naming Amazon S3 objects"). */
export function checkKey(key: string): void {
  const size = Buffer.byteLength(key);
  if (size > 1024) throw new AwsError('KeyTooLongError', 'Your key is too long', 400, { Size: String(size), MaxSizeAllowed: '1024' });
}
