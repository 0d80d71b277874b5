import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { failure, S3Sandbox } from '../../../helpers/s3.ts';

describe("uploads in parts to the sandbox's S3", () => {
  let s: S3Sandbox;
  let n = 0;
  let Bucket: string;
  const FIVE_MIB = Buffer.alloc(5 * 1024 * 1024, 'x');
  beforeAll(async () => {
    s = await S3Sandbox.start();
  });
  beforeEach(() => {
    n += 1;
    Bucket = `uploads-${n}`;
    s.store.createBucket({ name: Bucket });
  });
  afterEach(() => expect(s.aws.problems).toEqual([]));
  afterAll(() => s.stop());

  const start = async (Key: string) =>
    (await s.admin.send(new CreateMultipartUploadCommand({ Bucket, Key, Metadata: { a: 'b' } }))).UploadId ?? '';
  const part = async (Key: string, UploadId: string, PartNumber: number, Body: Uint8Array | string): Promise<CompletedPart> => ({
    PartNumber,
    ETag: (await s.admin.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }))).ETag,
  });
  const complete = (Key: string, UploadId: string, Parts: CompletedPart[]) =>
    s.admin.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
  const list = (more = {}) => s.admin.send(new ListMultipartUploadsCommand({ Bucket, ...more }));

  it('become one object, whose ETag tells the number of parts', async () => {
    const id = await start('big');
    const parts = [await part('big', id, 1, FIVE_MIB), await part('big', id, 7, 'end')];
    expect((await complete('big', id, parts)).ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
    expect(await s.admin.send(new HeadObjectCommand({ Bucket, Key: 'big' }))).toMatchObject({
      ContentLength: FIVE_MIB.length + 3,
      Metadata: { a: 'b' },
    });
    expect((await list()).Uploads).toBeUndefined();
    expect(await failure(complete('big', id, parts))).toMatchObject({ code: 'NoSuchUpload', status: 404 });
  });

  it('are refused with parts that are missing, changed, too small or out of order', async () => {
    const id = await start('k');
    const one = await part('k', id, 1, 'small');
    const two = await part('k', id, 2, 'end');
    expect(await failure(complete('k', id, []))).toMatchObject({ code: 'MalformedXML' });
    expect(await failure(complete('k', id, [two, one]))).toMatchObject({ code: 'InvalidPartOrder' });
    expect(await failure(complete('k', id, [one, two]))).toMatchObject({ code: 'EntityTooSmall' });
    expect(await failure(complete('k', id, [{ ...two, PartNumber: 3 }]))).toMatchObject({ code: 'InvalidPart' });
    expect(await failure(complete('k', id, [{ ...two, ETag: one.ETag }]))).toMatchObject({ code: 'InvalidPart' });
    expect(await failure(part('k', id, 0, 'x'))).toMatchObject({ code: 'InvalidArgument' });
    expect(await failure(part('k', id, 10_001, 'x'))).toMatchObject({ code: 'InvalidArgument' });
    expect(await failure(part('k', 'never', 1, 'x'))).toMatchObject({ code: 'NoSuchUpload' });
    await complete('k', id, [two]);
  });

  it('take parts from objects', async () => {
    await s.admin.send(new PutObjectCommand({ Bucket, Key: 'from', Body: '0123456789' }));
    const id = await start('k');
    const copy = { Bucket, Key: 'k', UploadId: id, PartNumber: 1, CopySource: `${Bucket}/from`, CopySourceRange: 'bytes=3-5' };
    const { CopyPartResult } = await s.admin.send(new UploadPartCopyCommand(copy));
    await complete('k', id, [{ PartNumber: 1, ETag: CopyPartResult?.ETag }]);
    expect(await (await s.admin.send(new GetObjectCommand({ Bucket, Key: 'k' }))).Body?.transformToString()).toBe('345');
  });

  it('are listed in pages until they are aborted, and do not keep a bucket from being deleted (FC-40)', async () => {
    const started = [];
    for (const key of ['a/big.iso', 'a/big.iso', 'b\n', 'c', 'c', 'c']) started.push(`${key} ${await start(key)}`);
    const pages: ListMultipartUploadsCommandOutput[] = [];
    let markers = {};
    do {
      const page = await list({ MaxUploads: 2, EncodingType: 'url', ...markers });
      pages.push(page);
      markers = { KeyMarker: decodeURIComponent(page.NextKeyMarker ?? ''), UploadIdMarker: page.NextUploadIdMarker };
    } while (pages.at(-1)?.IsTruncated);
    const seen = pages.flatMap(({ Uploads = [] }) => Uploads).map(({ Key = '', UploadId }) => `${decodeURIComponent(Key)} ${UploadId}`);
    expect(seen).toEqual(started);
    expect(await list({ Delimiter: '/', Prefix: 'a' })).toMatchObject({ CommonPrefixes: [{ Prefix: 'a/' }] });
    const [key = '', UploadId] = (started[0] ?? '').split(' ');
    const abort = () => s.admin.send(new AbortMultipartUploadCommand({ Bucket, Key: key, UploadId }));
    await abort();
    expect(await failure(abort())).toMatchObject({ code: 'NoSuchUpload', status: 404 });
    expect((await list()).Uploads).toHaveLength(5);
    await s.admin.send(new DeleteBucketCommand({ Bucket }));
  });

  it('list their parts in pages', async () => {
    const id = await start('k');
    for (const number of [3, 1, 2]) await part('k', id, number, `${number}`);
    const parts = (PartNumberMarker?: string) =>
      s.admin.send(new ListPartsCommand({ Bucket, Key: 'k', UploadId: id, MaxParts: 2, PartNumberMarker }));
    const first = await parts();
    expect(first).toMatchObject({ IsTruncated: true, NextPartNumberMarker: '2', Parts: [{ PartNumber: 1, Size: 1 }, { PartNumber: 2 }] });
    expect(await parts(first.NextPartNumberMarker)).toMatchObject({ IsTruncated: false, Parts: [{ PartNumber: 3 }] });
  });

  it('take a right of their own to abort', async () => {
    const id = await start('k');
    const abort = new AbortMultipartUploadCommand({ Bucket, Key: 'k', UploadId: id });
    expect(await failure(s.userWith('deletes', ['s3:DeleteObject*']).send(abort))).toMatchObject({ code: 'AccessDenied' });
    await s.userWith('aborts', ['s3:AbortMultipartUpload']).send(abort);
  });
});
