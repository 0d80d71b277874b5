import { randomBytes } from 'node:crypto';
import { GetUserCommand } from '@aws-sdk/client-iam';
import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, type AssumeRoleCommandInput, GetCallerIdentityCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts';
import fc from 'fast-check';
import { Mfa } from '../../sandbox/aws/mfa.ts';
import { IamStore } from '../../sandbox/aws/services/iam-store.ts';
import { Clock } from '../../sandbox/clock.ts';
import { ACCOUNT, ALLOW_ALL, failure, type Keys, policy, type Running, SEED, startAws } from '../helpers/sandbox-aws.ts';

const SERIAL = `arn:aws:iam::${ACCOUNT}:mfa/alice`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/deletion`;
const ALICE = `arn:aws:iam::${ACCOUNT}:user/alice`;
const WRONG_CODE = 'MultiFactorAuthentication failed with invalid MFA one time pass code. ';
const UNABLE =
  'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.';

/** The deletion role's trust policy, as POLICIES.md has it. */
const TRUST = policy(
  {
    Sid: 'CodeInThisCall',
    Effect: 'Allow',
    Principal: { AWS: [ALICE] },
    Action: 'sts:AssumeRole',
    Condition: {
      Bool: { 'aws:MultiFactorAuthPresent': 'true' },
      NumericLessThan: { 'aws:MultiFactorAuthAge': '60' },
      Null: { 'aws:TokenIssueTime': 'true' },
      StringEquals: { 'sts:SourceIdentity': '${aws:username}' },
      StringLike: { 'sts:RoleSessionName': 'req-*', 'aws:RequestTag/interlock-bucket': '?*' },
    },
  },
  {
    Effect: 'Allow',
    Principal: { AWS: [ALICE] },
    Action: 'sts:SetSourceIdentity',
    Condition: { StringEquals: { 'sts:SourceIdentity': '${aws:username}' } },
  },
  {
    Effect: 'Allow',
    Principal: { AWS: [ALICE] },
    Action: 'sts:TagSession',
    Condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['interlock-bucket'] } },
  },
);
const STS_ONLY = policy({ Effect: 'Allow', Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'], Resource: ROLE });

describe('AssumeRole', () => {
  let run: Running;
  let alice: Keys;
  const input = (more: Partial<AssumeRoleCommandInput> = {}): AssumeRoleCommandInput => ({
    RoleArn: ROLE,
    RoleSessionName: 'req-1',
    SerialNumber: SERIAL,
    TokenCode: run.code(),
    SourceIdentity: 'alice',
    Tags: [{ Key: 'interlock-bucket', Value: 'team-x' }],
    DurationSeconds: 900,
    ...more,
  });
  const assume = (more: Partial<AssumeRoleCommandInput> = {}, keys: Keys = alice) => run.sts(keys).send(new AssumeRoleCommand(input(more)));

  const retrust = (trust: unknown) => Object.assign(run.aws.iam.roles.get('deletion') ?? {}, { trust });

  beforeEach(async () => {
    run = await startAws();
    alice = run.user('alice', STS_ONLY);
    run.aws.iam.createMfaDevice({ user: 'alice', serial: SERIAL, seed: SEED });
    run.aws.iam.createRole({ name: 'deletion', trust: TRUST, policies: [{ name: 'all', document: ALLOW_ALL }] });
  });
  afterEach(() => run.close());

  const sessionOf = async (more: Partial<AssumeRoleCommandInput> = {}, keys: Keys = alice): Promise<Keys> => {
    const { Credentials: given } = await assume(more, keys);
    return {
      accessKeyId: given?.AccessKeyId ?? '',
      secretAccessKey: given?.SecretAccessKey ?? '',
      sessionToken: given?.SessionToken ?? '',
    };
  };

  it('gives a session for a code, with its tag and source identity, and tells so', async () => {
    const output = await assume();
    expect(output.AssumedRoleUser?.Arn).toBe(`arn:aws:sts::${ACCOUNT}:assumed-role/deletion/req-1`);
    expect(output.SourceIdentity).toBe('alice');
    expect(Math.abs((output.Credentials?.Expiration?.getTime() ?? 0) - run.clock.now() - 900_000)).toBeLessThan(5000);
    expect(run.aws.calls.list()).toMatchObject([
      {
        operation: 'AssumeRole',
        principal: ALICE,
        principalType: 'IAMUser',
        action: 'sts:AssumeRole',
        resource: ROLE,
        mfa: true,
        allowed: true,
        decidedBy: 'allowed by statement "CodeInThisCall" of the role\'s trust policy and statement 1 of policy "policy-0"',
      },
    ]);
  });

  it('takes a code once, and says of a used one what it says of a wrong one', async () => {
    const code = run.code();
    await assume({ TokenCode: code });
    expect(await failure(assume({ TokenCode: code }))).toMatchObject({ name: 'AccessDenied', status: 403, message: WRONG_CODE });
    const wrong = run.code(7);
    expect(await failure(assume({ TokenCode: wrong }))).toMatchObject({ name: 'AccessDenied', status: 403, message: WRONG_CODE });
    expect(run.aws.calls.list().at(-1)).toMatchObject({
      allowed: false,
      errorCode: 'AccessDenied',
      decidedBy: expect.stringContaining('invalid MFA'),
    });
    expect(JSON.stringify(run.aws.calls.list())).not.toContain(wrong);
  });

  it('says of a serial that is not a device of this user that it is unable to validate', async () => {
    run.user('bob');
    run.aws.iam.createMfaDevice({ user: 'bob', serial: `arn:aws:iam::${ACCOUNT}:mfa/bob`, seed: SEED });
    // FC-13: the user's ARN, another user's device, another account's.
    for (const serial of [ALICE, `arn:aws:iam::${ACCOUNT}:mfa/bob`, 'arn:aws:iam::999999999999:mfa/alice']) {
      expect(await failure(assume({ SerialNumber: serial }))).toMatchObject({ name: 'AccessDenied', status: 403, message: UNABLE });
    }
    await assume();
  });

  it('wants serial and code together', async () => {
    const message = 'MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.';
    expect(await failure(assume({ TokenCode: undefined }))).toMatchObject({ name: 'AccessDenied', message });
    expect(await failure(assume({ SerialNumber: undefined }))).toMatchObject({ name: 'AccessDenied', message });
  });

  it.each([
    ['no code at all', { SerialNumber: undefined, TokenCode: undefined }, 'sts:AssumeRole'],
    ['a session name that is none of a request', { RoleSessionName: 'mine' }, 'sts:AssumeRole'],
    ['no bucket tag', { Tags: [] }, 'sts:AssumeRole'],
    [
      'a second tag',
      {
        Tags: [
          { Key: 'interlock-bucket', Value: 'x' },
          { Key: 'more', Value: 'y' },
        ],
      },
      'sts:TagSession',
    ],
    ["another's source identity", { SourceIdentity: 'bob' }, 'sts:AssumeRole'],
    ['no source identity', { SourceIdentity: undefined }, 'sts:AssumeRole'],
  ])('is refused by the trust policy with %s', async (_, more: Partial<AssumeRoleCommandInput>, action) => {
    expect(await failure(assume(more))).toMatchObject({
      name: 'AccessDenied',
      status: 403,
      message: `User: ${ALICE} is not authorized to perform: ${action} on resource: ${ROLE}`,
    });
  });

  it.each(['sts:SetSourceIdentity', 'sts:TagSession'])('needs %s in the user’s policy beside the trust policy', async (action) => {
    const allowed = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'].filter((name) => name !== action);
    run.aws.iam.deleteUser('alice');
    const keys = run.user('alice', policy({ Effect: 'Allow', Action: allowed, Resource: ROLE }));
    run.aws.iam.createMfaDevice({ user: 'alice', serial: SERIAL, seed: SEED });
    retrust(TRUST);
    expect((await failure(assume({}, keys))).message).toContain(`not authorized to perform: ${action}`);
  });

  it.each(['sts:SetSourceIdentity', 'sts:TagSession'])('needs %s in the trust policy beside the user’s policy', async (action) => {
    retrust(policy(...TRUST.Statement.filter((statement) => (statement as { Action?: string }).Action !== action)));
    expect((await failure(assume())).message).toContain(`not authorized to perform: ${action}`);
  });

  it('is refused with a session of GetSessionToken that carries MFA: the code is not in this call', async () => {
    const { Credentials: given } = await run.sts(alice).send(new GetSessionTokenCommand({ SerialNumber: SERIAL, TokenCode: run.code() }));
    const keys = {
      accessKeyId: given?.AccessKeyId ?? '',
      secretAccessKey: given?.SecretAccessKey ?? '',
      sessionToken: given?.SessionToken ?? '',
    };
    const without = { SerialNumber: undefined, TokenCode: undefined };
    expect((await failure(assume(without, keys))).message).toContain('not authorized to perform: sts:AssumeRole');
    retrust(JSON.parse(JSON.stringify(TRUST).replace('"Null":{"aws:TokenIssueTime":"true"},', '')));
    await assume(without, keys);
  });

  it('says of a role that is not there what it says of one that does not trust', async () => {
    expect(await failure(assume({ RoleArn: `arn:aws:iam::${ACCOUNT}:role/nobody` }))).toMatchObject({ name: 'AccessDenied', status: 403 });
  });

  it('is not for root', async () => {
    expect(await failure(assume({}, run.aws.iam.createAccessKey('root')))).toMatchObject({
      name: 'AccessDenied',
      message: 'Roles may not be assumed by root accounts.',
    });
  });

  it('is refused when the trusted user was deleted and made again', async () => {
    run.aws.iam.deleteUser('alice');
    const keys = run.user('alice', STS_ONLY);
    run.aws.iam.createMfaDevice({ user: 'alice', serial: SERIAL, seed: SEED });
    expect(JSON.stringify(run.aws.iam.roles.get('deletion')?.trust)).toContain('"AIDA');
    expect((await failure(assume({}, keys))).message).toContain('not authorized to perform: sts:AssumeRole');
  });

  it.each([
    [
      'a code of seven signs, quoted back',
      { TokenCode: '138502\\' },
      "Value '138502\\' at 'tokenCode' failed to satisfy constraint: Member must satisfy regular expression pattern",
    ],
    ['a session name with blanks', { RoleSessionName: 'req 1' }, "at 'roleSessionName'"],
    ['a session name of one sign', { RoleSessionName: 'r' }, 'Member must have length greater than or equal to 2'],
    [
      'a session policy over 2,048 characters',
      { Policy: JSON.stringify(policy({ Effect: 'Allow', Action: '*', Resource: 'x'.repeat(2048) })) },
      'Member must have length less than or equal to 2048',
    ],
    ['less than fifteen minutes', { DurationSeconds: 899 }, "Value '899' at 'durationSeconds'"],
    ['more than twelve hours', { DurationSeconds: 43_201 }, "Value '43201' at 'durationSeconds'"],
    [
      'more than the role allows',
      { DurationSeconds: 3601 },
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    ],
    [
      'managed session policies, which are not served',
      { PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }] },
      'not served in the sandbox',
    ],
    ['no session name', { RoleSessionName: undefined }, "Value null at 'roleSessionName'"],
    ['something else than a role', { RoleArn: `arn:aws:iam::${ACCOUNT}:user/alice` }, 'is invalid'],
  ])('is a ValidationError with %s', async (_, more: Partial<AssumeRoleCommandInput>, message) => {
    expect(await failure(assume(more))).toMatchObject({ name: 'ValidationError', status: 400, message: expect.stringContaining(message) });
    // FC-11: what was typed is quoted to the caller, and nowhere else.
    expect(JSON.stringify(run.aws.calls.list())).not.toContain('138502');
  });

  it('refuses a session policy that is none, or that packs too large', async () => {
    expect((await failure(assume({ Policy: '{' }))).name).toBe('MalformedPolicyDocumentException');
    expect((await failure(assume({ Policy: '{"Version":"2012-10-17","Statement":[{"Effect":"Maybe"}]}' }))).name).toBe(
      'MalformedPolicyDocumentException',
    );
    const noise = Array.from({ length: 40 }, (_, index) => ({ Key: `k${index}`, Value: randomBytes(100).toString('base64') }));
    expect((await failure(assume({ Tags: noise }))).name).toBe('PackedPolicyTooLargeException');
  });

  it('narrows the session to its session policy', async () => {
    const keys = await sessionOf({ Policy: JSON.stringify(policy({ Effect: 'Allow', Action: 's3:DeleteBucket', Resource: '*' })) });
    expect(await failure(run.s3(keys).send(new ListBucketsCommand()))).toMatchObject({
      name: 'AccessDenied',
      message: `User: arn:aws:sts::${ACCOUNT}:assumed-role/deletion/req-1 is not authorized to perform: s3:ListAllMyBuckets on resource: "*" because no session policy allows the s3:ListAllMyBuckets action`,
    });
    expect(run.aws.calls.list().at(-1)?.decidedBy).toBe('no statement of the session policy allows it');
  });

  it('ends the session when its time is over by the sandbox’s clock', async () => {
    const keys = await sessionOf();
    await run.s3(keys).send(new ListBucketsCommand());
    run.clock.advance(901);
    expect(await failure(run.s3(keys).send(new ListBucketsCommand()))).toMatchObject({ name: 'ExpiredToken', status: 400 });
    expect(await failure(run.sts(keys).send(new GetCallerIdentityCommand()))).toMatchObject({ name: 'ExpiredToken', status: 403 });
  });

  it('keeps source identity and transitive tags along a chain, for an hour at most', async () => {
    const first = `arn:aws:sts::${ACCOUNT}:assumed-role/deletion/req-1`;
    run.aws.iam.createRole({
      name: 'next',
      maxSessionDuration: 7200,
      trust: policy({ Effect: 'Allow', Principal: { AWS: ROLE }, Action: ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession'] }),
      policies: [
        {
          name: 'own',
          document: policy({
            Effect: 'Allow',
            Action: 's3:ListAllMyBuckets',
            Resource: '*',
            Condition: { StringEquals: { 'aws:SourceIdentity': 'alice', 'aws:PrincipalTag/interlock-bucket': 'team-x' } },
          }),
        },
      ],
    });
    const keys = await sessionOf({ TransitiveTagKeys: ['interlock-bucket'] });
    const chain = {
      RoleArn: `arn:aws:iam::${ACCOUNT}:role/next`,
      SerialNumber: undefined,
      TokenCode: undefined,
      SourceIdentity: undefined,
      Tags: undefined,
    };
    expect(await failure(assume({ ...chain, SourceIdentity: 'mallory' }, keys))).toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining(`${first} is not authorized to perform: sts:SetSourceIdentity`),
    });
    expect((await failure(assume({ ...chain, DurationSeconds: 7200 }, keys))).message).toBe(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    );
    await run.s3(await sessionOf(chain, keys)).send(new ListBucketsCommand());
    await failure(
      run
        .s3(await sessionOf({ ...chain, RoleSessionName: 'req-2' }, await sessionOf({ TokenCode: run.code(1) })))
        .send(new ListBucketsCommand()),
    );
  });
});

describe.each(['absent', 'false', 'true'] as const)('a role’s session, aws:MultiFactorAuthPresent read as %s', (reading) => {
  let run: Running;
  beforeAll(async () => {
    run = await startAws(reading);
  });
  afterAll(() => run.close());

  it('meets conditions on MFA as that reading says', async () => {
    const alice = run.user('alice', ALLOW_ALL);
    run.aws.iam.createMfaDevice({ user: 'alice', serial: SERIAL, seed: SEED });
    const allowIf = (condition: object) => policy({ Effect: 'Allow', Action: 's3:ListAllMyBuckets', Resource: '*', Condition: condition });
    const outcomes: Record<string, boolean> = {};
    const conditions = {
      'Bool true': { Bool: { 'aws:MultiFactorAuthPresent': 'true' } },
      'Bool false': { Bool: { 'aws:MultiFactorAuthPresent': 'false' } },
      'BoolIfExists false': { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } },
      'age below 60': { NumericLessThan: { 'aws:MultiFactorAuthAge': '60' } },
    };
    for (const [name, condition] of Object.entries(conditions)) {
      const role = run.aws.iam.createRole({
        name: `r${Object.keys(outcomes).length}`,
        trust: policy({ Effect: 'Allow', Principal: { AWS: ALICE }, Action: 'sts:AssumeRole' }),
        policies: [{ name: 'p', document: allowIf(condition) }],
      });
      const { Credentials: given } = await run.sts(alice).send(
        new AssumeRoleCommand({
          RoleArn: role.arn,
          RoleSessionName: 'req-1',
          SerialNumber: SERIAL,
          TokenCode: run.code(Object.keys(outcomes).length - 2),
        }),
      );
      const keys = {
        accessKeyId: given?.AccessKeyId ?? '',
        secretAccessKey: given?.SecretAccessKey ?? '',
        sessionToken: given?.SessionToken ?? '',
      };
      outcomes[name] = await run
        .s3(keys)
        .send(new ListBucketsCommand())
        .then(
          () => true,
          () => false,
        );
    }
    expect(outcomes).toEqual({
      'Bool true': reading === 'true',
      'Bool false': reading === 'false',
      'BoolIfExists false': reading !== 'true',
      'age below 60': reading === 'true',
    });
  });
});

describe('GetSessionToken', () => {
  let run: Running;
  let alice: Keys;
  beforeAll(async () => {
    run = await startAws();
    alice = run.user('alice', policy({ Effect: 'Deny', Action: 'sts:*', Resource: '*' }, { Effect: 'Allow', Action: '*', Resource: '*' }));
    run.aws.iam.createMfaDevice({ user: 'alice', serial: SERIAL, seed: SEED });
  });
  afterAll(() => run.close());
  const session = async (withCode: boolean, keys: Keys = alice): Promise<Keys> => {
    const { Credentials: given } = await run
      .sts(keys)
      .send(new GetSessionTokenCommand(withCode ? { SerialNumber: SERIAL, TokenCode: run.code() } : {}));
    return {
      accessKeyId: given?.AccessKeyId ?? '',
      secretAccessKey: given?.SecretAccessKey ?? '',
      sessionToken: given?.SessionToken ?? '',
    };
  };

  it('is not denied by any policy, and gives a session of the user', async () => {
    const keys = await session(false);
    expect((await run.sts(keys).send(new GetCallerIdentityCommand())).Arn).toBe(ALICE);
  });

  it('carries MFA with a code, and its age grows with the clock', async () => {
    run.aws.iam.createUser({
      name: 'carol',
      policies: [
        {
          name: 'p',
          document: policy({
            Effect: 'Allow',
            Action: '*',
            Resource: '*',
            Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' }, NumericLessThan: { 'aws:MultiFactorAuthAge': '60' } },
          }),
        },
      ],
    });
    const carol = run.aws.iam.createAccessKey('carol');
    run.aws.iam.createMfaDevice({ user: 'carol', serial: `arn:aws:iam::${ACCOUNT}:mfa/carol`, seed: SEED });
    const { Credentials: given } = await run
      .sts(carol)
      .send(new GetSessionTokenCommand({ SerialNumber: `arn:aws:iam::${ACCOUNT}:mfa/carol`, TokenCode: run.code() }));
    expect(run.aws.calls.list().at(-1)).toMatchObject({ operation: 'GetSessionToken', mfa: true, allowed: true });
    const keys = {
      accessKeyId: given?.AccessKeyId ?? '',
      secretAccessKey: given?.SecretAccessKey ?? '',
      sessionToken: given?.SessionToken ?? '',
    };
    await run.s3(keys).send(new ListBucketsCommand());
    expect(run.aws.calls.list().at(-1)).toMatchObject({ mfa: true, principal: `arn:aws:iam::${ACCOUNT}:user/carol` });
    expect((await failure(run.s3(carol).send(new ListBucketsCommand()))).name).toBe('AccessDenied');
    expect(run.aws.calls.list().at(-1)?.mfa).toBeNull();
    expect((await failure(run.s3(await session(false, carol)).send(new ListBucketsCommand()))).name).toBe('AccessDenied');
    expect(run.aws.calls.list().at(-1)?.mfa).toBe(false);
    run.clock.advance(61);
    expect((await failure(run.s3(keys).send(new ListBucketsCommand()))).name).toBe('AccessDenied');
  });

  it('calls IAM with MFA only, and of STS AssumeRole and GetCallerIdentity only', async () => {
    const [plain, strong] = [await session(false), await session(true)];
    expect(await failure(run.iam(plain).send(new GetUserCommand({ UserName: 'alice' })))).toMatchObject({
      name: 'InvalidClientTokenId',
      status: 403,
    });
    await run.iam(strong).send(new GetUserCommand({ UserName: 'alice' }));
    expect(await failure(run.sts(strong).send(new GetSessionTokenCommand({})))).toMatchObject({
      name: 'AccessDenied',
      message: 'Cannot call GetSessionToken with session credentials',
    });
  });

  it('lasts twelve hours, fifteen minutes to thirty-six hours if asked, an hour for root', async () => {
    const hours = async (keys: Keys, seconds?: number): Promise<number> => {
      const output = await run.sts(keys).send(new GetSessionTokenCommand({ DurationSeconds: seconds }));
      return Math.round(((output.Credentials?.Expiration?.getTime() ?? 0) - run.clock.now()) / 3_600_000);
    };
    expect(await hours(alice)).toBe(12);
    expect(await hours(alice, 129_600)).toBe(36);
    expect(await hours(run.aws.iam.createAccessKey('root'), 7200)).toBe(1);
    expect((await failure(run.sts(alice).send(new GetSessionTokenCommand({ DurationSeconds: 129_601 })))).name).toBe('ValidationError');
    expect((await failure(run.sts(alice).send(new GetSessionTokenCommand({ DurationSeconds: 60 })))).name).toBe('ValidationError');
  });
});

describe('codes', () => {
  const device = () => {
    const clock = new Clock();
    const iam = new IamStore({ account: ACCOUNT, clock });
    iam.createUser({ name: 'alice' });
    iam.createMfaDevice({ user: 'alice', serial: SERIAL, seed: SEED });
    const mfa = new Mfa({ iam, clock });
    return { clock, mfa, verify: (code: string) => mfa.verify('alice', SERIAL, code) };
  };
  const outcome = (action: () => void): string => {
    try {
      action();
    } catch (error) {
      return (error as Error).message === UNABLE ? 'unable' : (error as Error).message === WRONG_CODE ? 'wrong' : 'other';
    }
    return 'right';
  };

  it('are right two steps either way, once each, in any order', async () => {
    const { TOTP, Secret } = await import('otpauth');
    const totp = new TOTP({ secret: Secret.fromBase32(SEED) });
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 1, maxLength: 9 }), (steps) => {
        const { clock, verify } = device();
        const now = clock.now();
        // Near the end of a step the step may change under the test.
        fc.pre(now % 30_000 < 29_000);
        const used = new Set<string>();
        for (const step of steps) {
          const code = totp.generate({ timestamp: now + step * 30_000 });
          expect(outcome(() => verify(code))).toBe(Math.abs(step) <= 2 && !used.has(code) ? 'right' : 'wrong');
          if (Math.abs(step) <= 2) used.add(code);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('are not looked at after nine verifications in three minutes, right ones neither', async () => {
    const { TOTP, Secret } = await import('otpauth');
    const { clock, verify } = device();
    const code = () => new TOTP({ secret: Secret.fromBase32(SEED) }).generate({ timestamp: clock.now() });
    expect(outcome(() => verify(code()))).toBe('right');
    for (let wrong = 0; wrong < 8; wrong += 1) expect(outcome(() => verify(String(wrong).repeat(6)))).toBe('wrong');
    clock.advance(30);
    expect(outcome(() => verify(code()))).toBe('unable');
    clock.advance(151);
    expect(outcome(() => verify(code()))).toBe('right');
  });
});
