import fc from 'fast-check';
import { inspectorOf, lockouts, type Proof, permissionsIn } from '../cli/guard-proof.ts';
import { givenIn } from '../cli/guard-request.ts';
import { loadConfig } from '../src/config.ts';
import { type AnyStatement, NO_POLICY, withStatements } from '../src/domain/bucket-policy.ts';
import { type Guard, guardFor } from '../src/domain/guard.ts';
import { mergeGuard } from '../src/domain/guard-merge.ts';
import { ALICE, BOB, BUCKET, CALLERS, GUARDS, guardOf, type Kind, may, OPEN, ROLE, ROOT } from './helpers/guard-callers.ts';
import { ACCOUNT, ALLOW_ALL, policy } from './helpers/sandbox-aws.ts';

const merged = (guard: Guard, ...foreign: AnyStatement[]) => {
  const found = mergeGuard(withStatements(NO_POLICY, foreign), guard);
  if (!found.ok) throw new Error(found.why);
  return found.policy;
};
const proof = (guard: Guard, foreign: AnyStatement[] = [], more: Partial<Proof> = {}): Promise<string[]> =>
  lockouts({
    policy: merged(guard, ...foreign),
    guard,
    account: ACCOUNT,
    region: 'us-east-1',
    now: new Date(),
    permissionsOf: () => ALLOW_ALL,
    ...more,
  });
const deny = (more: object): AnyStatement => ({
  Sid: 'Foreign',
  Effect: 'Deny',
  Principal: '*',
  Action: 's3:*',
  Resource: `arn:aws:s3:::${BUCKET}`,
  ...more,
});

/** As whom each of the guard's principals deletes. */
const APPROVED: Record<string, string[]> = {
  [ROOT]: ['root, session with a fresh code'],
  [BOB]: ['user interlock-bob, session with a fresh code'],
  [ROLE]: ['without MFA keys', 'with MFA said to be absent', 'with a fresh code'].map(
    (reading) => `role interlock-sandbox-deletion, session of ${ALICE} ${reading}`,
  ),
};

const foreignDeny = fc
  .record({
    who: fc.constantFrom<object>(
      { Principal: '*' },
      { Principal: { AWS: ROOT } },
      { Principal: { AWS: [BOB] } },
      { Principal: { AWS: ROLE } },
      { NotPrincipal: { AWS: [ROOT, BOB] } },
      { NotPrincipal: { AWS: ROLE } },
      { NotPrincipal: { AWS: ACCOUNT } },
    ),
    what: fc.constantFrom<object>(
      { Action: 's3:DeleteBucket' },
      { Action: ['s3:PutBucketPolicy', 's3:GetObject'] },
      { Action: 's3:Delete*' },
      { Action: 's3:Get*' },
      { NotAction: 's3:PutBucketPolicy' },
    ),
    where: fc.constantFrom<object>(
      { Resource: `arn:aws:s3:::${BUCKET}` },
      { Resource: `arn:aws:s3:::${BUCKET}*` },
      { Resource: `arn:aws:s3:::${BUCKET}/*` },
      { NotResource: `arn:aws:s3:::${BUCKET}` },
    ),
    when: fc.constantFrom<object>(
      {},
      { Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'false' } } },
      { Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': ['false'] } } },
      { Condition: { StringNotEquals: { 'aws:SourceIdentity': ALICE } } },
      { Condition: { StringEquals: { 'aws:SourceIdentity': [ALICE, 'interlock-mallory'] } } },
      { Condition: { ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:user/interlock-*' } } },
      { Condition: { NumericGreaterThan: { 'aws:MultiFactorAuthAge': '1200' } } },
      { Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
    ),
  })
  .map(({ who, what, where, when }): AnyStatement => ({ Sid: 'Foreign', Effect: 'Deny', ...who, ...what, ...where, ...when }));

describe('the proof that a guard locks nobody out', () => {
  it.each(GUARDS)('holds for the guard of %s, %s', async (kind, level) => {
    expect(await proof(guardOf(kind, level))).toEqual([]);
    expect(await proof(guardOf(kind, level), [OPEN])).toEqual([]);
  });

  it('says what IAM says to those who are let through, whatever others denied before', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...GUARDS), foreignDeny, async ([kind, level], foreign) => {
        const guard = guardOf(kind, level);
        const policy = merged(guard, foreign);
        const asked = guard.principals.flatMap((arn) => APPROVED[arn] ?? []).map((name) => CALLERS.get(name));
        const answers = await Promise.all(
          asked.flatMap((caller) =>
            caller ? ['s3:DeleteBucket', 's3:GetBucketPolicy', 's3:PutBucketPolicy'].map((action) => may(caller, action, policy)) : [],
          ),
        );
        expect((await proof(guard, [foreign])).length === 0).toBe(answers.every(Boolean));
      }),
      { numRuns: 60 },
    );
  });

  it.each<[string, Guard, AnyStatement, RegExp]>([
    ['everybody from deleting', guardOf('role', 'basic'), deny({ Action: 's3:DeleteBucket' }), /delete the bucket: statement “Foreign”/],
    [
      'everybody from the policy',
      guardOf('user', 'basic'),
      deny({ Action: 's3:PutBucketPolicy' }),
      /take the guard off: statement “Foreign”/,
    ],
    [
      'whoever comes without MFA, written as JSON has it',
      guardOf('role', 'hardened'),
      deny({ Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': false } } }),
      /“Foreign” of the bucket's policy denies it where aws:MultiFactorAuthPresent is absent or false on its session; let it through/,
    ],
    [
      'all but a network',
      guardOf('user', 'basic'),
      deny({ Condition: { NotIpAddress: { 'aws:SourceIp': '198.51.100.0/24' } } }),
      /“Foreign”/,
    ],
    [
      'all but one session of the role',
      guardOf('role', 'basic'),
      { ...deny({}), Principal: undefined, NotPrincipal: { AWS: [ROOT, ROLE] } },
      /“Foreign”/,
    ],
  ])('names the statement that keeps %s', async (_, guard, statement, sentence) => {
    const { Principal, ...rest } = statement;
    const found = await proof(guard, [Principal === undefined ? rest : statement]);
    expect(found.join('\n')).toMatch(sentence);
    expect(found[0]).toContain(guard.principals[0]);
  });

  it('counts what Interlock allows its own principals, and nothing against others', async () => {
    const config = loadConfig('config/sandbox.yml');
    const permissionsOf = permissionsIn({ name: 'sandbox', config });
    const of = (bucket: string, ...principals: string[]) => {
      const guard = guardFor({ bucket, level: 'hardened', principals, approvers: [ALICE] });
      return proof(guard, [], { permissionsOf });
    };
    expect(await of('team-x', ROLE, BOB)).toEqual([]);
    expect(await of('orphan', ROLE)).toEqual([
      `${ROLE} could not delete the bucket, read its policy or take the guard off: its own policies don't allow it on this bucket.`,
    ]);
    expect(await of('orphan', BOB)).toHaveLength(1);
    expect(await of('team-x', `arn:aws:iam::${ACCOUNT}:user/${ALICE}`)).toHaveLength(1);
    expect(await of('orphan', `arn:aws:iam::${ACCOUNT}:user/somebody`)).toEqual([]);
  });

  it('asks whether the flow can read what it shows before anybody is asked', async () => {
    const stage = { name: 'sandbox', config: loadConfig('config/sandbox.yml') };
    const guard = guardOf('mixed', 'hardened');
    const inspector = inspectorOf(stage, guard);
    const inspect = ROLE.replace('deletion', 'inspect');
    expect(inspector).toBe(inspect);
    expect(inspectorOf(undefined, guard)).toBeUndefined();
    expect(inspectorOf(stage, guardOf('root', 'hardened'))).toBeUndefined();
    expect(await proof(guard, [], { inspector })).toEqual([]);
    const butFor = (Action: string, ...arns: string[]) => deny({ Action, Condition: { ArnNotEquals: { 'aws:PrincipalArn': arns } } });
    expect(await proof(guard, [butFor('s3:GetBucketPolicy', `arn:aws:iam::${ACCOUNT}:role/admin`)], { inspector })).toEqual([
      `${ROLE}, ${BOB} and ${inspect} could not read its policy or look at the bucket: statement “Foreign” of the bucket's policy denies it; let them through in that statement (ArnNotEquals aws:PrincipalArn).`,
    ]);
    expect(await proof(guard, [butFor('s3:List*', ROLE, BOB)], { inspector })).toEqual([
      expect.stringMatching(/^\S+inspect could not look at the bucket: .*; let it through in that statement/),
    ]);
    expect(await proof(guard, [butFor('s3:*', ROLE, BOB, inspect)], { inspector })).toEqual([]);
  });

  it.each<[string, object, Record<string, string>]>([
    ['an organisation', { StringNotEquals: { 'aws:PrincipalOrgID': 'o-abc' } }, { 'aws:PrincipalOrgID': 'o-abc' }],
    ['a network', { IpAddress: { 'aws:SourceIp': '198.51.100.0/24' } }, { 'aws:SourceIp': '203.0.113.5' }],
    ['an endpoint', { StringNotEqualsIfExists: { 'aws:SourceVpce': 'vpce-1' } }, { 'aws:sourcevpce': 'vpce-1' }],
    ['a tag', { StringNotEquals: { 'aws:PrincipalTag/team': 'x' } }, { 'aws:PrincipalTag/team': 'x' }],
    ['an id', { StringNotLike: { 'aws:userId': 'AROAREAL:*' } }, { 'aws:userid': 'AROAREAL:x' }],
    ['a program', { StringLike: { 'aws:UserAgent': '*old*' } }, { 'aws:UserAgent': 'new' }],
  ])('takes a condition on %s, of which nothing is known, for one that may deny, until it is said', async (_, Condition, given) => {
    const guard = guardOf('role', 'hardened');
    const [key = ''] = Object.keys(Object.values(Condition)[0] ?? {});
    const found = await proof(guard, [deny({ Condition })]);
    expect(found).toEqual([expect.stringContaining(`may deny it, by a condition on ${key}, of which nothing is known here; say what`)]);
    expect(found[0]).toContain(`--given ${key}=…, or let it through`);
    expect(await proof(guard, [deny({ Condition })], { given })).toEqual([]);
    expect(await proof(guard, [deny({ Condition: { ...Condition, ArnNotEquals: { 'aws:PrincipalArn': ROLE } } })])).toEqual([]);
  });

  it('names a statement that denies before one that may, and counts no Allow that may not hold', async () => {
    const perhaps = { Condition: { StringNotEquals: { 'aws:PrincipalOrgID': 'o-abc' } } };
    const found = await proof(guardOf('user', 'basic'), [deny({ Sid: 'May', ...perhaps }), deny({ Sid: 'Does' })]);
    expect(found).toEqual([expect.stringContaining("“Does” of the bucket's policy denies it")]);
    const allow = deny({ Effect: 'Allow', Principal: { AWS: BOB }, ...perhaps });
    expect(await proof(guardOf('user', 'basic'), [allow], { permissionsOf: () => policy() })).toHaveLength(1);
  });

  it('passes a Deny whose end is past, and none that begins later', async () => {
    const from = (operator: string, ms: number) =>
      proof(guardOf('role', 'basic'), [
        deny({ Condition: { [operator]: { 'aws:CurrentTime': new Date(Date.now() + ms).toISOString() } } }),
      ]);
    expect(await from('DateLessThan', -60_000)).toEqual([]);
    expect(await from('DateGreaterThan', 3_600_000)).toEqual([
      expect.stringMatching(/may deny it, by a condition on aws:CurrentTime; let/),
    ]);
    expect(await from('DateLessThan', 3_600_000)).toHaveLength(1);
  });

  it.each<[string, Kind, object]>([
    ['sessions of a later time', 'role', { DateGreaterThan: { 'aws:TokenIssueTime': '2126-12-31T00:00:00Z' } }],
    ['codes that are not of this second', 'user', { NumericGreaterThan: { 'aws:MultiFactorAuthAge': '0' } }],
    ['codes that are not of this second, on sessions of a role', 'role', { NumericGreaterThan: { 'aws:MultiFactorAuthAge': '0' } }],
    ['whoever signed in elsewhere', 'role', { StringLike: { 'aws:FederatedProvider': '*' } }],
  ])('finds a Deny to %s', async (_, kind, Condition) => {
    expect(await proof(guardOf(kind, 'hardened'), [deny({ Condition })], { permissionsOf: permissionsIn() })).toHaveLength(1);
  });

  it('says how old the code is that is not enough', async () => {
    const tooOld = deny({ Condition: { NumericGreaterThan: { 'aws:MultiFactorAuthAge': 600 } } });
    for (const kind of ['user', 'role'] as const) {
      const [found] = await proof(guardOf(kind, 'basic'), [tooOld]);
      expect(found).toContain("“Foreign” of the bucket's policy denies it where the code is 15 minutes old; let it");
    }
  });

  it('knows that sessions of its own role are of IAM users, and when they were taken', async () => {
    const permissionsOf = permissionsIn({ name: 'sandbox', config: loadConfig('config/sandbox.yml') });
    const before = { DateLessThan: { 'aws:TokenIssueTime': '2026-01-01T00:00:00Z' } };
    for (const Condition of [{ StringLike: { 'aws:FederatedProvider': '*' } }, { Null: { 'aws:TokenIssueTime': 'true' } }, before]) {
      expect(await proof(guardOf('role', 'hardened'), [deny({ Condition })], { permissionsOf })).toEqual([]);
    }
  });

  it('takes its own word for what it asks with, in whatever case another was given', async () => {
    const absent = deny({ Condition: { Null: { 'aws:MultiFactorAuthPresent': 'true' } } });
    for (const key of ['aws:MultiFactorAuthPresent', 'AWS:multifactorauthpresent', 'aws:SourceIdentity', 'aws:tokenIssueTime']) {
      expect(() => givenIn([`${key.replace('AWS', 'aws')}=true`])).toThrow('values of its own');
    }
    const other = deny({ Condition: { ArnEquals: { 'aws:PrincipalArn': BOB } } });
    expect(await proof(guardOf('user', 'basic'), [other], { given: { 'AWS:principalarn': ROLE } })).toHaveLength(1);
    expect(await proof(guardOf('role', 'hardened'), [absent])).toHaveLength(1);
  });

  it('does not pass what it can not evaluate', async () => {
    const found = await proof(guardOf('user', 'basic'), [deny({ Effect: 'Perhaps' })]);
    expect(found[0]).toContain("can't be evaluated");
  });
});
