import {
  CreateBucketCommand,
  DeleteBucketCommand,
  GetBucketLocationCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketLifecycleConfigurationCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { ACCOUNT, failure, OTHER_ACCOUNT, S3Sandbox } from '../../../helpers/s3.ts';

describe("the sandbox's buckets", () => {
  let s: S3Sandbox;
  beforeAll(async () => {
    s = await S3Sandbox.start();
  });
  afterEach(() => expect(s.aws.problems).toEqual([]));
  afterAll(() => s.stop());

  const names = async (client: S3Client, input = {}) =>
    (await client.send(new ListBucketsCommand(input))).Buckets?.map(({ Name }) => Name) ?? [];

  it('are made, found, listed and deleted', async () => {
    await s.admin.send(new CreateBucketCommand({ Bucket: 'made-here' }));
    expect(await s.admin.send(new HeadBucketCommand({ Bucket: 'made-here' }))).toMatchObject({ BucketRegion: 'us-east-1' });
    expect(await names(s.admin)).toContain('made-here');
    await s.admin.send(new DeleteBucketCommand({ Bucket: 'made-here' }));
    expect(await names(s.admin)).not.toContain('made-here');
    expect(await failure(s.admin.send(new DeleteBucketCommand({ Bucket: 'made-here' })))).toMatchObject({
      code: 'NoSuchBucket',
      status: 404,
    });
    expect(await failure(s.admin.send(new HeadBucketCommand({ Bucket: 'made-here' })))).toMatchObject({ code: 'NotFound', status: 404 });
  });

  it.each([
    'ab',
    'Upper',
    'a_b',
    '-a-',
    'a..b',
    '192.168.1.1',
    'xn--a',
    'a-s3alias',
    'x--table-s3',
    'team-x-an',
    `a-${OTHER_ACCOUNT}-us-east-1-an`,
    'a'.repeat(64),
  ])('refuse the name %s', async (Bucket) => {
    expect(await failure(s.admin.send(new CreateBucketCommand({ Bucket })))).toMatchObject({ code: 'InvalidBucketName', status: 400 });
  });

  it.each(['abc', 'a.b.c', '1-2', 'a'.repeat(63), `a-${ACCOUNT}-us-east-1-an`])('take the name %s', async (Bucket) => {
    await s.admin.send(new CreateBucketCommand({ Bucket }));
    await s.admin.send(new DeleteBucketCommand({ Bucket }));
  });

  it('are one namespace for all accounts', async () => {
    s.store.createBucket({ name: 'taken-elsewhere', account: OTHER_ACCOUNT });
    expect(await failure(s.admin.send(new CreateBucketCommand({ Bucket: 'taken-elsewhere' })))).toMatchObject({
      code: 'BucketAlreadyExists',
      status: 409,
    });
    expect(await failure(s.admin.send(new HeadBucketCommand({ Bucket: 'taken-elsewhere' })))).toMatchObject({ status: 403 });
    expect(await failure(s.admin.send(new ListObjectsV2Command({ Bucket: 'taken-elsewhere' })))).toMatchObject({
      code: 'AccessDenied',
      status: 403,
    });
    expect(await names(s.admin)).not.toContain('taken-elsewhere');
  });

  it('may be made again by their owner in us-east-1, and in no other region', async () => {
    const eu = s.client('admin', 'eu-west-1');
    const make = { Bucket: 'again-eu', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' as const } };
    await s.admin.send(new CreateBucketCommand({ Bucket: 'again-us' }));
    await s.admin.send(new CreateBucketCommand({ Bucket: 'again-us' }));
    await eu.send(new CreateBucketCommand(make));
    expect(await failure(eu.send(new CreateBucketCommand(make)))).toMatchObject({ code: 'BucketAlreadyOwnedByYou', status: 409 });
  });

  it('go where the location constraint says, which a regional endpoint must agree with', async () => {
    const eu = s.client('admin', 'eu-west-1');
    // The SDK fills in its own region where none is given: taken out again.
    const bare = s.client('admin', 'eu-west-1');
    bare.middlewareStack.add((next) => (args) => next({ ...args, input: { Bucket: 'no-constraint' } as never }), {
      step: 'serialize',
      priority: 'high',
    });
    expect(await failure(bare.send(new CreateBucketCommand({ Bucket: 'no-constraint' })))).toMatchObject({
      code: 'IllegalLocationConstraintException',
    });
    const elsewhere = { LocationConstraint: 'eu-central-1' as const };
    expect(await failure(eu.send(new CreateBucketCommand({ Bucket: 'elsewhere', CreateBucketConfiguration: elsewhere })))).toMatchObject({
      code: 'IllegalLocationConstraintException',
    });
    const wrong = { LocationConstraint: 'us-east-1' as never };
    expect(await failure(s.admin.send(new CreateBucketCommand({ Bucket: 'elsewhere', CreateBucketConfiguration: wrong })))).toMatchObject({
      code: 'InvalidLocationConstraint',
    });
    await s.admin.send(new CreateBucketCommand({ Bucket: 'elsewhere', CreateBucketConfiguration: elsewhere }));
    expect(await s.admin.send(new GetBucketLocationCommand({ Bucket: 'elsewhere' }))).toMatchObject({ LocationConstraint: 'eu-central-1' });
    await s.admin.send(new CreateBucketCommand({ Bucket: 'in-us-east-1' }));
    expect((await s.admin.send(new GetBucketLocationCommand({ Bucket: 'in-us-east-1' }))).LocationConstraint).toBeUndefined();
  });

  it('send a call that is signed for another region away, with their region in a header (FC-43)', async () => {
    s.store.createBucket({ name: 'far-away', region: 'ap-southeast-2' });
    expect(await failure(s.admin.send(new ListObjectsV2Command({ Bucket: 'far-away' })))).toMatchObject({
      code: 'PermanentRedirect',
      status: 301,
    });
    let region: string | undefined;
    const client = s.client('admin', 'eu-west-1');
    client.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        region = (result.response as { headers: Record<string, string> }).headers['x-amz-bucket-region'];
        return result;
      },
      { step: 'deserialize', priority: 'low' },
    );
    expect(await failure(client.send(new HeadBucketCommand({ Bucket: 'far-away' })))).toMatchObject({ status: 301 });
    expect(region).toBe('ap-southeast-2');
    expect(await s.client('admin', 'ap-southeast-2').send(new HeadBucketCommand({ Bucket: 'far-away' }))).toMatchObject({
      BucketRegion: region,
    });
  });

  it('are listed in pages, by prefix and by region, with their region', async () => {
    for (const n of [1, 2, 3]) s.store.createBucket({ name: `paged-${n}`, region: n === 2 ? 'eu-west-1' : 'us-east-1' });
    const first = await s.admin.send(new ListBucketsCommand({ Prefix: 'paged-', MaxBuckets: 2 }));
    expect(first.Buckets).toMatchObject([
      { Name: 'paged-1', BucketRegion: 'us-east-1' },
      { Name: 'paged-2', BucketRegion: 'eu-west-1' },
    ]);
    const second = await s.admin.send(
      new ListBucketsCommand({ Prefix: 'paged-', MaxBuckets: 2, ContinuationToken: first.ContinuationToken }),
    );
    expect(second.Buckets).toMatchObject([{ Name: 'paged-3' }]);
    expect(second.ContinuationToken).toBeUndefined();
    expect(await names(s.admin, { Prefix: 'paged-', BucketRegion: 'eu-west-1' })).toEqual(['paged-2']);
    expect(await failure(s.admin.send(new ListBucketsCommand({ ContinuationToken: 'nonsense' })))).toMatchObject({
      code: 'InvalidArgument',
    });
  });

  it('keep their creation date in us-east-1 alone when a lifecycle rule is edited', async () => {
    s.store.createBucket({ name: 'dated' });
    const date = async (client: S3Client) =>
      (await client.send(new ListBucketsCommand({ Prefix: 'dated' }))).Buckets?.[0]?.CreationDate?.getTime() ?? 0;
    const eu = s.client('admin', 'eu-west-1');
    const made = await date(eu);
    s.clock.advance(3600);
    const rules = { Rules: [{ Status: 'Enabled' as const, Expiration: { Days: 1 }, Filter: { Prefix: '' } }] };
    await s.admin.send(new PutBucketLifecycleConfigurationCommand({ Bucket: 'dated', LifecycleConfiguration: rules }));
    expect(await date(s.admin)).toBe(made);
    expect(await date(eu)).toBeGreaterThanOrEqual(made + 3_600_000);
  });

  it('answer nobody who expects another owner', async () => {
    s.store.createBucket({ name: 'ours' });
    const head = (ExpectedBucketOwner: string) => s.admin.send(new HeadBucketCommand({ Bucket: 'ours', ExpectedBucketOwner }));
    await head(ACCOUNT);
    expect(await failure(head(OTHER_ACCOUNT))).toMatchObject({ status: 403 });
    expect(await failure(s.admin.send(new DeleteBucketCommand({ Bucket: 'ours', ExpectedBucketOwner: OTHER_ACCOUNT })))).toMatchObject({
      code: 'AccessDenied',
      status: 403,
    });
    expect(s.store.find('ours')).toBeDefined();
  });

  it('answer a foreign requester who does not pay with 403 where the requester pays (FC-38)', async () => {
    s.store.createBucket({ name: 'they-pay', account: OTHER_ACCOUNT }).requesterPays = true;
    const resources = ['arn:aws:s3:::they-pay'];
    const statement = { Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 's3:ListBucket', Resource: resources };
    s.store.setPolicy('they-pay', { Version: '2012-10-17', Statement: [statement] });
    expect(await failure(s.admin.send(new ListObjectsV2Command({ Bucket: 'they-pay' })))).toMatchObject({ code: 'AccessDenied' });
    await s.admin.send(new ListObjectsV2Command({ Bucket: 'they-pay', RequestPayer: 'requester' }));
  });

  it.each([
    ['an object', () => s.store.putObject('not-empty', 'k')],
    ['an old version', () => [s.store.setVersioning('not-empty', 'Enabled'), s.store.putObject('not-empty', 'k')]],
    ['a delete marker', () => [s.store.setVersioning('not-empty', 'Enabled'), s.store.deleteObject('not-empty', 'k')]],
  ])('are not deleted while they hold %s', async (_what, fill) => {
    s.store.createBucket({ name: 'not-empty' });
    fill();
    expect(await failure(s.admin.send(new DeleteBucketCommand({ Bucket: 'not-empty' })))).toMatchObject({
      code: 'BucketNotEmpty',
      status: 409,
    });
    s.store.deleteBucket('not-empty');
  });

  it('answer 409 OperationAborted while another change is under way', async () => {
    s.store.createBucket({ name: 'busy-one' });
    s.store.conflict('busy-one', 1);
    expect(await failure(s.admin.send(new DeleteBucketCommand({ Bucket: 'busy-one' })))).toMatchObject({
      code: 'OperationAborted',
      status: 409,
    });
    await s.admin.send(new DeleteBucketCommand({ Bucket: 'busy-one' }));
  });

  it('are deleted by nobody whom IAM does not allow it', async () => {
    s.store.createBucket({ name: 'guarded' });
    const reader = s.userWith('reader', ['s3:ListBucket', 's3:ListAllMyBuckets']);
    expect(await names(reader)).toContain('guarded');
    await reader.send(new HeadBucketCommand({ Bucket: 'guarded' }));
    expect(await failure(reader.send(new DeleteBucketCommand({ Bucket: 'guarded' })))).toMatchObject({ code: 'AccessDenied', status: 403 });
    const writer = s.userWith('writer', ['s3:DeleteBucket']);
    expect(await failure(writer.send(new HeadBucketCommand({ Bucket: 'guarded' })))).toMatchObject({ status: 403 });
    await writer.send(new DeleteBucketCommand({ Bucket: 'guarded' }));
  });
});
