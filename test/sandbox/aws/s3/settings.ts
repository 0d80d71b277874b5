import * as sdk from '@aws-sdk/client-s3';
import {
  CreateAccessPointCommand,
  DeleteAccessPointCommand,
  GetAccessPointCommand,
  ListAccessPointsCommand,
  S3ControlClient,
} from '@aws-sdk/client-s3-control';
import { ACCOUNT, failure, OTHER_ACCOUNT, S3Sandbox } from '../../../helpers/s3.ts';

describe("settings of the sandbox's buckets", () => {
  let s: S3Sandbox;
  const Bucket = 'settings';
  beforeAll(async () => {
    s = await S3Sandbox.start();
    s.store.createBucket({ name: Bucket });
  });
  afterEach(() => expect(s.aws.problems).toEqual([]));
  afterAll(() => s.stop());

  it.each([
    [new sdk.GetBucketLifecycleConfigurationCommand({ Bucket }), 'NoSuchLifecycleConfiguration'],
    [new sdk.GetBucketTaggingCommand({ Bucket }), 'NoSuchTagSet'],
    [new sdk.GetBucketWebsiteCommand({ Bucket }), 'NoSuchWebsiteConfiguration'],
    [new sdk.GetBucketCorsCommand({ Bucket }), 'NoSuchCORSConfiguration'],
    [new sdk.GetBucketReplicationCommand({ Bucket }), 'ReplicationConfigurationNotFoundError'],
  ])('that were never made are errors of their own: %#', async (command, code) => {
    expect(await failure(s.admin.send(command as sdk.GetBucketTaggingCommand))).toMatchObject({ code, status: 404 });
  });

  it('have the defaults of new buckets', async () => {
    expect(await s.admin.send(new sdk.GetBucketEncryptionCommand({ Bucket }))).toMatchObject({
      ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }] },
    });
    expect(await s.admin.send(new sdk.GetPublicAccessBlockCommand({ Bucket }))).toMatchObject({
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
    expect(await s.admin.send(new sdk.GetBucketOwnershipControlsCommand({ Bucket }))).toMatchObject({
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
    });
    expect(await s.admin.send(new sdk.GetBucketRequestPaymentCommand({ Bucket }))).toMatchObject({ Payer: 'BucketOwner' });
    expect(await s.admin.send(new sdk.GetBucketAclCommand({ Bucket }))).toMatchObject({ Grants: [{ Permission: 'FULL_CONTROL' }] });
    expect(await s.admin.send(new sdk.GetBucketLoggingCommand({ Bucket }))).not.toHaveProperty('LoggingEnabled');
    expect(await s.admin.send(new sdk.GetBucketNotificationConfigurationCommand({ Bucket }))).not.toHaveProperty('QueueConfigurations');
    expect(await s.admin.send(new sdk.GetBucketAccelerateConfigurationCommand({ Bucket }))).not.toHaveProperty('Status');
  });

  it('come back as they were sent, until they are deleted', async () => {
    const Rules = [{ ID: 'old', Status: 'Enabled' as const, Filter: { Prefix: 'logs/' }, Expiration: { Days: 30 } }];
    await s.admin.send(new sdk.PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));
    expect((await s.admin.send(new sdk.GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules).toEqual(Rules);
    await s.admin.send(new sdk.DeleteBucketLifecycleCommand({ Bucket }));
    expect(await failure(s.admin.send(new sdk.GetBucketLifecycleConfigurationCommand({ Bucket })))).toMatchObject({ status: 404 });

    const TagSet = [{ Key: 'team', Value: 'a & b' }];
    await s.admin.send(new sdk.PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
    expect((await s.admin.send(new sdk.GetBucketTaggingCommand({ Bucket }))).TagSet).toEqual(TagSet);
    await s.admin.send(new sdk.DeleteBucketTaggingCommand({ Bucket }));

    const WebsiteConfiguration = { IndexDocument: { Suffix: 'index.html' } };
    await s.admin.send(new sdk.PutBucketWebsiteCommand({ Bucket, WebsiteConfiguration }));
    expect(await s.admin.send(new sdk.GetBucketWebsiteCommand({ Bucket }))).toMatchObject(WebsiteConfiguration);
    await s.admin.send(new sdk.DeleteBucketWebsiteCommand({ Bucket }));

    await s.admin.send(new sdk.PutBucketRequestPaymentCommand({ Bucket, RequestPaymentConfiguration: { Payer: 'Requester' } }));
    expect(await s.admin.send(new sdk.GetBucketRequestPaymentCommand({ Bucket }))).toMatchObject({ Payer: 'Requester' });
  });

  it('with tags that only AWS sets are shown (FC-46) and refused', async () => {
    s.store.setTags(Bucket, { 'aws:cloudformation:stack-name': 'site' });
    expect((await s.admin.send(new sdk.GetBucketTaggingCommand({ Bucket }))).TagSet).toEqual([
      { Key: 'aws:cloudformation:stack-name', Value: 'site' },
    ]);
    const Tagging = { TagSet: [{ Key: 'aws:x', Value: 'y' }] };
    expect(await failure(s.admin.send(new sdk.PutBucketTaggingCommand({ Bucket, Tagging })))).toMatchObject({ code: 'InvalidTag' });
  });

  it('take rights of their own', async () => {
    const reader = s.userWith('reader', ['s3:GetLifecycleConfiguration', 's3:GetBucketTagging']);
    expect(await failure(reader.send(new sdk.GetBucketLifecycleConfigurationCommand({ Bucket })))).toMatchObject({
      code: 'NoSuchLifecycleConfiguration',
    });
    expect(await failure(reader.send(new sdk.DeleteBucketLifecycleCommand({ Bucket })))).toMatchObject({ code: 'AccessDenied' });
    expect(await failure(reader.send(new sdk.GetBucketEncryptionCommand({ Bucket })))).toMatchObject({ code: 'AccessDenied' });
    const writer = s.userWith('writer', ['s3:PutLifecycleConfiguration']);
    await writer.send(new sdk.DeleteBucketLifecycleCommand({ Bucket }));
  });

  it('that a lifecycle without rules would make are malformed', async () => {
    const command = new sdk.PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: [] } });
    expect(await failure(s.admin.send(command))).toMatchObject({ code: 'MalformedXML', status: 400 });
  });
});

describe("access points of the sandbox's buckets", () => {
  let s: S3Sandbox;
  let control: S3ControlClient;
  const Bucket = 'pointed';
  const AccountId = ACCOUNT;
  beforeAll(async () => {
    s = await S3Sandbox.start();
    s.store.createBucket({ name: Bucket });
    s.store.createBucket({ name: 'pointless' });
    control = new S3ControlClient({
      endpoint: s.url.replace('127.0.0.1', 'localhost'),
      region: 'us-east-1',
      maxAttempts: 1,
      credentials: s.aws.iam.createAccessKey('admin'),
    });
    // The client puts the account before the host's name, where no name server knows it.
    control.middlewareStack.add(
      (next) => (args) => {
        Object.assign(args.request as object, { hostname: '127.0.0.1' });
        return next(args);
      },
      { step: 'build', priority: 'high' },
    );
  });
  afterEach(() => expect(s.aws.problems).toEqual([]));
  afterAll(() => s.stop());

  const list = (more = {}) => control.send(new ListAccessPointsCommand({ AccountId, Bucket, ...more }));

  it('keep a bucket from being deleted until they are', async () => {
    const { AccessPointArn, Alias } = await control.send(new CreateAccessPointCommand({ AccountId, Bucket, Name: 'reports' }));
    expect(AccessPointArn).toBe(`arn:aws:s3:us-east-1:${ACCOUNT}:accesspoint/reports`);
    expect(Alias).toMatch(/^reports-.*-s3alias$/);
    expect((await list()).AccessPointList).toMatchObject([
      { Name: 'reports', Bucket, NetworkOrigin: 'Internet', BucketAccountId: ACCOUNT },
    ]);
    expect((await list({ Bucket: 'pointless' })).AccessPointList ?? []).toEqual([]);
    expect(await control.send(new GetAccessPointCommand({ AccountId, Name: 'reports' }))).toMatchObject({ Bucket });
    expect(await failure(s.admin.send(new sdk.DeleteBucketCommand({ Bucket })))).toMatchObject({
      code: 'BucketHasAccessPointsAttached',
      status: 400,
    });
    await control.send(new DeleteAccessPointCommand({ AccountId, Name: 'reports' }));
    await s.admin.send(new sdk.DeleteBucketCommand({ Bucket }));
  });

  it('are listed in pages', async () => {
    for (const name of ['one-point', 'third-point', 'the-point']) s.store.createAccessPoint('pointless', name);
    const first = await list({ Bucket: undefined, MaxResults: 2 });
    expect(first.AccessPointList?.map(({ Name }) => Name)).toEqual(['one-point', 'the-point']);
    const second = await list({ Bucket: undefined, MaxResults: 2, NextToken: first.NextToken });
    expect(second.AccessPointList?.map(({ Name }) => Name)).toEqual(['third-point']);
    expect(second.NextToken).toBeUndefined();
  });

  it.each([
    ['a bucket that is not there', { Bucket: 'nowhere', Name: 'point' }, 'NoSuchBucket'],
    ['a name that can not be', { Bucket: 'pointless', Name: 'Point' }, 'InvalidRequest'],
    ['a name that is taken', { Bucket: 'pointless', Name: 'taken' }, 'AccessPointAlreadyOwnedByYou'],
    ['another account', { Bucket: 'pointless', Name: 'point', AccountId: OTHER_ACCOUNT }, 'AccessDenied'],
  ])('are not made for %s', async (_what, input, code) => {
    if (code === 'AccessPointAlreadyOwnedByYou') s.store.createAccessPoint('pointless', 'taken');
    expect(await failure(control.send(new CreateAccessPointCommand({ AccountId, ...input })))).toMatchObject({ code });
  });

  it('that are not there are said to be', async () => {
    expect(await failure(control.send(new DeleteAccessPointCommand({ AccountId, Name: 'nothing' })))).toMatchObject({
      code: 'NoSuchAccessPoint',
      status: 404,
    });
  });
});
