import fc from 'fast-check';
import { type Config, parseConfig } from '../src/config.ts';
import { matches } from '../src/domain/patterns.ts';
import * as policies from '../src/domain/policies.ts';
import { ACCOUNT, type Asked, configWith, SANDBOX, STAGE, stackOf } from './helpers/policies.ts';

const DELETION = `arn:aws:iam::${ACCOUNT}:role/interlock-sandbox-deletion`;

const config = parseConfig(SANDBOX, 'config/sandbox.yml');
const stack = stackOf(config);
const s3 = (action: string, resource: string, resourceAccount = ACCOUNT): Asked => ({
  action: `s3:${action}`,
  resource: `arn:aws:s3:::${resource}`,
  resourceAccount,
});

describe("the deletion role's trust", () => {
  const trust = policies.deletionRoleTrust(config);
  /** What AssumeRole with a code asks, as the approver's function sends it. */
  const good = {
    'aws:MultiFactorAuthPresent': 'true',
    'aws:MultiFactorAuthAge': '0',
    'sts:SourceIdentity': 'interlock-alice',
    'sts:RoleSessionName': 'req-1',
    'aws:RequestTag/interlock-bucket': 'team-scratch',
    'aws:TagKeys': ['interlock-bucket'],
  };
  const asked = (action: string, change: Record<string, string | string[] | undefined> = {}): Asked => {
    const context = Object.fromEntries(
      Object.entries({ ...good, ...change }).filter(([, value]) => value !== undefined),
    ) as Asked['context'];
    return { action: `sts:${action}`, resource: DELETION, context, resourcePolicy: trust, kind: 'trust' };
  };
  const alice = stack.user('interlock-alice');

  it('gives a session for a code in this very call', async () => {
    for (const action of ['AssumeRole', 'SetSourceIdentity', 'TagSession']) expect(await stack.may(alice, asked(action))).toBe(true);
  });

  it.each<[string, Record<string, string | string[] | undefined>]>([
    ['no code', { 'aws:MultiFactorAuthPresent': undefined, 'aws:MultiFactorAuthAge': undefined }],
    ['a code that was not right', { 'aws:MultiFactorAuthPresent': 'false' }],
    ['a code given a minute ago', { 'aws:MultiFactorAuthAge': '60' }],
    ["another approver's name as SourceIdentity", { 'sts:SourceIdentity': 'interlock-bob' }],
    ['no SourceIdentity', { 'sts:SourceIdentity': undefined }],
    ['a session that is named after no request', { 'sts:RoleSessionName': 'alice' }],
    ['no bucket as tag', { 'aws:RequestTag/interlock-bucket': undefined }],
    ['an empty bucket as tag', { 'aws:RequestTag/interlock-bucket': '' }],
  ])('gives none with %s', async (_, change) => {
    expect(await stack.may(alice, asked('AssumeRole', change))).toBe(false);
  });

  it('gives none to temporary credentials, which one code could otherwise make many of', async () => {
    expect(await stack.may(stack.userSession('interlock-alice', true), asked('AssumeRole'))).toBe(false);
  });

  it('takes a later call with the code where the configuration says so', async () => {
    const lenient = stackOf({ ...config, requireCodeInCall: false });
    const question = { ...asked('AssumeRole'), resourcePolicy: policies.deletionRoleTrust({ ...config, requireCodeInCall: false }) };
    expect(await lenient.may(lenient.userSession('interlock-alice', true), question)).toBe(true);
  });

  it.each([
    ['an administrator', stack.user('admin')],
    ['an approver whose sessions are of the user', stack.user('interlock-bob')],
    ['elevate itself', stack.role('elevate')],
    ['root', stack.root],
  ])('gives none to %s', async (_, caller) => {
    expect(await stack.may(caller, asked('AssumeRole'))).toBe(false);
  });

  it.each(['team-scratch/', 'team-scratch/key', '/', 'a/b/c'])('gives none for %s, which is no bucket but objects', async (tag) => {
    expect(await stack.may(alice, asked('AssumeRole', { 'aws:RequestTag/interlock-bucket': tag }))).toBe(false);
  });

  it('lets nobody name another source or add another tag', async () => {
    expect(await stack.may(alice, asked('SetSourceIdentity', { 'sts:SourceIdentity': 'interlock-bob' }))).toBe(false);
    expect(await stack.may(alice, asked('TagSession', { 'aws:TagKeys': ['interlock-bucket', 'other'] }))).toBe(false);
  });

  it('is not there where no approver has sessions of the role', () => {
    expect(policies.deletionRoleTrust(configWith([{ buckets: 'team-*', approvers: ['alice'] }], { alice: 'user' }))).toBeUndefined();
  });
});

describe('a session of the deletion role', () => {
  const session = stack.deletion('interlock-alice', 'team-scratch');

  it.each(['DeleteBucket', 'ListBucketVersions', 'ListBucketMultipartUploads', 'GetBucketPolicy', 'PutBucketPolicy', 'DeleteBucketPolicy'])(
    'may %s on the bucket it is tagged with and on no other',
    async (action) => {
      expect(await stack.may(session, s3(action, 'team-scratch'))).toBe(true);
      expect(await stack.may(session, s3(action, 'team-logs'))).toBe(false);
      expect(await stack.may(session, s3(action, 'team-scratch-2'))).toBe(false);
      expect(await stack.may(session, s3(action, 'team-scratch', '444455556666'))).toBe(false);
    },
  );

  it('removes versions and uploads of that bucket, and never an object without its version', async () => {
    expect(await stack.may(session, s3('DeleteObjectVersion', 'team-scratch/a'))).toBe(true);
    expect(await stack.may(session, s3('AbortMultipartUpload', 'team-scratch/a'))).toBe(true);
    expect(await stack.may(session, s3('DeleteObjectVersion', 'team-logs/a'))).toBe(false);
    expect(await stack.may(session, s3('DeleteObject', 'team-scratch/a'))).toBe(false);
  });

  it('may nothing without a tag, without a SourceIdentity, or with that of somebody the rule does not name', async () => {
    for (const caller of [
      stack.deletion('interlock-alice', undefined),
      stack.deletion(undefined, 'team-scratch'),
      stack.deletion('interlock-mallory', 'team-scratch'),
    ]) {
      expect(await stack.may(caller, s3('DeleteBucket', 'team-scratch'))).toBe(false);
    }
  });

  it('may nothing on a bucket that no rule names, whatever its tag', async () => {
    expect(await stack.may(stack.deletion('interlock-alice', 'orphan'), s3('DeleteBucket', 'orphan'))).toBe(false);
  });

  it('is held to its bucket where a pattern would match keys of another', async () => {
    const logs = stackOf(configWith([{ buckets: '*-logs', approvers: ['alice'] }]));
    expect(await logs.may(logs.deletion('interlock-alice', 'team-logs'), s3('DeleteObjectVersion', 'team-logs/a'))).toBe(true);
    expect(await logs.may(logs.deletion('interlock-alice', 'payroll'), s3('DeleteObjectVersion', 'payroll/old-logs/a'))).toBe(false);
  });

  it('takes a tag for what it is, not for a pattern', async () => {
    expect(await stack.may(stack.deletion('interlock-alice', 'team-'), s3('DeleteBucket', 'team-scratch'))).toBe(false);
  });

  it.each(['team-scratch/logs', 'team-scratch/logs/a', 'team-scratch/*'])(
    'may nothing with the tag %s, should the trust ever give one',
    async (tag) => {
      const session = stack.deletion('interlock-alice', tag);
      for (const object of [tag, `${tag}/a`, 'team-scratch/logs/a']) {
        expect([object, await stack.may(session, s3('DeleteObjectVersion', object))]).toEqual([object, false]);
      }
      expect(await stack.may(session, s3('DeleteBucket', 'team-scratch'))).toBe(false);
    },
  );

  it('bypasses governance and sets lifecycles only where the rule allows it', async () => {
    const lenient = stackOf(
      configWith([{ buckets: 'team-*', approvers: ['alice'], bypassGovernanceRetention: true, putLifecycleConfiguration: true }]),
    );
    for (const asked of [s3('BypassGovernanceRetention', 'team-scratch/a'), s3('PutLifecycleConfiguration', 'team-scratch')]) {
      expect(await lenient.may(lenient.deletion('interlock-alice', 'team-scratch'), asked)).toBe(true);
      expect(await stack.may(session, asked)).toBe(false);
    }
  });

  it('follows the first rule that matches, as the configuration does', async () => {
    const pattern = fc.array(fc.constantFrom('a', 'b', '*', '?'), { minLength: 3, maxLength: 5 }).map((letters) => letters.join(''));
    const approvers = fc.subarray(['alice', 'bob'], { minLength: 1 });
    const rules = fc.array(fc.record({ buckets: pattern, approvers }), { minLength: 1, maxLength: 4 });
    const bucket = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 3, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(rules, bucket, fc.constantFrom('alice', 'bob'), async (rules, bucket, approver) => {
        const random = {
          ...configWith([{ buckets: 'x-*', approvers: ['alice', 'bob'] }], { bob: 'role' }),
          rules: rules.map((rule) => ({ ...(config.rules[0] as Config['rules'][0]), ...rule })),
        };
        const first = rules.find((rule) => matches(rule.buckets, bucket));
        const caller = stackOf(random);
        expect(await caller.may(caller.deletion(`interlock-${approver}`, bucket), s3('DeleteBucket', bucket))).toBe(
          first?.approvers.includes(approver) ?? false,
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe("an approver's user of the role kind", () => {
  const alice = stack.user('interlock-alice');

  it('may take a session of the deletion role under their own name', async () => {
    expect(await stack.may(alice, { action: 'sts:AssumeRole', resource: DELETION, resourcePolicy: undefined })).toBe(true);
    const named = (name: string): Asked => ({
      action: 'sts:SetSourceIdentity',
      resource: DELETION,
      context: { 'sts:SourceIdentity': name },
    });
    expect(await stack.may(alice, named('interlock-alice'))).toBe(true);
    expect(await stack.may(alice, named('interlock-bob'))).toBe(false);
  });

  it('may do nothing else, even where a bucket policy allows it', async () => {
    const open = {
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: ['arn:aws:s3:::team-scratch'] },
    };
    expect(await stack.may(alice, { ...s3('DeleteBucket', 'team-scratch'), resourcePolicy: open, kind: 'bucket' })).toBe(false);
    expect(await stack.may(alice, { action: 'sts:AssumeRole', resource: `arn:aws:iam::${ACCOUNT}:role/other` })).toBe(false);
    expect(await stack.may(alice, { action: 'iam:CreateAccessKey', resource: `arn:aws:iam::${ACCOUNT}:user/interlock-alice` })).toBe(false);
  });
});

describe("an approver's user of the user kind", () => {
  const withCode = stack.userSession('interlock-bob', true);

  it("deletes the rules' buckets with a code, and only those", async () => {
    expect(await stack.may(withCode, s3('DeleteBucket', 'team-scratch'))).toBe(true);
    expect(await stack.may(withCode, s3('DeleteObjectVersion', 'quick-one/a'))).toBe(true);
    expect(await stack.may(withCode, s3('DeleteBucket', 'orphan'))).toBe(false);
    expect(await stack.may(withCode, s3('DeleteBucket', 'team-scratch', '444455556666'))).toBe(false);
    expect(await stack.may(withCode, { action: 'sts:AssumeRole', resource: DELETION })).toBe(false);
  });

  it('has a session that is limited neither to one bucket nor to what was asked: GetSessionToken takes no session policy', async () => {
    for (const bucket of ['team-scratch', 'team-frankfurt', 'quick-one']) {
      for (const action of ['DeleteBucket', 'PutBucketPolicy', 'DeleteBucketPolicy']) {
        expect(await stack.may(withCode, s3(action, bucket))).toBe(true);
      }
    }
  });

  it('may nothing with the key alone, even where a bucket policy allows it', async () => {
    const open = {
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: ['arn:aws:s3:::team-scratch'] },
    };
    for (const caller of [stack.user('interlock-bob'), stack.userSession('interlock-bob', false)]) {
      expect(await stack.may(caller, s3('DeleteBucket', 'team-scratch'))).toBe(false);
      expect(await stack.may(caller, { ...s3('DeleteBucket', 'team-scratch'), resourcePolicy: open, kind: 'bucket' })).toBe(false);
    }
  });

  it('may not touch what an earlier rule gives to others', async () => {
    const ordered = stackOf(
      configWith([
        { buckets: 'team-logs-*', approvers: ['alice'] },
        { buckets: 'team-*', approvers: ['bob'] },
      ]),
    );
    const bob = ordered.userSession('interlock-bob', true);
    expect(await ordered.may(bob, s3('DeleteBucket', 'team-site'))).toBe(true);
    expect(await ordered.may(bob, s3('DeleteBucket', 'team-logs-1'))).toBe(false);
    expect(await ordered.may(bob, s3('DeleteObjectVersion', 'team-logs-1/a'))).toBe(false);
  });

  const RIGHTS = ['bypassGovernanceRetention', 'putLifecycleConfiguration'] as const;
  it.each(RIGHTS)('can’t be had where a later, broader rule of theirs gives %s and the first that matches does not', (right) => {
    const fault =
      /^config\/test\.yml:\d+: rules\[0\]\.buckets \(team-logs-\*\) gives bob, .* less than the later team-\* does.* write session: role for bob/;
    const given = (first: boolean, later: boolean, bob: 'user' | 'role') => () =>
      configWith(
        [
          { buckets: 'team-logs-*', approvers: ['bob'], [right]: first },
          { buckets: 'team-*', approvers: ['bob'], [right]: later },
        ],
        { bob },
      );
    expect(given(false, true, 'user')).toThrow(fault);
    for (const [first, later] of [
      [true, true],
      [true, false],
      [false, false],
    ] as const)
      expect(given(first, later, 'user')).not.toThrow();
    expect(given(false, true, 'role')).not.toThrow();
  });

  it('is refused where it is longer than IAM takes, for whose rules are many', () => {
    const rules = Array.from({ length: 30 }, (_, index) => ({ buckets: `team-number-${index}-*`, approvers: ['alice', 'bob'] }));
    const many = configWith(rules);
    expect(() => policies.approverUserPolicy(many, 'bob', { stage: STAGE })).toThrow(
      /the policy of bob's user has \d+ characters, and IAM takes 2048: write session: role for bob/,
    );
    expect(policies.approverUserPolicy(many, 'alice', { stage: STAGE }).Statement).toHaveLength(3);
  });

  it('is refused for a name that nobody has', () => {
    expect(() => policies.approverUserPolicy(config, 'carol', { stage: STAGE })).toThrow('no approver named carol');
  });
});
