import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { NO_POLICY, withStatements } from '../../src/domain/bucket-policy.ts';
import {
  approvedPrincipals,
  GUARD_ACTIONS,
  GUARD_SIDS,
  guardActions,
  guardFor,
  LEFT_OPEN,
  parsePrincipal,
} from '../../src/domain/guard.ts';
import { anonymous } from '../helpers/authorize.ts';
import { ALICE, BOB, BUCKET, CALLERS, GUARDS, guardOf, type KINDS, may, OPEN, ROLE, ROOT } from '../helpers/guard-callers.ts';
import { configWith } from '../helpers/policies.ts';

const caller = (name: string) => CALLERS.get(name) ?? anonymous;

/** Those whom a guard has to let through, by the kind of its principals. */
const APPROVED: Record<string, RegExp> = {
  root: /^root, session with a/,
  user: /^user interlock-bob, session with a/,
  role: /^role interlock-sandbox-deletion, session of interlock-alice /,
};
APPROVED.mixed = new RegExp(`${APPROVED.user?.source}|${APPROVED.role?.source}`);
APPROVED.all = new RegExp(`${APPROVED.root?.source}|${APPROVED.mixed.source}`);

/** The three with which root of the bucket's account passes any bucket policy (S3 User Guide, "Bucket policies"). */
const ROOT_PASSES = ['s3:PutBucketPolicy', 's3:DeleteBucketPolicy'];

describe('guardFor', () => {
  it('denies the deletion to everybody but the principal, whatever they are otherwise allowed', () => {
    expect(guardOf('user', 'basic').statements).toEqual([
      {
        Sid: 'InterlockGuardPrincipal',
        Effect: 'Deny',
        Principal: '*',
        Action: ['s3:DeleteBucket'],
        Resource: 'arn:aws:s3:::team-x',
        Condition: { ArnNotEquals: { 'aws:PrincipalArn': [BOB] } },
      },
      {
        Sid: 'InterlockGuardMfa',
        Effect: 'Deny',
        Principal: '*',
        Action: ['s3:DeleteBucket'],
        Resource: 'arn:aws:s3:::team-x',
        Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } },
      },
    ]);
  });

  it.each([
    ['root', 'hardened', ['InterlockGuardPrincipal', 'InterlockGuardMfa']],
    ['user', 'hardened', ['InterlockGuardPrincipal', 'InterlockGuardMfa', 'InterlockGuardMfaAge']],
    ['role', 'hardened', ['InterlockGuardPrincipal', 'InterlockGuardApprover']],
    ['mixed', 'basic', ['InterlockGuardPrincipal', 'InterlockGuardApprover', 'InterlockGuardMfa']],
    ['all', 'hardened', [...GUARD_SIDS]],
  ] as const)('has for %s, %s, the statements %j', (kind, level, sids) => {
    expect(guardOf(kind, level).statements.map(({ Sid }) => Sid)).toEqual(sids);
  });

  it('asks role sessions for nothing that only sessions of users carry (FC-16, FC-20)', () => {
    const { statements } = guardOf('all', 'hardened');
    const [, approver, mfa, age] = statements.map(({ Condition }) => Condition);
    expect(approver).toEqual({ StringNotEquals: { 'aws:SourceIdentity': [ALICE] }, ArnEquals: { 'aws:PrincipalArn': [ROLE] } });
    expect(mfa).toEqual({ BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' }, ArnNotEquals: { 'aws:PrincipalArn': [ROLE] } });
    expect(age).toEqual({ NumericGreaterThan: { 'aws:MultiFactorAuthAge': '3600' }, ArnNotEquals: { 'aws:PrincipalArn': [ROOT, ROLE] } });
  });

  it('says why for each action, and why others are left open', () => {
    const denied = GUARD_ACTIONS.map(({ action }) => action);
    const open = LEFT_OPEN.flatMap(({ actions }) => actions);
    expect([...GUARD_ACTIONS, ...LEFT_OPEN].every(({ why }) => why.length > 0)).toBe(true);
    expect(new Set([...denied, ...open]).size).toBe(denied.length + open.length);
    expect(guardActions('basic').map(({ action }) => action)).toEqual(['s3:DeleteBucket']);
    expect(guardActions('hardened')).toHaveLength(9);
  });

  it.each([
    ['no principal', { principals: [] }, 'lets at least one principal through'],
    ['a role and no approver', { principals: [ROLE], approvers: [] }, 'asks for the approvers behind its sessions'],
    ['a pattern', { principals: [`${BOB}*`] }, 'whole ARNs'],
    ['a variable for an approver', { principals: [ROLE], approvers: ['${aws:SourceIdentity}'] }, 'is none'],
  ])('throws for %s', (_, more, fault) => {
    expect(() => guardFor({ bucket: BUCKET, level: 'basic', approvers: [ALICE], ...more })).toThrow(fault);
  });
});

describe('parsePrincipal', () => {
  it.each([
    ['111122223333', 'root', ROOT],
    [ROOT, 'root', ROOT],
    [`  ${BOB} `, 'user', BOB],
    [ROLE, 'role', ROLE],
    ['arn:aws:iam::111122223333:role/path/of/it/name', 'role', 'arn:aws:iam::111122223333:role/path/of/it/name'],
  ])('takes %j for %s', (typed, kind, arn) => {
    expect(parsePrincipal(typed)).toEqual({ ok: true, kind, arn });
  });

  it('names the role for one of its sessions', () => {
    expect(parsePrincipal('arn:aws:sts::111122223333:assumed-role/Deleter/run-17')).toMatchObject({
      ok: false,
      why: expect.stringContaining('name the role itself (arn:aws:iam::111122223333:role/Deleter,'),
    });
  });

  it.each([
    '',
    '*',
    'bob',
    '1111222233334',
    'arn:aws:iam::111122223333:root/x',
    'arn:aws:iam::111122223333:user/',
    'arn:aws:iam::111122223333:group/x',
    'arn:aws:iam::*:user/bob',
    'arn:aws:iam::111122223333:user/b?b',
    'arn:aws:iam::111122223333:user/${aws:username}',
    'arn:aws:iam::111122223333:role/two words',
    'AIDAEXAMPLEID1234567',
  ])('refuses %j with a sentence', (typed) => {
    expect(parsePrincipal(typed)).toMatchObject({ ok: false, why: expect.stringMatching(/\.$/) });
  });
});

describe('approvedPrincipals', () => {
  const rules = [
    { buckets: 'team-*', approvers: ['alice', 'bob'] },
    { buckets: 'logs-*', approvers: ['bob'] },
  ];

  it('are the deletion role under the names of approvers with sessions of it, and the users of the others', () => {
    expect(approvedPrincipals(configWith(rules), 'team-x', 'sandbox')).toEqual({ principals: [ROLE, BOB], approvers: [ALICE] });
    expect(approvedPrincipals(configWith(rules), 'logs-x', 'sandbox')).toEqual({ principals: [BOB], approvers: [] });
    expect(approvedPrincipals(configWith(rules, { bob: 'role' }), 'team-x', 'sandbox')).toEqual({
      principals: [ROLE],
      approvers: [ALICE, 'interlock-bob'],
    });
  });

  it('are nobody where no rule names the bucket', () => {
    expect(approvedPrincipals(configWith(rules), 'orphan', 'sandbox')).toBeUndefined();
  });
});

describe('under the guard', () => {
  const guarded = (kind: keyof typeof KINDS, level: 'basic' | 'hardened') =>
    withStatements(NO_POLICY, [OPEN, ...guardOf(kind, level).statements.map((one) => ({ ...one }))]);
  /** All of the action's callers that are allowed. */
  const allowed = async (action: string, policy: ReturnType<typeof guarded>) => {
    const names: string[] = [];
    for (const [name, who] of CALLERS) if (await may(who, action, policy)) names.push(name);
    return names;
  };
  const approved = (kind: keyof typeof KINDS, stale: boolean) =>
    [...CALLERS.keys()].filter((name) => APPROVED[kind]?.test(name) && (stale || !/^user .* more than an hour ago$/.test(name)));

  it.each(GUARDS)('for %s, %s, nobody but the principal with MFA may delete the bucket', async (kind, level) => {
    expect(await allowed('s3:DeleteBucket', guarded(kind, level))).toEqual(approved(kind, level === 'basic'));
  });

  const others = guardActions('hardened')
    .slice(1)
    .map(({ action }) => action);
  it.each(others)('nobody but the principals with MFA may %s at the hardened level', async (action) => {
    const passing = ROOT_PASSES.includes(action) ? [...CALLERS.keys()].filter((name) => /^root/.test(name)) : [];
    for (const kind of ['root', 'mixed'] as const) {
      const expected = [...CALLERS.keys()].filter((name) => passing.includes(name) || approved(kind, false).includes(name));
      expect([kind, await allowed(action, guarded(kind, 'hardened'))]).toEqual([kind, expected]);
    }
  });

  it.each(['s3:ListBucket', 's3:GetObject', 's3:PutObject', 's3:DeleteObject'])('everybody may %s as before', async (action) => {
    const names = ['user admin, long-term key', 'role admin, session of nobody without MFA keys', 'anybody without credentials'];
    for (const name of names) expect([name, await may(caller(name), action, guarded('all', 'hardened'))]).toEqual([name, true]);
  });

  it('at the basic level policies and lifecycles are written as before', async () => {
    for (const action of ['s3:PutBucketPolicy', 's3:PutLifecycleConfiguration'])
      expect(await may(caller('user admin, long-term key'), action, guarded('all', 'basic'))).toBe(true);
  });

  it('a plain Bool would let long-term keys through, which the guard never writes (FC-19)', async () => {
    const plain = withStatements(NO_POLICY, [
      OPEN,
      { ...guardOf('user', 'basic').statements[1], Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'false' } } },
    ]);
    expect(await may(caller('user interlock-bob, long-term key'), 's3:DeleteBucket', plain)).toBe(true);
    expect(await may(caller('user interlock-bob, long-term key'), 's3:DeleteBucket', guarded('user', 'basic'))).toBe(false);
  });

  it("NotPrincipal would deny the role's own sessions, which the guard lets through (FC-20)", async () => {
    const session = caller('role interlock-sandbox-deletion, session of interlock-alice without MFA keys');
    const excepting = { Effect: 'Deny', NotPrincipal: { AWS: ROLE }, Action: 's3:DeleteBucket', Resource: 'arn:aws:s3:::team-x' };
    expect(await may(session, 's3:DeleteBucket', withStatements(NO_POLICY, [OPEN, excepting]))).toBe(false);
    expect(await may(session, 's3:DeleteBucket', guarded('role', 'basic'))).toBe(true);
    expect(await may(caller('role admin, session of interlock-alice with a fresh code'), 's3:DeleteBucket', guarded('role', 'basic'))).toBe(
      false,
    );
  });

  it('holds for any principals and approvers: those that are named get through, others do not', async () => {
    const name = fc.string({ unit: fc.constantFrom(...'abZ09+=,.@_-'), minLength: 2, maxLength: 12 });
    const user = fc.tuple(fc.constantFrom('', 'path/'), name).map(([path, last]) => `arn:aws:iam::111122223333:user/${path}${last}`);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(user, { minLength: 1, maxLength: 4 }),
        user,
        fc.constantFrom('basic', 'hardened'),
        async (users, other, level) => {
          const { statements } = guardFor({ bucket: BUCKET, level, principals: users, approvers: [] });
          const policy = withStatements(NO_POLICY, [OPEN, ...statements.map((one) => ({ ...one }))]);
          const template = caller('user admin, session with a fresh code');
          for (const arn of [users[0] ?? '', other]) {
            const who = { ...template, arn, principalArn: arn } as typeof template;
            expect([arn, await may(who, 's3:DeleteBucket', policy)]).toEqual([arn, users.includes(arn)]);
          }
        },
      ),
      { numRuns: 25 },
    );
  });
});

describe('docs/guard.md', () => {
  it('lists what each level denies, and what the guard leaves open, with the reasons', () => {
    const document = readFileSync('docs/guard.md', 'utf8');
    const code = (names: string[]) => names.map((name) => `\`${name}\``).join(', ');
    for (const { action, level, why } of GUARD_ACTIONS) expect(document).toContain(`\n| ${code([action])} | ${level} | ${why} |\n`);
    for (const { actions, why } of LEFT_OPEN) expect(document).toContain(`\n| ${code(actions)} | ${why} |\n`);
  });
});
