import { checkGuard } from '../../src/domain/guard-check.ts';
import { BOB, BUCKET, guardOf, ROLE, ROOT } from '../helpers/guard-callers.ts';
import { policyOf } from '../helpers/guard-statements.ts';

const ARN = `arn:aws:s3:::${BUCKET}`;

describe("AWS Support's recipe", () => {
  const excepting = (...AWS: string[]) => ({ Effect: 'Deny', NotPrincipal: { AWS }, Action: 's3:DeleteBucket', Resource: ARN });
  const mfa = (operator = 'BoolIfExists') => ({
    Effect: 'Deny',
    Principal: '*',
    Action: ['s3:DeleteBucket'],
    Resource: [ARN],
    Condition: { [operator]: { 'aws:MultiFactorAuthPresent': false } },
  });
  const basic = guardOf('user', 'basic');
  const of = (...statements: object[]) => {
    const { present, whole, findings } = checkGuard(policyOf({ Version: '2008-10-17', Statement: statements }), basic);
    expect([present, whole, [...new Set(findings.map(({ kind }) => kind))]]).toEqual([true, false, ['outdated']]);
    return findings.slice(1).map(({ sentence }) => sentence);
  };
  const boundary = 'Statement number 1 denies everybody who has a permissions boundary, whomever NotPrincipal names.';

  it('is recognised, and said to be out of date', () => {
    expect(of(excepting('111122223333'), mfa())).toEqual([boundary]);
    expect(of(excepting(BOB, ROOT), mfa())).toEqual(['Statement number 1 excepts root beside the principal that it is for.', boundary]);
  });

  it("misses the account's ARN beside a user's", () => {
    expect(of(excepting(BOB), mfa())[0]).toBe(
      "Statement number 1 excepts a principal without its account's ARN, and so may deny that principal too.",
    );
  });

  it('denies the sessions of a role that it excepts (FC-20)', () => {
    expect(of(excepting(ROLE, ROOT), mfa())[0]).toBe(
      'Statement number 1 excepts a role, but not its sessions, whose ARNs are others: it denies everybody who acts as the role.',
    );
    const session = 'arn:aws:sts::111122223333:assumed-role/interlock-sandbox-deletion/run-17';
    expect(of(excepting(session, ROLE, ROOT), mfa())[0]).toBe(
      'Statement number 1 excepts sessions of a role by name: it denies those of any other name.',
    );
  });

  it('asks for MFA with a plain Bool, or not at all (FC-19)', () => {
    expect(of(excepting(ROOT), mfa('Bool')).at(-1)).toMatch(/^Statement number 2 asks for MFA with a plain Bool/);
    expect(of(excepting(ROOT)).at(-1)).toBe('It asks for no MFA: the statement that denies the deletion without it is not there.');
  });

  it('falls short of the hardened level', () => {
    expect(checkGuard(policyOf({ Statement: [excepting(ROOT), mfa()] }), guardOf('root', 'hardened')).findings.at(-1)?.sentence).toMatch(
      /^It denies the deletion, and not s3:PutBucketPolicy,/,
    );
  });

  it('is not taken for one where it is about another bucket, denies more, or only asks for MFA', () => {
    for (const statement of [
      { ...excepting(ROOT), Resource: 'arn:aws:s3:::other' },
      { ...excepting(ROOT), Action: ['s3:DeleteBucket', 's3:PutObject'] },
      { ...excepting(ROOT), Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      mfa(),
    ]) {
      expect(checkGuard(policyOf({ Statement: statement }), basic).present).toBe(false);
    }
  });

  it('beside a whole guard still denies whom the guard lets through', () => {
    const guard = guardOf('mixed', 'hardened');
    const { whole, findings } = checkGuard(policyOf({ Statement: [...guard.statements, excepting(ROLE)] }), guard);
    expect(whole).toBe(false);
    expect(findings).toContainEqual({
      kind: 'outdated',
      statement: null,
      sentence: expect.stringMatching(/denies everybody who acts as the role\.$/),
    });
  });
});
