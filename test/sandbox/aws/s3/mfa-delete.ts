import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketVersioningCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { Secret, TOTP } from 'otpauth';
import { ACCOUNT, failure, S3Sandbox } from '../../../helpers/s3.ts';

describe("MFA Delete in the sandbox's S3", () => {
  let s: S3Sandbox;
  const Bucket = 'mfa-delete';
  const serial = `arn:aws:iam::${ACCOUNT}:mfa/root`;
  const others = `arn:aws:iam::${ACCOUNT}:mfa/admin`;
  const secret = new Secret({ size: 20 });
  beforeAll(async () => {
    s = await S3Sandbox.start();
    s.aws.iam.createMfaDevice({ user: 'root', serial, seed: secret.base32 });
    s.aws.iam.createMfaDevice({ user: 'admin', serial: others, seed: secret.base32 });
  });
  beforeEach(() => {
    s.store.deleteBucket(Bucket);
    s.store.createBucket({ name: Bucket, versioning: 'Enabled' });
  });
  afterEach(() => expect(s.aws.problems).toEqual([]));
  afterAll(() => s.stop());

  /** A code that was not used before. */
  const code = () => {
    s.clock.advance(180);
    return `${serial} ${new TOTP({ secret }).generate({ timestamp: s.clock.now() })}`;
  };
  /** Root as in CloudShell: the same name, with temporary credentials. */
  const rootsSession = async () => {
    const { accessKeyId, secretAccessKey } = s.aws.iam.createAccessKey('root');
    const sts = new STSClient({ endpoint: s.url, region: 'us-east-1', credentials: { accessKeyId, secretAccessKey } });
    const { Credentials } = await sts.send(new GetSessionTokenCommand({}));
    sts.destroy();
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {};
    return s.clientOf({ accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken });
  };
  const set = (client: S3Client, MFADelete: 'Enabled' | 'Disabled', MFA?: string) =>
    client.send(new PutBucketVersioningCommand({ Bucket, MFA, VersioningConfiguration: { Status: 'Enabled', MFADelete } }));
  const removeVersion = (client: S3Client, VersionId: string, MFA?: string) =>
    client.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId, MFA }));
  const NEEDED = { code: 'AccessDenied', status: 403, message: 'Mfa Authentication must be used for this request' };
  const ROOT_ONLY = { code: 'AccessDenied', status: 403, message: 'This operation may only be performed by the bucket owner' };

  it('is switched on and off by root alone, with a code', async () => {
    expect(await failure(set(s.root, 'Enabled'))).toMatchObject(NEEDED);
    expect(await failure(set(s.admin, 'Enabled', code()))).toMatchObject(ROOT_ONLY);
    await set(s.root, 'Enabled', code());
    expect(await s.admin.send(new GetBucketVersioningCommand({ Bucket }))).toMatchObject({ Status: 'Enabled', MFADelete: 'Enabled' });
    expect(await failure(set(s.admin, 'Disabled', code()))).toMatchObject(ROOT_ONLY);
    await set(s.root, 'Disabled', code());
    expect(await s.admin.send(new GetBucketVersioningCommand({ Bucket }))).toMatchObject({ MFADelete: 'Disabled' });
  });

  it("takes a code in S3's form, of one of root's devices, once", async () => {
    const [, digits] = code().split(' ');
    const invalid = { code: 'TokenCodeInvalidError', status: 400 };
    for (const mfa of [`${serial} 000000`, `${digits} ${serial}`, `${serial}  ${digits}`, `${serial} ${digits} more`, String(digits)])
      expect(await failure(set(s.root, 'Enabled', mfa))).toMatchObject(invalid);
    expect(await failure(set(s.root, 'Enabled', `${others} ${digits}`))).toMatchObject({
      code: 'NotDeviceOwnerError',
      status: 400,
      message: `The device with serial number ${others} that generated token ${digits} is not owned by the authenticated user`,
    });
    expect(s.store.get(Bucket).mfaDelete).toBeUndefined();
    await set(s.root, 'Enabled', `${serial} ${digits}`);
    expect(await failure(set(s.root, 'Disabled', `${serial} ${digits}`))).toMatchObject(invalid);
    expect(s.store.get(Bucket).mfaDelete).toBe(true);
  });

  it('and lifecycle rules keep each other out', async () => {
    const rules = { Rules: [{ ID: 'tidy', Status: 'Enabled' as const, Filter: { Prefix: '' }, Expiration: { Days: 3 } }] };
    const tidy = () => s.admin.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: rules }));
    const state = { code: 'InvalidBucketState', status: 409 };
    await set(s.root, 'Enabled', code());
    expect(await failure(tidy())).toMatchObject(state);
    await set(s.root, 'Disabled', code());
    await tidy();
    expect(await failure(set(s.root, 'Enabled', code()))).toMatchObject(state);
  });

  it('keeps versions from everybody but root with a code', async () => {
    await set(s.root, 'Enabled', code());
    const version = s.store.putObject(Bucket, 'k');
    expect(await failure(removeVersion(s.admin, version))).toMatchObject(NEEDED);
    expect(await failure(removeVersion(s.admin, version, code()))).toMatchObject(ROOT_ONLY);
    expect(await failure(removeVersion(s.root, version))).toMatchObject(NEEDED);
    await removeVersion(s.root, version, code());
    expect(s.store.get(Bucket).objects.size).toBe(0);
  });

  it('refuses a batch that names versions as a whole, and lets one without make markers (FC-53)', async () => {
    await set(s.root, 'Enabled', code());
    const version = s.store.putObject(Bucket, 'k');
    const batch = (VersionId?: string) =>
      s.admin.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'other' }, { Key: 'k', VersionId }] } }));
    expect(await failure(batch(version))).toMatchObject(NEEDED);
    expect(s.store.get(Bucket).objects.size).toBe(1);
    expect((await batch()).Deleted).toMatchObject([{ DeleteMarker: true }, { DeleteMarker: true }]);
    for (const VersionId of [version, undefined]) {
      const wrong = new DeleteObjectsCommand({ Bucket, MFA: `${serial} 000000`, Delete: { Objects: [{ Key: 'k', VersionId }] } });
      expect(await failure(s.root.send(wrong))).toMatchObject({ code: 'TokenCodeInvalidError' });
    }
    const rooted = await s.root.send(
      new DeleteObjectsCommand({ Bucket, MFA: code(), Delete: { Objects: [{ Key: 'k', VersionId: version }] } }),
    );
    expect(rooted.Deleted).toMatchObject([{ Key: 'k', VersionId: version }]);
  });

  it('takes no code from temporary credentials', async () => {
    const trust = {
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    };
    const all = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
    const role = s.aws.iam.createRole({ name: 'worker', trust, policies: [{ name: 'all', document: all }] });
    const session = s.clientOf(await s.aws.roleSession(role.arn, 'a-session'));
    const refused = { code: 'InvalidRequest', status: 400, message: expect.stringContaining('DevPay and Mfa are mutually exclusive') };
    expect(await failure(set(session, 'Enabled', code()))).toMatchObject(refused);
    expect(await failure(set(await rootsSession(), 'Enabled', code()))).toMatchObject(refused);
    await set(s.root, 'Enabled', code());
    const version = s.store.putObject(Bucket, 'k');
    expect(await failure(removeVersion(session, version, code()))).toMatchObject(refused);
    expect(await failure(removeVersion(session, version))).toMatchObject(NEEDED);
  });
});
