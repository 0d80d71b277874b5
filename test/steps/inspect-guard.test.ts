import { guardFor } from '../../src/domain/guard.ts';
import { KINDS, type Kind, type Request } from '../../src/domain/request.ts';
import { BadInput } from '../../src/errors.ts';
import { Secret } from '../../src/secret.ts';
import { inspect } from '../../src/steps/inspect.ts';
import { aConfig, aRequest, someFacts } from '../helpers/models.ts';

const BUCKET = 'team-scratch';
const config = aConfig();
const many = { count: 1000, more: true };
/** A bucket in use: nothing that could be deleted. */
const inUse = someFacts({ objects: many, oldVersions: many, accessPoints: ['reports'] });

const allow = (more: object = {}) => ({
  Sid: 'Readers',
  Effect: 'Allow',
  Principal: '*',
  Action: 's3:GetObject',
  Resource: `arn:aws:s3:::${BUCKET}/*`,
  ...more,
});
const text = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });

interface Given {
  kind?: Kind;
  policy?: string | undefined;
  step?: 'inspect' | 'check';
  facts?: typeof inUse;
  shown?: typeof inUse | null;
  sealed?: Request;
  fails?: Error;
  /** Does the bucket's rule ask for a guard? */
  required?: boolean;
}

/** Looks at a bucket with this policy for a request that asks for its guard. */
function look({ kind = 'guard-hardened', policy, step = 'inspect', facts = inUse, shown = null, sealed, fails, required }: Given) {
  const request = aRequest({ kind, bucket: BUCKET });
  const last = shown && { facts: shown, notes: [] };
  const flow = { execution: request.requestId, enteredAt: request.askedAt, request, answer: null, elevation: null, emptying: null };
  const input = { ...flow, step, sealedRequest: 'sealed', shown: last };
  return inspect(input, {
    config: required ? { ...config, rules: config.rules.map((rule) => ({ ...rule, guard: 'required' as const })) } : config,
    stage: 'sandbox',
    seals: { open: async () => new Secret(JSON.stringify(sealed ?? request)), seal: async () => '' },
    look: async (_bucket, _account, _now, reads) => {
      if (fails) throw fails;
      return { kind: 'seen', facts: { ...facts, ...reads(policy) }, policy };
    },
    find: async () => 'absent',
    now: () => Date.parse(request.askedAt) + 1000,
  });
}

describe('a look at a bucket whose guard is to be changed', () => {
  it('finds the change, whatever the bucket holds', async () => {
    const seen = await look({ policy: text(allow()) });
    expect(seen).toMatchObject({ verdict: 'ask', facts: { guardChange: { before: 'none', after: 'hardened', denials: [] } } });
  });

  it('says who is denied what where it may not look, and passes on what else fails', async () => {
    const user = 'User: arn:aws:sts::111122223333:assumed-role/interlock-sandbox-inspect/x';
    const text = `${user} is not authorized to perform: s3:GetBucketPolicy on resource: "arn:aws:s3:::${BUCKET}" with an explicit deny`;
    const denied = (message: string) => Object.assign(new Error(message), { name: 'AccessDenied' });
    for (const kind of ['delete', 'guard-off'] as const) {
      const { verdict, why } = await look({ kind, fails: denied(text) });
      expect({ verdict, why }).toEqual({
        verdict: 'refused',
        why: expect.stringMatching(/s3:GetBucketPolicy is denied to its role interlock-sandbox-inspect\. Let that role through/),
      });
    }
    expect((await look({ fails: denied('Access Denied') })).why).toContain('access is denied to its role');
    await expect(look({ fails: Object.assign(new Error(text), { name: 'SlowDown' }) })).rejects.toThrow('not authorized');
  });

  it('lets through whom the rule names, each as what a session of theirs acts as', async () => {
    const { facts } = await look({});
    expect(facts?.guardChange).toMatchObject({
      principals: ['arn:aws:iam::111122223333:role/interlock-sandbox-deletion'],
      approvers: ['interlock-alice', 'interlock-bob'],
    });
  });

  it.each<[string, Given, string]>([
    ['it is as it is to be', { kind: 'guard-off', policy: text(allow()) }, 'team-scratch has no guard: there is nothing to take off.'],
    [
      'the policy names a deleted principal (FC-22)',
      { policy: text(allow({ Principal: { AWS: 'AIDAEXAMPLEID1234567' } })) },
      "Statement “Readers” of the bucket's policy names AIDAEXAMPLEID1234567",
    ],
    ['the policy can’t be read', { policy: '{"Statement": [' }, "The bucket's policy is no JSON, so nothing was changed"],
    [
      'the policy would be too long (FC-26)',
      { policy: text(allow({ Resource: Array.from({ length: 400 }, (_, index) => `arn:aws:s3:::${BUCKET}/${'x'.repeat(40)}${index}`) })) },
      'bytes',
    ],
  ])('is refused before anybody is asked where %s', async (_, given, why) => {
    expect(await look(given)).toMatchObject({ verdict: 'refused', why: expect.stringContaining(why) });
  });

  it('is refused where the guard that is there lets no approver of the rule through, with the way back in', async () => {
    const guard = guardFor({ bucket: BUCKET, level: 'hardened', principals: ['arn:aws:iam::111122223333:user/carol'], approvers: [] });
    expect(await look({ policy: text(...guard.statements), kind: 'guard-off' })).toMatchObject({
      verdict: 'refused',
      why: expect.stringMatching(
        /denies the change to every approver of its rule\. Root, .*npx --no interlock guard apply team-scratch --stage sandbox/,
      ),
    });
    const basic = guardFor({ bucket: BUCKET, level: 'basic', principals: ['arn:aws:iam::111122223333:user/carol'], approvers: [] });
    expect(await look({ policy: text(...basic.statements), kind: 'guard-off' })).toMatchObject({ verdict: 'ask' });
  });

  it('says so where a guard is to be taken off that the rule asks for, and asks again where that is new', async () => {
    const { principals = [], approvers = [] } = (await look({})).facts?.guardChange ?? {};
    const policy = text(...guardFor({ bucket: BUCKET, level: 'basic', principals, approvers }).statements);
    const { facts: shown } = await look({ kind: 'guard-off', policy });
    expect(shown?.guardChange?.required).toBeUndefined();
    expect(await look({ kind: 'guard-off', policy, step: 'check', shown, required: true })).toMatchObject({
      verdict: 'ask',
      notes: [expect.stringContaining('your code was not used'), 'Its rule asks for a guard: was no, is yes'],
      facts: { guardChange: { after: 'none', required: true } },
    });
    const again = await look({ kind: 'guard-hardened', policy, required: true });
    expect(again.facts?.guardChange).not.toHaveProperty('required');
  });

  it('goes on before the code is spent where the policy is as it was shown, whatever was written to the bucket', async () => {
    const policy = text(allow());
    const { facts: shown } = await look({ policy });
    const checked = await look({ policy, step: 'check', shown, facts: { ...inUse, objects: { count: 7, more: false }, versioning: 'on' } });
    expect(checked).toMatchObject({ verdict: 'unchanged', facts: shown });
  });

  it('goes back to the approver where the policy was edited', async () => {
    const { facts: shown } = await look({ policy: text(allow()) });
    const policy = text(allow(), {
      ...allow(),
      Sid: 'Frozen',
      Effect: 'Deny',
      Action: 's3:PutBucketPolicy',
      Resource: `arn:aws:s3:::${BUCKET}`,
    });
    expect(await look({ policy, step: 'check', shown, facts: { ...inUse, policyDigest: 'other' } })).toMatchObject({
      verdict: 'ask',
      notes: [expect.stringContaining('so your code was not used'), 'The bucket policy was edited'],
      facts: { guardChange: { denials: ['Statement “Frozen” of the bucket policy may deny the change.'] } },
    });
  });

  it.each(KINDS)('is not had for %s with the seal of any other kind of request', async (kind) => {
    for (const sealed of KINDS.filter((other) => other !== kind)) {
      await expect(look({ kind, sealed: aRequest({ kind: sealed, bucket: BUCKET }) })).rejects.toThrow(BadInput);
    }
  });
});

describe('a look at a bucket that is to be deleted', () => {
  it('finds no change of a guard, and what is in the way', async () => {
    expect(await look({ kind: 'delete', facts: someFacts() })).toMatchObject({ verdict: 'ask', facts: { guardChange: null } });
    expect(await look({ kind: 'delete' })).toMatchObject({ verdict: 'refused', why: expect.stringContaining('is not empty') });
  });
});
