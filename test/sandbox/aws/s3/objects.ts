import { createHash } from 'node:crypto';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectTaggingCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { failure, S3Sandbox } from '../../../helpers/s3.ts';

describe("objects in the sandbox's S3", () => {
  let s: S3Sandbox;
  const Bucket = 'objects';
  beforeAll(async () => {
    s = await S3Sandbox.start();
    s.store.createBucket({ name: Bucket });
    s.store.createBucket({ name: 'target', versioning: 'Enabled' });
  });
  afterEach(() => expect(s.aws.problems).toEqual([]));
  afterAll(() => s.stop());

  const put = (Body: string | Uint8Array, more: Partial<PutObjectCommandInput> = {}) =>
    s.admin.send(new PutObjectCommand({ Bucket, Key: 'k', Body, ...more }));
  const get = (more: Partial<GetObjectCommandInput> = {}) => s.admin.send(new GetObjectCommand({ Bucket, Key: 'k', ...more }));

  it('come back byte by byte, with their MD5 for an ETag', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), async (bytes) => {
        const { ETag } = await put(bytes);
        expect(ETag).toBe(`"${createHash('md5').update(bytes).digest('hex')}"`);
        const got = await get();
        expect(await got.Body?.transformToByteArray()).toEqual(bytes);
        expect(got).toMatchObject({ ETag, ContentLength: bytes.length });
      }),
      { numRuns: 10 },
    );
  });

  it('keep headers and metadata', async () => {
    await put('x', {
      ContentType: 'text/csv',
      CacheControl: 'no-store',
      ContentEncoding: 'gzip',
      Metadata: { owner: 'riya', note: 'a b' },
      StorageClass: 'STANDARD_IA',
    });
    expect(await s.admin.send(new HeadObjectCommand({ Bucket, Key: 'k' }))).toMatchObject({
      ContentType: 'text/csv',
      CacheControl: 'no-store',
      ContentEncoding: 'gzip',
      Metadata: { owner: 'riya', note: 'a b' },
      StorageClass: 'STANDARD_IA',
      ContentLength: 1,
      LastModified: expect.any(Date),
    });
  });

  it('are read in parts', async () => {
    await put('0123456789');
    const part = async (Range: string) => {
      const got = await get({ Range });
      expect(got.$metadata.httpStatusCode).toBe(got.ContentRange === undefined ? 200 : 206);
      return [await got.Body?.transformToString(), got.ContentRange];
    };
    expect(await part('bytes=2-4')).toEqual(['234', 'bytes 2-4/10']);
    expect(await part('bytes=8-')).toEqual(['89', 'bytes 8-9/10']);
    expect(await part('bytes=-3')).toEqual(['789', 'bytes 7-9/10']);
    expect(await part('bytes=5-100')).toEqual(['56789', 'bytes 5-9/10']);
    expect(await part('lines=1-2')).toEqual(['0123456789', undefined]);
    expect(await failure(get({ Range: 'bytes=10-' }))).toMatchObject({ code: 'InvalidRange', status: 416 });
  });

  it('are read and written on conditions', async () => {
    const { ETag } = await put('x');
    expect(await failure(get({ IfNoneMatch: ETag }))).toMatchObject({ status: 304 });
    expect(await failure(get({ IfModifiedSince: new Date(s.clock.now() + 60_000) }))).toMatchObject({ status: 304 });
    expect(await failure(get({ IfMatch: '"other"' }))).toMatchObject({ code: 'PreconditionFailed', status: 412 });
    expect(await failure(get({ IfUnmodifiedSince: new Date(0) }))).toMatchObject({ status: 412 });
    expect(await failure(put('y', { IfNoneMatch: '*' }))).toMatchObject({ code: 'PreconditionFailed', status: 412 });
    expect(await failure(put('y', { IfMatch: '"other"' }))).toMatchObject({ status: 412 });
    await put('y', { IfMatch: ETag });
    expect(await failure(s.admin.send(new DeleteObjectCommand({ Bucket, Key: 'k', IfMatch: ETag })))).toMatchObject({ status: 412 });
    await s.admin.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    await put('z', { IfNoneMatch: '*' });
  });

  it('that are missing are missing to those who may list, and forbidden to the others', async () => {
    const nothing = new GetObjectCommand({ Bucket, Key: 'nothing' });
    expect(await failure(s.admin.send(nothing))).toMatchObject({ code: 'NoSuchKey', status: 404 });
    expect(await failure(s.userWith('reads', ['s3:GetObject']).send(nothing))).toMatchObject({ code: 'AccessDenied', status: 403 });
    expect(await failure(s.admin.send(new GetObjectCommand({ Bucket: 'no-such', Key: 'k' })))).toMatchObject({
      code: 'NoSuchBucket',
      status: 404,
    });
  });

  it('are refused with a checksum that is wrong', async () => {
    expect(await failure(put('x', { ChecksumSHA256: Buffer.alloc(32).toString('base64') }))).toMatchObject({
      code: 'BadDigest',
      status: 400,
    });
    expect(await failure(put('x', { ContentMD5: Buffer.alloc(16).toString('base64') }))).toMatchObject({ code: 'BadDigest', status: 400 });
    const sum = createHash('sha256').update('x').digest('base64');
    expect(await put('x', { ChecksumSHA256: sum })).toMatchObject({ ChecksumSHA256: sum });
    expect(await get({ ChecksumMode: 'ENABLED' })).toMatchObject({ ChecksumSHA256: sum });
  });

  it('are refused with an ACL, unless the bucket takes them', async () => {
    expect(await failure(put('x', { ACL: 'public-read' }))).toMatchObject({ code: 'AccessControlListNotSupported', status: 400 });
    await put('x', { ACL: 'bucket-owner-full-control' });
    await s.admin.send(new CreateBucketCommand({ Bucket: 'with-acls', ObjectOwnership: 'ObjectWriter' }));
    await put('x', { Bucket: 'with-acls', ACL: 'public-read' });
  });

  it('are copied, with their metadata or another', async () => {
    const Key = 'from/ä b+%?';
    await put('copied', { Key, Metadata: { a: '1' }, ContentType: 'text/plain' });
    const CopySource = `${Bucket}/${encodeURIComponent(Key)}`;
    const copy = (more = {}) => s.admin.send(new CopyObjectCommand({ Bucket: 'target', Key: 'to', CopySource, ...more }));
    const { VersionId, CopyObjectResult } = await copy();
    expect(CopyObjectResult?.ETag).toBe(`"${createHash('md5').update('copied').digest('hex')}"`);
    await copy({ MetadataDirective: 'REPLACE', Metadata: { b: '2' } });
    const head = async (id?: string) => s.admin.send(new HeadObjectCommand({ Bucket: 'target', Key: 'to', VersionId: id }));
    expect(await head(VersionId)).toMatchObject({ Metadata: { a: '1' }, ContentType: 'text/plain' });
    expect((await head()).Metadata).toEqual({ b: '2' });
    expect(await failure(copy({ CopySource: `${Bucket}/none` }))).toMatchObject({ code: 'NoSuchKey' });
    expect(await failure(copy({ CopySource: 'nonsense' }))).toMatchObject({ code: 'InvalidArgument' });
    expect(await failure(copy({ Bucket, Key }))).toMatchObject({ code: 'InvalidRequest' });
    expect(
      await failure(s.userWith('writes', ['s3:PutObject']).send(new CopyObjectCommand({ Bucket: 'target', Key: 'to', CopySource }))),
    ).toMatchObject({
      code: 'AccessDenied',
    });
  });

  it('are tagged, with ten tags at most', async () => {
    await put('x', { Tagging: 'team=a&cost=b%20c' });
    const tags = async () => (await s.admin.send(new GetObjectTaggingCommand({ Bucket, Key: 'k' }))).TagSet;
    const tag = (TagSet: { Key: string; Value: string }[]) =>
      s.admin.send(new PutObjectTaggingCommand({ Bucket, Key: 'k', Tagging: { TagSet } }));
    expect(await tags()).toEqual([
      { Key: 'team', Value: 'a' },
      { Key: 'cost', Value: 'b c' },
    ]);
    await tag([{ Key: 'x', Value: '' }]);
    expect(await tags()).toEqual([{ Key: 'x', Value: '' }]);
    expect(await failure(tag(Array.from({ length: 11 }, (_, i) => ({ Key: `${i}`, Value: '' }))))).toMatchObject({ code: 'BadRequest' });
    expect(
      await failure(
        tag([
          { Key: 'a', Value: '' },
          { Key: 'a', Value: '' },
        ]),
      ),
    ).toMatchObject({ code: 'InvalidTag' });
    expect(await failure(tag([{ Key: 'aws:x', Value: '' }]))).toMatchObject({ code: 'InvalidTag' });
    await s.admin.send(new DeleteObjectTaggingCommand({ Bucket, Key: 'k' }));
    expect(await tags()).toEqual([]);
  });
});
