import {
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  GetBucketPolicyCommand,
  GetBucketPolicyStatusCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import { ACCOUNT, failure, OTHER_ACCOUNT, S3Sandbox } from '../../../helpers/s3.ts';

describe("bucket policies in the sandbox's S3", () => {
  let s: S3Sandbox;
  const Bucket = 'policied';
  const ARN = `arn:aws:s3:::${Bucket}`;
  beforeAll(async () => {
    s = await S3Sandbox.start();
  });
  beforeEach(() => {
    s.store.deleteBucket(Bucket);
    s.store.createBucket({ name: Bucket });
  });
  afterEach(() => expect(s.aws.problems).toEqual([]));
  afterAll(() => s.stop());

  const deny = { Effect: 'Deny', Principal: '*', Action: 's3:DeleteBucket', Resource: ARN };
  const text = (...Statement: unknown[]) => JSON.stringify({ Version: '2012-10-17', Statement });
  const put = (Policy: string, client = s.admin) => client.send(new PutBucketPolicyCommand({ Bucket, Policy }));
  const get = async (client = s.admin) => (await client.send(new GetBucketPolicyCommand({ Bucket }))).Policy;
  const remove = (client = s.admin) => client.send(new DeleteBucketPolicyCommand({ Bucket }));

  it('come back without blanks, in the order in which they were written', async () => {
    expect(await failure(get())).toMatchObject({ code: 'NoSuchBucketPolicy', status: 404 });
    const statement = { Resource: [ARN], Action: ['s3:PutBucketTagging'], Principal: { AWS: ACCOUNT }, Effect: 'Deny', Sid: 'ümlaut' };
    await put(JSON.stringify({ Statement: [statement, deny], Version: '2012-10-17' }, null, 4));
    expect(await get()).toBe(JSON.stringify({ Statement: [statement, deny], Version: '2012-10-17' }));
    await remove();
    expect(await failure(get())).toMatchObject({ code: 'NoSuchBucketPolicy' });
    await remove();
  });

  it('bind everybody, administrators included (FC-52)', async () => {
    await put(text({ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: [ARN, `${ARN}/*`] }));
    for (const call of [
      s.admin.send(new ListObjectsV2Command({ Bucket })),
      s.admin.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' })),
      s.admin.send(new DeleteObjectCommand({ Bucket, Key: 'k' })),
      remove(),
      get(),
    ])
      expect(await failure(call)).toMatchObject({ code: 'AccessDenied', status: 403 });
    await remove(s.root);
    await s.admin.send(new ListObjectsV2Command({ Bucket }));
  });

  it('let another account in, but not change them', async () => {
    s.store.createBucket({ name: 'theirs', account: OTHER_ACCOUNT });
    s.store.setPolicy('theirs', {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: ['s3:ListBucket', 's3:GetBucketPolicy'], Resource: 'arn:aws:s3:::theirs' },
      ],
    });
    await s.admin.send(new ListObjectsV2Command({ Bucket: 'theirs' }));
    expect(await failure(s.admin.send(new GetBucketPolicyCommand({ Bucket: 'theirs' })))).toMatchObject({
      code: 'MethodNotAllowed',
      status: 405,
    });
  });

  it.each([
    ['one statement that is no list', { ...deny }],
    ['the account for a principal', { ...deny, Principal: { AWS: ACCOUNT } }],
    ['a list of principals', { ...deny, Principal: { AWS: [`arn:aws:iam::${OTHER_ACCOUNT}:root`, '*'] } }],
    ['a user that is there', { ...deny, Principal: { AWS: `arn:aws:iam::${ACCOUNT}:user/admin` } }],
    ['a session', { ...deny, NotPrincipal: { AWS: `arn:aws:sts::${ACCOUNT}:assumed-role/r/s` }, Principal: undefined }],
    ['a service', { ...deny, Principal: { Service: 'logging.s3.amazonaws.com' } }],
    ['wildcards in actions', { ...deny, Action: ['s3:Delete*', 'S3:putbucket?olicy', '*'] }],
    ['bucket and objects in one pattern', { ...deny, Action: 's3:DeleteObject', Resource: `${ARN}*` }],
    ['NotAction and NotResource', { Effect: 'Deny', Principal: '*', NotAction: 's3:GetObject', NotResource: ARN }],
    [
      'operators with IfExists and for sets',
      {
        ...deny,
        Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' }, 'ForAllValues:StringLike': { 'aws:TagKeys': 'x' } },
      },
    ],
  ])('may have %s (FC-25)', async (_what, statement) => {
    await put(JSON.stringify({ Version: '2012-10-17', Statement: statement }));
  });

  it('may have equal Sids, and none (FC-23)', async () => {
    await put(text({ ...deny, Sid: 'DenyHttp' }, { ...deny, Sid: 'DenyHttp' }, deny, deny));
  });

  it.each([
    ['no JSON', 'x', 'must be valid JSON'],
    ['a list', '[]', 'must be valid JSON'],
    ['no statement', '{"Version":"2012-10-17"}', 'Missing required field Statement'],
    ['an unknown version', JSON.stringify({ Version: '2020-01-01', Statement: deny }), 'valid version string'],
    ['an unknown field', text({ ...deny, Sids: 'x' }), 'Unknown field Sids'],
    ['no effect', text({ ...deny, Effect: undefined }), 'Missing required field Effect'],
    ['another effect', text({ ...deny, Effect: 'deny' }), 'Invalid effect: deny'],
    ['no principal', text({ ...deny, Principal: undefined }), 'Missing required field Principal'],
    ['no action', text({ ...deny, Action: undefined }), 'Missing required field Action'],
    ['no resource', text({ ...deny, Resource: undefined }), 'Missing required field Resource'],
    ['the id of a deleted user (FC-22)', text({ ...deny, Principal: { AWS: 'AIDAEXAMPLEID1234567' } }), 'Invalid principal in policy'],
    ['a user that never was', text({ ...deny, Principal: { AWS: `arn:aws:iam::${ACCOUNT}:user/nobody` } }), 'Invalid principal in policy'],
    ['a wildcard in a principal', text({ ...deny, Principal: { AWS: `arn:aws:iam::${ACCOUNT}:user/*` } }), 'Invalid principal in policy'],
    ['another kind of principal', text({ ...deny, Principal: { Aws: '*' } }), 'Invalid policy syntax'],
    ['an action that S3 does not have', text({ ...deny, Action: 's3:DeleteBuckets' }), 'Policy has invalid action'],
    ['an action of another service', text({ ...deny, Action: 'iam:GetRole' }), 'Policy has invalid action'],
    ['another bucket', text({ ...deny, Resource: `${ARN}-2` }), 'Policy has invalid resource'],
    ['every bucket', text({ ...deny, Resource: 'arn:aws:s3:::*' }), 'Policy has invalid resource'],
    ['a bucket action on objects', text({ ...deny, Resource: `${ARN}/*` }), 'Action does not apply to any resource(s) in statement'],
    [
      'an object action on the bucket',
      text({ ...deny, Action: ['s3:DeleteBucket', 's3:PutObject'] }),
      'Action does not apply to any resource(s) in statement',
    ],
    [
      'an unknown operator',
      text({ ...deny, Condition: { Boolean: { 'aws:SecureTransport': 'false' } } }),
      'Invalid Condition type : Boolean',
    ],
  ])('with %s are malformed, and the policy that was there stays', async (_what, policy, message) => {
    await put(text(deny));
    expect(await failure(put(policy))).toMatchObject({ code: 'MalformedPolicy', status: 400, message: expect.stringContaining(message) });
    expect(await get()).toBe(text(deny));
  });

  it('may have 20 KiB, counted in bytes and without blanks (FC-26)', async () => {
    const sized = (size: number, blanks?: number) => {
      const padded = { ...deny, Sid: 'é'.repeat(500) };
      const bare = Buffer.byteLength(text(padded));
      return JSON.stringify({ Version: '2012-10-17', Statement: [{ ...padded, Sid: padded.Sid + 'x'.repeat(size - bare) }] }, null, blanks);
    };
    await put(sized(20_480));
    await put(sized(20_000, 1000));
    expect(await failure(put(sized(20_481)))).toMatchObject({ code: 'PolicyTooLarge', status: 400 });
  });

  it('that let everybody in are public, and kept out by Block Public Access', async () => {
    const open = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `${ARN}/*` };
    const narrow = { ...open, Condition: { StringEquals: { 'aws:PrincipalAccount': ACCOUNT } } };
    await put(text(narrow));
    const status = async () => (await s.admin.send(new GetBucketPolicyStatusCommand({ Bucket }))).PolicyStatus?.IsPublic;
    expect(await status()).toBe(false);
    expect(await failure(put(text(open)))).toMatchObject({ code: 'AccessDenied', message: expect.stringContaining('BlockPublicPolicy') });
    await s.admin.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: { BlockPublicPolicy: false } }));
    await put(text(open));
    expect(await status()).toBe(true);
  });

  it('answer 409 OperationAborted while another change is under way', async () => {
    s.store.conflict(Bucket, 2);
    expect(await failure(put(text(deny)))).toMatchObject({ code: 'OperationAborted', status: 409 });
    expect(await failure(remove())).toMatchObject({ code: 'OperationAborted', status: 409 });
    await put(text(deny));
  });
});
