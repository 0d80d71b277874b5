import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client } from '@aws-sdk/client-s3';
import { deleteBucket, findBucket } from '../../src/aws/bucket.ts';
import { homeOf } from '../../src/aws/buckets.ts';
import { ACCOUNT, ALLOW_ALL, type Running, startAwsForAll } from '../helpers/sandbox-aws.ts';

const SESSION = {
  accessKeyId: 'ASIAEXAMPLE',
  secretAccessKey: 'example',
  sessionToken: '',
  givenAt: '2026-11-02T09:05:00.000Z',
  expiresAt: '2026-11-02T09:20:00.000Z',
};

describe('deleting a bucket with a session', () => {
  let run: Running;
  beforeAll(async () => {
    run = await startAwsForAll();
  });
  afterAll(() => run?.close());

  it('says of access points of another account, which nobody of its own can list, that they keep it', async () => {
    run.aws.s3.createBucket({ name: 'team-shared' });
    run.aws.s3.createAccessPoint('team-shared', 'theirs', '444455556666');
    const { accessKeyId, secretAccessKey } = run.user('approver', ALLOW_ALL);
    const session = { ...SESSION, accessKeyId, secretAccessKey };
    expect(await deleteBucket('team-shared', ACCOUNT, 'us-east-1', session)).toBe('accessPoints');
    expect(await findBucket('team-shared')).toMatchObject({ bucket: 'team-shared' });
  });

  it.each([
    [204, '', 'done'],
    [200, '<Error><Code>InternalError</Code></Error>', 'lost'],
    [200, '<html></html>', 'lost'],
  ])('has deleted it where S3 answers 204, and nothing else says so (%i, %j)', async (status, body, result) => {
    const server = createServer((_, response) => response.writeHead(status).end(body));
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    process.env.AWS_ENDPOINT_URL_S3 = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      expect(await deleteBucket('team-x', ACCOUNT, 'us-east-1', SESSION)).toBe(result);
    } finally {
      delete process.env.AWS_ENDPOINT_URL_S3;
      server.close();
    }
  });
});

describe('looking for a bucket', () => {
  it('finds it in whatever order S3 lists those that begin with its name, and behind a page without any', async () => {
    const pages = [
      { Buckets: [], ContinuationToken: 'more' },
      { Buckets: [{ Name: 'team-x-2', BucketRegion: 'us-east-1' }], ContinuationToken: 'yet more' },
      { Buckets: [{ Name: 'team-x', BucketRegion: 'eu-central-1' }] },
    ];
    const s3 = new S3Client({ region: 'us-east-1' });
    s3.middlewareStack.add(() => async () => ({ output: pages.shift() as never, response: {} }), { step: 'initialize' });
    expect(await homeOf(s3, 'team-x')).toMatchObject({ bucket: 'team-x', region: 'eu-central-1' });
  });
});
