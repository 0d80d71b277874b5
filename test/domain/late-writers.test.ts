import fc from 'fast-check';
import {
  type BucketPolicy,
  NO_POLICY,
  policyMeaning,
  policySize,
  policyText,
  readPolicy,
  withStatements,
} from '../../src/domain/bucket-policy.ts';
import { holdWriters, LATE_WRITERS_SID, lateWritersStatement, releaseWriters, withoutLateWriters } from '../../src/domain/late-writers.ts';
import { allowed, anonymous, authorizer, BUCKET, circumstances, guarded, session, user } from '../helpers/authorize.ts';
import { policyOf } from '../helpers/guard-statements.ts';
import { ACCOUNT, ALLOW_ALL } from '../helpers/sandbox-aws.ts';

const NOW = circumstances.now;
const statement = (role = `arn:aws:iam::${ACCOUNT}:role/deletion`, ends = NOW + 3_600_000) =>
  lateWritersStatement('team-x', role, new Date(ends).toISOString());
const held = (policy: BucketPolicy, one = statement()) => {
  const decision = holdWriters(policy, one);
  if (!decision.ok) throw new Error(decision.why);
  return decision.policy;
};
const released = (policy: BucketPolicy) => {
  const decision = releaseWriters(policy);
  if (!decision.ok) throw new Error(decision.why);
  return decision;
};

describe('late writers', () => {
  const WRITES = ['s3:PutObject', 's3:DeleteObject', 's3:ReplicateObject', 's3:ReplicateDelete'];
  const resourcePolicy = JSON.parse(policyText(held(NO_POLICY)) ?? '');
  const asked = (action: string, key = 'a') => ({ action, resource: `${BUCKET}/${key}`, ...guarded(resourcePolicy) });

  it.each(WRITES)('are denied %s, administrators and nobody in particular too', async (action) => {
    for (const caller of [user(ALLOW_ALL), session(), anonymous]) expect(await allowed(caller, asked(action))).toBe(false);
    expect(await allowed(user(ALLOW_ALL), { action, resource: 'arn:aws:s3:::team-y/a', ...guarded(resourcePolicy) })).toBe(true);
  });

  it('may read all the while, and delete what is there by its version: nothing new comes of that', async () => {
    for (const action of ['s3:GetObject', 's3:DeleteObjectVersion', 's3:AbortMultipartUpload'])
      expect([action, await allowed(user(ALLOW_ALL), asked(action))]).toEqual([action, true]);
    expect(await allowed(user(ALLOW_ALL), { action: 's3:DeleteBucket', resource: BUCKET, ...guarded(resourcePolicy) })).toBe(true);
  });

  it('are denied it until a quarter of an hour after the session, and no longer', async () => {
    const writer = user(ALLOW_ALL);
    const at = async (later: number) => {
      const question = { resourceAccount: ACCOUNT, ...asked('s3:PutObject') };
      return (await authorizer.decide(writer, question as never, { ...circumstances, now: NOW + later })).allowed;
    };
    const ends = 3_600_000 + 15 * 60_000;
    expect([await at(0), await at(ends - 1000), await at(ends), await at(10 * ends)]).toEqual([false, false, true, true]);
  });
});

/** Statements of others, some of which come near ours. */
const others = fc.array(
  fc.record({
    Sid: fc.constantFrom('Readers', 'InterlockGuardPrincipal', 'InterlockLateWriters2', 'interlocklatewriters'),
    Effect: fc.constantFrom('Allow', 'Deny'),
    Principal: fc.constantFrom<unknown>('*', { AWS: `arn:aws:iam::${ACCOUNT}:root` }),
    Action: fc.constantFrom<unknown>('s3:PutObject', ['s3:GetObject', 's3:PutObject']),
    Resource: fc.constant(`${BUCKET}/*`),
  }),
  { maxLength: 5 },
);

describe('the policy of a bucket that is emptied', () => {
  it('has the statement last, and those of others as they were; without it, it is what it was', () => {
    fc.assert(
      fc.property(others, (statements) => {
        const before = withStatements(NO_POLICY, statements);
        const policy = held(before);
        expect(policy.statements).toEqual([...statements, statement()]);
        const decision = released(policy);
        expect(decision).toMatchObject({ changed: true });
        expect(policyText(decision.policy)).toBe(policyText(before));
        expect(released(before)).toMatchObject({ changed: false });
      }),
    );
  });

  it.each([
    [
      'one statement that stands alone',
      '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::team-x/*"}}',
    ],
    [
      'a list, written over lines',
      '{\n "Id": "theirs", "Version": "2008-10-17",\n "Statement": [\n {"Sid": "A", "Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::team-x/*"} ] }',
    ],
    [
      'numbers and conditions',
      '{"Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::team-x","Condition":{"Bool":{"aws:SecureTransport":false},"NumericLessThan":{"s3:TlsVersion":1.2}}}]}',
    ],
  ])('says what it said once it is taken off, and is not taken for edited: %s', (_, text) => {
    const read = readPolicy(text);
    if (!read.ok) throw new Error(read.why);
    const policy = held(read.policy);
    const off = policyText(released(policy).policy) ?? '';
    const { Statement, ...others } = JSON.parse(off);
    const { Statement: before, ...rest } = JSON.parse(text);
    expect([others, Statement]).toEqual([rest, [before].flat()]);
    for (const one of [off, withoutLateWriters(policyText(policy)) ?? '']) expect(policyMeaning(one)).toBe(policyMeaning(text));
  });

  it('has the next session’s in place of the last one’s', () => {
    const next = statement(undefined, NOW + 7_200_000);
    expect(held(held(NO_POLICY), next).statements).toEqual([next]);
    expect(held(held(NO_POLICY, next), next).statements).toEqual([next]);
  });

  it('keeps what somebody else allows by that name', () => {
    const theirs = { Sid: LATE_WRITERS_SID, Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `${BUCKET}/*` };
    const policy = policyOf({ Statement: [theirs] });
    expect(held(policy).statements).toEqual([theirs, statement()]);
    expect(released(held(policy)).policy.statements).toEqual([theirs]);
  });

  it('stays as it is where it would be longer than S3 takes', () => {
    const filled = (bytes: number) => {
      const one = (length: number) => ({
        Effect: 'Allow',
        Principal: '*',
        Action: 's3:GetObject',
        Resource: `${BUCKET}/${'x'.repeat(length)}`,
      });
      const policy = (length: number) => withStatements(NO_POLICY, [one(length)]);
      return policy(bytes - policySize(held(policy(0))));
    };
    const most = 20 * 1024 - 512;
    expect(policySize(held(filled(most)))).toBe(most);
    expect(holdWriters(filled(most + 1), statement())).toEqual({ ok: false, why: expect.stringContaining('too long') });
    expect(releaseWriters(filled(30_000))).toMatchObject({ ok: true, changed: false });
  });

  it('is looked at without it, to the letter where it isn’t there or can’t be read', () => {
    for (const text of [undefined, '', '{"Statement": [', '{ "Version":"2012-10-17",\n "Statement": [] }'])
      expect(withoutLateWriters(text)).toBe(text);
    expect(withoutLateWriters(policyText(held(NO_POLICY)))).toBeUndefined();
    const readers = policyOf({
      Statement: [{ Sid: 'Readers', Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `${BUCKET}/*` }],
    });
    expect(withoutLateWriters(policyText(held(readers)))).toBe(policyText(readers));
  });
});
