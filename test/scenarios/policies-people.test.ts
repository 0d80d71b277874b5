import { CreateBucketCommand, ListObjectVersionsCommand, PutBucketPolicyCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, type AssumeRoleCommandInput, type Credentials, GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { FUNCTIONS } from '../../src/domain/names.ts';
import { sessionActions, sessionPolicy } from '../../src/domain/policies.ts';
import { stopSearched } from '../helpers/places.ts';
import { allowedBy, type Caller, callerWith, decisionOf, deniedBy, type Keys, NOBODY_ALLOWS } from '../helpers/policies-http.ts';
import { type Sandbox, startSandbox } from '../helpers/sandbox.ts';

const ACCOUNT = '111122223333';
const DELETION = `arn:aws:iam::${ACCOUNT}:role/interlock-sandbox-deletion`;
/** The sandbox's two rules name the same approvers, so one statement holds both. */
const RULES = 'Rules1To3';
const NO_SESSION_POLICY = 'no statement of the session policy allows it';

let sandbox: Sandbox;
const clients: { destroy(): void }[] = [];
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await stopSearched(sandbox);
});

const as = (keys: Keys): Caller =>
  callerWith(keys, { url: sandbox.urls.aws, calls: () => sandbox.calls() }, (client) => {
    clients.push(client);
    return client;
  });
const person = (name: string): Caller => as(sandbox.keysOf(name));
const decision = (call: Promise<unknown>) => decisionOf(call, () => sandbox.calls());
const keysIn = (output: { Credentials?: Credentials | undefined }): Keys => ({
  accessKeyId: output.Credentials?.AccessKeyId ?? '',
  secretAccessKey: output.Credentials?.SecretAccessKey ?? '',
  sessionToken: output.Credentials?.SessionToken ?? '',
});

/** A bucket with one object, open to both approvers' users by its own policy where asked for. */
async function bucketOf(name: string, open = false): Promise<string> {
  const s3 = sandbox.s3();
  await s3.send(new CreateBucketCommand({ Bucket: name }));
  await s3.send(new PutObjectCommand({ Bucket: name, Key: 'a', Body: 'x' }));
  if (!open) return name;
  const users = ['alice', 'bob'].map((user) => `arn:aws:iam::${ACCOUNT}:user/interlock-${user}`);
  const resources = [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`];
  const Statement = [{ Sid: 'Open', Effect: 'Allow', Principal: { AWS: users }, Action: 's3:*', Resource: resources }];
  await s3.send(new PutBucketPolicyCommand({ Bucket: name, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) }));
  return name;
}

type Change = Partial<AssumeRoleCommandInput>;

/** AssumeRole as `elevate` calls it for alice, with these members instead. */
async function take(change: Change = {}, keys: Keys = sandbox.keysOf('alice'), code = 'alice') {
  const input: AssumeRoleCommandInput = {
    RoleArn: DELETION,
    RoleSessionName: 'req-people',
    SourceIdentity: 'interlock-alice',
    SerialNumber: sandbox.mfa[code]?.serial,
    TokenCode: await sandbox.code(code),
    DurationSeconds: 900,
    Tags: [{ Key: 'interlock-bucket', Value: 'team-people' }],
    ...change,
  };
  return as(keys).sts.send(new AssumeRoleCommand(input));
}
const withoutCode: Change = { SerialNumber: undefined, TokenCode: undefined };
const tagged = (bucket: string): Change => ({ Tags: [{ Key: 'interlock-bucket', Value: bucket }] });

/** GetSessionToken's session, with the user's code or without. */
async function userSession(user: string, withCode: boolean): Promise<Keys> {
  const code = withCode && { SerialNumber: sandbox.mfa[user]?.serial, TokenCode: await sandbox.code(user) };
  return keysIn(await person(user).sts.send(new GetSessionTokenCommand({ DurationSeconds: 900, ...code })));
}

describe("the deletion role's trust", () => {
  it('gives alice a session for her code in this very call (CodeInThisCall, OwnName, BucketTagOnly; TakeASession, UnderOwnName)', async () => {
    expect(await decision(take())).toBe(
      `allowed by statement "CodeInThisCall" of the role's trust policy and statement "TakeASession" of policy "interlock"`,
    );
  });

  it.each<[string, Change]>([
    ['no code', withoutCode],
    ["another's name as SourceIdentity", { SourceIdentity: 'interlock-bob' }],
    ['no SourceIdentity', { SourceIdentity: undefined }],
    ['a session that is named after no request', { RoleSessionName: 'alice' }],
    ['no tag', { Tags: undefined }],
    ['an empty tag', { Tags: [{ Key: 'interlock-bucket', Value: '' }] }],
    ['another tag instead', { Tags: [{ Key: 'team', Value: 'team-people' }] }],
  ])('gives alice none with %s (CodeInThisCall)', async (_, change) => {
    expect(await decision(take(change))).toBe(NOBODY_ALLOWS);
  });

  it('gives none with another tag beside the bucket’s (BucketTagOnly)', async () => {
    const tags = [
      { Key: 'interlock-bucket', Value: 'team-people' },
      { Key: 'team', Value: 'people' },
    ];
    expect(await decision(take({ Tags: tags }))).toBe(NOBODY_ALLOWS);
    expect((await sandbox.calls()).at(-1)?.action).toBe('sts:TagSession');
    expect(await decision(take({ Tags: [{ Key: 'Interlock-Bucket', Value: 'team-people' }] }))).toBe(NOBODY_ALLOWS);
  });

  it('gives none to a session that a code was given for, which would be good for any number (CodeInThisCall)', async () => {
    const session = await userSession('alice', true);
    expect(await decision(take(withoutCode, session))).toBe(NOBODY_ALLOWS);
    await expect(take({}, session)).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  it('gives none for longer than an hour', async () => {
    await expect(take({ DurationSeconds: 3601 })).rejects.toThrow('exceeds the MaxSessionDuration');
  });

  it('gives none to bob, whose sessions are of the user, with his own code', async () => {
    expect(await decision(take({ SourceIdentity: 'interlock-bob' }, sandbox.keysOf('bob'), 'bob'))).toBe(NOBODY_ALLOWS);
    expect(await decision(take(withoutCode, await userSession('bob', true)))).toBe(NOBODY_ALLOWS);
  });

  it('gives none to administrators and to root', async () => {
    const admin = sandbox.keysOf('admin');
    expect(await decision(take(withoutCode, admin))).toBe(NOBODY_ALLOWS);
    expect(await decision(take({ ...withoutCode, SourceIdentity: 'admin' }, admin))).toBe(NOBODY_ALLOWS);
    await expect(take({}, sandbox.keysOf('root'), 'root')).rejects.toThrow('Roles may not be assumed by root accounts.');
    expect((await sandbox.calls()).at(-1)).toMatchObject({ action: 'sts:AssumeRole', allowed: false });
  });
});

describe('a session of the deletion role', () => {
  it('deletes the bucket it is tagged with, versions and policy first (the rules’ statement)', async () => {
    const bucket = await bucketOf('team-people');
    const { asks } = as(keysIn(await take(tagged(bucket))));
    for (const [action, on] of [
      ['s3:ListBucketVersions', bucket],
      ['s3:ListBucketMultipartUploads', bucket],
      ['s3:PutBucketPolicy', bucket],
      ['s3:GetBucketPolicy', bucket],
      ['s3:DeleteBucketPolicy', bucket],
      ['s3:AbortMultipartUpload', `${bucket}/a`],
      ['s3:DeleteObjectVersion', `${bucket}/a`],
      ['s3:DeleteBucket', bucket],
    ] as const) {
      expect([action, await asks(action, on)]).toEqual([action, allowedBy(RULES)]);
    }
    await expect(sandbox.s3().send(new ListObjectVersionsCommand({ Bucket: bucket }))).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });

  it('touches no other bucket, of its rule, of another rule or of none (OneBucket)', async () => {
    const { asks } = as(keysIn(await take(tagged('team-scratch'))));
    for (const bucket of ['team-site', 'team-scratch-2', 'quick-draft', 'orphan']) {
      for (const action of ['s3:DeleteBucket', 's3:ListBucketVersions', 's3:PutBucketPolicy']) {
        expect([bucket, await asks(action, bucket)]).toEqual([bucket, deniedBy('OneBucket')]);
      }
    }
    expect(await asks('s3:DeleteObjectVersion', 'team-site/index.html')).toBe(deniedBy('OneBucket'));
    expect(await asks('s3:ListAllMyBuckets')).toBe(deniedBy('OneBucket'));
    expect(await asks('sts:AssumeRole', 'elevate')).toBe(deniedBy('OneBucket'));
  });

  it('may not do to its own bucket what no rule allows', async () => {
    const bucket = await bucketOf('team-own');
    const { asks } = as(keysIn(await take(tagged(bucket))));
    const onObjects = ['s3:DeleteObject', 's3:PutObject', 's3:GetObject', 's3:BypassGovernanceRetention'];
    for (const action of onObjects) expect([action, await asks(action, `${bucket}/a`)]).toEqual([action, NOBODY_ALLOWS]);
    const onBucket = ['s3:ListBucket', 's3:GetBucketTagging', 's3:PutBucketVersioning', 's3:PutLifecycleConfiguration'];
    for (const action of onBucket) expect([action, await asks(action, bucket)]).toEqual([action, NOBODY_ALLOWS]);
  });

  it('may nothing where no rule names the bucket, whatever its tag', async () => {
    for (const [tag, on] of [
      ['orphan', 'orphan'],
      ['team-', 'team-scratch'],
    ] as const) {
      const { asks } = as(keysIn(await take(tagged(tag))));
      expect(await asks('s3:DeleteBucket', on)).toBe(tag === on ? NOBODY_ALLOWS : deniedBy('OneBucket'));
    }
  });

  it('is narrowed to what its request needs: a rehearsal’s cannot delete, a deletion’s does nothing else, nor does a guard’s; an emptying’s keeps the bucket', async () => {
    const bucket = 'team-scratch';
    const rehearsal = sessionPolicy({ bucket, actions: sessionActions({ kind: 'delete', rehearsal: true }) });
    const rehearsing = as(keysIn(await take({ ...tagged(bucket), Policy: rehearsal })));
    expect(await rehearsing.asks('s3:ListBucketVersions', bucket)).toMatch(/^allowed by statement 1 of the session policy and /);
    expect(await rehearsing.asks('s3:DeleteBucket', bucket)).toBe(NO_SESSION_POLICY);
    const deletion = sessionPolicy({ bucket, actions: sessionActions({ kind: 'delete', rehearsal: false }) });
    const deleting = as(keysIn(await take({ ...tagged(bucket), Policy: deletion })));
    expect(await deleting.asks('s3:PutBucketPolicy', bucket)).toBe(NO_SESSION_POLICY);
    expect(await deleting.asks('s3:DeleteObjectVersion', `${bucket}/a`)).toBe(NO_SESSION_POLICY);
    expect(await deleting.asks('s3:DeleteBucket', bucket)).toMatch(/^allowed by statement 1 of the session policy and /);
    const change = sessionPolicy({ bucket, actions: sessionActions({ kind: 'guard-off', rehearsal: false }) });
    const changing = as(keysIn(await take({ ...tagged(bucket), Policy: change })));
    expect(await changing.asks('s3:DeleteBucket', bucket)).toBe(NO_SESSION_POLICY);
    expect(await changing.asks('s3:ListBucketVersions', bucket)).toBe(NO_SESSION_POLICY);
    const emptying = sessionPolicy({ bucket, actions: sessionActions({ kind: 'empty', rehearsal: false }) });
    const empties = as(keysIn(await take({ ...tagged(bucket), Policy: emptying })));
    expect(await empties.asks('s3:DeleteBucket', bucket)).toBe(NO_SESSION_POLICY);
    expect(await empties.asks('s3:DeleteObject', `${bucket}/a`)).toBe(NO_SESSION_POLICY);
    expect(await empties.asks('s3:DeleteObjectVersion', 'team-site/index.html')).toBe(deniedBy('OneBucket'));
    expect(await empties.asks('s3:DeleteObjectVersion', `${bucket}/a`)).toMatch(/^allowed by statement 2 of the session policy and /);
    for (const action of ['s3:GetBucketPolicy', 's3:DeleteBucketPolicy']) {
      expect(await changing.asks(action, bucket)).toMatch(/^allowed by statement 1 of the session policy and /);
    }
  });
});

describe('the key of alice (session: role), alone', () => {
  it('does nothing, where a bucket policy names her too (NothingElse)', async () => {
    const bucket = await bucketOf('team-open-to-alice', true);
    const { asks } = person('alice');
    for (const [action, on] of [
      ['s3:DeleteBucket', bucket],
      ['s3:DeleteObjectVersion', `${bucket}/a`],
      ['s3:GetObject', `${bucket}/a`],
      ['s3:ListAllMyBuckets', ''],
      ['kms:DescribeKey', 'seal'],
      ['states:ListExecutions', 'interlock-sandbox-deletion'],
      ['dynamodb:Scan', 'locks'],
    ] as const) {
      expect([action, await asks(action, on)]).toEqual([action, deniedBy('NothingElse')]);
    }
    expect(await asks('sts:GetCallerIdentity')).toBe('needs no permission');
    const secret = await asks('secretsmanager:GetSecretValue', 'approvers/alice');
    expect(secret).toBe(`denied by statement "ElevateAlone" of the secret's policy`);
  });

  it('takes no session of another role (TakeASession)', async () => {
    for (const role of [...FUNCTIONS, 'machine']) expect(await person('alice').asks('sts:AssumeRole', role)).toBe(NOBODY_ALLOWS);
  });

  it('does no more with a code given to GetSessionToken (NothingElse)', async () => {
    const { asks } = as(await userSession('alice', true));
    expect(await asks('s3:DeleteBucket', 'team-open-to-alice')).toBe(deniedBy('NothingElse'));
    expect(await asks('s3:ListAllMyBuckets')).toBe(deniedBy('NothingElse'));
  });
});

describe('the key of bob (session: user)', () => {
  it('does nothing alone, where a bucket policy names him too (NothingWithoutCode)', async () => {
    const bucket = await bucketOf('team-open-to-bob', true);
    for (const { asks } of [person('bob'), as(await userSession('bob', false))]) {
      expect(await asks('s3:DeleteObjectVersion', `${bucket}/a`)).toBe(deniedBy('NothingWithoutCode'));
      expect(await asks('s3:DeleteBucket', bucket)).toBe(deniedBy('NothingWithoutCode'));
      expect(await asks('s3:ListAllMyBuckets')).toBe(deniedBy('NothingWithoutCode'));
      expect(await asks('sts:AssumeRole', 'elevate')).toBe(deniedBy('NothingWithoutCode'));
    }
  });

  it('deletes the rules’ buckets with a code, and only those (the rules’ statement)', async () => {
    const bucket = await bucketOf('quick-by-bob');
    const { asks } = as(await userSession('bob', true));
    for (const [action, on] of [
      ['s3:ListBucketVersions', bucket],
      ['s3:DeleteObjectVersion', `${bucket}/a`],
      ['s3:DeleteBucket', bucket],
    ] as const) {
      expect([action, await asks(action, on)]).toEqual([action, allowedBy(RULES)]);
    }
    for (const [action, on] of [
      ['s3:DeleteBucket', 'orphan'],
      ['s3:DeleteObject', 'team-site/index.html'],
      ['s3:GetObject', 'team-site/index.html'],
      ['s3:PutObject', 'team-site/new'],
      ['s3:ListAllMyBuckets', ''],
      ['sts:AssumeRole', 'deletion'],
      ['sts:AssumeRole', 'elevate'],
      ['kms:DescribeKey', 'seal'],
    ] as const) {
      expect([action, await asks(action, on)]).toEqual([action, NOBODY_ALLOWS]);
    }
  });
});
