import fc from 'fast-check';
import { type BucketPolicy, NO_POLICY, policyText, withStatements } from '../../src/domain/bucket-policy.ts';
import type { Config } from '../../src/domain/configuration.ts';
import { denialsIn } from '../../src/domain/denials.ts';
import { approvedPrincipals, type Guard, guardFor, type Level } from '../../src/domain/guard.ts';
import { applyCommand, firstFew, guardSeen, guardWords } from '../../src/domain/guard-seen.ts';
import { foreignPolicy } from '../helpers/guard-statements.ts';
import { aConfig, anApprover, aRule } from '../helpers/models.ts';

const BUCKET = 'team-x';
const alice = anApprover('alice');
const bob = anApprover('bob', { session: 'user', acceptUnlimitedSession: true });
const config = aConfig({ approvers: { alice, bob } });
const only = (name: string, all: Config = config) => ({ ...all, rules: [aRule({ approvers: [name] })] });

const guardOf = (level: Level, of: Config = config): Guard => {
  const approved = approvedPrincipals(of, BUCKET, 'sandbox');
  return guardFor({ bucket: BUCKET, level, principals: approved?.principals ?? [], approvers: approved?.approvers ?? [] });
};
const policyOf = (statements: readonly object[], before: BucketPolicy = NO_POLICY) =>
  policyText(withStatements(before, [...before.statements, ...statements.map((one) => ({ ...one }))]));
const seen = (text: string | undefined, of: Config = config) => guardSeen(text, { bucket: BUCKET, config: of, stage: 'sandbox' });
const levels = fc.constantFrom<Level>('basic', 'hardened');

describe('guardSeen', () => {
  it('sees no guard in a bucket without a policy', () => {
    expect(seen(undefined)).toEqual({ guard: { state: 'none', level: null, findings: [], deniesApprovers: false }, denials: [] });
  });

  it('sees a whole guard of either level, and names none of its statements, whatever else is in the policy', () => {
    fc.assert(
      fc.property(foreignPolicy, levels, fc.constantFrom('alice', 'bob', 'both'), (foreign, level, who) => {
        const of = who === 'both' ? config : only(who);
        const { guard, denials } = seen(policyOf(guardOf(level, of).statements, foreign), of);
        expect(guard).toEqual({ state: 'whole', level, findings: [], deniesApprovers: false });
        expect(denials).toEqual(denialsIn(policyText(foreign) ?? '{}', BUCKET));
      }),
    );
  });

  it('says what is missing of a guard, for the level that it was to have', () => {
    const [, ...rest] = guardOf('hardened').statements;
    expect(seen(policyOf(rest)).guard).toEqual({
      state: 'notWhole',
      level: 'hardened',
      findings: [
        'Statement “InterlockGuardPrincipal” is missing: whoever may delete buckets can delete this one, with MFA where it asks for it.',
      ],
      deniesApprovers: false,
    });
  });

  it('sees that a hardened guard denies less, though what it denies would do for a basic one', () => {
    const weaker = guardOf('hardened').statements.map((one) => ({ ...one, Action: ['s3:DeleteBucket', 's3:PutBucketPolicy'] }));
    const { guard } = seen(policyOf(weaker));
    expect(guard).toMatchObject({ state: 'notWhole', level: 'hardened' });
    expect(guard.findings[0]).toContain('does not deny s3:DeleteBucketPolicy');
  });

  it('sees the form that AWS Support wrote, which is to be brought up to date', () => {
    const recipe = { Effect: 'Deny', NotPrincipal: { AWS: bob.user }, Action: 's3:DeleteBucket', Resource: `arn:aws:s3:::${BUCKET}` };
    const { guard } = seen(policyOf([recipe]));
    expect(guard).toMatchObject({ state: 'notWhole', level: 'basic' });
    expect(guard.findings[0]).toMatch(/^The guard is as AWS Support wrote it in 2016/);
  });

  it('tells an approver whom the guard leaves out, while others get through', () => {
    const { guard, denials } = seen(policyOf(guardOf('basic', only('alice')).statements));
    expect(guard).toMatchObject({ state: 'notWhole', deniesApprovers: false });
    expect(guard.findings).toContain(`Statement “InterlockGuardPrincipal” does not let ${bob.user} through.`);
    expect(denials).toContain('Statement “InterlockGuardPrincipal” of the bucket policy may deny the deletion, under conditions.');
  });

  it.each([
    ['for another approver’s user', only('alice'), guardOf('basic', only('bob'))],
    [
      'for the role, with another approver’s name',
      only('alice'),
      guardOf('basic', aConfig({ ...only('carol'), approvers: { carol: anApprover('carol') } })),
    ],
    [
      'for the role of another stage',
      only('alice'),
      guardFor({
        bucket: BUCKET,
        level: 'hardened',
        principals: ['arn:aws:iam::111122223333:role/interlock-prod-deletion'],
        approvers: ['interlock-alice'],
      }),
    ],
  ])('tells a guard %s, which denies every approver of the rule', (_, of, guard) => {
    const found = seen(policyOf(guard.statements), of);
    expect(found.guard).toMatchObject({ state: 'notWhole', deniesApprovers: true });
    expect(found.denials.length).toBeGreaterThan(0);
  });

  it('tells a statement that bears a name of the guard’s and denies everybody', () => {
    const deny = {
      Sid: 'InterlockGuardMine',
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:DeleteBucket',
      Resource: `arn:aws:s3:::${BUCKET}`,
    };
    expect(seen(policyOf([deny]))).toMatchObject({
      guard: { state: 'none', deniesApprovers: false },
      denials: ['Statement “InterlockGuardMine” of the bucket policy may deny the deletion.'],
    });
    expect(seen(policyOf([{ ...deny, Sid: 'InterlockGuardPrincipal' }]))).toMatchObject({
      guard: { state: 'notWhole', deniesApprovers: true },
      denials: ['Statement “InterlockGuardPrincipal” of the bucket policy may deny the deletion.'],
    });
  });

  it.each(['', '{', '"text"', '{"Statement": 7}'])('says where the policy can’t be read: %j', (text) => {
    const { guard } = seen(text);
    expect([guard.state, guard.findings.join()]).toEqual(
      text === '' ? ['none', ''] : ['notWhole', "The bucket's policy can't be read, so whether it guards is not known."],
    );
  });

  it('says where no rule names whom the guard is to let through', () => {
    expect(guardSeen(undefined, { bucket: 'orphan', config, stage: 'sandbox' }).guard).toMatchObject({ state: 'notWhole', level: null });
  });

  it('has few sentences, however many there are to say', () => {
    const many = Array.from({ length: 60 }, (_, index) => `Sentence ${index}.`);
    expect(firstFew(many)).toHaveLength(7);
    expect(firstFew(many).at(-1)).toBe('There are 54 more such findings.');
    expect(firstFew(many.slice(0, 6))).toEqual(many.slice(0, 6));
  });
});

test.each([
  [{ state: 'none', level: null, findings: [], deniesApprovers: false }, 'none'],
  [{ state: 'whole', level: 'basic', findings: [], deniesApprovers: false }, 'basic'],
  [{ state: 'notWhole', level: 'basic', findings: ['One.', 'Two.'], deniesApprovers: false }, 'not whole: One. Two.'],
] as const)('guardWords says of %j: %s', (guard, words) => {
  expect(guardWords({ ...guard, findings: [...guard.findings] })).toBe(words);
});

test('applyCommand never asks npm for a package of that name', () => {
  expect(applyCommand('team-x', 'prod')).toBe('npx --no interlock guard apply team-x --stage prod');
});
