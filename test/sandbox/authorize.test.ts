import fc from 'fast-check';
import { Authorizer, EvaluationError } from '../../sandbox/aws/authorize.ts';
import type { Caller, Question } from '../../sandbox/aws/service.ts';
import { IamStore } from '../../sandbox/aws/services/iam-store.ts';
import { Clock } from '../../sandbox/clock.ts';
import { ACCOUNT, ALLOW_ALL, policy } from '../helpers/sandbox-aws.ts';

const ROOT = `arn:aws:iam::${ACCOUNT}:root`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/interlock-deletion`;
const BUCKET = 'arn:aws:s3:::team-x';
const KEY = `arn:aws:kms:us-east-1:${ACCOUNT}:key/0f`;

const clock = new Clock();
const iam = new IamStore({ account: ACCOUNT, clock });
const authorizer = new Authorizer(iam);
const circumstances = { now: clock.now(), region: 'us-east-1', sourceIp: '127.0.0.1' };

const root: Caller = { kind: 'root', arn: ROOT, account: ACCOUNT, id: ACCOUNT, accessKeyId: 'AKIA' };
const anonymous: Caller = { kind: 'anonymous' };

let count = 0;
/** A user with these policies. */
function user(...documents: unknown[]): Extract<Caller, { kind: 'user' }> {
  count += 1;
  const { arn, id, name } = iam.createUser({
    name: `user-${count}`,
    policies: documents.map((document, index) => ({ name: `p${index}`, document })),
  });
  return { kind: 'user', arn, id, name, account: ACCOUNT, accessKeyId: 'AKIA', tags: {} };
}

/** A session of the deletion role, or of the given one. */
function session(
  more: Partial<Extract<Caller, { kind: 'session' }>> = {},
  documents: unknown[] = [ALLOW_ALL],
  name = `role-${++count}`,
): Caller {
  const role = iam.createRole({ name, trust: policy(), policies: documents.map((document, index) => ({ name: `p${index}`, document })) });
  const { now } = circumstances;
  return {
    kind: 'session',
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${name}/req-1`,
    account: ACCOUNT,
    id: `${role.id}:req-1`,
    accessKeyId: 'ASIA',
    principalArn: role.arn,
    of: 'role',
    roleName: name,
    sessionName: 'req-1',
    tags: {},
    issuedAt: now,
    expiresAt: now + 900_000,
    ...more,
  };
}

const decide = (caller: Caller, question: Partial<Question> & { action: string }) =>
  authorizer.decide(caller, { resource: BUCKET, resourceAccount: ACCOUNT, ...question }, circumstances);
const allowed = async (caller: Caller, question: Partial<Question> & { action: string }) => (await decide(caller, question)).allowed;
const guarded = (resourcePolicy: unknown): Partial<Question> => ({ resourcePolicy, resourcePolicyKind: 'bucket' });

describe('a decision', () => {
  it('names the statement that denies, and says it in AWS’s words', async () => {
    const admin = user(ALLOW_ALL);
    const deny = policy({ Sid: 'InterlockGuardPrincipal', Effect: 'Deny', Principal: '*', Action: 's3:DeleteBucket', Resource: BUCKET });
    expect(await decide(admin, { action: 's3:DeleteBucket', ...guarded(deny) })).toEqual({
      allowed: false,
      decidedBy: 'denied by statement "InterlockGuardPrincipal" of the bucket\'s policy',
      message: `User: ${admin.arn} is not authorized to perform: s3:DeleteBucket on resource: "${BUCKET}" with an explicit deny in a resource-based policy`,
      mfa: null,
    });
    const denied = user(ALLOW_ALL, policy({ Effect: 'Deny', Action: 'states:*', Resource: '*' }));
    expect(await decide(denied, { action: 'states:ListStateMachines', resource: '*' })).toMatchObject({
      decidedBy: 'denied by statement 1 of policy "p1"',
      message: `User: ${denied.arn} is not authorized to perform: states:ListStateMachines on resource: * with an explicit deny in an identity-based policy`,
    });
  });

  it('says when no statement allows it', async () => {
    const nobody = user();
    expect(
      await decide(nobody, { action: 'lambda:InvokeFunction', resource: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:f` }),
    ).toMatchObject({
      allowed: false,
      decidedBy: 'no statement allows it',
      message: `User: ${nobody.arn} is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:us-east-1:${ACCOUNT}:function:f because no identity-based policy allows the lambda:InvokeFunction action`,
    });
  });

  it('names the policy that allows', async () => {
    expect((await decide(user(ALLOW_ALL), { action: 's3:DeleteBucket' })).decidedBy).toBe('allowed by statement 1 of policy "p0"');
    const byBucket = policy({ Sid: 'Open', Effect: 'Allow', Principal: '*', Action: 's3:ListBucket', Resource: BUCKET });
    expect((await decide(user(), { action: 's3:ListBucket', ...guarded(byBucket) })).decidedBy).toBe(
      'allowed by statement "Open" of the bucket\'s policy',
    );
  });

  it('takes policies whose parts are single values or text for what they mean (FC-25)', async () => {
    const texts = [
      { Version: '2012-10-17', Statement: { Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: BUCKET } },
      { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Principal: { AWS: '*' }, Action: ['s3:DeleteBucket'], Resource: [BUCKET] }] },
      JSON.stringify({
        Version: '2012-10-17',
        Statement: { Effect: 'Deny', Principal: { AWS: ACCOUNT }, Action: 's3:DeleteBucket', Resource: BUCKET },
      }),
    ];
    for (const text of texts) expect(await allowed(user(ALLOW_ALL), { action: 's3:DeleteBucket', ...guarded(text) })).toBe(false);
  });
});

describe('conditions that the evaluator would ignore', () => {
  it('fail loudly when a policy asks for a key that it does not know for the action', async () => {
    const asking = user(
      policy({ Effect: 'Allow', Action: 's3:DeleteBucket', Resource: '*', Condition: { StringEquals: { 's3:prefix': 'x' } } }),
    );
    await expect(decide(asking, { action: 's3:DeleteBucket', context: { 's3:prefix': 'x' } })).rejects.toThrow(EvaluationError);
    await expect(decide(asking, { action: 's3:DeleteBucket', context: { 's3:prefix': 'x' } })).rejects.toThrow('s3:prefix');
    // The same key in a statement on another action, or asked by nobody, is none of this question's business.
    const other = user(
      policy({ Effect: 'Allow', Action: 's3:ListBucket', Resource: '*', Condition: { StringEquals: { 's3:prefix': 'x' } } }),
    );
    expect(await allowed(other, { action: 's3:DeleteBucket', context: { 's3:prefix': 'x' } })).toBe(false);
  });

  it('fail loudly when a policy’s variable needs such a key', async () => {
    const asking = user(policy({ Effect: 'Allow', Action: 's3:DeleteBucket', Resource: 'arn:aws:s3:::${s3:prefix}' }));
    await expect(decide(asking, { action: 's3:DeleteBucket', context: { 's3:prefix': 'x' } })).rejects.toThrow(EvaluationError);
  });

  it('fail loudly when the question or a policy can’t be evaluated at all', async () => {
    await expect(decide(user(), { action: 's3:NoSuchThing' })).rejects.toThrow('s3:NoSuchThing');
    await expect(decide(user({ Version: '2012-10-17', Statement: [{ Effect: 'Maybe' }] }), { action: 's3:DeleteBucket' })).rejects.toThrow(
      EvaluationError,
    );
  });

  it('bite for the encryption context, Allow and Deny alike', async () => {
    const keyPolicy = policy({ Effect: 'Allow', Principal: { AWS: ROOT }, Action: 'kms:*', Resource: '*' });
    const ask = (purpose: string): Partial<Question> & { action: string } => ({
      action: 'kms:Decrypt',
      resource: KEY,
      resourcePolicy: keyPolicy,
      resourcePolicyKind: 'key',
      context: { 'kms:EncryptionContext:purpose': purpose, 'kms:EncryptionContextKeys': ['purpose'] },
    });
    const onPurpose = user(
      policy({
        Effect: 'Allow',
        Action: 'kms:Decrypt',
        Resource: KEY,
        Condition: { StringEquals: { 'kms:EncryptionContext:purpose': 'code' } },
      }),
    );
    expect([await allowed(onPurpose, ask('code')), await allowed(onPurpose, ask('session'))]).toEqual([true, false]);
    const notOn = user(
      ALLOW_ALL,
      policy({
        Effect: 'Deny',
        Action: 'kms:Decrypt',
        Resource: KEY,
        Condition: { StringEquals: { 'kms:EncryptionContext:purpose': 'code' } },
      }),
    );
    expect([await allowed(notOn, ask('code')), await allowed(notOn, ask('session'))]).toEqual([false, true]);
  });
});

describe('object keys', () => {
  it('are matched whatever they hold', async () => {
    const admin = user(policy({ Effect: 'Allow', Action: 's3:DeleteObjectVersion', Resource: `${BUCKET}/*` }));
    const elsewhere = user(policy({ Effect: 'Allow', Action: 's3:DeleteObjectVersion', Resource: 'arn:aws:s3:::other/*' }));
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string({ unit: 'binary', minLength: 1 }),
          fc.constantFrom('*', '?', 'a\r\nb', '${aws:username}', '/x', 'a//b', 'a/../b', ':'),
        ),
        async (key) => {
          const resource = `${BUCKET}/${key}`;
          expect(await allowed(admin, { action: 's3:DeleteObjectVersion', resource })).toBe(true);
          expect(await allowed(elsewhere, { action: 's3:DeleteObjectVersion', resource })).toBe(false);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('that look like patterns are no patterns', async () => {
    const deny = policy({ Effect: 'Deny', Principal: '*', Action: 's3:DeleteObject', Resource: `${BUCKET}/keep/*` });
    const admin = user(ALLOW_ALL);
    expect(await allowed(admin, { action: 's3:DeleteObject', resource: `${BUCKET}/*`, ...guarded(deny) })).toBe(true);
    expect(await allowed(admin, { action: 's3:DeleteObject', resource: `${BUCKET}/keep/*`, ...guarded(deny) })).toBe(false);
  });
});

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

describe('actions without a resource type', () => {
  it('are allowed on * only, whatever resource is asked for', async () => {
    const machine = `arn:aws:states:us-east-1:${ACCOUNT}:stateMachine:m`;
    const ask = { action: 'states:SendTaskSuccess', resource: machine };
    expect(await allowed(user(policy({ Effect: 'Allow', Action: 'states:SendTaskSuccess', Resource: '*' })), ask)).toBe(true);
    expect(await allowed(user(policy({ Effect: 'Allow', Action: 'states:SendTaskSuccess', Resource: machine })), ask)).toBe(false);
  });
});

describe('services', () => {
  it('assume the roles that trust them', async () => {
    const trust = policy({ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' });
    const ask = { action: 'sts:AssumeRole', resource: ROLE, resourcePolicy: trust, resourcePolicyKind: 'trust' as const };
    expect(await allowed({ kind: 'service', service: 'lambda.amazonaws.com' }, ask)).toBe(true);
    expect(await allowed({ kind: 'service', service: 'states.amazonaws.com' }, ask)).toBe(false);
  });
});
