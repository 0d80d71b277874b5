import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListUsersCommand } from '@aws-sdk/client-iam';
import { ListKeysCommand } from '@aws-sdk/client-kms';
import * as s3 from '@aws-sdk/client-s3';
import { ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { decodeChunked } from '../../sandbox/aws/aws-chunked.ts';
import { Sha256 } from '../../sandbox/aws/signature.ts';
import { ALLOW_ALL, failure, type Keys, policy, type Running, startAws } from '../helpers/sandbox-aws.ts';

interface Raw {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

describe('the endpoint', () => {
  let run: Running;
  let admin: Keys;
  let client: s3.S3Client;

  /** A request as it is written, no client's help. */
  const send = ({
    method = 'GET',
    path = '/',
    headers = {},
    body,
  }: Raw): Promise<{ status: number; headers: Record<string, unknown>; text: string }> =>
    new Promise((resolve, reject) => {
      const { port } = new URL(run.url);
      const sent = httpRequest({ host: '127.0.0.1', port, method, path, headers: { connection: 'close', ...headers } }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part) => parts.push(part));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(parts).toString() }),
        );
      });
      sent.on('error', reject);
      sent.end(body);
    });

  const signed = async (raw: Raw, options: { at?: Date; service?: string; keys?: Keys; presign?: boolean } = {}) => {
    const { service = 's3', keys = admin, at = new Date() } = options;
    const { host } = new URL(run.url);
    const [path = '/', search = ''] = (raw.path ?? '/').split('?');
    const signer = new SignatureV4({ credentials: keys, region: 'us-east-1', service, sha256: Sha256, uriEscapePath: service !== 's3' });
    const plain = new HttpRequest({
      method: raw.method ?? 'GET',
      path,
      query: Object.fromEntries(new URLSearchParams(search)),
      headers: { host, ...raw.headers },
      body: raw.body,
    });
    if (!options.presign) return send({ ...raw, headers: (await signer.sign(plain, { signingDate: at })).headers });
    plain.headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD';
    const result = await signer.presign(plain, {
      signingDate: at,
      expiresIn: 60,
      unsignableHeaders: new Set(['x-amz-content-sha256']),
      unhoistableHeaders: new Set(['x-amz-content-sha256']),
    });
    return send({
      method: result.method,
      path: `${path}?${new URLSearchParams(result.query as Record<string, string>)}`,
      headers: { host },
    });
  };

  beforeAll(async () => {
    run = await startAws();
    admin = run.user('admin', ALLOW_ALL);
    client = run.s3(admin);
    run.aws.s3.createBucket({ name: 'team-x' });
  });
  beforeEach(() => run.faults.clear());
  afterAll(async () => {
    await run.close();
    expect(run.aws.problems).toEqual([]);
  });

  describe('speaks as the SDK does', () => {
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
        { numRuns: 40 },
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
      expect(await signed({ method: 'POST', body: '' }, { service: 'ec2' })).toMatchObject({ status: 501 });
      expect(
        await signed(
          { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'Action=%zz' },
          { service: 'sts' },
        ),
      ).toMatchObject({ status: 400, text: expect.stringContaining('MalformedQueryString') });
    });
  });

  describe('lets in', () => {
    it('nobody who calls it by another name', async () => {
      expect(await send({ headers: { host: 'evil.example' } })).toMatchObject({ status: 403 });
      expect(await send({ headers: { host: '127.0.0.1' } })).toMatchObject({ status: 403 });
      expect((await send({ headers: { host: new URL(run.url).host.replace('127.0.0.1', 'localhost') } })).text).toContain(
        '<Code>AccessDenied</Code>',
      );
    });

    it('nobody whose address has broken percent-encoding', async () => {
      expect(await send({ path: '/%zz' })).toMatchObject({ status: 400 });
    });

    it('presigned addresses while they hold', async () => {
      await client.send(new s3.PutObjectCommand({ Bucket: 'team-x', Key: 'shared', Body: 'x' }));
      expect(await signed({ path: '/team-x/shared' }, { presign: true })).toMatchObject({ status: 200, text: 'x' });
      expect(await signed({ path: '/team-x/shared' }, { presign: true, at: new Date(Date.now() - 16 * 60_000) })).toMatchObject({
        status: 403,
      });
      expect((await signed({ path: '/team-x/shared' }, { presign: true, keys: { ...admin, secretAccessKey: 'wrong' } })).text).toContain(
        'SignatureDoesNotMatch',
      );
    });

    it('signatures by the real clock and by the sandbox’s, and none between or beyond', async () => {
      const headers = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
      const status = async (at: number) => (await signed({ path: '/', headers }, { at: new Date(at) })).status;
      expect(await status(Date.now() - 16 * 60_000)).toBe(403);
      expect((await signed({ path: '/', headers }, { at: new Date(Date.now() + 16 * 60_000) })).text).toContain('RequestTimeTooSkewed');
      run.clock.advance(7200);
      expect(await status(Date.now())).toBe(200);
      expect(await status(run.clock.now())).toBe(200);
      expect(await status(Date.now() + 3600_000)).toBe(403);
    });

    it('no body but the one that was signed', async () => {
      const digest = createHash('sha256').update('x').digest('hex');
      expect((await signed({ method: 'PUT', path: '/team-x/y', headers: { 'x-amz-content-sha256': digest }, body: 'z' })).text).toContain(
        'XAmzContentSHA256Mismatch',
      );
    });

    it('no malformed signature', async () => {
      const authorization = 'AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00';
      const malformed: Record<string, string>[] = [
        { authorization },
        { authorization: 'AWS AKIA:sig' },
        { authorization, 'x-amz-date': 'now' },
      ];
      for (const headers of malformed) {
        expect((await send({ headers: { host: new URL(run.url).host, ...headers } })).text).toContain('AuthorizationHeaderMalformed');
      }
    });

    it('nobody with a secret, a key or a token that is wrong, in each protocol’s words', async () => {
      const calls = (keys: Keys) => ({
        s3: run.s3(keys).send(new s3.ListBucketsCommand()),
        sts: run.sts(keys).send(new GetCallerIdentityCommand()),
        iam: run.iam(keys).send(new ListUsersCommand()),
        kms: run.kms(keys).send(new ListKeysCommand()),
        secrets: run.secrets(keys).send(new ListSecretsCommand()),
        dynamodb: run.dynamodb(keys).send(new ListTablesCommand()),
      });
      const names = async (keys: Keys) =>
        Object.fromEntries(
          await Promise.all(
            Object.entries(calls(keys)).map(async ([service, call]) => [
              service,
              `${(await failure(call)).name} ${(await failure(call)).status}`,
            ]),
          ),
        );
      expect(await names({ ...admin, secretAccessKey: 'wrong' })).toEqual({
        s3: 'SignatureDoesNotMatch 403',
        sts: 'SignatureDoesNotMatch 403',
        iam: 'SignatureDoesNotMatch 403',
        kms: 'InvalidSignatureException 400',
        secrets: 'InvalidSignatureException 400',
        dynamodb: 'InvalidSignatureException 400',
      });
      expect(await names({ accessKeyId: 'AKIAXXXXXXXXXXXXXXXX', secretAccessKey: 'x' })).toEqual({
        s3: 'InvalidAccessKeyId 403',
        sts: 'InvalidClientTokenId 403',
        iam: 'InvalidClientTokenId 403',
        kms: 'UnrecognizedClientException 400',
        secrets: 'UnrecognizedClientException 400',
        dynamodb: 'UnrecognizedClientException 400',
      });
      expect(await names({ ...admin, sessionToken: 'x' })).toMatchObject({
        s3: 'InvalidToken 400',
        sts: 'InvalidClientTokenId 403',
        kms: 'UnrecognizedClientException 400',
      });
      run.aws.iam.createRole({
        name: 'fn',
        trust: policy({ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }),
      });
      const session = await run.aws.roleSession(`arn:aws:iam::${run.aws.account}:role/fn`, 'f');
      expect(await names({ accessKeyId: session.accessKeyId, secretAccessKey: session.secretAccessKey })).toMatchObject({
        s3: 'InvalidAccessKeyId 403',
        sts: 'InvalidClientTokenId 403',
      });
      run.clock.advance(3601);
      expect(await names(session)).toEqual({
        s3: 'ExpiredToken 400',
        sts: 'ExpiredToken 403',
        iam: 'ExpiredToken 403',
        kms: 'ExpiredTokenException 400',
        secrets: 'ExpiredTokenException 400',
        dynamodb: 'ExpiredTokenException 400',
      });
    });

    it('the unsigned to S3 only, as anonymous', async () => {
      const { host } = new URL(run.url);
      expect(await send({ path: '/team-x', headers: { host } })).toMatchObject({
        status: 403,
        text: expect.stringContaining('<Code>AccessDenied</Code>'),
      });
      expect(run.aws.calls.list().at(-1)).toMatchObject({
        principal: 'anonymous',
        principalType: 'Anonymous',
        action: 's3:ListBucket',
        allowed: false,
      });
      const form = await send({
        method: 'POST',
        headers: { host, 'content-type': 'application/x-www-form-urlencoded' },
        body: 'Action=GetCallerIdentity&Version=2011-06-15',
      });
      expect(form).toMatchObject({ status: 403, text: expect.stringContaining('MissingAuthenticationToken') });
      const json = await send({ method: 'POST', headers: { host, 'x-amz-target': 'TrentService.ListKeys' }, body: '{}' });
      expect(json).toMatchObject({ status: 400, text: expect.stringContaining('MissingAuthenticationTokenException') });
    });
  });

  describe('goes wrong on demand', () => {
    const list = () => client.send(new s3.ListBucketsCommand());

    it('throttles in the service’s own words, as often as asked', async () => {
      run.faults.add({ target: 's3:ListBuckets', kind: 'throttle', times: 2 });
      expect(await failure(list())).toMatchObject({ name: 'SlowDown', status: 503 });
      expect(await failure(list())).toMatchObject({ name: 'SlowDown', status: 503 });
      await list();
      for (const target of ['sts:AssumeRole', 'kms:ListKeys', 'dynamodb:ListTables'])
        run.faults.add({ target, kind: 'throttle', times: 1 });
      const assume = run.sts(admin).send(new AssumeRoleCommand({ RoleArn: 'arn:aws:iam::111122223333:role/x', RoleSessionName: 'req-1' }));
      expect(await failure(assume)).toMatchObject({ name: 'Throttling', status: 400 });
      expect(await failure(run.kms(admin).send(new ListKeysCommand()))).toMatchObject({ name: 'ThrottlingException', status: 400 });
      expect(await failure(run.dynamodb(admin).send(new ListTablesCommand()))).toMatchObject({
        name: 'ProvisionedThroughputExceededException',
        status: 400,
      });
    });

    it('answers 500 without doing anything', async () => {
      run.faults.add({ target: 's3:CreateBucket', kind: 'error', times: 1 });
      expect(await failure(client.send(new s3.CreateBucketCommand({ Bucket: 'team-never' })))).toMatchObject({
        name: 'InternalError',
        status: 500,
      });
      expect((await list()).Buckets?.map(({ Name }) => Name)).not.toContain('team-never');
    });

    it('does the thing and loses the answer', async () => {
      run.faults.add({ target: 's3:CreateBucket', kind: 'lost-answer', times: 1 });
      expect((await failure(client.send(new s3.CreateBucketCommand({ Bucket: 'team-lost' })))).status).toBeUndefined();
      expect((await list()).Buckets?.map(({ Name }) => Name)).toContain('team-lost');
    });
  });

  it('breaks by the action that IAM knows as well', async () => {
    run.faults.add({ target: 's3:ListAllMyBuckets', kind: 'throttle', times: 1 });
    expect((await failure(client.send(new s3.ListBucketsCommand()))).name).toBe('SlowDown');
    await client.send(new s3.ListBucketsCommand());
  });

  it('does the thing and answers late', async () => {
    run.faults.add({ target: 's3:CreateBucket', kind: 'slow', times: 1 });
    const created = run.aws.calls.on(({ operation }) => operation === 'CreateBucket' && patience.abort());
    const patience = new AbortController();
    const call = client.send(new s3.CreateBucketCommand({ Bucket: 'team-late' }), { abortSignal: patience.signal });
    expect((await failure(call)).name).toBe('AbortError');
    created();
    expect((await client.send(new s3.ListBucketsCommand())).Buckets?.map(({ Name }) => Name)).toContain('team-late');
  });

  it('tells of its clock in the date of its answers', async () => {
    const { headers } = await send({ headers: { host: new URL(run.url).host } });
    expect(Math.abs(Date.parse(String(headers.date)) - run.clock.now())).toBeLessThan(2000);
  });

  it('says when a port is taken', async () => {
    await expect(run.aws.listen(Number(new URL(run.url).port))).rejects.toThrow();
  });

  it('tells each call to who listens', async () => {
    const heard: string[] = [];
    const stop = run.aws.calls.on((record) => heard.push(record.operation));
    await client.send(new s3.ListBucketsCommand());
    stop();
    await client.send(new s3.ListBucketsCommand());
    expect(heard).toEqual(['ListBuckets']);
  });
});
