import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { ALICE, keysIn, ROLE, SERIAL, startDeletionRole } from '../../helpers/deletion-role.ts';
import { ACCOUNT, ALLOW_ALL, failure, policy, type Running, SEED, startAws } from '../../helpers/sandbox-aws.ts';

type Role = Awaited<ReturnType<typeof startDeletionRole>>;

describe('a session of AssumeRole', () => {
  let run: Running;
  let assume: Role['assume'];
  let sessionOf: Role['sessionOf'];

  beforeEach(async () => {
    ({ run, assume, sessionOf } = await startDeletionRole());
  });
  afterEach(() => run.close());

  it('is narrowed to its session policy', async () => {
    const keys = await sessionOf({ Policy: JSON.stringify(policy({ Effect: 'Allow', Action: 's3:DeleteBucket', Resource: '*' })) });
    expect(await failure(run.s3(keys).send(new ListBucketsCommand()))).toMatchObject({
      name: 'AccessDenied',
      message: `User: arn:aws:sts::${ACCOUNT}:assumed-role/deletion/req-1 is not authorized to perform: s3:ListAllMyBuckets on resource: "*" because no session policy allows the s3:ListAllMyBuckets action`,
    });
    expect(run.aws.calls.list().at(-1)?.decidedBy).toBe('no statement of the session policy allows it');
  });

  it('ends when its time is over by the sandbox’s clock', async () => {
    const keys = await sessionOf();
    await run.s3(keys).send(new ListBucketsCommand());
    run.clock.advance(901);
    expect(await failure(run.s3(keys).send(new ListBucketsCommand()))).toMatchObject({ name: 'ExpiredToken', status: 400 });
    expect(await failure(run.sts(keys).send(new GetCallerIdentityCommand()))).toMatchObject({ name: 'ExpiredToken', status: 403 });
  });

  it('hands source identity and transitive tags on along a chain, for an hour at most', async () => {
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
      const given = await run.sts(alice).send(
        new AssumeRoleCommand({
          RoleArn: role.arn,
          RoleSessionName: 'req-1',
          SerialNumber: SERIAL,
          TokenCode: run.code(Object.keys(outcomes).length - 2),
        }),
      );
      const keys = keysIn(given);
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
