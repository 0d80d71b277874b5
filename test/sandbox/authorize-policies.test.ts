import type { Caller } from '../../sandbox/aws/service.ts';
import {
  allowed,
  anonymous,
  BUCKET,
  circumstances,
  decide,
  guarded,
  iam,
  KEY,
  ROLE,
  ROOT,
  root,
  session,
  user,
} from '../helpers/authorize.ts';
import { ACCOUNT, ALLOW_ALL, policy } from '../helpers/sandbox-aws.ts';

describe('the guard', () => {
  const guard = policy(
    {
      Sid: 'InterlockGuardPrincipal',
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: [BUCKET, `${BUCKET}/*`],
      Condition: { ArnNotEquals: { 'aws:PrincipalArn': ROLE } },
    },
    {
      Sid: 'InterlockGuardApprover',
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: [BUCKET, `${BUCKET}/*`],
      Condition: { StringNotEquals: { 'aws:SourceIdentity': ['alice'] } },
    },
  );
  const ask = (action = 's3:DeleteBucket') => ({ action, ...guarded(guard) });
  const deletion = (more: Partial<Extract<Caller, { kind: 'session' }>>): Caller => {
    iam.deleteRole('interlock-deletion');
    return session(more, [ALLOW_ALL], 'interlock-deletion');
  };

  it('lets the role’s session with an approver’s source identity pass, and nobody else', async () => {
    expect(await allowed(deletion({ sourceIdentity: 'alice' }), ask())).toBe(true);
    for (const caller of [
      deletion({ sourceIdentity: 'bob' }),
      deletion({}),
      session({ sourceIdentity: 'alice' }),
      user(ALLOW_ALL),
      root,
      anonymous,
    ]) {
      expect(await allowed(caller, ask())).toBe(false);
    }
  });

  it('does not hold root of the account back from the bucket’s policy, and from these three actions only', async () => {
    const rootSession: Caller = { ...(session() as Extract<Caller, { kind: 'session' }>), of: 'root', arn: ROOT, principalArn: ROOT };
    for (const action of ['s3:GetBucketPolicy', 's3:PutBucketPolicy', 's3:DeleteBucketPolicy']) {
      expect(await decide(root, ask(action))).toMatchObject({ allowed: true, decidedBy: expect.stringContaining('root of the bucket') });
      expect(await allowed(rootSession, ask(action))).toBe(true);
      expect(await allowed(user(ALLOW_ALL), ask(action))).toBe(false);
      expect(await allowed({ ...root, account: '999999999999', arn: 'arn:aws:iam::999999999999:root' }, ask(action))).toBe(false);
    }
    for (const action of ['s3:PutLifecycleConfiguration', 's3:PutBucketVersioning', 's3:DeleteBucket'])
      expect(await allowed(root, ask(action))).toBe(false);
  });

  it('with plain Bool does not stop a long-term key, with BoolIfExists it does (FC-19)', async () => {
    const deny = (operator: string) =>
      policy({
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:DeleteBucket',
        Resource: BUCKET,
        Condition: { [operator]: { 'aws:MultiFactorAuthPresent': 'false' } },
      });
    const key = user(ALLOW_ALL);
    expect(await allowed(key, { action: 's3:DeleteBucket', ...guarded(deny('Bool')) })).toBe(true);
    expect(await allowed(key, { action: 's3:DeleteBucket', ...guarded(deny('BoolIfExists')) })).toBe(false);
    // FC-16: a session of AssumeRole carries no MFA in either reading.
    for (const mfaPresent of [undefined, false]) {
      const caller = session(mfaPresent === undefined ? {} : { mfaPresent });
      expect(await allowed(caller, { action: 's3:DeleteBucket', ...guarded(deny('BoolIfExists')) })).toBe(false);
    }
    expect(
      await allowed(session({ mfaPresent: true, mfaAt: circumstances.now }), {
        action: 's3:DeleteBucket',
        ...guarded(deny('BoolIfExists')),
      }),
    ).toBe(true);
  });

  it('with NotPrincipal excepts whom it lists with account, role and session, not by the role alone (FC-20)', async () => {
    const deny = (...AWS: string[]) => ({
      action: 's3:DeleteBucket',
      ...guarded(policy({ Effect: 'Deny', NotPrincipal: { AWS }, Action: 's3:DeleteBucket', Resource: BUCKET })),
    });
    const caller = session() as Extract<Caller, { kind: 'session' }>;
    expect(await allowed(caller, deny(caller.principalArn))).toBe(false);
    expect(await allowed(caller, deny(ROOT, caller.principalArn))).toBe(false);
    expect(await allowed(caller, deny(ROOT, caller.principalArn, caller.arn))).toBe(true);
    expect(await allowed(caller, deny(ACCOUNT, caller.principalArn, caller.arn))).toBe(true);
    const person = user(ALLOW_ALL);
    expect(await allowed(person, deny(person.arn))).toBe(false);
    expect(await allowed(person, deny(ROOT, person.arn))).toBe(true);
    expect(await allowed(user(ALLOW_ALL), deny(ROOT, person.arn))).toBe(false);
    expect(await allowed(root, deny(ROOT))).toBe(true);
    expect(await decide(anonymous, deny(ROOT))).toMatchObject({
      allowed: false,
      decidedBy: "denied by statement 1 of the bucket's policy",
    });
  });

  it('that ends at a time ends then', async () => {
    const until = (time: number) =>
      policy({
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:PutObject',
        Resource: `${BUCKET}/*`,
        Condition: { DateLessThan: { 'aws:CurrentTime': new Date(time).toISOString() } },
      });
    const ask = (time: number) => ({ action: 's3:PutObject', resource: `${BUCKET}/x`, ...guarded(until(time)) });
    expect(await allowed(user(ALLOW_ALL), ask(circumstances.now + 1000))).toBe(false);
    expect(await allowed(user(ALLOW_ALL), ask(circumstances.now - 1000))).toBe(true);
  });
});

describe('the deletion role’s own limits', () => {
  const document = policy(
    {
      Effect: 'Allow',
      Action: 's3:DeleteBucket',
      Resource: 'arn:aws:s3:::team-*',
      Condition: { StringEquals: { 'aws:SourceIdentity': ['alice'], 'aws:ResourceAccount': ACCOUNT } },
    },
    {
      Effect: 'Deny',
      Action: '*',
      NotResource: ['arn:aws:s3:::${aws:PrincipalTag/interlock-bucket}', 'arn:aws:s3:::${aws:PrincipalTag/interlock-bucket}/*'],
    },
    { Effect: 'Deny', Action: '*', Resource: '*', Condition: { Null: { 'aws:PrincipalTag/interlock-bucket': 'true' } } },
  );
  it.each([
    ['the bucket of its tag', { sourceIdentity: 'alice', tags: { 'interlock-bucket': 'team-x' } }, {}, true],
    ['another bucket', { sourceIdentity: 'alice', tags: { 'interlock-bucket': 'team-y' } }, {}, false],
    ['no tag', { sourceIdentity: 'alice' }, {}, false],
    ['another approver', { sourceIdentity: 'bob', tags: { 'interlock-bucket': 'team-x' } }, {}, false],
    [
      'a bucket of another account',
      { sourceIdentity: 'alice', tags: { 'interlock-bucket': 'team-x' } },
      { resourceAccount: '999999999999' },
      false,
    ],
    [
      'a session policy without it',
      {
        sourceIdentity: 'alice',
        tags: { 'interlock-bucket': 'team-x' },
        sessionPolicy: policy({ Effect: 'Allow', Action: 's3:ListBucket', Resource: '*' }),
      },
      {},
      false,
    ],
  ])('hold for %s', async (_, more, question, outcome) => {
    expect(await allowed(session(more, [document]), { action: 's3:DeleteBucket', ...question })).toBe(outcome);
  });
});

describe('key policies', () => {
  const ask = (resourcePolicy: unknown, action = 'kms:Decrypt') => ({
    action,
    resource: KEY,
    resourcePolicy,
    resourcePolicyKind: 'key' as const,
  });
  const delegating = policy({ Effect: 'Allow', Principal: { AWS: ROOT }, Action: 'kms:*', Resource: '*' });

  it('must allow by themselves: an identity’s policy alone does nothing', async () => {
    const admin = user(ALLOW_ALL);
    expect(
      await allowed(
        admin,
        ask(policy({ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:role/x` }, Action: 'kms:*', Resource: '*' })),
      ),
    ).toBe(false);
    expect((await decide(admin, ask(policy()))).message).toContain('because no resource-based policy allows the kms:Decrypt action');
    expect(await allowed(admin, ask(delegating))).toBe(true);
    expect(await allowed(user(), ask(delegating))).toBe(false);
  });

  it('that delegate with a condition on the principal delegate to that one', async () => {
    const mine = session();
    const principalArn = (mine as Extract<Caller, { kind: 'session' }>).principalArn;
    const narrow = policy({
      Effect: 'Allow',
      Principal: { AWS: ROOT },
      Action: 'kms:Decrypt',
      Resource: '*',
      Condition: { ArnEquals: { 'aws:PrincipalArn': principalArn } },
    });
    expect(await allowed(mine, ask(narrow))).toBe(true);
    for (const caller of [session(), user(ALLOW_ALL), root]) expect(await allowed(caller, ask(narrow))).toBe(false);
  });
});

describe('secrets’ policies', () => {
  it('deny operators whom their own policies allow', async () => {
    const secret = `arn:aws:secretsmanager:us-east-1:${ACCOUNT}:secret:interlock/alice-AbCdEf`;
    const resourcePolicy = policy({
      Effect: 'Deny',
      Principal: '*',
      Action: 'secretsmanager:GetSecretValue',
      Resource: '*',
      Condition: { ArnNotEquals: { 'aws:PrincipalArn': ROLE } },
    });
    const ask = { action: 'secretsmanager:GetSecretValue', resource: secret, resourcePolicy, resourcePolicyKind: 'secret' as const };
    iam.deleteRole('interlock-deletion');
    expect(await allowed(session({}, [ALLOW_ALL], 'interlock-deletion'), ask)).toBe(true);
    expect(await decide(user(ALLOW_ALL), ask)).toMatchObject({ allowed: false, decidedBy: "denied by statement 1 of the secret's policy" });
  });
});
