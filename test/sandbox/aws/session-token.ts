import { GetUserCommand } from '@aws-sdk/client-iam';
import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { ALICE, keysIn, SERIAL } from '../../helpers/deletion-role.ts';
import { ACCOUNT, failure, type Keys, policy, type Running, SEED, startAws } from '../../helpers/sandbox-aws.ts';

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
    const given = await run.sts(keys).send(new GetSessionTokenCommand(withCode ? { SerialNumber: SERIAL, TokenCode: run.code() } : {}));
    return keysIn(given);
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
    const given = await run
      .sts(carol)
      .send(new GetSessionTokenCommand({ SerialNumber: `arn:aws:iam::${ACCOUNT}:mfa/carol`, TokenCode: run.code() }));
    expect(run.aws.calls.list().at(-1)).toMatchObject({ operation: 'GetSessionToken', mfa: true, allowed: true });
    const keys = keysIn(given);
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
