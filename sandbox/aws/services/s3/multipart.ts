import { createHash, randomBytes } from 'node:crypto';
import type * as sdk from '@aws-sdk/client-s3';
import {
  AbortMultipartUpload$,
  CompleteMultipartUpload$,
  CreateMultipartUpload$,
  ListMultipartUploads$,
  ListParts$,
  UploadPart$,
  UploadPartCopy$,
} from '@aws-sdk/client-s3';
import { AwsError, type Service } from '../../service.ts';
import { type Output, onBucket, onObject, question, reach, type S3 } from './access.ts';
import { bodyOf, checksumsOf, copySource, details, headerTags, keptHeaders, rangeOfBody } from './bodies.ts';
import { type Bucket, md5, type Upload } from './bucket.ts';
import { ownerId, wholeSeconds } from './buckets.ts';
import { invalidArgument, malformedXml, noSuchUpload } from './errors.ts';
import { encoder, rangeOf } from './listings.ts';
import { locksFor } from './locks.ts';
import { copyQuestions, writeActions, writeContext, writtenAs } from './objects.ts';
import { listUploads } from './pages.ts';
import { checkPreconditions } from './preconditions.ts';
import { checkTags } from './settings.ts';
import { checkKey, readVersion } from './versions.ts';

/** User guide, "Amazon S3 multipart upload limits": 5 MiB each but for the last, numbers from 1 to 10,000. */
const SMALLEST_PART = 5 * 1024 * 1024;
const MOST_PARTS = 10_000;

/** Uploads in parts. */
export function multipartOperations(s3: S3): Service['operations'] {
  return {
    CreateMultipartUpload: onObject<sdk.CreateMultipartUploadRequest, Output<sdk.CreateMultipartUploadOutput>>(
      s3,
      CreateMultipartUpload$,
      writeActions,
      (bucket, key, input, call) => {
        checkKey(key);
        const tags = headerTags(input.Tagging);
        checkTags(tags, 10);
        const upload: Upload = {
          id: randomBytes(32).toString('base64url'),
          key,
          initiated: call.now,
          initiator: 'arn' in call.caller ? call.caller.arn : 'anonymous',
          parts: new Map(),
          details: details({ headers: keptHeaders({ ...input }), tags, ...locksFor(bucket, input, call.now) }),
        };
        bucket.uploads.getOrAdd(key, () => ({ key, uploads: [] })).uploads.push(upload);
        return { Bucket: bucket.name, Key: key, UploadId: upload.id };
      },
      writeContext,
    ),
    UploadPart: onObject<sdk.UploadPartRequest, Output<sdk.UploadPartOutput>>(
      s3,
      UploadPart$,
      () => ['PutObject'],
      (bucket, key, input, call) => {
        const upload = uploadOf(bucket, key, input.UploadId);
        const body = bodyOf(input);
        const checksums = checksumsOf({ ...input }, body);
        return { ...checksums, ETag: `"${addPart(upload, input.PartNumber, body, checksums, call.now)}"` };
      },
    ),
    UploadPartCopy: {
      schema: UploadPartCopy$,
      questions: (input: sdk.UploadPartCopyRequest, call) => [
        copyQuestions(s3, input, call),
        question(s3, 'PutObject', input.Bucket ?? '', input.Key ?? ''),
      ],
      run: (input: sdk.UploadPartCopyRequest, call): Output<sdk.UploadPartCopyOutput> => {
        const upload = uploadOf(reach(s3, input, call), input.Key ?? '', input.UploadId);
        const from = copySource(input.CopySource);
        const source = readVersion(reach(s3, { Bucket: from.bucket }, call), from.key, from.versionId);
        const part = rangeOfBody(input.CopySourceRange, source.body.length);
        const body = part ? source.body.subarray(part.start, part.end) : source.body;
        const etag = addPart(upload, input.PartNumber, body, {}, call.now);
        return { CopyPartResult: { ETag: `"${etag}"`, LastModified: wholeSeconds(call.now) } };
      },
    },
    CompleteMultipartUpload: onObject<sdk.CompleteMultipartUploadRequest, Output<sdk.CompleteMultipartUploadOutput>>(
      s3,
      CompleteMultipartUpload$,
      () => ['PutObject'],
      (bucket, key, input, call) => {
        const upload = uploadOf(bucket, key, input.UploadId);
        checkPreconditions({ IfMatch: input.IfMatch, IfNoneMatch: input.IfNoneMatch }, bucket.latest(key));
        const parts = chosenParts(upload, input.MultipartUpload?.Parts ?? []);
        const sums = createHash('md5');
        for (const { etag } of parts) sums.update(etag, 'hex');
        const body = Buffer.concat(parts.map((part) => part.body));
        const version = bucket.put(key, call.now, body, upload.details, `${sums.digest('hex')}-${parts.length}`);
        dropUpload(bucket, upload);
        return {
          ...writtenAs(bucket, version),
          Bucket: bucket.name,
          Key: key,
          ETag: `"${version.etag}"`,
          Location: `${call.endpoint}/${bucket.name}/${encodeURIComponent(key)}`,
        };
      },
    ),
    AbortMultipartUpload: onObject<sdk.AbortMultipartUploadRequest, object>(
      s3,
      AbortMultipartUpload$,
      () => ['AbortMultipartUpload'],
      (bucket, key, input) => {
        dropUpload(bucket, uploadOf(bucket, key, input.UploadId));
        return {};
      },
    ),
    ListMultipartUploads: onBucket<sdk.ListMultipartUploadsRequest, Output<sdk.ListMultipartUploadsOutput>>(
      s3,
      ListMultipartUploads$,
      'ListBucketMultipartUploads',
      uploads,
      (input) => ({ 's3:prefix': input.Prefix, 's3:delimiter': input.Delimiter }),
    ),
    ListParts: onObject<sdk.ListPartsRequest, Output<sdk.ListPartsOutput>>(s3, ListParts$, () => ['ListMultipartUploadParts'], listParts),
  };
}

function uploadOf(bucket: Bucket, key: string, id: string | undefined): Upload {
  const upload = bucket.uploads.get(key)?.uploads.find((candidate) => candidate.id === id);
  if (!upload) throw noSuchUpload(id ?? '');
  return upload;
}

function dropUpload(bucket: Bucket, upload: Upload): void {
  const there = bucket.uploads.get(upload.key);
  if (!there) return;
  there.uploads.splice(there.uploads.indexOf(upload), 1);
  if (there.uploads.length === 0) bucket.uploads.delete(upload.key);
}

function addPart(upload: Upload, number: number | undefined, body: Uint8Array, checksums: Record<string, string>, now: number): string {
  if (number === undefined || !Number.isInteger(number) || number < 1 || number > MOST_PARTS)
    throw invalidArgument('partNumber', String(number), `Part number must be an integer between 1 and ${MOST_PARTS}, inclusive`);
  const etag = md5(body);
  upload.parts.set(number, { body, etag, seconds: Math.floor(now / 1000), checksums });
  return etag;
}

/** The parts that a completion names. Throws where one is missing, changed, too small or out of order. */
function chosenParts(upload: Upload, chosen: sdk.CompletedPart[]): { body: Uint8Array; etag: string }[] {
  if (chosen.length === 0) throw malformedXml();
  const numbers = chosen.map(({ PartNumber }) => PartNumber ?? 0);
  if (numbers.some((number, i) => number <= (numbers[i - 1] ?? 0)))
    throw new AwsError('InvalidPartOrder', 'The list of parts was not in ascending order. Parts must be ordered by part number.', 400);
  return chosen.map(({ PartNumber: number = 0, ETag: etag = '' }, i) => {
    const part = upload.parts.get(number);
    if (part?.etag !== etag.replace(/^"|"$/g, ''))
      throw new AwsError(
        'InvalidPart',
        "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
        400,
        { UploadId: upload.id, PartNumber: String(number), ETag: etag },
      );
    if (i < chosen.length - 1 && part.body.length < SMALLEST_PART)
      throw new AwsError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', 400, {
        ProposedSize: String(part.body.length),
        MinSizeAllowed: String(SMALLEST_PART),
        PartNumber: String(number),
        ETag: part.etag,
      });
    return part;
  });
}

function uploads(bucket: Bucket, input: sdk.ListMultipartUploadsRequest): Output<sdk.ListMultipartUploadsOutput> {
  const encode = encoder(input.EncodingType);
  // API reference, "ListMultipartUploads": without a key-marker, an upload-id-marker is ignored.
  const idMarker = input.KeyMarker ? input.UploadIdMarker || undefined : undefined;
  const range = { ...rangeOf({ ...input, MaxKeys: input.MaxUploads }, 'max-uploads'), after: input.KeyMarker ?? '' };
  const { items, commonPrefixes, next } = listUploads(bucket, range, idMarker);
  return {
    Bucket: bucket.name,
    Prefix: encode(range.prefix),
    KeyMarker: encode(range.after),
    UploadIdMarker: idMarker ?? '',
    MaxUploads: range.limit,
    IsTruncated: next !== undefined,
    Uploads: items.map((upload) => ({
      Key: encode(upload.key),
      UploadId: upload.id,
      Initiated: wholeSeconds(upload.initiated),
      StorageClass: 'STANDARD',
      Owner: { ID: ownerId(bucket.account) },
      Initiator: { ID: upload.initiator },
    })),
    CommonPrefixes: commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) })),
    ...(range.delimiter !== '' && { Delimiter: encode(range.delimiter) }),
    ...(input.EncodingType && { EncodingType: input.EncodingType }),
    ...(typeof next === 'string' && { NextKeyMarker: encode(next) }),
    ...(typeof next === 'object' && { NextKeyMarker: encode(next.key), NextUploadIdMarker: next.id }),
  };
}

function listParts(bucket: Bucket, key: string, input: sdk.ListPartsRequest): Output<sdk.ListPartsOutput> {
  const upload = uploadOf(bucket, key, input.UploadId);
  const { limit } = rangeOf({ MaxKeys: input.MaxParts }, 'max-parts');
  const marker = Number(input.PartNumberMarker ?? 0);
  const behind = [...upload.parts].filter(([number]) => number > marker).sort(([a], [b]) => a - b);
  const shown = behind.slice(0, limit);
  return {
    Bucket: bucket.name,
    Key: key,
    UploadId: upload.id,
    MaxParts: limit,
    PartNumberMarker: String(marker),
    IsTruncated: behind.length > shown.length,
    ...(shown.length > 0 && { NextPartNumberMarker: String(shown.at(-1)?.[0]) }),
    StorageClass: 'STANDARD',
    Owner: { ID: ownerId(bucket.account) },
    Initiator: { ID: upload.initiator },
    Parts: shown.map(([PartNumber, part]) => ({
      PartNumber,
      ETag: `"${part.etag}"`,
      Size: part.body.length,
      LastModified: new Date(part.seconds * 1000),
      ...part.checksums,
    })),
  };
}
