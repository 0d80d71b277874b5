import { randomBytes } from 'node:crypto';
import { GetSessionTokenCommand } from '@aws-sdk/client-sts';
import {
  ALICE,
  type Input,
  keysIn,
  ROLE,
  SERIAL,
  STS_ONLY,
  startDeletionRole,
  TRUST,
  UNABLE,
  WRONG_CODE,
} from '../../helpers/deletion-role.ts';
import { ACCOUNT, failure, type Keys, policy, type Running, SEED } from '../../helpers/sandbox-aws.ts';

type Role = Awaited<ReturnType<typeof startDeletionRole>>;

describe('AssumeRole', () => {
  let run: Running;
  let alice: Keys;
  let assume: Role['assume'];
  let retrust: Role['retrust'];

  beforeEach(async () => {
    ({ run, alice, assume, retrust } = await startDeletionRole());
  });
  afterEach(() => run.close());

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
      resource: ROLE,
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
  ])('is refused by the trust policy with %s', async (_, more: Input, action) => {
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
    const given = await run.sts(alice).send(new GetSessionTokenCommand({ SerialNumber: SERIAL, TokenCode: run.code() }));
    const keys = keysIn(given);
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
  ])('is a ValidationError with %s', async (_, more: Input, message) => {
    expect(await failure(assume(more))).toMatchObject({ name: 'ValidationError', status: 400, message: expect.stringContaining(message) });
    // FC-11: what was typed is quoted to the caller, and nowhere else.
    expect(JSON.stringify(run.aws.calls.list())).not.toContain('138502');
  });

  it.each(['team-*', 'team-?', '${aws:username}', 'a,b', 'a\nb', 'a"b', '<b>'])(
    'is a ValidationError with a tag of %j, which a policy could take for more than it is',
    async (Value) => {
      const pattern = String.raw`[\p{L}\p{Z}\p{N}_.:/=+\-@]`;
      expect(await failure(assume({ Tags: [{ Key: 'interlock-bucket', Value }] }))).toMatchObject({
        name: 'ValidationError',
        status: 400,
        message: `1 validation error detected: Value '${Value}' at 'tags.1.member.value' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern}*`,
      });
      expect(await failure(assume({ Tags: [{ Key: Value, Value: 'x' }] }))).toMatchObject({
        name: 'ValidationError',
        message: expect.stringContaining(
          `at 'tags.1.member.key' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern}+`,
        ),
      });
    },
  );

  it('takes tags of letters, digits and blanks of any script, and of AWS’s punctuation', async () => {
    await assume({ Tags: [{ Key: 'interlock-bucket', Value: 'Größe 7_.:/=+-@ 東京' }] });
    expect((await failure(assume({ Tags: [{ Key: 'interlock-bucket', Value: 'x'.repeat(257) }] }))).message).toContain(
      'Member must have length less than or equal to 256',
    );
  });

  it('refuses a session policy that is none, or that packs too large', async () => {
    expect((await failure(assume({ Policy: '{' }))).name).toBe('MalformedPolicyDocumentException');
    expect((await failure(assume({ Policy: '{"Version":"2012-10-17","Statement":[{"Effect":"Maybe"}]}' }))).name).toBe(
      'MalformedPolicyDocumentException',
    );
    const noise = Array.from({ length: 40 }, (_, index) => ({ Key: `k${index}`, Value: randomBytes(100).toString('base64') }));
    expect((await failure(assume({ Tags: noise }))).name).toBe('PackedPolicyTooLargeException');
  });
});
