import * as s3 from '@aws-sdk/client-s3';
import { DeleteObjectsCommand, GetObjectCommand, ListBucketsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Aws } from '../../sandbox/aws/aws.ts';
import { AwsError, type Call, type Question, type Service } from '../../sandbox/aws/service.ts';
import { Clock } from '../../sandbox/clock.ts';
import { Faults } from '../../sandbox/faults.ts';

const ACCOUNT = '111122223333';
const none = (): Question[] => [];

/** A service that gives back what it was given. */
function echo(seen: Record<string, unknown>): Service {
  const keep = (name: string, output: unknown) => ({
    schema: (s3 as Record<string, unknown>)[`${name}$`],
    questions: none,
    run: (input: unknown, call: Call) => {
      seen[name] = { input, call };
      return output;
    },
  });
  return {
    name: 's3',
    protocol: 'restXml',
    operations: {
      ListBuckets: {
        ...keep('ListBuckets', { Buckets: [{ Name: 'team-x', CreationDate: new Date(0), BucketRegion: 'us-east-1' }] }),
        questions: () => [{ action: 's3:ListAllMyBuckets', resource: '*', resourceAccount: ACCOUNT }],
      },
      PutObject: keep('PutObject', { ETag: '"e"' }),
      GetObject: keep('GetObject', { Body: Buffer.from('hello'), ETag: '"e"', Metadata: { a: 'b' }, LastModified: new Date(0) }),
      DeleteObjects: keep('DeleteObjects', { Deleted: [{ Key: 'a' }], Errors: [] }),
    },
  };
}

describe('the endpoint', () => {
  const clock = new Clock();
  const faults = new Faults();
  const aws = new Aws({ clock, faults, account: ACCOUNT, region: 'us-east-1', assumeRoleMfa: 'absent' });
  const seen: Record<string, { input: Record<string, unknown>; call: Call }> = {};
  let url: string;
  let client: S3Client;

  beforeAll(async () => {
    aws.register(echo(seen));
    aws.iam.createUser({
      name: 'admin',
      policies: [{ name: 'all', document: { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } } }],
    });
    url = await aws.listen(0);
    client = new S3Client({
      endpoint: url,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: aws.iam.createAccessKey('admin'),
      maxAttempts: 1,
    });
  });
  afterAll(() => aws.close());

  it('serves SDK v3 in both directions', async () => {
    expect((await client.send(new ListBucketsCommand())).Buckets).toEqual([
      { Name: 'team-x', CreationDate: new Date(0), BucketRegion: 'us-east-1' },
    ]);
    await client.send(new PutObjectCommand({ Bucket: 'team-x', Key: 'a//../ä b', Body: 'hello', Metadata: { A: 'b' } }));
    expect(seen.PutObject?.input).toMatchObject({ Bucket: 'team-x', Key: 'a//../ä b', Metadata: { a: 'b' } });
    expect(Buffer.from(seen.PutObject?.input.Body as Uint8Array).toString()).toBe('hello');
    const got = await client.send(new GetObjectCommand({ Bucket: 'team-x', Key: 'a' }));
    expect(await got.Body?.transformToString()).toBe('hello');
    await client.send(
      new DeleteObjectsCommand({ Bucket: 'team-x', Delete: { Objects: [{ Key: '\n' }, { Key: ' ' }, { Key: 'a\r\nb' }] } }),
    );
    expect(seen.DeleteObjects?.input.Delete).toMatchObject({ Objects: [{ Key: '\n' }, { Key: ' ' }, { Key: 'a\r\nb' }] });
    expect(aws.problems).toEqual([]);
  });
});
