import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectLegalHoldCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  PutObjectLegalHoldCommand,
  PutObjectLockConfigurationCommand,
  PutObjectRetentionCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { failure, S3Sandbox } from '../../../helpers/s3.ts';

describe("Object Lock in the sandbox's S3", () => {
  let s: S3Sandbox;
  const Bucket = 'locked';
  const PROTECTED = { code: 'AccessDenied', status: 403, message: 'Access Denied because object protected by object lock.' };
  beforeAll(async () => {
    s = await S3Sandbox.start();
    s.store.createBucket({ name: Bucket, objectLock: true });
    s.store.createBucket({ name: 'unlocked', versioning: 'Enabled' });
  });
  afterEach(() => expect(s.aws.problems).toEqual([]));
  afterAll(() => s.stop());

  const inDays = (days: number) => new Date(Math.floor(s.clock.now() / 1000) * 1000 + days * 86_400_000);
  const put = async (more: Partial<PutObjectCommandInput> = {}) =>
    (await s.admin.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ...more }))).VersionId;
  const remove = (VersionId: string | undefined, BypassGovernanceRetention?: boolean, client: S3Client = s.admin) =>
    client.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId, BypassGovernanceRetention }));
  const retain = (VersionId: string | undefined, Mode: 'GOVERNANCE' | 'COMPLIANCE', days: number, BypassGovernanceRetention?: boolean) =>
    s.admin.send(
      new PutObjectRetentionCommand({
        Bucket,
        Key: 'k',
        VersionId,
        Retention: { Mode, RetainUntilDate: inDays(days) },
        BypassGovernanceRetention,
      }),
    );

  it('keeps a version under governance but for a bypass that IAM allows (FC-37)', async () => {
    const version = await put({ ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: inDays(1) });
    expect(await failure(remove(version))).toMatchObject(PROTECTED);
    const eraser = s.userWith('eraser', ['s3:DeleteObjectVersion']);
    expect(await failure(remove(version, true, eraser))).toMatchObject({ code: 'AccessDenied' });
    const Delete = { Objects: [{ Key: 'k', VersionId: version }] };
    expect((await s.admin.send(new DeleteObjectsCommand({ Bucket, Delete }))).Errors).toMatchObject([
      { Code: 'AccessDenied', Message: PROTECTED.message },
    ]);
    const denied = await eraser.send(new DeleteObjectsCommand({ Bucket, Delete, BypassGovernanceRetention: true }));
    expect(denied.Errors).toMatchObject([{ Code: 'AccessDenied' }]);
    await remove(version, true);
  });

  it('keeps a version under compliance until its day, bypass or not, and under a legal hold until it is off (FC-37)', async () => {
    const complied = await put({ ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: inDays(1) });
    const held = await put({ ObjectLockLegalHoldStatus: 'ON' });
    expect(await failure(remove(complied, true))).toMatchObject(PROTECTED);
    expect(await failure(remove(held, true))).toMatchObject(PROTECTED);
    expect(await s.admin.send(new GetObjectLegalHoldCommand({ Bucket, Key: 'k', VersionId: held }))).toMatchObject({
      LegalHold: { Status: 'ON' },
    });
    await s.admin.send(new PutObjectLegalHoldCommand({ Bucket, Key: 'k', VersionId: held, LegalHold: { Status: 'OFF' } }));
    await remove(held);
    s.clock.advance(86_400);
    await remove(complied);
  });

  it('hides locked versions behind a delete marker like any other', async () => {
    await put({ ObjectLockLegalHoldStatus: 'ON' });
    expect(await remove(undefined)).toMatchObject({ DeleteMarker: true });
  });

  it('makes retention longer for anybody, shorter by a bypass of governance alone', async () => {
    const version = await put();
    expect(await failure(s.admin.send(new GetObjectRetentionCommand({ Bucket, Key: 'k', VersionId: version })))).toMatchObject({
      code: 'NoSuchObjectLockConfiguration',
      status: 404,
    });
    expect(await failure(retain(version, 'GOVERNANCE', -1))).toMatchObject({ code: 'InvalidArgument' });
    await retain(version, 'GOVERNANCE', 2);
    await retain(version, 'GOVERNANCE', 3);
    expect(await failure(retain(version, 'GOVERNANCE', 1))).toMatchObject(PROTECTED);
    await retain(version, 'GOVERNANCE', 1, true);
    await retain(version, 'COMPLIANCE', 2);
    expect(await failure(retain(version, 'COMPLIANCE', 1, true))).toMatchObject(PROTECTED);
    const { Retention } = await s.admin.send(new GetObjectRetentionCommand({ Bucket, Key: 'k', VersionId: version }));
    expect(Retention).toEqual({ Mode: 'COMPLIANCE', RetainUntilDate: inDays(2) });
  });

  it('locks new versions by the default of the bucket', async () => {
    const configure = (Days: number) =>
      s.admin.send(
        new PutObjectLockConfigurationCommand({
          Bucket,
          ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days } } },
        }),
      );
    expect(await failure(configure(0))).toMatchObject({ code: 'InvalidArgument' });
    await configure(1);
    expect(await failure(remove(await put()))).toMatchObject(PROTECTED);
    expect(await s.admin.send(new GetObjectLockConfigurationCommand({ Bucket }))).toMatchObject({
      ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 1 } } },
    });
  });

  it('refuses its headers in a bucket without it (FC-37)', async () => {
    const key = { Bucket: 'unlocked', Key: 'k' };
    const versionId = s.store.putObject('unlocked', 'k');
    const bypass = { code: 'InvalidArgument', message: expect.stringContaining('only applicable to Object Lock enabled buckets') };
    expect(
      await failure(s.admin.send(new DeleteObjectCommand({ ...key, VersionId: versionId, BypassGovernanceRetention: true }))),
    ).toMatchObject(bypass);
    const Delete = { Objects: [{ Key: 'k', VersionId: versionId }] };
    expect(
      await failure(s.admin.send(new DeleteObjectsCommand({ Bucket: 'unlocked', Delete, BypassGovernanceRetention: true }))),
    ).toMatchObject(bypass);
    expect(await failure(s.admin.send(new PutObjectCommand({ ...key, Body: 'x', ObjectLockLegalHoldStatus: 'ON' })))).toMatchObject({
      code: 'InvalidRequest',
    });
    expect(await failure(s.admin.send(new GetObjectRetentionCommand(key)))).toMatchObject({ code: 'InvalidRequest' });
    expect(await failure(s.admin.send(new GetObjectLockConfigurationCommand({ Bucket: 'unlocked' })))).toMatchObject({
      code: 'ObjectLockConfigurationNotFoundError',
      status: 404,
    });
  });

  it('keeps versioning on', async () => {
    const suspend = new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Suspended' } });
    expect(await failure(s.admin.send(suspend))).toMatchObject({ code: 'InvalidBucketState', status: 409 });
  });
});
