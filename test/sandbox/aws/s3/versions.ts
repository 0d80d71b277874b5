import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  type ObjectIdentifier,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { failure, S3Sandbox } from '../../../helpers/s3.ts';

describe("versions in the sandbox's S3", () => {
  let s: S3Sandbox;
  let Bucket: string;
  let n = 0;
  beforeAll(async () => {
    s = await S3Sandbox.start();
  });
  beforeEach(() => {
    n += 1;
    Bucket = `versions-${n}`;
    s.store.createBucket({ name: Bucket });
  });
  afterEach(() => expect(s.aws.problems).toEqual([]));
  afterAll(() => s.stop());

  const put = async (Key: string, Body = 'x') => (await s.admin.send(new PutObjectCommand({ Bucket, Key, Body }))).VersionId;
  const get = async (Key: string, VersionId?: string) =>
    (await s.admin.send(new GetObjectCommand({ Bucket, Key, VersionId }))).Body?.transformToString();
  const remove = (Key: string, VersionId?: string) => s.admin.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
  const batch = (Objects: ObjectIdentifier[], Quiet = false, client = s.admin) =>
    client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet } }));
  const versioning = (Status: 'Enabled' | 'Suspended') =>
    s.admin.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
  const ids = async () => {
    const { Versions = [], DeleteMarkers = [] } = await s.admin.send(new ListObjectVersionsCommand({ Bucket }));
    return [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
  };

  it('are not kept until versioning is enabled: the one version is called null', async () => {
    expect(await s.admin.send(new GetBucketVersioningCommand({ Bucket }))).not.toHaveProperty('Status');
    expect(await put('k', 'one')).toBeUndefined();
    await put('k', 'two');
    expect(await ids()).toEqual([{ Key: 'k', VersionId: 'null' }]);
    expect(await get('k', 'null')).toBe('two');
    expect(await remove('k')).not.toHaveProperty('DeleteMarker');
    expect(await ids()).toEqual([]);
  });

  it('are kept once it is enabled, what was there before among them', async () => {
    await put('k', 'before');
    await versioning('Enabled');
    const one = await put('k', 'one');
    await put('k', 'two');
    expect([await get('k'), await get('k', one), await get('k', 'null')]).toEqual(['two', 'one', 'before']);
    expect(await ids()).toHaveLength(3);
    expect((await s.admin.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Enabled');
  });

  it('are hidden by a delete marker, and come back when it is removed', async () => {
    await versioning('Enabled');
    await put('k', 'here');
    const marker = await remove('k');
    expect(marker).toMatchObject({ DeleteMarker: true, VersionId: expect.any(String) });
    expect(await failure(get('k'))).toMatchObject({ code: 'NoSuchKey', status: 404 });
    expect(await failure(s.admin.send(new HeadObjectCommand({ Bucket, Key: 'k' })))).toMatchObject({ status: 404 });
    expect(await failure(get('k', marker.VersionId))).toMatchObject({ code: 'MethodNotAllowed', status: 405 });
    expect(await remove('k', marker.VersionId)).toMatchObject({ DeleteMarker: true, VersionId: marker.VersionId });
    expect(await get('k')).toBe('here');
  });

  it('while suspended, are overwritten in the null version alone', async () => {
    await versioning('Enabled');
    const kept = await put('k', 'kept');
    await versioning('Suspended');
    await put('k', 'null 1');
    await put('k', 'null 2');
    expect(await get('k', 'null')).toBe('null 2');
    expect(await remove('k')).toMatchObject({ DeleteMarker: true, VersionId: 'null' });
    expect(await ids()).toEqual([
      { Key: 'k', VersionId: kept },
      { Key: 'k', VersionId: 'null' },
    ]);
    expect(await failure(get('k', 'null'))).toMatchObject({ status: 405 });
  });

  it('must be removed with their markers before a suspended bucket is empty (FC-28)', async () => {
    await versioning('Enabled');
    for (const body of ['1', '2', '3']) await put('k', body);
    await remove('k');
    await versioning('Suspended');
    await remove('k');
    expect(await ids()).toHaveLength(5);
    const { Deleted, Errors } = await batch(await ids());
    expect(Deleted).toHaveLength(5);
    expect(Deleted?.filter(({ DeleteMarker }) => DeleteMarker)).toHaveLength(2);
    expect(Errors).toBeUndefined();
    expect(s.store.get(Bucket).objects.size).toBe(0);
  });

  it('that are not there are deleted already; ids that can not be are refused', async () => {
    await versioning('Enabled');
    const gone = await put('k');
    await remove('k', gone);
    expect(await remove('k', gone)).toMatchObject({ VersionId: gone });
    expect(await failure(get('k', gone))).toMatchObject({ code: 'NoSuchVersion', status: 404 });
    for (const id of ['x', 'f'.repeat(32)]) {
      expect(await failure(remove('k', id))).toMatchObject({ code: 'InvalidArgument', status: 400 });
      expect((await batch([{ Key: 'k', VersionId: id }])).Errors).toMatchObject([{ Key: 'k', VersionId: id, Code: 'NoSuchVersion' }]);
    }
  });

  it('are deleted in batches, each key by its own right, and Quiet hides no error (FC-35, FC-55)', async () => {
    const statement = { Effect: 'Deny', Principal: '*', Action: 's3:DeleteObject', Resource: `arn:aws:s3:::${Bucket}/kept*` };
    s.store.setPolicy(Bucket, { Version: '2012-10-17', Statement: [statement] });
    for (const key of ['kept', 'kept too', 'fine', 'fine too']) await put(key);
    const loud = await batch([{ Key: 'kept' }, { Key: 'fine' }, { Key: 'never was' }]);
    expect(loud.Deleted?.map(({ Key }) => Key)).toEqual(['fine', 'never was']);
    expect(loud.Errors).toMatchObject([{ Key: 'kept', Code: 'AccessDenied', Message: expect.stringContaining('explicit deny') }]);
    const quiet = await batch([{ Key: 'kept too' }, { Key: 'fine too' }], true);
    expect(quiet.Deleted).toBeUndefined();
    expect(quiet.Errors).toMatchObject([{ Key: 'kept too', Code: 'AccessDenied' }]);
    expect((await ids()).map(({ Key }) => Key)).toEqual(['kept', 'kept too']);
  });

  it('take another right than objects', async () => {
    await versioning('Enabled');
    const version = await put('k');
    const marking = s.userWith(`marking-${n}`, ['s3:DeleteObject']);
    const removing = s.userWith(`removing-${n}`, ['s3:DeleteObjectVersion']);
    const one = (client: typeof marking, VersionId?: string) => client.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId }));
    expect(await failure(one(marking, version))).toMatchObject({ code: 'AccessDenied' });
    expect((await batch([{ Key: 'k', VersionId: version }], false, marking)).Errors).toMatchObject([{ Code: 'AccessDenied' }]);
    expect(await failure(one(removing))).toMatchObject({ code: 'AccessDenied' });
    await one(marking);
    await one(removing, version);
    expect(await ids()).toHaveLength(1);
  });

  it('go in batches of a thousand at most, and of one at least', async () => {
    const keys = Array.from({ length: 1001 }, (_, i) => ({ Key: `k${i}` }));
    expect(await failure(batch(keys))).toMatchObject({ code: 'MalformedXML', status: 400 });
    expect(await failure(batch([]))).toMatchObject({ code: 'MalformedXML', status: 400 });
    for (const { Key } of keys.slice(1)) s.store.putObject(Bucket, Key);
    expect((await batch(keys.slice(1))).Deleted).toHaveLength(1000);
    expect(await ids()).toEqual([]);
  });
});
