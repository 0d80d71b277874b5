import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { decodeKey, failure, hostileKey, S3Sandbox } from '../../../helpers/s3.ts';

const byUtf8 = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

describe("keys in the sandbox's S3", () => {
  let s: S3Sandbox;
  const Bucket = 'keys';
  beforeAll(async () => {
    s = await S3Sandbox.start();
  });
  beforeEach(() => {
    s.store.deleteBucket(Bucket);
    s.store.createBucket({ name: Bucket });
  });
  afterEach(() => expect(s.aws.problems).toEqual([]));
  afterAll(() => s.stop());

  const put = (Key: string) => s.admin.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
  const keys = async () => {
    const { Contents = [] } = await s.admin.send(new ListObjectsV2Command({ Bucket, EncodingType: 'url' }));
    return Contents.map(({ Key }) => decodeKey(Key));
  };
  const batch = (Objects: { Key: string; VersionId?: string }[]) => s.admin.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));

  it('come back as they were sent, in the order of their UTF-8 bytes, and are deleted by just that key', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(hostileKey, { minLength: 1, maxLength: 6 }), async (all) => {
        for (const key of all) await put(key);
        expect(await keys()).toEqual([...all].sort(byUtf8));
        const [one = '', ...rest] = all;
        const got = await s.admin.send(new GetObjectCommand({ Bucket, Key: one }));
        expect(await got.Body?.transformToString()).toBe(one);
        await s.admin.send(new DeleteObjectCommand({ Bucket, Key: one }));
        expect(await keys()).toEqual(rest.sort(byUtf8));
        for (const key of rest) await s.admin.send(new DeleteObjectCommand({ Bucket, Key: key }));
        expect(await keys()).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  it('are not tidied: slashes and dots stay, and their neighbours survive a deletion (FC-32)', async () => {
    const odd = ['mail//t', '/x', 'a/./b', 'a/../b', 'a/', '.', '..', '//'];
    for (const key of [...odd, 'a/b', 'b', 'x']) await put(key);
    for (const key of odd) await s.admin.send(new DeleteObjectCommand({ Bucket, Key: key }));
    expect(await keys()).toEqual(['a/b', 'b', 'x']);
  });

  it('keep their line ends and blanks in a batch, and only they vanish (FC-31, FC-34)', async () => {
    const all = ['a\rb', 'a\r\nb', 'a\nb', 'report ', ' ', '\n', 'three   spaces', 'report', 'three spaces'];
    for (const key of all) await put(key);
    await batch(['a\rb', 'a\r\nb', 'report ', ' ', 'three   spaces'].map((Key) => ({ Key })));
    expect(await keys()).toEqual(['\n', 'a\nb', 'report', 'three spaces']);
  });

  it('that XML can not carry make a whole batch malformed, and go one by one (FC-29)', async () => {
    for (const key of ['a\u0001b', 'img/\u0010x.jpg', 'plain']) await put(key);
    expect(await failure(batch([{ Key: 'plain' }, { Key: 'a\u0001b' }]))).toMatchObject({ code: 'MalformedXML', status: 400 });
    for (const Key of ['a\u0001b', 'img/\u0010x.jpg']) await s.admin.send(new DeleteObjectCommand({ Bucket, Key }));
    expect(await keys()).toEqual(['plain']);
  });

  it('are listed among versions with encoding-type=url, the other way round too', async () => {
    s.store.setVersioning(Bucket, 'Enabled');
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(hostileKey, { minLength: 1, maxLength: 4 }), async (all) => {
        for (const key of all) await put(key);
        const listed = await s.admin.send(new ListObjectVersionsCommand({ Bucket, EncodingType: 'url' }));
        expect(listed.Versions?.map(({ Key }) => decodeKey(Key))).toEqual([...all].sort(byUtf8));
        for (const { Key, VersionId } of listed.Versions ?? []) {
          await s.admin.send(new DeleteObjectCommand({ Bucket, Key: decodeKey(Key), VersionId }));
        }
        expect(s.store.get(Bucket).objects.size).toBe(0);
      }),
      { numRuns: 10 },
    );
  });

  it('may have 1,024 bytes, not characters', async () => {
    await put('é'.repeat(512));
    expect(await failure(put('é'.repeat(513)))).toMatchObject({ code: 'KeyTooLongError', status: 400 });
    const { Errors } = await batch([{ Key: 'é'.repeat(513) }]);
    expect(Errors).toMatchObject([{ Code: 'KeyTooLongError' }]);
  });

  it('can not be empty', async () => {
    expect(await failure(batch([{ Key: '' }]))).toMatchObject({ code: 'MalformedXML' });
  });
});
