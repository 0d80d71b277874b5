/**
 * The manifest: what goes, written to the archive before it goes. One object a page, so that nothing is ever whole in memory, and whoever dies leaves
 * all that was written. A worker that goes on where another died writes under names of its own: a version may be listed twice, and none is missing.
 */
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type Archive, manifestFolder } from '../../domain/manifest.ts';
import { bounded, clientOptions, isPassing, nameOf } from '../clients.ts';
import type { Entry } from './listing.ts';
import type { Pace } from './pace.ts';

/** The archive took no page, and will take none later: nothing of it may be deleted. */
export class NotArchived extends Error {
  override readonly name = 'NotArchived';
}

export interface ManifestOf {
  requestId: string;
  pass: number;
  stretch: number;
}

/** A client with the function's own rights, which are to write there and nothing else. */
export function archiveClient(region: string): S3Client {
  return new S3Client({ ...clientOptions(region, 1), requestHandler: bounded(2_000, 30_000) });
}

/**
 * Gives what writes the pages of one worker's stretch, each as lines of JSON, gzipped. That throws NotArchived where the archive refuses, and the SDK's
 * error where S3 fails for long.
 */
export function createManifest(s3: S3Client, { bucket, prefix, account }: Archive & { account: string }, of: ManifestOf, pace: Pace) {
  const run = `${Date.now().toString(36)}${randomBytes(3).toString('hex')}`;
  const name = [of.pass, of.stretch].map((number) => String(number).padStart(4, '0')).join('-');
  let pages = 0;
  return async (entries: readonly Entry[]): Promise<void> => {
    const page = String(++pages).padStart(6, '0');
    const Key = `${manifestFolder(prefix, of.requestId)}${name}-${run}-${page}.jsonl.gz`;
    const Body = await promisify(gzip)(entries.map(lineOf).join(''));
    const put = () =>
      s3.send(new PutObjectCommand({ Bucket: bucket, ExpectedBucketOwner: account, Key, Body, ContentType: 'application/gzip' }));
    await pace.send(put).catch((error: unknown) => {
      if (isPassing(error)) throw error;
      throw new NotArchived(`The archive takes no manifest (${nameOf(error)}).`);
    });
  };
}

function lineOf({ key, versionId, marker, isLatest, modified, size, etag }: Entry): string {
  const version = marker ? { deleteMarker: true } : { size, etag };
  return `${JSON.stringify({ key, versionId, ...version, isLatest, lastModified: new Date(modified).toISOString() })}\n`;
}
