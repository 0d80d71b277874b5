import { readFileSync } from 'node:fs';
import { AssumeRoleCommand, type AssumeRoleCommandInput, GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { parse, stringify } from 'yaml';
import { seedPeople } from '../../sandbox/seed.ts';
import { parseConfig } from '../../src/config.ts';
import { deletionRolePermissions, deletionRoleTrust, type PolicyDocument, type Statement } from '../../src/domain/policies.ts';
import { keysIn } from '../helpers/deletion-role.ts';
import { allowedBy, callerWith, decisionOf, deniedBy, type Keys, NOBODY_ALLOWS } from '../helpers/policies-http.ts';
import { type Running, startAws } from '../helpers/sandbox-aws.ts';

const ROLE = 'interlock-sandbox-deletion';
const BUCKETS = ['team-a', 'team-logs-1', 'audit-logs', 'audit'];

let run: Running;
beforeEach(async () => {
  run = await startAws();
  for (const name of BUCKETS) {
    run.aws.s3.createBucket({ name });
    run.aws.s3.putObject(name, 'a', 'x');
  }
});
afterEach(async () => {
  const { problems } = run.aws;
  await run.close();
  expect(problems).toEqual([]);
});

interface RawRule {
  buckets: string;
  approvers: string[];
  bypassGovernanceRetention?: boolean;
  putLifecycleConfiguration?: boolean;
}

type Edit = (statements: Record<string, Statement>) => void;

/** The policy with its statements, by Sid, edited: another document, as a change in AWS makes one. */
function edited(document: unknown, edit: Edit): PolicyDocument {
  const { Statement } = structuredClone(document) as PolicyDocument;
  const statements = Object.fromEntries(Statement.map((one) => [one.Sid, one]));
  edit(statements);
  return { Version: '2012-10-17', Statement: Object.values(statements) };
}

/** Leaves a statement's conditions of one kind out. */
const without =
  (sid: string, ...operators: string[]): Edit =>
  (statements) => {
    const { Condition = {} } = statements[sid] as Statement;
    for (const operator of operators) delete Condition[operator];
  };

/** The account's people and the deletion role, as another configuration than the sandbox's makes them; carol is one more of the role kind. */
function account(rules: RawRule[], more: object = {}) {
  const raw = parse(readFileSync('config/sandbox.yml', 'utf8'));
  const { alice } = raw.approvers;
  raw.approvers.carol = {
    ...alice,
    slackUser: 'U0CAROL',
    user: alice.user.replace('alice', 'carol'),
    mfaSerial: alice.mfaSerial.replace('alice', 'carol'),
    secret: alice.secret.replace('alice', 'carol'),
  };
  // So that each approver is in a rule.
  raw.rules = [...rules, { buckets: 'unused-*', approvers: ['alice', 'bob', 'carol'] }].map((rule) => ({ window: '1h', ...rule }));
  const config = parseConfig(stringify({ ...raw, ...more }), 'config/other.yml');
  const { profiles, devices } = seedPeople(run.aws, config, 'sandbox');
  const policies = [{ name: 'interlock', document: deletionRolePermissions(config) }];
  const role = run.aws.iam.createRole({ name: ROLE, trust: deletionRoleTrust(config), policies });

  const keysOf = (user: string) => profiles[user] as Keys;
  const as = (keys: Keys) => callerWith(keys, { url: run.url, calls: () => run.aws.calls.list() }, (client) => client);
  const code = (user: string) => {
    run.clock.advance(30);
    return { SerialNumber: devices[user]?.serial, TokenCode: run.code(0, devices[user]?.seed) };
  };
  const take = (user: string, bucket: string, change: Partial<AssumeRoleCommandInput> = {}, keys: Keys = keysOf(user)) =>
    run.sts(keys).send(
      new AssumeRoleCommand({
        RoleArn: role.arn,
        RoleSessionName: 'req-rules',
        SourceIdentity: `interlock-${user}`,
        ...code(user),
        Tags: [{ Key: 'interlock-bucket', Value: bucket }],
        ...change,
      }),
    );
  return {
    /** Somebody edits a policy: the trust, or an approver's user's. */
    editTrust: (edit: Edit) => {
      role.trust = edited(role.trust, edit);
    },
    editUser: (user: string, edit: Edit) => {
      const [policy] = run.aws.iam.users.get(`interlock-${user}`)?.policies ?? [];
      if (policy) policy.document = edited(policy.document, edit);
    },
    take,
    /** What decided a request for a session, and about which action. */
    taking: async (...wanted: Parameters<typeof take>) => [
      await decisionOf(take(...wanted), () => run.aws.calls.list()),
      run.aws.calls.list().at(-1)?.action,
    ],
    deletion: async (...wanted: Parameters<typeof take>) => as(keysIn(await take(...wanted))),
    userSession: async (user: string): Promise<Keys> =>
      keysIn(await run.sts(keysOf(user)).send(new GetSessionTokenCommand({ DurationSeconds: 900, ...code(user) }))),
    as,
  };
}

const TEAM = [{ buckets: 'team-*', approvers: ['alice'] }];
describe("each statement of the deletion role's trust bites by itself", () => {
  it.each([
    ['CodeInThisCall', 'sts:AssumeRole'],
    ['OwnName', 'sts:SetSourceIdentity'],
    ['BucketTagOnly', 'sts:TagSession'],
  ])('%s allows %s, which nothing else does', async (sid, action) => {
    const { editTrust, take, taking } = account(TEAM);
    await take('alice', 'team-a');
    editTrust((statements) => delete statements[sid]);
    expect(await taking('alice', 'team-a')).toEqual([NOBODY_ALLOWS, action]);
  });

  it('OwnName refuses another name where CodeInThisCall and the user’s policy would take it', async () => {
    const { editTrust, editUser, taking } = account(TEAM);
    editTrust(without('CodeInThisCall', 'StringEquals'));
    editUser('alice', without('UnderOwnName', 'StringEquals'));
    expect(await taking('alice', 'team-a', { SourceIdentity: 'interlock-carol' })).toEqual([NOBODY_ALLOWS, 'sts:SetSourceIdentity']);
  });

  it('CodeInThisCall takes a later call with the code, for a minute, where the configuration says so', async () => {
    const { take, taking, userSession } = account(TEAM, { requireCodeInCall: false });
    const session = await userSession('alice');
    const noCode = { SerialNumber: undefined, TokenCode: undefined };
    // Each call comes half a minute after the one before.
    await take('alice', 'team-a', noCode, session);
    expect(await taking('alice', 'team-a', noCode, session)).toEqual([NOBODY_ALLOWS, 'sts:AssumeRole']);
  });
});

describe("the approver's user", () => {
  it('UnderOwnName refuses another name where the trust would take it', async () => {
    const { editTrust, taking } = account(TEAM);
    editTrust(without('CodeInThisCall', 'StringEquals'));
    editTrust(without('OwnName', 'StringEquals'));
    expect(await taking('alice', 'team-a', { SourceIdentity: 'interlock-carol' })).toEqual([NOBODY_ALLOWS, 'sts:SetSourceIdentity']);
  });

  it('TakeASession is needed for the session’s tag, whatever the trust allows', async () => {
    const { editUser, taking } = account(TEAM);
    editUser('alice', ({ TakeASession }) => Object.assign(TakeASession ?? {}, { Action: 'sts:AssumeRole' }));
    expect(await taking('alice', 'team-a')).toEqual([NOBODY_ALLOWS, 'sts:TagSession']);
  });
});

describe('a session of the deletion role', () => {
  it('without a tag may nothing, should the trust ever give one (NoTagNoRights)', async () => {
    const { editTrust, deletion } = account(TEAM);
    editTrust(without('CodeInThisCall', 'StringLike'));
    const { asks } = await deletion('alice', 'team-a', { Tags: undefined });
    expect(await asks('s3:DeleteBucket', 'team-a')).toBe(deniedBy('NoTagNoRights'));
  });

  it('without a SourceIdentity may nothing, should the trust ever give one', async () => {
    const { editTrust, deletion } = account(TEAM);
    editTrust(without('CodeInThisCall', 'StringEquals'));
    const { asks } = await deletion('alice', 'team-a', { SourceIdentity: undefined });
    expect(await asks('s3:DeleteBucket', 'team-a')).toBe(NOBODY_ALLOWS);
  });

  it('of an approver whom the rule does not name may nothing', async () => {
    const { deletion } = account(TEAM);
    expect(await (await deletion('carol', 'team-a')).asks('s3:DeleteBucket', 'team-a')).toBe(NOBODY_ALLOWS);
    expect(await (await deletion('alice', 'team-a')).asks('s3:ListBucketVersions', 'team-a')).toBe(allowedBy('Rule1'));
  });

  it('goes by the first rule that matches, in the order of the file', async () => {
    const { deletion } = account([
      { buckets: 'team-logs-*', approvers: ['carol'] },
      { buckets: 'team-*', approvers: ['alice'] },
    ]);
    const asked = async (user: string, bucket: string) => (await deletion(user, bucket)).asks('s3:DeleteObjectVersion', `${bucket}/a`);
    expect(await asked('carol', 'team-logs-1')).toBe(allowedBy('Rule1'));
    expect(await asked('carol', 'team-a')).toBe(NOBODY_ALLOWS);
    expect(await asked('alice', 'team-a')).toBe(allowedBy('Rule2'));
    expect(await asked('alice', 'team-logs-1')).toBe(NOBODY_ALLOWS);
  });

  it('reaches no keys of a bucket whose name the rule’s pattern does not match, though it matches the keys', async () => {
    const { deletion } = account([{ buckets: '*-logs', approvers: ['alice'] }]);
    expect(await (await deletion('alice', 'audit-logs')).asks('s3:DeleteObjectVersion', 'audit-logs/a')).toBe(allowedBy('Rule1'));
    expect(await (await deletion('alice', 'audit')).asks('s3:DeleteObjectVersion', 'audit/x-logs/a')).toBe(NOBODY_ALLOWS);
  });

  it('bypasses governance and sets lifecycles only where its rule allows it', async () => {
    const { deletion } = account([
      { buckets: 'team-*', approvers: ['alice'], bypassGovernanceRetention: true, putLifecycleConfiguration: true },
      { buckets: 'audit*', approvers: ['alice'] },
    ]);
    const team = await deletion('alice', 'team-a');
    expect(await team.asks('s3:BypassGovernanceRetention', 'team-a/a')).toBe(allowedBy('Rule1'));
    expect(await team.asks('s3:PutLifecycleConfiguration', 'team-a')).toBe(allowedBy('Rule1'));
    const audit = await deletion('alice', 'audit');
    expect(await audit.asks('s3:DeleteObjectVersion', 'audit/a')).toMatch(/^allowed by statement "Rules?2/);
    expect(await audit.asks('s3:BypassGovernanceRetention', 'audit/a')).toBe(NOBODY_ALLOWS);
    expect(await audit.asks('s3:PutLifecycleConfiguration', 'audit')).toBe(NOBODY_ALLOWS);
  });
});

describe("an approver's user of the user kind", () => {
  it('is kept from what an earlier rule gives to others (OthersBuckets)', async () => {
    const { as, userSession } = account([
      { buckets: 'team-logs-*', approvers: ['alice'] },
      { buckets: 'team-*', approvers: ['bob'] },
    ]);
    const { asks } = as(await userSession('bob'));
    expect(await asks('s3:DeleteObjectVersion', 'team-a/a')).toMatch(/^allowed by statement "Rules2/);
    expect(await asks('s3:DeleteObjectVersion', 'team-logs-1/a')).toBe(deniedBy('OthersBuckets'));
    expect(await asks('s3:DeleteBucket', 'team-logs-1')).toBe(deniedBy('OthersBuckets'));
  });
});
