import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts';
import type { BreakIn, BreakInAnswer } from '../../../sandbox/page/wire.ts';
import { sandbox } from '../../helpers/shared-page.ts';

const GUARDED = 'guarded-ledger';

describe('a try to break in', () => {
  const ask = (body: object) => fetch(`${sandbox.urls.page}/sandbox/break-in`, { method: 'POST', body: JSON.stringify(body) });
  const attempt = async (tried: BreakIn) => {
    const response = await ask(tried);
    expect(response.status).toBe(200);
    return (await response.json()) as BreakInAnswer;
  };
  const refused = async (body: object) => {
    const response = await ask(body);
    return { status: response.status, error: ((await response.json()) as { error: string }).error };
  };
  const buckets = async () => ((await sandbox.s3().send(new ListBucketsCommand({}))).Buckets ?? []).map(({ Name }) => Name);

  it.each([
    ['delete-as-administrator', 's3:DeleteBucket', 'the access key of admin'],
    ['delete-without-code', 's3:DeleteBucket', 'the access key of alice'],
    ['take-guard-off', 's3:DeleteBucketPolicy', 'the access key of admin'],
  ] as const)('%s fails on a guarded bucket, with AWS’s own words', async (name, operation, key) => {
    const answer = await attempt({ try: name, bucket: GUARDED });
    expect(answer).toMatchObject({
      done: false,
      error: { code: 'AccessDenied', message: expect.stringContaining('explicit deny in a resource-based policy') },
    });
    expect(answer.asked).toBe(`${operation} on ${GUARDED}, with ${key}`);
    expect(answer.words).toMatch(/\.$/);
    expect((await sandbox.calls()).at(-1)).toMatchObject({ action: operation, allowed: false });
    expect(await buckets()).toContain(GUARDED);
  });

  it('an approver’s key alone deletes no bucket without a guard either, whoever’s it is', async () => {
    for (const approver of ['alice', 'bob']) {
      const { done, error } = await attempt({ try: 'delete-without-code', bucket: 'team-scratch', approver });
      expect({ done, code: error?.code }).toEqual({ done: false, code: 'AccessDenied' });
    }
    expect(await buckets()).toContain('team-scratch');
  });

  it('is done where nothing forbids it, and says so', async () => {
    expect(await attempt({ try: 'take-guard-off', bucket: 'orphan' })).toMatchObject({ done: true, error: null });
    const answer = await attempt({ try: 'delete-as-administrator', bucket: 'orphan' });
    expect(answer).toMatchObject({ done: true, error: null, words: expect.stringContaining('orphan has no guard') });
    expect(await buckets()).not.toContain('orphan');
  });

  it('that fails for another reason than rights says that', async () => {
    const answer = await attempt({ try: 'delete-as-administrator', bucket: 'team-site' });
    expect(answer).toMatchObject({
      done: false,
      error: { code: 'BucketNotEmpty' },
      words: expect.stringContaining('Not because of who asked'),
    });
  });

  it('refuses to try what isn’t there', async () => {
    expect(await refused({ try: 'ask-nicely', bucket: GUARDED })).toMatchObject({
      status: 400,
      error: expect.stringContaining('try must be one of'),
    });
    expect(await refused({ try: 'constructor', bucket: GUARDED })).toMatchObject({ status: 400 });
    expect(await refused({ try: 'take-guard-off' })).toMatchObject({ status: 400, error: expect.stringContaining('there is no bucket') });
    expect(await refused({ try: 'take-guard-off', bucket: 'no-such' })).toMatchObject({ status: 400 });
    for (const approver of ['mallory', 'toString', 7]) {
      expect(await refused({ try: 'replay-code', bucket: GUARDED, approver })).toMatchObject({
        status: 400,
        error: expect.stringContaining('there is no approver'),
      });
    }
  });

  it.each(['alice', 'bob'])('a code of %s is replayed once there is one, and is worth nothing', async (approver) => {
    const none = await refused({ try: 'replay-code', bucket: GUARDED, approver });
    expect(none).toEqual({ status: 400, error: `no code of ${approver} was used yet: approve a request first, then try its code again` });

    const { serial } = sandbox.mfa[approver] as { serial: string };
    const mfa = { SerialNumber: serial, TokenCode: await sandbox.code(approver), DurationSeconds: 900 };
    const sts = sandbox.sts(sandbox.keysOf(approver));
    const RoleArn = 'arn:aws:iam::111122223333:role/interlock-sandbox-deletion';
    const Tags = [{ Key: 'interlock-bucket', Value: GUARDED }];
    const role = { RoleArn, RoleSessionName: 'req-first', SourceIdentity: `interlock-${approver}`, Tags, ...mfa };
    await (approver === 'bob' ? sts.send(new GetSessionTokenCommand(mfa)) : sts.send(new AssumeRoleCommand(role)));

    const { done, error, words } = await attempt({ try: 'replay-code', bucket: GUARDED, approver });
    expect({ done, error }).toMatchObject({
      done: false,
      error: { code: 'AccessDenied', message: expect.stringContaining('invalid MFA one time pass code') },
    });
    expect(words).toContain(approver);
    expect((await sandbox.calls()).at(-1)?.action).toBe(approver === 'bob' ? 'sts:GetSessionToken' : 'sts:AssumeRole');
  });
});
