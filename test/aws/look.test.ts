/** What a look at a bucket reads, at the sandbox's S3 as it stands behind its endpoint. */
import { PutBucketNotificationConfigurationCommand, PutBucketReplicationCommand, PutBucketWebsiteCommand } from '@aws-sdk/client-s3';
import { countContents, FIRST_PAGE, QUICKLY } from '../../src/aws/contents.ts';
import { settingsOf } from '../../src/aws/dependencies.ts';
import { dependentsIn } from '../../src/domain/dependents.ts';
import { ACCOUNT, S3Sandbox } from '../helpers/s3.ts';

let s: S3Sandbox;
beforeAll(async () => {
  s = await S3Sandbox.start();
});
afterEach(() => expect(s.aws.problems).toEqual([]));
afterAll(() => s.stop());

const exactly = (count: number) => ({ count, more: false });

describe('what a bucket holds', () => {
  const Bucket = 'team-full';
  const place = () => ({ s3: s.admin, bucket: Bucket, account: ACCOUNT });
  beforeAll(() => {
    s.store.createBucket({ name: Bucket, versioning: 'Enabled' });
    for (let at = 0; at < 1500; at += 1) s.store.putObject(Bucket, `a/${String(at).padStart(4, '0')}`, 'xy');
    s.store.putObject(Bucket, 'a/0000', 'xyz');
    s.store.deleteObject(Bucket, 'a/0001');
  });

  it('is counted to its end, in versions and bytes', async () => {
    const { entries, newestWrite, ...counts } = await countContents(place(), QUICKLY);
    expect(counts).toEqual({ objects: exactly(1499), oldVersions: exactly(2), deleteMarkers: exactly(1), bytes: exactly(3003) });
    expect(entries).toHaveLength(1502);
    expect(Date.parse(newestWrite ?? '')).toBeGreaterThan(0);
  });

  it.each([
    ['of listings', FIRST_PAGE],
    ['of time', { pages: 20, ms: 0 }],
  ])('is counted as far as a bound %s lets it', async (_, bound) => {
    const { entries, objects, deleteMarkers } = await countContents(place(), bound);
    expect({ entries: entries.length, objects, deleteMarkers }).toEqual({
      entries: 1000,
      objects: { count: 997, more: true },
      deleteMarkers: { count: 1, more: true },
    });
  });

  it('is nothing where it is empty', async () => {
    s.store.createBucket({ name: 'team-bare' });
    const none = exactly(0);
    expect(await countContents({ ...place(), bucket: 'team-bare' }, FIRST_PAGE)).toEqual({
      entries: [],
      newestWrite: null,
      objects: none,
      oldVersions: none,
      deleteMarkers: none,
      bytes: none,
    });
  });
});

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
