/** Takes versions, markers and unfinished uploads out of a bucket: nothing without its version id, so nothing is hidden by a new marker. */
import { crc32 } from 'node:zlib';
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  type DeleteObjectsCommandInput,
  type ObjectIdentifier,
} from '@aws-sdk/client-s3';
import { nameOf, unanswered } from '../clients.ts';
import type { Entry, Place, Upload } from './listing.ts';
import { PASSING_CODES, type Pace } from './pace.ts';
import { shortWay } from './short-way.ts';
import { elementOf, escaped } from './xml.ts';

/** A version that stayed, and why: S3's code. */
export interface Kept {
  key: string;
  versionId: string;
  code: string;
}

export interface Removal extends Place {
  pace: Pace;
  /** Governance retention is bypassed: asked for, allowed and approved, of a bucket that has Object Lock. */
  bypass?: boolean;
}

/** What is known of entries while they are removed, and once S3 has refused the others. */
export interface Known {
  /** S3 has said so of these. */
  gone: Entry[];
  /** A try that was not answered may have removed more, and the one after it was refused. */
  lost: boolean;
}

export const nothingKnown = (): Known => ({ gone: [], lost: false });

/** Requests of which each removes one thing. */
const AT_ONCE = 16;

/** So often a key that S3 failed on is sent again. */
const ROUNDS = 8;

/**
 * What XML 1.0 can't carry, or a reader of it may alter: control characters and blanks at an end go by themselves, in the path of a request. (W3C, "Extensible
 * Markup Language 1.0", "Characters" and "End-of-line handling".)
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const ALONE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufffe\uffff]|^\s|\s$|\s\s/;

/** Removes a thousand at most; says which stayed. Throws the SDK's error where S3 refuses all of them, or fails for long. */
export async function removeVersions(removal: Removal, entries: readonly Entry[], known = nothingKnown()): Promise<Kept[]> {
  const alone = entries.filter(({ key }) => ALONE.test(key));
  const together = alone.length === 0 ? entries : entries.filter(({ key }) => !ALONE.test(key));
  const kept = [await removeTogether(removal, together, known)];
  await forEach(alone, async (entry) => {
    const stayed = await removeAlone(removal, entry, known);
    if (stayed.length === 0) known.gone.push(entry);
    kept.push(stayed);
  });
  return kept.flat();
}

/** Sends a request for each, some at once: a thousand have to end before the session does. Throws what the first of some threw, once all of those have ended. */
export async function forEach<T>(all: readonly T[], send: (one: T) => Promise<void>): Promise<void> {
  for (let at = 0; at < all.length; at += AT_ONCE) {
    const ended = await Promise.allSettled(all.slice(at, at + AT_ONCE).map(send));
    for (const one of ended) if (one.status === 'rejected') throw one.reason;
  }
}

/** Sends it at S3's pace. Throws what the last try threw; `known` says then whether one before it may have done it all the same. */
async function sent<T>(pace: Pace, send: () => Promise<T>, known: Pick<Known, 'lost'>): Promise<T> {
  let isLost = false;
  const heard = (error: unknown) => {
    isLost ||= unanswered(error) === 'lost';
    throw error;
  };
  try {
    return await pace.send(() => send().catch(heard));
  } catch (error) {
    known.lost ||= isLost;
    throw error;
  }
}

async function removeTogether({ s3, bucket, account, pace, bypass }: Removal, entries: readonly Entry[], known: Known): Promise<Kept[]> {
  const kept: Kept[] = [];
  let left = entries;
  for (let round = 1; left.length > 0; round += 1) {
    const of = { Bucket: bucket, ExpectedBucketOwner: account, ...(bypass && { BypassGovernanceRetention: true }) };
    const these = left;
    const { Errors = [] } = await sent(pace, () => s3.send(deletion(of, these)), known);
    const again: Entry[] = [];
    const stayed = new Set<Entry>();
    for (const { Key = '', VersionId, Code = 'Unknown' } of Errors) {
      // Gone is what was wanted.
      if (Code === 'NoSuchVersion' || Code === 'NoSuchKey') continue;
      // Only what was sent is sent again: an error without its version would name another one, the current one perhaps.
      const failed = these.filter(({ key, versionId }) => key === Key && (!VersionId || versionId === VersionId));
      // Of what it can't be told which it is, it is known all the same that something stayed.
      if (failed.length === 0) kept.push({ key: Key, versionId: VersionId ?? '', code: Code });
      for (const one of failed) {
        stayed.add(one);
        if (PASSING_CODES.has(Code) && round < ROUNDS) again.push(one);
        else kept.push({ key: Key, versionId: one.versionId, code: Code });
      }
    }
    known.gone.push(...(stayed.size === 0 ? these : these.filter((one) => !stayed.has(one))));
    if (again.length > 0) pace.slower();
    left = again;
  }
  return kept;
}

function deletion(of: Omit<DeleteObjectsCommandInput, 'Delete'>, entries: readonly Entry[]): DeleteObjectsCommand {
  const Objects = entries.map(({ key, versionId }) => ({ Key: key, VersionId: versionId }));
  return shortWay(new DeleteObjectsCommand({ ...of, Delete: { Objects, Quiet: true } }), {
    method: 'POST',
    request({ Delete, BypassGovernanceRetention }) {
      const body = written(Delete?.Objects ?? []);
      const checksum = Buffer.alloc(4);
      checksum.writeUInt32BE(crc32(body));
      const headers = {
        'content-type': 'application/xml',
        'content-length': String(body.length),
        // One of them has to be there (S3 API Reference, DeleteObjects, "Content-MD5").
        'x-amz-sdk-checksum-algorithm': 'CRC32',
        'x-amz-checksum-crc32': checksum.toString('base64'),
        ...(BypassGovernanceRetention && { 'x-amz-bypass-governance-retention': 'true' }),
      };
      return { query: { delete: '' }, headers, body };
    },
    // Asked to be quiet, S3 names what failed and nothing else: an empty answer, or half of one, would pass for a thousand deletions.
    read: (xml) => (isWhole(xml) ? { Errors: errorsIn(xml) } : undefined),
  });
}

function written(objects: readonly ObjectIdentifier[]): Buffer {
  const all = objects.map(
    ({ Key = '', VersionId = '' }) => `<Object><Key>${escaped(Key)}</Key><VersionId>${escaped(VersionId)}</VersionId></Object>`,
  );
  return Buffer.from(`<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${all.join('')}<Quiet>true</Quiet></Delete>`);
}

/** All of a result (S3 API Reference, DeleteObjects, "Response Syntax"). */
function isWhole(xml: string): boolean {
  const end = xml.trimEnd();
  return end.endsWith('</DeleteResult>') || /<DeleteResult[^<>]*\/>$/.test(end);
}

/** What stayed. */
function errorsIn(xml: string): { Key: string; VersionId: string; Code: string }[] {
  const of = (error: string) => ({
    Key: elementOf(error, 'Key'),
    VersionId: elementOf(error, 'VersionId'),
    Code: elementOf(error, 'Code'),
  });
  return [...xml.matchAll(/<Error>(.*?)<\/Error>/gs)].map(([, error = '']) => of(error));
}

async function removeAlone({ s3, bucket, account, pace, bypass }: Removal, { key, versionId }: Entry, known: Known): Promise<Kept[]> {
  const of = { Bucket: bucket, ExpectedBucketOwner: account, Key: key, VersionId: versionId };
  try {
    await sent(pace, () => s3.send(new DeleteObjectCommand({ ...of, ...(bypass && { BypassGovernanceRetention: true }) })), known);
    return [];
  } catch (error) {
    const code = nameOf(error);
    if (code === 'NoSuchVersion' || code === 'NoSuchKey') return [];
    // The others may go: what is wrong with this one is told with them. A session that is over is over for all.
    if (code === 'AccessDenied') return [{ key, versionId, code }];
    throw error;
  }
}

/** Aborts an upload; says whether it was this that did. Throws the SDK's errors. */
export async function abortUpload({ s3, bucket, account, pace }: Removal, { key, id }: Upload): Promise<boolean> {
  const of = { Bucket: bucket, ExpectedBucketOwner: account, Key: key, UploadId: id };
  const known = { lost: false };
  try {
    await sent(pace, () => s3.send(new AbortMultipartUploadCommand(of)), known);
    return true;
  } catch (error) {
    // Where no answer came to a try before this one, that was it.
    if (nameOf(error) === 'NoSuchUpload') return known.lost;
    throw error;
  }
}
