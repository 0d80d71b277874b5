import {
  GetAccountAuthorizationDetailsCommand,
  GetAccountSummaryCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  GetUserCommand,
  GetUserPolicyCommand,
  type IAMClient,
  ListAccessKeysCommand,
  ListAttachedRolePoliciesCommand,
  ListAttachedUserPoliciesCommand,
  ListGroupsCommand,
  ListGroupsForUserCommand,
  ListMFADevicesCommand,
  ListPoliciesCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  ListUserPoliciesCommand,
  ListUsersCommand,
  ListVirtualMFADevicesCommand,
} from '@aws-sdk/client-iam';
import { ACCOUNT, ALLOW_ALL, failure, type Keys, policy, type Running, SEED, startAws } from '../../helpers/sandbox-aws.ts';

const TRUST = policy({ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' });

describe('IAM', () => {
  let run: Running;
  let client: IAMClient;
  let alice: Keys;
  beforeAll(async () => {
    run = await startAws();
    client = run.iam(run.user('admin', ALLOW_ALL));
    alice = run.user('alice', policy({ Effect: 'Allow', Action: 'iam:GetUser', Resource: '*' }));
    run.aws.iam.createMfaDevice({ user: 'alice', serial: `arn:aws:iam::${ACCOUNT}:mfa/alice`, seed: SEED });
    run.aws.iam.createMfaDevice({ user: 'root', serial: `arn:aws:iam::${ACCOUNT}:mfa/root`, seed: SEED });
    run.aws.iam.createRole({
      name: 'elevate',
      path: '/interlock/',
      trust: TRUST,
      policies: [{ name: 'own', document: ALLOW_ALL }],
      maxSessionDuration: 7200,
      tags: { stage: 'sandbox' },
    });
  });
  afterAll(async () => {
    await run.close();
    expect(run.aws.problems).toEqual([]);
  });

  it('shows users with their policies, keys and devices', async () => {
    const arn = `arn:aws:iam::${ACCOUNT}:user/alice`;
    expect((await client.send(new GetUserCommand({ UserName: 'alice' }))).User).toMatchObject({
      UserName: 'alice',
      Arn: arn,
      UserId: expect.stringMatching(/^AIDA/),
    });
    expect((await client.send(new ListUsersCommand())).Users?.map(({ UserName }) => UserName)).toEqual(['admin', 'alice']);
    expect((await client.send(new ListUserPoliciesCommand({ UserName: 'alice' }))).PolicyNames).toEqual(['policy-0']);
    const { PolicyDocument: document } = await client.send(new GetUserPolicyCommand({ UserName: 'alice', PolicyName: 'policy-0' }));
    expect(JSON.parse(decodeURIComponent(document ?? ''))).toMatchObject({ Statement: [{ Action: 'iam:GetUser' }] });
    expect((await client.send(new ListAccessKeysCommand({ UserName: 'alice' }))).AccessKeyMetadata).toMatchObject([
      { AccessKeyId: alice.accessKeyId, Status: 'Active' },
    ]);
    expect((await client.send(new ListMFADevicesCommand({ UserName: 'alice' }))).MFADevices).toMatchObject([
      { SerialNumber: `arn:aws:iam::${ACCOUNT}:mfa/alice` },
    ]);
    expect((await client.send(new ListAttachedUserPoliciesCommand({ UserName: 'alice' }))).AttachedPolicies).toEqual([]);
    expect((await client.send(new ListGroupsForUserCommand({ UserName: 'alice' }))).Groups).toEqual([]);
  });

  it('shows who asks when no user is named', async () => {
    expect((await run.iam(alice).send(new GetUserCommand())).User?.UserName).toBe('alice');
    const root = run.aws.iam.createAccessKey('root');
    expect((await run.iam(root).send(new GetUserCommand())).User).toMatchObject({ Arn: `arn:aws:iam::${ACCOUNT}:root`, UserId: ACCOUNT });
    run.aws.iam.deleteAccessKey(root.accessKeyId);
  });

  it('shows roles with their trust and policies', async () => {
    const { Role: role } = await client.send(new GetRoleCommand({ RoleName: 'elevate' }));
    expect(role).toMatchObject({
      Arn: `arn:aws:iam::${ACCOUNT}:role/interlock/elevate`,
      RoleId: expect.stringMatching(/^AROA/),
      MaxSessionDuration: 7200,
      Tags: [{ Key: 'stage', Value: 'sandbox' }],
    });
    expect(JSON.parse(decodeURIComponent(role?.AssumeRolePolicyDocument ?? ''))).toEqual(TRUST);
    expect((await client.send(new ListRolesCommand())).Roles?.map(({ RoleName }) => RoleName)).toEqual(['elevate']);
    expect((await client.send(new ListRolePoliciesCommand({ RoleName: 'elevate' }))).PolicyNames).toEqual(['own']);
    expect(
      JSON.parse(
        decodeURIComponent((await client.send(new GetRolePolicyCommand({ RoleName: 'elevate', PolicyName: 'own' }))).PolicyDocument ?? ''),
      ),
    ).toEqual(ALLOW_ALL);
    expect((await client.send(new ListAttachedRolePoliciesCommand({ RoleName: 'elevate' }))).AttachedPolicies).toEqual([]);
  });

  it('lists devices with whose they are, and no groups or managed policies, which the sandbox has none of', async () => {
    const { VirtualMFADevices } = await client.send(new ListVirtualMFADevicesCommand());
    expect(Object.fromEntries(VirtualMFADevices?.map(({ SerialNumber, User }) => [SerialNumber, User?.Arn]) ?? [])).toEqual({
      [`arn:aws:iam::${ACCOUNT}:mfa/alice`]: `arn:aws:iam::${ACCOUNT}:user/alice`,
      [`arn:aws:iam::${ACCOUNT}:mfa/root`]: `arn:aws:iam::${ACCOUNT}:root`,
    });
    const unassigned = new ListVirtualMFADevicesCommand({ AssignmentStatus: 'Unassigned' });
    expect((await client.send(unassigned)).VirtualMFADevices).toEqual([]);
    expect((await client.send(new ListGroupsCommand())).Groups).toEqual([]);
    expect((await client.send(new ListPoliciesCommand())).Policies).toEqual([]);
  });

  it('shows all identities with their policies at once', async () => {
    const all = await client.send(new GetAccountAuthorizationDetailsCommand());
    expect(all.UserDetailList?.map(({ UserName }) => UserName)).toContain('alice');
    expect(all.RoleDetailList).toMatchObject([{ RoleName: 'elevate', RolePolicyList: [{ PolicyName: 'own' }] }]);
    expect(JSON.parse(decodeURIComponent(all.RoleDetailList?.[0]?.AssumeRolePolicyDocument ?? ''))).toEqual(TRUST);
  });

  it('counts what the account has', async () => {
    run.aws.iam.createAccessKey('root');
    expect((await client.send(new GetAccountSummaryCommand())).SummaryMap).toMatchObject({
      Users: 2,
      Roles: 1,
      MFADevices: 2,
      AccountMFAEnabled: 1,
      AccountAccessKeysPresent: 1,
    });
  });

  it('says what is not there, and who may not look', async () => {
    const missing = [
      new GetUserCommand({ UserName: 'x' }),
      new GetRoleCommand({ RoleName: 'x' }),
      new GetRolePolicyCommand({ RoleName: 'elevate', PolicyName: 'x' }),
      new GetUserPolicyCommand({ UserName: 'alice', PolicyName: 'x' }),
    ];
    for (const command of missing)
      expect(await failure(client.send(command as GetUserCommand))).toMatchObject({ name: 'NoSuchEntityException', status: 404 });
    expect(await failure(run.iam(alice).send(new ListUsersCommand()))).toMatchObject({
      name: 'AccessDenied',
      status: 403,
      message: expect.stringContaining('is not authorized to perform: iam:ListUsers on resource: *'),
    });
  });

  it('refuses a second of a kind, and keys and devices of nobody', () => {
    expect(() => run.aws.iam.createUser({ name: 'alice' })).toThrow('already exists');
    expect(() => run.aws.iam.createRole({ name: 'elevate', trust: TRUST })).toThrow('already exists');
    expect(() => run.aws.iam.createMfaDevice({ user: 'alice', serial: `arn:aws:iam::${ACCOUNT}:mfa/root`, seed: SEED })).toThrow(
      'already exists',
    );
    expect(() => run.aws.iam.createAccessKey('nobody')).toThrow('cannot be found');
  });

  it('takes keys and devices away with their user', async () => {
    const keys = run.user('leaver', ALLOW_ALL);
    run.aws.iam.createMfaDevice({ user: 'leaver', serial: `arn:aws:iam::${ACCOUNT}:mfa/leaver`, seed: SEED });
    run.aws.iam.deleteUser('leaver');
    expect((await failure(run.iam(keys).send(new GetUserCommand()))).name).toBe('InvalidClientTokenId');
    expect(run.aws.iam.devices.has(`arn:aws:iam::${ACCOUNT}:mfa/leaver`)).toBe(false);
  });

  it('gives a service a session of a role that trusts it, and no other', async () => {
    const arn = `arn:aws:iam::${ACCOUNT}:role/interlock/elevate`;
    const session = await run.aws.roleSession(arn, 'elevate');
    expect((await run.iam(session).send(new GetUserCommand({ UserName: 'alice' }))).User?.UserName).toBe('alice');
    expect(run.aws.calls.list().at(-1)).toMatchObject({
      principal: `arn:aws:sts::${ACCOUNT}:assumed-role/elevate/elevate`,
      principalType: 'AssumedRole',
    });
    await expect(run.aws.roleSession(arn, 'x', { service: 'states.amazonaws.com' })).rejects.toMatchObject({
      code: 'AccessDeniedException',
    });
    await expect(run.aws.roleSession(`${arn}x`, 'x')).rejects.toMatchObject({ code: 'NoSuchEntity' });
    expect(run.aws.calls.list().at(-1)).toMatchObject({
      principal: 'states.amazonaws.com',
      principalType: 'AWSService',
      action: 'sts:AssumeRole',
      allowed: false,
    });
    const invoke = {
      action: 'lambda:InvokeFunction',
      resource: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:f`,
      resourceAccount: ACCOUNT,
    };
    await run.aws.check(session.caller, invoke);
    await expect(
      run.aws.check(
        { kind: 'user', arn: `arn:aws:iam::${ACCOUNT}:user/alice`, account: ACCOUNT, id: 'AIDA', name: 'alice', accessKeyId: '', tags: {} },
        invoke,
      ),
    ).rejects.toMatchObject({ code: 'AccessDeniedException' });
  });
});
