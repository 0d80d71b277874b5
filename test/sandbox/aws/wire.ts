import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import * as s3 from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { decodeChunked } from '../../../sandbox/aws/aws-chunked.ts';
import { rawHttp } from '../../helpers/raw-http.ts';
import { ALLOW_ALL, failure, type Keys, type Running, startAws } from '../../helpers/sandbox-aws.ts';

describe('the endpoint reads and writes', () => {
  let run: Running;
  let admin: Keys;
  let client: s3.S3Client;
  let signed: ReturnType<typeof rawHttp>['signed'];

  beforeAll(async () => {
    run = await startAws();
    admin = run.user('admin', ALLOW_ALL);
    client = run.s3(admin);
    ({ signed } = rawHttp(run, admin));
    run.aws.s3.createBucket({ name: 'team-x' });
  });
  afterAll(async () => {
    await run.close();
    expect(run.aws.problems).toEqual([]);
  });

  it('carries objects, metadata, dates and empty answers', async () => {
    await client.send(
      new s3.PutObjectCommand({ Bucket: 'team-x', Key: 'plain', Body: 'hello', Metadata: { Owner: 'riya' }, ContentType: 'text/x' }),
    );
    const got = await client.send(new s3.GetObjectCommand({ Bucket: 'team-x', Key: 'plain' }));
    expect(await got.Body?.transformToString()).toBe('hello');
    expect(got).toMatchObject({ Metadata: { owner: 'riya' }, ContentType: 'text/x', ContentLength: 5 });
    expect(Math.abs((got.LastModified?.getTime() ?? 0) - Date.now())).toBeLessThan(5000);
    expect((await client.send(new s3.GetBucketVersioningCommand({ Bucket: 'team-x' }))).Status).toBeUndefined();
  });

  it('keeps keys as they were sent, whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
          fc.constantFrom('/x', 'a//b', 'a/../b', './a', 'a/', ' ', '\n', '\r\n', 'a+b', '%2e', '?versions', '*'),
        ),
        async (key) => {
          await client.send(new s3.PutObjectCommand({ Bucket: 'team-x', Key: key, Body: 'x' }));
          const listed = await client.send(new s3.ListObjectsV2Command({ Bucket: 'team-x', Prefix: key, EncodingType: 'url' }));
          expect(listed.Contents?.map((object) => decodeURIComponent((object.Key ?? '').replaceAll('+', ' ')))).toContain(key);
          const deleted = await client.send(new s3.DeleteObjectCommand({ Bucket: 'team-x', Key: key }));
          expect(deleted.$metadata.httpStatusCode).toBe(204);
          expect((await failure(client.send(new s3.HeadObjectCommand({ Bucket: 'team-x', Key: key })))).status).toBe(404);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('reads blanks and line ends of keys in XML as they were written', async () => {
    const keys = ['\n', ' ', 'a\r\nb', 'a\nb', 'three   spaces', ' report ', '<&">'];
    for (const Key of keys) await client.send(new s3.PutObjectCommand({ Bucket: 'team-x', Key, Body: 'x' }));
    await client.send(new s3.DeleteObjectsCommand({ Bucket: 'team-x', Delete: { Objects: keys.map((Key) => ({ Key })), Quiet: true } }));
    const left = await client.send(new s3.ListObjectsV2Command({ Bucket: 'team-x' }));
    expect(left.Contents?.map(({ Key }) => Key).filter((key) => keys.includes(key ?? ''))).toEqual([]);
  });

  it('answers MalformedXML where XML can’t be read, or holds what XML can’t carry', async () => {
    for (const body of [
      '<Delete><Object>',
      '<Delete><Object><Key>a\u0001b</Key></Object></Delete>',
      '<Delete><Object><Key>a&#1;b</Key></Object></Delete>',
      'no',
    ]) {
      const answer = await signed({
        method: 'POST',
        path: '/team-x?delete',
        body,
        headers: { 'x-amz-content-sha256': createHash('sha256').update(body).digest('hex') },
      });
      expect(answer).toMatchObject({ status: 400, text: expect.stringContaining('<Code>MalformedXML</Code>') });
    }
  });

  it('takes no sub-resource for another', async () => {
    expect(await signed({ path: '/team-x?inventory', headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } })).toMatchObject({
      status: 501,
      text: expect.stringContaining('<Code>NotImplemented</Code>'),
    });
  });

  it('refuses numbers that are none', async () => {
    expect(
      await signed({ path: '/team-x?list-type=2&max-keys=many', headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } }),
    ).toMatchObject({
      status: 400,
      text: expect.stringContaining('<Code>InvalidArgument</Code>'),
    });
  });

  it('answers HEAD without a body', async () => {
    expect(
      await signed({ method: 'HEAD', path: '/no-such-bucket', headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } }),
    ).toMatchObject({ status: 404, text: '' });
  });

  it('takes uploads in chunks, with and without checksums behind them', async () => {
    const body = Buffer.from(
      '5;chunk-signature=aa\r\nhello\r\n6;chunk-signature=bb\r\n world\r\n0;chunk-signature=cc\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n',
    );
    const headers = {
      'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'content-encoding': 'aws-chunked',
      'x-amz-decoded-content-length': '11',
      'x-amz-trailer': 'x-amz-checksum-crc32',
    };
    expect((await signed({ method: 'PUT', path: '/team-x/chunked', headers, body })).status).toBe(200);
    expect(await (await client.send(new s3.GetObjectCommand({ Bucket: 'team-x', Key: 'chunked' }))).Body?.transformToString()).toBe(
      'hello world',
    );
    expect(await signed({ method: 'PUT', path: '/team-x/chunked', headers, body: body.subarray(0, 20) })).toMatchObject({
      status: 400,
      text: expect.stringContaining('IncompleteBody'),
    });
  });

  it('takes streams', async () => {
    const parts = ['one ', 'two ', 'three'].map((text) => Buffer.from(text));
    await client.send(
      new s3.PutObjectCommand({ Bucket: 'team-x', Key: 'stream', Body: Readable.from(parts, { objectMode: false }), ContentLength: 13 }),
    );
    expect(await (await client.send(new s3.GetObjectCommand({ Bucket: 'team-x', Key: 'stream' }))).Body?.transformToString()).toBe(
      'one two three',
    );
  });

  it('puts chunks together again, however they were cut', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 })), fc.boolean(), (chunks, signedChunks) => {
        const raw = Buffer.concat([
          ...chunks.flatMap((chunk) => [
            Buffer.from(`${chunk.length.toString(16)}${signedChunks ? ';chunk-signature=abc' : ''}\r\n`),
            chunk,
            Buffer.from('\r\n'),
          ]),
          Buffer.from('0\r\nx-amz-checksum-sha256: abc=\r\n\r\n'),
        ]);
        expect(decodeChunked(raw)).toEqual({ body: Buffer.concat(chunks), trailers: { 'x-amz-checksum-sha256': 'abc=' } });
      }),
    );
  });

  it('answers what is not served, and JSON that is none, in the words of each protocol', async () => {
    const json = (headers: Record<string, string>, body: string) =>
      signed({ method: 'POST', headers: { 'content-type': 'application/x-amz-json-1.1', ...headers }, body }, { service: 'kms' });
    expect(await json({ 'x-amz-target': 'TrentService.Nothing' }, '{}')).toMatchObject({
      status: 400,
      text: expect.stringContaining('UnknownOperationException'),
    });
    expect(await json({ 'x-amz-target': 'TrentService.ListKeys' }, '{"')).toMatchObject({
      status: 400,
      text: expect.stringContaining('SerializationException'),
    });
    expect(await json({ 'x-amz-target': 'TrentService.ListKeys' }, '[]')).toMatchObject({
      status: 400,
      text: expect.stringContaining('SerializationException'),
    });
    expect(await json({ 'x-amz-target': 'TrentService.DescribeKey' }, '{}')).toMatchObject({
      status: 400,
      text: expect.stringContaining("Value null at 'keyId'"),
    });
    const form = await signed(
      { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'Action=Nothing' },
      { service: 'sts' },
    );
    expect(form).toMatchObject({ status: 400, text: expect.stringContaining('<Code>InvalidAction</Code>') });
    expect(await signed({ method: 'POST', body: '' }, { service: 'ec2' })).toMatchObject({
      status: 400,
      text: expect.stringContaining('UnknownOperationException'),
    });
    expect(
      await signed(
        { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'Action=%zz' },
        { service: 'sts' },
      ),
    ).toMatchObject({ status: 400, text: expect.stringContaining('MalformedQueryString') });
  });
});
