import fc from 'fast-check';
import {
  type AnyStatement,
  type BucketPolicy,
  NO_POLICY,
  policySize,
  policyText,
  readPolicy,
  withStatements,
} from '../../src/domain/bucket-policy.ts';
import { GUARD_SIDS } from '../../src/domain/guard.ts';
import { guardSid, type Merged, mergeGuard, removeGuard, withNames } from '../../src/domain/guard-merge.ts';
import { anonymous } from '../helpers/authorize.ts';
import { BOB, BUCKET, CALLERS, GUARDS, guardOf, type Kind, may, OPEN, ROLE, ROOT } from '../helpers/guard-callers.ts';
import { foreign, foreignPolicy, policyOf } from '../helpers/guard-statements.ts';

const ARN = `arn:aws:s3:::${BUCKET}`;
const GUARD = guardOf('mixed', 'hardened');
const own = GUARD.statements.map((one) => ({ ...one }));

/** What a merge gives; throws its refusal. */
function done(merged: Merged): BucketPolicy {
  if (!merged.ok) throw new Error(merged.why);
  return merged.policy;
}
const sids = (policy: BucketPolicy) => policy.statements.map(({ Sid }) => Sid);
const allow = (more: object = {}) => ({ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `${ARN}/*`, ...more });
const anyGuard = fc.constantFrom(...GUARDS).map(([kind, level]) => guardOf(kind, level));

describe('mergeGuard', () => {
  it('makes the policy of a bucket that has none', () => {
    const merged = mergeGuard(NO_POLICY, GUARD);
    expect(merged).toMatchObject({ ok: true, changed: true });
    expect(JSON.parse(policyText(done(merged)) ?? '')).toEqual({ Version: '2012-10-17', Statement: own });
  });

  it('keeps statements without Sid, and those with equal ones, in order, and is there once after three times (FC-23)', () => {
    const others = [
      allow(),
      allow({ Sid: 'DenyHttp' }),
      allow({ Resource: `${ARN}/a` }),
      allow({ Sid: 'DenyHttp', Action: 's3:PutObject' }),
    ];
    const policy = policyOf({ Version: '2012-10-17', Statement: others });
    const once = done(mergeGuard(policy, GUARD));
    expect(once.statements).toEqual([...others, ...own]);
    expect(mergeGuard(done(mergeGuard(once, GUARD)), GUARD)).toEqual({ ok: true, changed: false, policy: once });
    expect(done(removeGuard(once, BUCKET)).statements).toEqual(others);
  });

  it('keeps everything of others as it stands, whatever it is; twice is once; removed, it is as before', () => {
    fc.assert(
      fc.property(foreignPolicy, anyGuard, anyGuard, (policy, guard, before) => {
        const earlier = done(mergeGuard(policy, before));
        const merged = done(mergeGuard(earlier, guard));
        const text = (statements: readonly object[]) => statements.map((one) => JSON.stringify(one));
        expect(text(merged.statements.filter((one) => !guardSid(one)))).toEqual(text(policy.statements));
        expect(text(merged.statements.filter((one) => guardSid(one)))).toEqual(text(guard.statements));
        expect({ ...merged.document, Statement: null }).toEqual({ ...policy.document, Statement: null });
        expect(mergeGuard(merged, guard)).toEqual({ ok: true, changed: false, policy: merged });
        expect(text(done(removeGuard(merged, BUCKET)).statements)).toEqual(text(policy.statements));
      }),
    );
  });

  it('changes no decision but those of the guard (compared by evaluation)', async () => {
    const names = [...CALLERS.keys()].filter((name) => /long-term|without MFA|credentials/.test(name));
    const actions = ['s3:GetObject', 's3:ListBucket', 's3:DeleteBucket', 's3:PutLifecycleConfiguration'];
    await fc.assert(
      fc.asyncProperty(foreignPolicy, anyGuard, fc.constantFrom(...names), async (policy, guard, name) => {
        const who = CALLERS.get(name) ?? anonymous;
        const merged = done(mergeGuard(policy, guard));
        const alone = withStatements(NO_POLICY, [OPEN, ...guard.statements.map((one) => ({ ...one }))]);
        for (const action of actions) {
          const [before, byGuard] = [await may(who, action, policy), await may(who, action, alone)];
          expect([action, await may(who, action, merged)]).toEqual([action, before && byGuard]);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('leaves a guard that is written otherwise and says the same', () => {
    const written = own.map(({ Principal: _, Action, Resource, Condition, ...rest }) => ({
      Condition,
      Resource: [Resource].flat().toReversed(),
      Principal: { AWS: ['*'] },
      Action: [Action].flat().map((action) => String(action).toUpperCase()),
      ...rest,
    }));
    const policy = policyOf({ Statement: [written[2], allow(), written[0], written[1], written[3]] });
    expect(mergeGuard(policy, GUARD)).toEqual({ ok: true, changed: false, policy });
  });

  it.each<[string, object[]]>([
    ['one without names', own.map(({ Sid: _, ...one }) => one)],
    ['one of another level under other names', guardOf('mixed', 'basic').statements.map((one, index) => ({ ...one, Sid: `Mine${index}` }))],
    ['half of one', own.slice(1)],
    ['one twice', [...own, ...own]],
    ['one of another level', guardOf('mixed', 'basic').statements.map((one) => ({ ...one }))],
    ['one for others', guardOf('root', 'hardened').statements.map((one) => ({ ...one }))],
    ['one that was narrowed', own.map((one) => ({ ...one, Principal: { AWS: BOB }, Resource: `${ARN}/x` }))],
  ])('puts a whole guard in the place of %s', (_, guard) => {
    const policy = policyOf({ Statement: [allow(), ...guard, allow({ Sid: 'Last' })] });
    expect(done(mergeGuard(policy, GUARD)).statements).toEqual([allow(), ...own, allow({ Sid: 'Last' })]);
    expect(done(removeGuard(withNames(policy, GUARD), BUCKET)).statements).toEqual([allow(), allow({ Sid: 'Last' })]);
  });

  it.each<[string, object]>([
    ['an Allow', { Effect: 'Allow' }],
    ['a Deny of something else', { Effect: 'Deny', Action: 's3:GetObject' }],
    ['no Effect that AWS knows', { Effect: 'deny' }],
    ['a Deny of a program', { Effect: 'Deny', Condition: { StringLike: { 'aws:UserAgent': 'old*' } } }],
    ['a Deny of everything without TLS', { Effect: 'Deny', Action: 's3:*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }],
  ])("keeps a statement with one of the guard's Sids that is %s", (_, more) => {
    const statement = { ...allow(), Sid: 'InterlockGuardPrincipal', Action: 's3:DeleteBucket', ...more };
    const merged = done(mergeGuard(policyOf({ Statement: statement }), GUARD));
    expect(merged.statements).toEqual([statement, ...own]);
    expect(done(removeGuard(merged, BUCKET)).statements).toEqual([statement]);
  });

  it('keeps the version, so that what looks like a variable stays what it is', () => {
    const statement = allow({ Resource: `${ARN}/\${aws:username}/*` });
    for (const document of [{ Statement: statement }, { Version: '2008-10-17', Id: 'x', Statement: [statement] }]) {
      const merged = JSON.parse(policyText(done(mergeGuard(policyOf(document), GUARD))) ?? '');
      expect(merged).toEqual({ ...document, Statement: [statement, ...own] });
    }
  });

  it("brings AWS Support's recipe up to date, where it stands", () => {
    const recipe = [
      { Effect: 'Deny', NotPrincipal: { AWS: ROOT }, Action: 's3:DeleteBucket', Resource: ARN },
      {
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:DeleteBucket',
        Resource: ARN,
        Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': false } },
      },
    ];
    const policy = policyOf({ Version: '2012-10-17', Statement: [allow(), ...recipe, allow({ Sid: 'Last' })] });
    expect(done(mergeGuard(policy, GUARD)).statements).toEqual([allow(), ...own, allow({ Sid: 'Last' })]);
    expect(done(removeGuard(policy, BUCKET)).statements).toEqual([allow(), allow({ Sid: 'Last' })]);
    expect(sids(done(mergeGuard(policyOf({ Statement: recipe[1] }), GUARD)))).toEqual([undefined, ...GUARD_SIDS]);
  });

  it('leaves a statement that asks for MFA alone, without a name, whose it may be', () => {
    const [, mfa = {}] = guardOf('root', 'basic').statements.map(({ Sid: _, ...one }): AnyStatement => one);
    const policy = policyOf({ Statement: mfa });
    expect(done(mergeGuard(policy, guardOf('root', 'basic'))).statements).toHaveLength(3);
    expect(withNames(policy, guardOf('root', 'basic'))).toEqual(policy);
  });

  it.each<[string, Kind, (policy: BucketPolicy) => BucketPolicy]>([
    ['put on twice', 'user', (policy) => policy],
    ['put on twice, of root', 'root', (policy) => policy],
    ['for the role before', 'role', (policy) => policy],
    [
      'without its names',
      'user',
      (policy) =>
        withStatements(
          policy,
          policy.statements.map(({ Sid, ...one }) => (/^Inter/.test(String(Sid)) ? one : { Sid, ...one })),
        ),
    ],
  ])("keeps somebody else's statement that says what one of the guard's does, beside a guard %s", (_, before, changed) => {
    const [, mfa = {}] = guardOf('user', 'basic').statements.map((one): AnyStatement => ({ ...one, Sid: 'TeamRequiresMfa' }));
    const policy = policyOf({ Statement: [mfa, allow()] });
    const first = changed(done(mergeGuard(policy, guardOf(before, 'basic'))));
    const kind = before === 'root' ? before : 'user';
    for (const level of ['basic', 'hardened'] as const) {
      const second = done(mergeGuard(first, guardOf(kind, level)));
      expect(second.statements).toEqual([mfa, allow(), ...guardOf(kind, level).statements]);
      expect(done(removeGuard(withNames(second, guardOf(kind, level)), BUCKET)).statements).toEqual([mfa, allow()]);
    }
  });

  it.each([
    ['a user', { Principal: { AWS: 'AIDAEXAMPLEID1234567' } }],
    ['a role', { Principal: { AWS: [BOB, 'AROAEXAMPLEID1234567'] } }],
    ['a group or another kind', { Principal: { AWS: 'AGPAEXAMPLEID1234567' } }],
    ['a user that was excepted', { Principal: undefined, NotPrincipal: { AWS: ['AIDAEXAMPLEID1234567'] }, Effect: 'Deny' }],
  ])('writes nothing where a statement names %s that was deleted, and says which (FC-22)', (_, more) => {
    const policy = policyOf({ Statement: [allow(), allow({ Sid: 'Readers', ...more }), ...own.slice(2)] });
    for (const merged of [mergeGuard(policy, GUARD), removeGuard(policy, BUCKET)]) {
      expect(merged).toMatchObject({ ok: false, reason: 'deadPrincipal' });
      expect(merged).toMatchObject({
        why: expect.stringMatching(/^Statement “Readers” of the bucket's policy names A\w{3}EXAMPLEID1234567, a user or role/),
      });
    }
  });

  it('says who can mend it: under a hardened guard root alone, otherwise whoever may write the policy', () => {
    const why = (statements: readonly object[]) => {
      const merged = removeGuard(policyOf({ Statement: [allow({ Principal: { AWS: 'AIDAEXAMPLEID1234567' } }), ...statements] }), BUCKET);
      return merged.ok ? '' : merged.why;
    };
    const basic = guardOf('mixed', 'basic').statements.map((one) => ({ ...one }));
    expect(why(own)).toMatch(/root of the bucket's account, .* names a principal that exists there, or removes it; then try again\.$/);
    expect(why(basic)).toMatch(/nothing was changed; name a principal that exists there, or remove it, then try again\.$/);
  });

  it('takes a canonical user, an account and a name in a condition for no deleted principal', () => {
    const statements = [
      allow({ Principal: { CanonicalUser: '79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be' } }),
      allow({ Principal: { AWS: '444455556666' } }),
      allow({ Condition: { StringLike: { 'aws:userid': 'AROAEXAMPLEID1234567:*' } } }),
    ];
    expect(done(mergeGuard(policyOf({ Statement: statements }), GUARD)).statements).toHaveLength(7);
  });

  describe('counts bytes as AWS does (FC-26)', () => {
    const sized = (bytes: number, unit = 'x') => {
      const base = policySize(policyOf({ Statement: [allow({ Sid: '' })] }));
      return policyOf({ Statement: [allow({ Sid: unit.repeat(Math.floor((bytes - base) / new TextEncoder().encode(unit).length)) })] });
    };

    it('refuses in advance what would be too long, with the sizes', () => {
      const policy = sized(19_500);
      const guard = guardOf('user', 'hardened');
      const merged = mergeGuard(policy, guard);
      expect(merged).toMatchObject({ ok: false, reason: 'tooLong', bytes: { before: 19_500, limit: 19_968 } });
      expect(merged).toMatchObject({
        why: expect.stringMatching(/^The bucket's policy has 19,500 bytes and would have 2\d,\d{3} with the guard, more than the 19,968/),
      });
    });

    it('does not count what only indents', () => {
      const policy = sized(18_000);
      const indented = readPolicy(`${JSON.stringify({ Statement: policy.statements }, null, 2)}${' '.repeat(6_000)}`);
      expect(indented.ok && mergeGuard(indented.policy, guardOf('user', 'basic'))).toMatchObject({ ok: true, changed: true });
    });

    it.each(['ä', '漢', '🪣'])('counts %s in bytes, not in characters', (unit) => {
      const guard = guardOf('user', 'basic');
      expect(mergeGuard(sized(19_300, unit), guard)).toMatchObject({ ok: true });
      expect(mergeGuard(sized(19_900, unit), guard)).toMatchObject({ ok: false, reason: 'tooLong' });
    });

    it('never stands in the way of taking the guard off', () => {
      const policy = sized(20_300);
      const guarded = { ...policy, statements: [...policy.statements, ...own] };
      expect(removeGuard(guarded, BUCKET)).toMatchObject({ ok: true, changed: true });
    });
  });
});

describe('removeGuard', () => {
  it('leaves no policy where nothing else was in it', () => {
    expect(policyText(done(removeGuard(done(mergeGuard(NO_POLICY, GUARD)), BUCKET)))).toBeUndefined();
  });

  it('changes nothing where there is no guard', () => {
    fc.assert(
      fc.property(foreign, (statement) => {
        const policy = policyOf({ Statement: statement });
        expect(removeGuard(policy, BUCKET)).toEqual({ ok: true, changed: false, policy });
      }),
      { numRuns: 30 },
    );
  });

  it("leaves another bucket's recipe, and one that denies more than the deletion", () => {
    const excepting = (more: object) => ({
      Effect: 'Deny',
      NotPrincipal: { AWS: ROLE },
      Action: 's3:DeleteBucket',
      Resource: ARN,
      ...more,
    });
    for (const more of [{ Resource: 'arn:aws:s3:::other' }, { Action: ['s3:DeleteBucket', 's3:PutObject'] }, { Effect: 'Allow' }]) {
      expect(removeGuard(policyOf({ Statement: excepting(more) }), BUCKET)).toMatchObject({ ok: true, changed: false });
    }
  });
});
