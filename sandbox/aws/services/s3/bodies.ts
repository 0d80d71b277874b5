import { createHash, type Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type * as sdk from '@aws-sdk/client-s3';
import { AwsError } from '../../service.ts';
import { EMPTY, type VersionDetails } from './bucket.ts';
import { invalidArgument } from './errors.ts';

/** Members of Put's input and Get's output that are kept with the object as they were sent. */
const KEPT = [
  'CacheControl',
  'ContentDisposition',
  'ContentEncoding',
  'ContentLanguage',
  'ContentType',
  'Expires',
  'Metadata',
  'ServerSideEncryption',
  'SSEKMSKeyId',
  'StorageClass',
  'WebsiteRedirectLocation',
] as const;

/** The headers of a new object, of those that an input has; undefined when it has none. */
export function keptHeaders(input: Record<string, unknown>): Record<string, unknown> | undefined {
  const kept = KEPT.flatMap((name) => (input[name] === undefined ? [] : [[name, input[name]] as const]));
  const headers: Record<string, unknown> = Object.fromEntries(kept);
  // `aws-chunked` is how the body travelled, not what it is (API reference, "Signature calculations … chunked uploads").
  if (typeof headers.ContentEncoding === 'string') {
    const left = headers.ContentEncoding.split(',').filter((coding) => coding.trim() !== 'aws-chunked');
    if (left.length > 0) headers.ContentEncoding = left.join(',');
    else delete headers.ContentEncoding;
  }
  return Object.keys(headers).length > 0 ? headers : undefined;
}

/** Checksums that can be checked here, by the member that carries them. The others are kept as they were sent. */
const CHECKED: Record<string, (body: Uint8Array) => string> = {
  ChecksumCRC32: (body) => {
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(body));
    return sum.toString('base64');
  },
  ChecksumSHA1: (body) => digest(createHash('sha1'), body),
  ChecksumSHA256: (body) => digest(createHash('sha256'), body),
  ContentMD5: (body) => digest(createHash('md5'), body),
};
const CHECKSUMS = ['ChecksumCRC32', 'ChecksumCRC32C', 'ChecksumCRC64NVME', 'ChecksumSHA1', 'ChecksumSHA256'];

function digest(hash: Hash, body: Uint8Array): string {
  return hash.update(body).digest('base64');
}

/** The body of an upload. */
export function bodyOf(input: { Body?: unknown }): Uint8Array {
  return input.Body instanceof Uint8Array && input.Body.length > 0 ? input.Body : EMPTY;
}

/** The checksums that came with a body, or that were asked for by name. Throws BadDigest where one is wrong. */
export function checksumsOf(
  input: Record<string, unknown> & { ChecksumAlgorithm?: sdk.ChecksumAlgorithm },
  body: Uint8Array,
): Record<string, string> {
  const sums: Record<string, string> = {};
  for (const name of [...CHECKSUMS, 'ContentMD5']) {
    const compute = CHECKED[name];
    const sent = input[name];
    const wanted = input.ChecksumAlgorithm !== undefined && name === `Checksum${input.ChecksumAlgorithm}`;
    const sum = (compute && (sent !== undefined || wanted) ? compute(body) : sent) as string | undefined;
    if (sent !== undefined && sum !== sent) {
      const what = name === 'ContentMD5' ? 'Content-MD5' : name.slice('Checksum'.length);
      throw new AwsError('BadDigest', `The ${what} you specified did not match the calculated checksum.`, 400);
    }
    if (sum !== undefined && name !== 'ContentMD5') sums[name] = sum;
  }
  return sums;
}

/** What is kept of an upload beside its body and ETag; undefined when nothing is, so that many plain objects stay small. */
export function details(parts: VersionDetails): VersionDetails | undefined {
  const kept = Object.entries(parts).filter(([, value]) => value !== undefined && Object.keys(value as object).length > 0);
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}

/** The tags in an `x-amz-tagging` header: a query string. */
export function headerTags(header: string | undefined): sdk.Tag[] {
  return header === undefined ? [] : [...new URLSearchParams(header)].map(([Key, Value]) => ({ Key, Value }));
}

/**
 * The part of a body that a `Range` header names (RFC 9110, 14.2: one range; what can't be read is ignored).
 * Throws InvalidRange when it lies behind the end.
 */
export function rangeOfBody(header: string | undefined, size: number): { start: number; end: number } | undefined {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (from === undefined || (from === '' && to === '')) return undefined;
  const start = from === '' ? Math.max(size - Number(to), 0) : Number(from);
  const end = from === '' || to === '' ? size : Math.min(Number(to) + 1, size);
  if (from !== '' && to !== '' && Number(to) < start) return undefined;
  if (start >= size)
    throw new AwsError('InvalidRange', 'The requested range is not satisfiable', 416, {
      RangeRequested: header ?? '',
      ActualObjectSize: String(size),
    });
  return { start, end };
}

/** `bucket/key?versionId=…`, percent-encoded, with or without a slash in front: where `x-amz-copy-source` points. */
export function copySource(header: string | undefined): { bucket: string; key: string; versionId: string | undefined } {
  const [, path, versionId] = /^\/?([^?]*)(?:\?versionId=(.*))?$/s.exec(header ?? '') ?? [];
  try {
    const [, bucket, key] = /^([^/]+)\/(.+)$/s.exec(decodeURIComponent(path ?? '')) ?? [];
    if (bucket && key) return { bucket, key, versionId: versionId && decodeURIComponent(versionId) };
  } catch {
    // answered below
  }
  throw invalidArgument('x-amz-copy-source', header ?? '', 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey');
}
