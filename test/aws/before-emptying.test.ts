/** What is read and written down before anything goes, at the sandbox's S3 as it stands behind its endpoint. */
import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { PutBucketNotificationConfigurationCommand, PutBucketReplicationCommand, PutBucketWebsiteCommand } from '@aws-sdk/client-s3';
import { countContents, FIRST_PAGE, QUICKLY } from '../../src/aws/contents.ts';
import { settingsOf } from '../../src/aws/dependencies.ts';
import { createManifest } from '../../src/aws/emptying/manifest.ts';
import { createPace } from '../../src/aws/emptying/pace.ts';
import { emptyStretch } from '../../src/aws/emptying/stretch.ts';
import { retentionIn } from '../../src/aws/retention.ts';
import { dependentsIn } from '../../src/domain/dependents.ts';
import { UNTOUCHED } from '../../src/domain/emptying.ts';
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

describe('the manifest of what goes', () => {
  const archive = { bucket: 'kept-lists', prefix: 'went', account: ACCOUNT };
  const of = { requestId: 'req-abcdefghij23', pass: 2, stretch: 7 };
  let count = 0;
  let name: string;
  beforeEach(() => {
    s.store.createBucket({ name: archive.bucket });
    name = `team-listed-${++count}`;
    s.store.createBucket({ name, versioning: 'Enabled' });
    for (let at = 0; at < 1200; at += 1) s.store.putObject(name, at === 5 ? 'k/5\n' : `k/${at}`, `body ${at % 3}`);
    s.store.deleteObject(name, 'k/5\n');
  });
  afterEach(() => s.store.deleteBucket(archive.bucket));

  const pace = createPace(async () => undefined);
  /** Empties the bucket, with what writes the manifest. */
  const empty = (s3 = s.admin) =>
    emptyStretch({
      removal: { s3, bucket: name, account: ACCOUNT, pace },
      stretch: { after: '', upTo: null },
      progress: UNTOUCHED,
      archive: createManifest(s.admin, archive, of, pace),
      mayGoOn: async () => undefined,
      note: async () => undefined,
    });
  const objects = (bucket: string) => [...s.store.get(bucket).objects.from(() => true)];
  const versionsOf = (bucket: string) =>
    objects(bucket).flatMap(({ key, versions }) => versions.map((one) => `${key} ${s.store.get(bucket).versionId(one)}`));
  /** What is written there, line by line. */
  const lines = () =>
    objects(archive.bucket).flatMap(({ versions }) =>
      gunzipSync(versions[0]?.body ?? '')
        .toString()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    );
  const listed = () => lines().map(({ key, versionId }) => `${key} ${versionId}`);

  it('has each version and marker, with sizes and ETags, a page an object', async () => {
    const there = versionsOf(name);
    const etag = createHash('md5').update('body 1').digest('hex');
    expect(await empty()).toMatchObject({ end: 'done', progress: { done: { versions: 1200, markers: 1 } } });
    expect(listed().sort()).toEqual(there.sort());
    expect(lines().find(({ key }) => key === 'k/1')).toEqual({
      key: 'k/1',
      versionId: expect.any(String),
      size: 6,
      etag,
      isLatest: true,
      lastModified: expect.stringMatching(/^20.*Z$/),
    });
    expect(lines().find(({ deleteMarker }) => deleteMarker)).toMatchObject({ key: 'k/5\n', isLatest: true });
    const keys = objects(archive.bucket).map(({ key }) => key);
    expect(keys).toEqual(
      [1, 2].map((page) => expect.stringMatching(`^went/req-abcdefghij23/0002-0007-[0-9a-z]+-00000${page}[.]jsonl[.]gz$`)),
    );
  });

  it('is there before anything goes, and loses nothing where a worker dies and another goes on', async () => {
    const there = versionsOf(name);
    const dying = {
      send: async (command: { input: { Delete?: { Objects: { Key: string; VersionId: string }[] } } }) => {
        const going = command.input.Delete?.Objects ?? [];
        const written = new Set(listed());
        expect(going.filter(({ Key, VersionId }) => !written.has(`${Key} ${VersionId}`))).toEqual([]);
        if (going.length > 0) throw Object.assign(new Error('the power failed'), { name: 'PowerFailure' });
        return s.admin.send(command as never);
      },
    };
    await expect(empty(dying as never)).rejects.toThrow('the power failed');
    const before = listed().length;
    expect(before).toBeGreaterThanOrEqual(1000);
    await empty();
    expect(new Set(listed())).toEqual(new Set(there));
    expect(listed().length).toBe(before + there.length);
  });

  it('is no hindrance that goes unseen: what can’t be written down stays', async () => {
    const there = versionsOf(name).length;
    s.store.deleteBucket(archive.bucket);
    expect(await empty()).toMatchObject({ end: 'unarchived', progress: { done: { versions: 0, markers: 0 } } });
    expect(versionsOf(name)).toHaveLength(there);
    s.store.createBucket({ name: archive.bucket, account: '444455556666' });
    expect(await empty()).toMatchObject({ end: 'unarchived' });
  });
});

describe('what Object Lock keeps', () => {
  const now = Date.now();
  const Bucket = 'team-locked';
  const place = () => ({ s3: s.admin, bucket: Bucket, account: ACCOUNT });
  const look = async (s3 = s.admin, bound: object = {}) => {
    const { entries } = await countContents(place(), QUICKLY);
    return retentionIn({ ...place(), s3 }, entries, { ms: 8_000, more: false, now, ...bound });
  };
  const tomorrow = new Date(now + 86_400_000);
  beforeAll(() => {
    s.store.createBucket({ name: Bucket, objectLock: true });
    for (let at = 0; at < 60; at += 1) s.store.putObject(Bucket, `k/${at}`, 'x');
    s.store.putObject(Bucket, 'governed', 'x', { retention: { Mode: 'GOVERNANCE', RetainUntilDate: tomorrow } });
    s.store.deleteObject(Bucket, 'governed');
  });

  it('is found version by version, behind a marker too', async () => {
    s.store.putObject(Bucket, 'kept', 'x', { retention: { Mode: 'COMPLIANCE', RetainUntilDate: new Date('2099-01-01') }, legalHold: 'ON' });
    expect(await look()).toEqual({
      looked: 62,
      more: false,
      denied: false,
      governance: { count: 1, until: tomorrow.toISOString() },
      compliance: { count: 1, until: '2099-01-01T00:00:00.000Z' },
      holds: 1,
    });
    const kept = s.store.get(Bucket).latest('kept');
    if (kept) s.store.get(Bucket).remove('kept', kept);
  });

  it('is looked for as long as that is quick, and said to be denied where it is', async () => {
    expect(await look(s.admin, { ms: 0 })).toMatchObject({ looked: 24, more: true });
    const blind = s.userWith('blind', ['s3:GetObjectRetention']);
    expect(await look(blind)).toMatchObject({ looked: 0, more: true, denied: true });
  });

  it('goes with a bypass of governance retention, and only with one (FC-37)', async () => {
    const empty = (bucket: string, bypass: boolean) =>
      emptyStretch({
        removal: { ...place(), bucket, pace: createPace(async () => undefined), ...(bypass && { bypass }) },
        stretch: { after: '', upTo: null },
        progress: UNTOUCHED,
        mayGoOn: async () => undefined,
        note: async () => undefined,
      });
    expect(await empty(Bucket, false)).toMatchObject({ end: 'kept', progress: { kept: [{ key: 'governed', code: 'AccessDenied' }] } });
    expect(await empty(Bucket, true)).toMatchObject({ end: 'done' });
    expect(s.store.get(Bucket).objects.size).toBe(0);
  });
});
