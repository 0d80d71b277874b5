import fc from 'fast-check';
import { Authorizer, EvaluationError } from '../../sandbox/aws/authorize.ts';
import { KnownAnswers } from '../../sandbox/aws/known-answers.ts';
import type { Question } from '../../sandbox/aws/service.ts';
import { allowed, authorizer, BUCKET, circumstances, decide, guarded, iam, KEY, ROLE, ROOT, user } from '../helpers/authorize.ts';
import { ACCOUNT, ALLOW_ALL, policy } from '../helpers/sandbox-aws.ts';
import { codePoint } from '../helpers/text.ts';

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

describe('an answer that is known', () => {
  it('is none once the policy says something else', async () => {
    const deny = (Action: string) => policy({ Effect: 'Deny', Principal: '*', Action, Resource: BUCKET });
    const admin = user(ALLOW_ALL);
    const ask = (Action: string) => allowed(admin, { action: 's3:DeleteBucket', ...guarded(deny(Action)) });
    expect([await ask('s3:DeleteBucket'), await ask('s3:PutObject'), await ask('s3:DeleteBucket')]).toEqual([false, true, false]);
  });

  it('is none once a policy is changed where it is', async () => {
    const statement = { Effect: 'Allow', Action: '*', Resource: '*' };
    const changing = user(policy(statement));
    const ask = () => allowed(changing, { action: 's3:DeleteBucket' });
    const before = await ask();
    statement.Effect = 'Deny';
    expect([before, await ask()]).toEqual([true, false]);
  });

  it('is none at another time, where a policy asks for the time', async () => {
    const { now } = circumstances;
    const until = policy({
      Effect: 'Allow',
      Action: '*',
      Resource: '*',
      Condition: { DateLessThan: { 'AWS:currenttime': new Date(now + 60_000).toISOString() } },
    });
    const caller = user(until);
    const ask = (at: number) =>
      authorizer.decide(caller, { action: 's3:DeleteBucket', resource: BUCKET, resourceAccount: ACCOUNT }, { ...circumstances, now: at });
    expect([(await ask(now)).allowed, (await ask(now + 30_000)).allowed, (await ask(now + 90_000)).allowed]).toEqual([true, true, false]);
  });

  it('is none for somebody else, another tag or another bucket', async () => {
    const own = policy({ Effect: 'Allow', Action: '*', Resource: 'arn:aws:s3:::${aws:PrincipalTag/team}' });
    const caller = user(own);
    const ask = (team: string, bucket: string) =>
      allowed({ ...caller, tags: { team } }, { action: 's3:DeleteBucket', resource: `arn:aws:s3:::${bucket}` });
    expect([await ask('a', 'a'), await ask('b', 'a'), await ask('b', 'b'), await ask('a', 'b'), await ask('a', 'a')]).toEqual([
      true,
      false,
      true,
      false,
      true,
    ]);
    expect(await allowed(user(own), { action: 's3:DeleteBucket', resource: 'arn:aws:s3:::a' })).toBe(false);
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
          fc.string({ unit: codePoint, minLength: 1 }),
          fc.constantFrom('*', '?', 'a\r\nb', '${aws:username}', '/x', 'a//b', 'a/../b', ':'),
        ),
        async (key) => {
          const resource = `${BUCKET}/${key}`;
          expect(await allowed(admin, { action: 's3:DeleteObjectVersion', resource })).toBe(true);
          expect(await allowed(elsewhere, { action: 's3:DeleteObjectVersion', resource })).toBe(false);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are told apart where a policy tells them apart, and nowhere else', async () => {
    const sign = fc.constantFrom('a', 'b', '/', '*', '?', '${aws:username}');
    const pattern = fc.array(sign, { maxLength: 4 }).map((signs) => `arn:aws:s3:::${signs.join('')}`);
    const key = fc.stringMatching(/^[ab/]{1,3}$/);
    await fc.assert(
      fc.asyncProperty(pattern, pattern, fc.constantFrom('a', 'ab', 'b'), key, async (allow, deny, bucket, key) => {
        const resource = `arn:aws:s3:::${bucket}/${key}`;
        const caller = {
          ...user(policy({ Effect: 'Allow', Action: 's3:GetObject', Resource: allow }, { Effect: 'Deny', Action: 's3:*', Resource: deny })),
        };
        // IAM's own meaning: `*` any run of signs, `?` one sign, a variable its value.
        const matches = (text: string): boolean =>
          new RegExp(
            `^${text.replace('arn:aws:s3:::', '').replaceAll('${aws:username}', '\u0001').replaceAll('*', '.*').replaceAll('?', '.').replaceAll('\u0001', caller.name)}$`,
          ).test(`${bucket}/${key}`);
        expect(await allowed(caller, { action: 's3:GetObject', resource })).toBe(matches(allow) && !matches(deny));
      }),
      { numRuns: 150 },
    );
  });

  it('of a thousand are decided as fast as one where no policy tells them apart', async () => {
    const caller = user(policy({ Effect: 'Allow', Action: 's3:*', Resource: `${BUCKET}/*` }));
    const known = new KnownAnswers();
    const fresh = new Authorizer(iam, known);
    for (let index = 0; index < 1000; index += 1) {
      const question = { action: 's3:DeleteObject', resource: `${BUCKET}/${'long'.repeat(200)}${index}`, resourceAccount: ACCOUNT };
      expect((await fresh.decide(caller, question, circumstances)).allowed).toBe(true);
    }
    expect(known.size).toBe(1);
  });

  it('that look like patterns are no patterns', async () => {
    const deny = policy({ Effect: 'Deny', Principal: '*', Action: 's3:DeleteObject', Resource: `${BUCKET}/keep/*` });
    const admin = user(ALLOW_ALL);
    expect(await allowed(admin, { action: 's3:DeleteObject', resource: `${BUCKET}/*`, ...guarded(deny) })).toBe(true);
    expect(await allowed(admin, { action: 's3:DeleteObject', resource: `${BUCKET}/keep/*`, ...guarded(deny) })).toBe(false);
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
