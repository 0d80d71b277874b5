import { createHash } from 'node:crypto';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListUsersCommand } from '@aws-sdk/client-iam';
import { ListKeysCommand } from '@aws-sdk/client-kms';
import * as s3 from '@aws-sdk/client-s3';
import { ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { rawHttp } from '../../helpers/raw-http.ts';
import { ALLOW_ALL, failure, type Keys, policy, type Running, startAws } from '../../helpers/sandbox-aws.ts';

describe('the endpoint', () => {
  let run: Running;
  let admin: Keys;
  let client: s3.S3Client;
  let signed: ReturnType<typeof rawHttp>['signed'];
  let send: ReturnType<typeof rawHttp>['send'];

  beforeAll(async () => {
    run = await startAws();
    admin = run.user('admin', ALLOW_ALL);
    client = run.s3(admin);
    ({ send, signed } = rawHttp(run, admin));
    run.aws.s3.createBucket({ name: 'team-x' });
  });
  beforeEach(() => run.faults.clear());
  afterAll(async () => {
    await run.close();
    expect(run.aws.problems).toEqual([]);
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
      run.clock.advance(12 * 3600 + 1);
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

  describe('says that it does not serve a service, in the protocol that was spoken', () => {
    const words = 'The sandbox serves no x; it serves dynamodb, iam, kms, s3, secretsmanager, sts.';
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const json = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'X_1.List' };
    it.each([
      ['JSON, of a target', 'x', { method: 'POST', headers: json, body: '{}' }, { type: 'application/x-amz-json-1.0' }],
      ['JSON, of paths', 'x', { path: '/2015-03-31/functions' }, { type: 'application/x-amz-json-1.1' }],
      ['a form', 'x', { method: 'POST', headers: form, body: 'Action=ListXs' }, { type: 'text/xml', code: '<Code>InvalidAction</Code>' }],
      ['XML, of paths', 'route53', { path: '/2013-04-01/hostedzone' }, { type: 'application/xml', code: '<Code>NotImplemented</Code>' }],
    ])('(%s)', async (_, service, raw, { type, code = '"__type":"UnknownOperationException"' }: { type: string; code?: string }) => {
      const { headers, text } = await signed(raw, { service });
      expect(headers['content-type']).toBe(type);
      expect(text).toContain(words.replace('no x', `no ${service}`));
      expect(text).toContain(code);
      expect(run.aws.calls.list().at(-1)).toMatchObject({ allowed: false, action: `${service}:unknown` });
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

    it.each([
      ['s3:CreateBucket', 'OperationAborted', 409],
      ['s3:CreateBucket', 'BucketAlreadyExists', 409],
      ['s3:CreateBucket', 'AccessDenied', 403],
      ['s3:CreateBucket', 'ServiceUnavailable', 503],
      ['s3:CreateBucket', 'InternalError', 500],
      ['s3:CreateBucket', 'TooManyBuckets', 400],
      ['kms:ListKeys', 'KMSInvalidStateException', 400],
      ['kms:ListKeys', 'KMSInternalException', 500],
      ['kms:ListKeys', 'AccessDeniedException', 400],
    ])('answers %s with the error that is asked for: %s, %d', async (target, error, status) => {
      run.faults.add({ target, kind: 'error', error, times: 1 });
      const call = target.startsWith('s3')
        ? client.send(new s3.CreateBucketCommand({ Bucket: 'team-never' }))
        : run.kms(admin).send(new ListKeysCommand());
      expect(await failure(call)).toMatchObject({ name: error, status });
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

  it('answers 500 and keeps the problem where IAM could not be asked as meant', async () => {
    const broken = run.user('broken', { Version: '2012-10-17', Statement: [{ Effect: 'Maybe', Action: '*', Resource: '*' }] });
    expect(await failure(run.s3(broken).send(new s3.ListBucketsCommand()))).toMatchObject({
      name: 'InternalError',
      status: 500,
      message: expect.stringContaining("IAM can't be asked for s3:ListAllMyBuckets"),
    });
    expect(run.aws.problems.splice(0)).toMatchObject([{ name: 'EvaluationError' }]);
    expect(run.aws.calls.list().at(-1)).toMatchObject({ allowed: false, errorCode: 'InternalError' });
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
