import fc from 'fast-check';
import { NO_POLICY, policyText } from '../../src/domain/bucket-policy.ts';
import { GUARD_ACTIONS } from '../../src/domain/guard.ts';
import { guardChanges, planGuardChange, whyNothingToDo } from '../../src/domain/guard-change.ts';
import { checkGuard } from '../../src/domain/guard-check.ts';
import { guardSid, mergeGuard } from '../../src/domain/guard-merge.ts';
import { GuardChange, type GuardKind, KINDS } from '../../src/domain/request.ts';
import { ALICE, BOB, BUCKET, guardOf, ROLE } from '../helpers/guard-callers.ts';
import { foreignPolicy, policyOf } from '../helpers/guard-statements.ts';
import { aGuardChange, someFacts } from '../helpers/models.ts';

const ARN = `arn:aws:s3:::${BUCKET}`;
const LET_THROUGH = { principals: [ROLE, BOB], approvers: [ALICE] };
const ACTIONS = GUARD_ACTIONS.map(({ action }) => action);
const GUARD_KINDS = KINDS.filter((kind): kind is GuardKind => kind !== 'delete');

/** The plan for a policy; throws where it is refused. */
function planned(policy: Parameters<typeof planGuardChange>[0], kind: GuardKind, through = LET_THROUGH) {
  const plan = planGuardChange(policy, { bucket: BUCKET, kind, ...through });
  if (!plan.ok) throw new Error(plan.why);
  return plan;
}
const withGuard = (level: 'basic' | 'hardened', more: object[] = []) =>
  policyOf({ Version: '2012-10-17', Statement: [...more, ...guardOf('mixed', level).statements] });

describe('planGuardChange', () => {
  it('puts the hardened guard on a bucket that has none', () => {
    expect(planned(NO_POLICY, 'guard-hardened')).toMatchObject({
      changed: true,
      change: { before: 'none', after: 'hardened', denied: ACTIONS, allowed: [], ...LET_THROUGH, denials: [] },
    });
  });

  it('says what is denied no more where the hardened guard becomes the basic one, and the reverse', () => {
    const more = ACTIONS.filter((action) => action !== 's3:DeleteBucket');
    expect(planned(withGuard('hardened'), 'guard-basic').change).toMatchObject({ before: 'hardened', denied: [], allowed: more });
    expect(planned(withGuard('basic'), 'guard-hardened').change).toMatchObject({ before: 'basic', denied: more, allowed: [] });
  });

  it('takes the guard off, and lets nobody in particular through then', () => {
    const plan = planned(withGuard('hardened'), 'guard-off');
    expect(plan.change).toMatchObject({ before: 'hardened', after: 'none', allowed: ACTIONS, principals: [], approvers: [] });
    expect(policyText(plan.policy)).toBeUndefined();
  });

  it.each<[GuardKind, ReturnType<typeof withGuard>]>([
    ['guard-hardened', withGuard('hardened')],
    ['guard-basic', withGuard('basic')],
    ['guard-off', NO_POLICY],
  ])('has nothing to do for %s where it is so already, and says it', (kind, policy) => {
    expect(planned(policy, kind).changed).toBe(false);
    expect(whyNothingToDo(BUCKET, kind)).toMatch(/there is nothing to (change|take off)\.$/);
  });

  it('mends a guard that isn’t whole, and says that it isn’t', () => {
    const torn = policyOf({ Version: '2012-10-17', Statement: guardOf('mixed', 'hardened').statements.slice(0, 1) });
    const { change, policy } = planned(torn, 'guard-hardened');
    expect(change).toMatchObject({ before: 'broken', denied: [], allowed: [] });
    expect(checkGuard(policy, guardOf('mixed', 'hardened')).whole).toBe(true);
    const half = policyOf({
      Statement: [...torn.statements, { Effect: 'Deny', NotPrincipal: { AWS: BOB }, Action: 's3:DeleteBucket', Resource: ARN }],
    });
    expect(planned(half, 'guard-off')).toMatchObject({ change: { before: 'broken', allowed: ACTIONS }, policy: NO_POLICY });
  });

  it('says what is denied now, whomever it lets through', () => {
    const others = { principals: ['arn:aws:iam::111122223333:user/interlock-carol'], approvers: [] };
    expect(planned(withGuard('hardened'), 'guard-off', others).deniedNow).toEqual(ACTIONS);
    expect(planned(withGuard('basic'), 'guard-off', others).deniedNow).toEqual(['s3:DeleteBucket']);
    expect(planned(NO_POLICY, 'guard-hardened').deniedNow).toEqual([]);
  });

  it('knows the recipe of AWS Support, and brings it up to date', () => {
    const recipe = policyOf({
      Statement: [
        { Effect: 'Deny', NotPrincipal: { AWS: BOB }, Action: 's3:DeleteBucket', Resource: ARN },
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:DeleteBucket',
          Resource: ARN,
          Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': false } },
        },
      ],
    });
    const plan = planned(recipe, 'guard-basic');
    expect(plan.change).toMatchObject({ before: 'recipe', after: 'basic', denied: [], allowed: [] });
    expect(plan.policy.statements.every((statement) => guardSid(statement))).toBe(true);
    expect(planned(recipe, 'guard-off').change).toMatchObject({ before: 'recipe', allowed: ['s3:DeleteBucket'] });
  });

  it('names others’ statements that may deny the change: the read and the write, or the deletion of the policy', () => {
    const deny = (Sid: string, Action: string) => ({ Sid, Effect: 'Deny', Principal: '*', Action, Resource: ARN });
    const others = [deny('NoRead', 's3:GetBucketPolicy'), deny('NoWrite', 's3:PutBucketPolicy'), deny('Keep', 's3:DeleteBucket')];
    const said = (policy: ReturnType<typeof withGuard>, kind: GuardKind) => planned(policy, kind).change.denials;
    expect(said(withGuard('basic', others), 'guard-hardened')).toEqual([
      'Statement “NoRead” of the bucket policy may deny the change.',
      'Statement “NoWrite” of the bucket policy may deny the change.',
    ]);
    expect(said(withGuard('hardened'), 'guard-off')).toEqual([]);
  });

  it('refuses what can’t be written, with what to do: a deleted principal, a policy that is too long', () => {
    const dead = { Sid: 'Gone', Effect: 'Allow', Principal: { AWS: 'AIDAEXAMPLEID1234567' }, Action: 's3:GetObject', Resource: `${ARN}/*` };
    const long = { ...dead, Principal: '*', Resource: Array.from({ length: 400 }, (_, index) => `${ARN}/${'x'.repeat(40)}${index}`) };
    const why = (statement: object) =>
      planGuardChange(policyOf({ Statement: statement }), { bucket: BUCKET, kind: 'guard-hardened', ...LET_THROUGH });
    expect(why(dead)).toEqual({ ok: false, why: expect.stringContaining("“Gone” of the bucket's policy names AIDAEXAMPLEID1234567") });
    expect(why(long)).toEqual({ ok: false, why: expect.stringMatching(/bytes/) });
  });

  it('gives the guard that is asked for, keeps what others wrote, and plans nothing more afterwards', () => {
    const kinds = fc.constantFrom(...GUARD_KINDS);
    const levels = fc.constantFrom('basic' as const, 'hardened' as const, undefined);
    fc.assert(
      fc.property(foreignPolicy, levels, kinds, (foreign, level, kind) => {
        const guarded = level ? mergeGuard(foreign, guardOf('mixed', level)) : { ok: true as const, policy: foreign };
        if (!guarded.ok) throw new Error(guarded.why);
        const { policy, change, changed } = planned(guarded.policy, kind);
        expect(GuardChange.parse(change)).toEqual(change);
        expect(changed).toBe((level ?? 'none') !== change.after);
        expect(change.before).toBe(level ?? 'none');
        expect(change.denied.filter((action) => change.allowed.includes(action))).toEqual([]);
        expect(policy.statements.filter((statement) => !guardSid(statement))).toEqual(foreign.statements);
        const check = checkGuard(policy, guardOf('mixed', change.after === 'none' ? 'basic' : change.after));
        expect([check.present, check.whole]).toEqual(change.after === 'none' ? [false, false] : [true, true]);
        expect(planned(policy, kind).changed).toBe(false);
      }),
    );
  });
});

describe('guardChanges', () => {
  const shown = someFacts({ guardChange: aGuardChange() });

  it('tells nothing of what the guard has nothing to do with', () => {
    const count = { count: 5, more: false };
    const now = { ...shown, objects: count, oldVersions: count, uploads: count, tags: [{ key: 'a', value: 'b' }], accessPoints: ['one'] };
    expect(guardChanges(shown, { ...now, newestWrite: '2026-11-02T10:00:00.000Z', lookedAt: '2026-11-02T10:00:00.000Z' })).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['owner', { owner: '444455556666' }, 'Owner: was 111122223333, is 444455556666'],
    ['region', { region: 'eu-central-1' }, 'Region: was us-east-1, is eu-central-1'],
    ['creation', { createdAt: null }, 'Created: was 2024-03-05T08:30:00.000Z, is unknown'],
    ['policy', { policyDigest: 'x' }, 'The bucket policy was edited'],
    ['way round', { waysRound: ['A rule expires it.'] }, 'Goes round the guard: was nothing, is A rule expires it.'],
    [
      'approvers',
      { guardChange: aGuardChange({ principals: [BOB], approvers: [] }) },
      `Let through by the guard: was ${ROLE}, ${BOB} and interlock-alice, is ${BOB}`,
    ],
  ])('tells of another %s', (_, more, told) => {
    expect(guardChanges(shown, { ...shown, ...more })).toEqual([told]);
  });
});
