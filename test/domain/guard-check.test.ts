import fc from 'fast-check';
import { type AnyStatement, NO_POLICY, withStatements } from '../../src/domain/bucket-policy.ts';
import { guardActions, guardFor } from '../../src/domain/guard.ts';
import { planGuardChange } from '../../src/domain/guard-change.ts';
import { checkGuard } from '../../src/domain/guard-check.ts';
import { mergeGuard } from '../../src/domain/guard-merge.ts';
import { anonymous } from '../helpers/authorize.ts';
import { ALICE, BOB, BUCKET, CALLERS, GUARDS, guardOf, may, OPEN, ROLE, ROOT, TELLING } from '../helpers/guard-callers.ts';
import { type Mutation, mutationsOf } from '../helpers/guard-mutations.ts';
import { foreignPolicy, policyOf } from '../helpers/guard-statements.ts';

const ARN = `arn:aws:s3:::${BUCKET}`;
const GUARD = guardOf('mixed', 'hardened');
const own = GUARD.statements.map((one): AnyStatement => ({ ...one }));
const anyGuard = fc.constantFrom(...GUARDS).map(([kind, level]) => guardOf(kind, level));

/** What is said of a policy of these statements, with the kind of each finding. */
const said = (statements: readonly object[], guard = GUARD) =>
  checkGuard(policyOf({ Statement: statements }), guard).findings.map(({ kind, sentence }) => `${kind}: ${sentence}`);
/** The guard with one statement changed. */
const changed = (index: number, more: object) => own.map((one, place) => (place === index ? { ...one, ...more } : one));

describe('checkGuard', () => {
  it('finds nothing in a guard that was put on, whatever else is in the policy', () => {
    fc.assert(
      fc.property(foreignPolicy, anyGuard, (policy, guard) => {
        const merged = mergeGuard(policy, guard);
        expect(merged.ok && checkGuard(merged.policy, guard)).toMatchObject({ whole: true, present: true });
        expect(checkGuard(policy, guard)).toMatchObject({ whole: false, present: false });
      }),
    );
  });

  it('says of a bucket without a guard that it has none', () => {
    expect(checkGuard(NO_POLICY, GUARD)).toEqual({
      whole: false,
      present: false,
      findings: [{ kind: 'missing', statement: null, sentence: 'The bucket has no guard: whoever may delete buckets can delete it.' }],
    });
  });

  it('finds every change of one member that changes a decision, and none that does not (compared by evaluation)', async () => {
    const cases = GUARDS.map(([kind, level]) => guardOf(kind, level)).map((guard) => ({ guard, mutations: mutationsOf(guard) }));
    const any = fc
      .constantFrom(...cases)
      .chain(({ guard, mutations }) => fc.constantFrom(...mutations).map((mutation) => ({ guard, mutation })));
    const decide = (statements: readonly AnyStatement[], action: string, name: string) =>
      may(CALLERS.get(name) ?? anonymous, action, withStatements(NO_POLICY, [OPEN, ...statements]));
    /** What the guards themselves decide, asked once. */
    const known = new Map<string, boolean>();
    /** The first decision that is another, with what it is now; undefined where none is. */
    const difference = async ({ guard, mutation }: { guard: typeof GUARD; mutation: Mutation }) => {
      const statements = guard.statements.map((one) => ({ ...one }));
      const denied = guardActions(guard.level).map(({ action }) => action);
      for (const action of [denied.at(0) ?? '', denied.at(-1) ?? '', 's3:ListBucket']) {
        for (const name of TELLING) {
          const question = JSON.stringify([statements, action, name]);
          const before = known.get(question) ?? (await decide(statements, action, name));
          known.set(question, before);
          const now = await decide(mutation.statements, action, name);
          if (now !== before) return { now, action, name };
        }
      }
      return undefined;
    };
    await fc.assert(
      fc.asyncProperty(any, async (one) => {
        const found = checkGuard(withStatements(NO_POLICY, one.mutation.statements), one.guard);
        const counted = found.findings.filter(({ kind }) => kind !== 'foreign');
        const differs = await difference(one);
        expect([one.mutation.name, counted.length > 0]).toEqual([one.mutation.name, differs !== undefined]);
        if (differs?.now) expect([one.mutation.name, differs, found.whole]).toEqual([one.mutation.name, differs, false]);
      }),
      { numRuns: 40 },
    );
  });

  it('tells a plain Bool, which does not bite on long-term keys (FC-19)', () => {
    const plain = { Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'false' }, ArnNotEquals: { 'aws:PrincipalArn': [ROLE] } } };
    expect(said(changed(2, plain))).toEqual([
      'weakened: Statement “InterlockGuardMfa” asks for MFA with a plain Bool, which lets long-term keys through: they carry no such key; BoolIfExists denies them.',
    ]);
    const foreign = {
      Sid: 'Mfa',
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:Delete*',
      Resource: ARN,
      Condition: { Bool: { 'AWS:multifactorauthpresent': false } },
    };
    expect(said([...own, foreign])).toEqual([
      'foreign: Statement “Mfa” of the bucket policy may deny the deletion, under conditions.',
      'foreign: Statement “Mfa” asks for MFA with a plain Bool, which lets long-term keys through: they carry no such key; BoolIfExists denies them.',
    ]);
  });

  it.each<[string, number, object, string]>([
    [
      'a narrower resource',
      0,
      { Resource: ARN },
      "weakened: Statement “InterlockGuardPrincipal” does not reach all of the bucket's objects.",
    ],
    [
      'some of the objects',
      1,
      { Resource: [ARN, `${ARN}/a/*`] },
      "weakened: Statement “InterlockGuardApprover” does not reach all of the bucket's objects.",
    ],
    ['the objects alone', 2, { Resource: `${ARN}/*` }, 'weakened: Statement “InterlockGuardMfa” does not reach the bucket itself.'],
    [
      'fewer actions',
      0,
      { Action: 's3:DeleteBucket' },
      'weakened: Statement “InterlockGuardPrincipal” does not deny s3:PutBucketPolicy, s3:DeleteBucketPolicy, ',
    ],
    [
      'an account',
      0,
      { Principal: { AWS: '111122223333' } },
      'weakened: Statement “InterlockGuardPrincipal” is about some principals only, where it has to be about all.',
    ],
    [
      'an exception',
      0,
      { Condition: { ArnNotEquals: { 'aws:PrincipalArn': [ROLE, BOB, ROOT] } } },
      `weakened: Statement “InterlockGuardPrincipal” lets ${ROOT} through too.`,
    ],
    [
      'a pattern',
      0,
      { Condition: { ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:*' } } },
      'weakened: Statement “InterlockGuardPrincipal” has another condition on aws:principalarn than it should.',
    ],
    [
      'one of two left out',
      0,
      { Condition: { ArnNotEquals: { 'aws:PrincipalArn': [ROLE] } } },
      `lockedOut: Statement “InterlockGuardPrincipal” does not let ${BOB} through.`,
    ],
    [
      'another approver',
      1,
      { Condition: { ...(own[1]?.Condition as object), StringNotEquals: { 'aws:SourceIdentity': [ALICE, 'x'] } } },
      'weakened: Statement “InterlockGuardApprover” lets x through too.',
    ],
    [
      'no exception for the role',
      2,
      { Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } } },
      'lockedOut: Statement “InterlockGuardMfa” lacks its condition on aws:principalarn.',
    ],
    [
      'a further condition',
      0,
      { Condition: { ...(own[0]?.Condition as object), IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } },
      'weakened: Statement “InterlockGuardPrincipal” holds only under a further condition, on aws:sourceip.',
    ],
    [
      'a longer age',
      3,
      { Condition: { ...(own[3]?.Condition as object), NumericGreaterThan: { 'aws:MultiFactorAuthAge': 7200 } } },
      'weakened: Statement “InterlockGuardMfaAge” asks aws:multifactorauthage for 7200, where it has to be 3600.',
    ],
    [
      'an action more',
      3,
      { Action: [own[3]?.Action, 's3:PutObject'].flat() },
      'wider: Statement “InterlockGuardMfaAge” also denies s3:PutObject, more than this guard has to.',
    ],
    [
      'all actions but some',
      0,
      { Action: undefined, NotAction: ['s3:Get*', 's3:List*'] },
      'wider: Statement “InterlockGuardPrincipal” also denies all but s3:Get*, s3:List*, more than this guard has to.',
    ],
  ])('says in words what is otherwise: %s', (_, index, more, sentence) => {
    expect(said(changed(index, more))).toEqual([expect.stringMatching(new RegExp(`^${sentence.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`))]);
  });

  it.each([0, 1, 2, 3])('says which statement is missing', (index) => {
    const sid = String(own[index]?.Sid);
    const found = checkGuard(policyOf({ Statement: own.filter((_, place) => place !== index) }), GUARD);
    expect(found).toMatchObject({ whole: false, present: true });
    expect(found.findings).toEqual([
      { kind: 'missing', statement: `“${sid}”`, sentence: expect.stringMatching(`^Statement “${sid}” is missing: .*\\.$`) },
    ]);
  });

  it('finds nothing in the same, written as an object, in other capitals or in the order of others (FC-25)', () => {
    const guard = guardFor({ bucket: BUCKET, level: 'basic', principals: [ROOT], approvers: [] });
    const [first, second] = guard.statements;
    const same = [
      { ...second, Principal: { AWS: '*' }, Condition: { boolifexists: { 'AWS:MULTIFACTORAUTHPRESENT': [false] } } },
      { ...first, Action: 'S3:deletebucket', Resource: [ARN], Condition: { ArnNotLike: { 'aws:principalarn': ROOT } } },
    ];
    expect(checkGuard(policyOf({ Statement: same }), guard)).toEqual({ whole: true, present: true, findings: [] });
    const alone = guardFor({ bucket: BUCKET, level: 'basic', principals: [ROLE], approvers: [ALICE] });
    expect(said([alone.statements[0] ?? {}], alone)).toEqual([expect.stringMatching(/^missing: Statement “InterlockGuardApprover”/)]);
    expect(checkGuard(policyOf({ Statement: { ...alone.statements[0] } }), alone).findings).toHaveLength(1);
  });

  it('takes a guard of the higher level for more than the lower one has to deny', () => {
    const found = checkGuard(policyOf({ Statement: own }), guardOf('mixed', 'basic'));
    expect(found.whole).toBe(true);
    expect(found.findings.map(({ kind, statement }) => [kind, statement])).toEqual(own.map(({ Sid }) => ['wider', `“${Sid}”`]));
  });

  it('names what bears a name of the guard and is none of it, and does not count it', () => {
    const allowing = { ...own[0], Effect: 'Allow' };
    expect(said([...own, allowing])).toEqual([
      "foreign: Statement “InterlockGuardPrincipal” bears a name of the guard's, and is none of it.",
    ]);
    expect(said([allowing, ...own.slice(1)])[0]).toMatch(/^missing: Statement “InterlockGuardPrincipal”/);
  });

  it('takes a copy under another name for what it says, and names it', () => {
    expect(said(changed(0, { Sid: 'Mine' }))).toEqual([
      'foreign: Statement “Mine” says what “InterlockGuardPrincipal” has to, and is not known by its name.',
    ]);
    expect(checkGuard(policyOf({ Statement: changed(0, { Sid: 'Mine' }) }), GUARD).whole).toBe(true);
  });

  it('knows a whole guard without names for one', () => {
    const nameless = policyOf({ Statement: own.map(({ Sid: _, ...one }) => one) });
    expect(checkGuard(nameless, GUARD)).toMatchObject({ whole: true, present: true });
    const plan = (kind: 'guard-basic' | 'guard-off') => planGuardChange(nameless, { ...GUARD, kind });
    expect(plan('guard-basic')).toMatchObject({ ok: true, policy: { statements: { length: 3 } }, change: { before: 'hardened' } });
    expect(plan('guard-off')).toMatchObject({ ok: true, changed: true, policy: NO_POLICY, change: { before: 'hardened' } });
  });

  it('tells what changes open together that each leaves shut', () => {
    const guard = guardFor({ bucket: BUCKET, level: 'basic', principals: [ROLE], approvers: [ALICE] });
    const [principal, approver] = guard.statements.map((one): AnyStatement => ({ ...one }));
    // Each is about those only whom the other one denies as well.
    const first = { ...principal, Condition: { ...(principal?.Condition as object), StringEquals: { 'aws:SourceIdentity': ALICE } } };
    const second = { ...approver, Condition: { ...(approver?.Condition as object), ArnEquals: { 'aws:PrincipalArn': ROLE } } };
    expect(said([first, { ...approver }], guard)).toEqual([]);
    expect(said([{ ...principal }, second], guard)).toEqual([]);
    expect(said([first, second], guard)).toEqual(["weakened: The guard's statements, each changed a little, together let others through."]);
  });

  it('repeats nothing that says more than a name', () => {
    const evil = '<https://evil.example|click>';
    const found = said(
      changed(0, { Condition: { ArnNotEquals: { 'aws:PrincipalArn': [ROLE, BOB, `${ROOT} ${evil}`] }, StringEquals: { [evil]: evil } } }),
    );
    expect(found.length).toBeGreaterThan(0);
    expect(found.join()).not.toContain('evil');
  });

  it('answers to any statement with a name of the guard', () => {
    fc.assert(
      fc.property(
        fc.record({ Action: fc.jsonValue(), Resource: fc.jsonValue(), Principal: fc.jsonValue(), Condition: fc.jsonValue() }),
        (more) => {
          const found = checkGuard(
            policyOf({ Statement: [{ ...more, Sid: 'InterlockGuardPrincipal', Effect: 'Deny' }, ...own.slice(1)] }),
            GUARD,
          );
          expect(found.whole).toBe(false);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('does not take long over a policy that is made for it, and finds it weakened', () => {
    const many = (text: (index: number) => string) => Array.from({ length: 150 }, (_, index) => text(index));
    const long = {
      ...own[1],
      Condition: {
        StringNotEquals: { 'aws:SourceIdentity': many((index) => `s${index}`) },
        ArnEquals: { 'aws:PrincipalArn': many((index) => `${ROLE}${index}`) },
        NumericLessThan: { 'aws:MultiFactorAuthAge': many(String) },
      },
    };
    const except = { Effect: 'Deny', Principal: '*', Action: 's3:DeleteBucket', NotResource: `${ARN}${'*?'.repeat(4_000)}` };
    const found = checkGuard(policyOf({ Statement: [...own.filter((_, index) => index !== 1), long, except] }), GUARD);
    expect(found.whole).toBe(false);
    expect(found.findings).toContainEqual({
      kind: 'weakened',
      statement: '“InterlockGuardApprover”',
      sentence: 'Statement “InterlockGuardApprover” lets s0, s1, s2, s3, s4 and 145 more through too.',
    });
    expect(found.findings.filter(({ statement }) => statement !== '“InterlockGuardApprover”').map(({ kind }) => kind)).not.toContain(
      'weakened',
    );
  });
});
