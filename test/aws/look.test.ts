/** What a look at a bucket reads, at the sandbox's S3 as it stands behind its endpoint. */
import { PutBucketNotificationConfigurationCommand, PutBucketReplicationCommand, PutBucketWebsiteCommand } from '@aws-sdk/client-s3';
import { settingsOf } from '../../src/aws/dependencies.ts';
import { dependentsIn } from '../../src/domain/dependents.ts';
import { ACCOUNT, S3Sandbox } from '../helpers/s3.ts';

let s: S3Sandbox;
beforeAll(async () => {
  s = await S3Sandbox.start();
});
afterEach(() => expect(s.aws.problems).toEqual([]));
afterAll(() => s.stop());

describe('the settings by which others depend on a bucket', () => {
  const Bucket = 'team-site';
  beforeAll(() => void s.store.createBucket({ name: Bucket, versioning: 'Enabled' }));

  it('are read, each or none', async () => {
    const notification = { NotificationConfiguration: { EventBridgeConfiguration: {} } };
    expect(dependentsIn(await settingsOf(s.admin, Bucket, ACCOUNT), undefined)).toEqual([]);
    await s.admin.send(new PutBucketWebsiteCommand({ Bucket, WebsiteConfiguration: { IndexDocument: { Suffix: 'index.html' } } }));
    await s.admin.send(new PutBucketNotificationConfigurationCommand({ Bucket, ...notification }));
    const Rules = [{ Status: 'Enabled' as const, Destination: { Bucket: 'arn:aws:s3:::copies' } }];
    await s.admin.send(new PutBucketReplicationCommand({ Bucket, ReplicationConfiguration: { Role: 'arn:aws:iam::1:role/r', Rules } }));
    const kinds = dependentsIn(await settingsOf(s.admin, Bucket, ACCOUNT), undefined).map(({ kind }) => kind);
    expect(kinds).toEqual(['website', 'notifications', 'replication']);
  });

  it('are said to be denied where they are', async () => {
    expect(await settingsOf(s.userWith('nobody', ['s3:GetBucketWebsite']), Bucket, ACCOUNT)).toMatchObject({
      website: expect.any(Object),
      replication: 'denied',
      notifications: 'denied',
    });
  });

  it('are no answer for a bucket that is gone', async () => {
    await expect(settingsOf(s.admin, 'team-gone', ACCOUNT)).rejects.toThrow(/does not exist/);
  });
});
