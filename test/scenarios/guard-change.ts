import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { brokenAt } from '../../src/domain/audit.ts';
import type { AnyStatement } from '../../src/domain/bucket-policy.ts';
import { GUARD_SIDS } from '../../src/domain/guard.ts';
import { recordsOf } from '../helpers/records.ts';
import { sandbox } from '../helpers/shared.ts';
import { approve, ask, channelMessage, openModal, textOf, waiting } from '../helpers/story.ts';

const ON = 'Put the hardened guard on';
const BASIC = 'Put the basic guard on';
const OFF = 'Take the guard off';

const FOREIGN = { Sid: 'Readers', Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::444455556666:root' }, Action: 's3:GetObject' };

let buckets = 0;

/** A bucket in use, with a statement of somebody else's in its policy. */
async function newBucket(): Promise<string> {
  const bucket = `team-guarded-${++buckets}`;
  await sandbox.s3().send(new CreateBucketCommand({ Bucket: bucket }));
  await sandbox.s3().send(new PutObjectCommand({ Bucket: bucket, Key: 'in-use', Body: 'x' }));
  await write(bucket, [{ ...FOREIGN, Resource: `arn:aws:s3:::${bucket}/*` }]);
  return bucket;
}

const write = (bucket: string, Statement: AnyStatement[]) =>
  sandbox.s3().send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) }));

/** The Sids of a bucket's policy, in order; none where it has no policy. */
async function sidsOf(bucket: string): Promise<string[]> {
  try {
    const { Policy = '{}' } = await sandbox.s3(sandbox.keysOf('root')).send(new GetBucketPolicyCommand({ Bucket: bucket }));
    return (JSON.parse(Policy).Statement as { Sid: string }[]).map(({ Sid }) => Sid);
  } catch (error) {
    if ((error as Error).name === 'NoSuchBucketPolicy') return [];
    throw error;
  }
}

/** What an administrator with `s3:*` gets for taking the guard off, or going round it. */
function byAdministrator(bucket: string): Promise<string[]> {
  const s3 = sandbox.s3();
  const Rules = [{ ID: 'all', Status: 'Enabled' as const, Filter: { Prefix: '' }, Expiration: { Days: 1 } }];
  const tries = [
    s3.send(new DeleteBucketCommand({ Bucket: bucket })),
    s3.send(new DeleteBucketPolicyCommand({ Bucket: bucket })),
    s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: '{"Version":"2012-10-17","Statement":[]}' })),
    s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket: bucket, LifecycleConfiguration: { Rules } })),
  ];
  return Promise.all(
    tries.map((one: Promise<unknown>) =>
      one.then(
        () => 'done',
        (error: Error) => error.name,
      ),
    ),
  );
}

/** Asked by riya, approved by this approver, ended; gives the request's row. */
async function changed(bucket: string, guard: string, by: string, more: { rehearse?: boolean } = {}) {
  const requestId = await ask(sandbox, bucket, { guard, ...more });
  await approve(sandbox, requestId, bucket, by);
  const { states } = await sandbox.ended(requestId);
  return { requestId, row: await recordsOf(sandbox).rowOf(requestId), states: states.map(({ name }) => name) };
}

describe('a change of a guard', () => {
  it.each([
    ['alice', 'role', /:assumed-role\/interlock-sandbox-deletion\/req-/],
    ['bob', 'user', /:user\/interlock-bob$/],
  ])('is done with the session of %s (session: %s): put on, made basic, taken off', async (by, _, principal) => {
    const bucket = await newBucket();
    const earlier = (await sandbox.calls()).length;

    const on = await changed(bucket, ON, by);
    expect(on.row).toMatchObject({ kind: 'guard-hardened', outcome: 'guarded', closedBy: sandbox.slack.users[by] });
    expect(on.states).toEqual(expect.arrayContaining(['Elevate', 'SessionGiven?', 'ChangeGuard', 'ConcludeWork']));
    expect(await sidsOf(bucket)).toEqual(['Readers', ...GUARD_SIDS]);
    expect(await byAdministrator(bucket)).toEqual(['AccessDenied', 'AccessDenied', 'AccessDenied', 'AccessDenied']);

    const basic = await changed(bucket, BASIC, by);
    expect(basic.row).toMatchObject({ kind: 'guard-basic', outcome: 'guarded' });
    expect((await sidsOf(bucket)).slice(0, 2)).toEqual(['Readers', 'InterlockGuardPrincipal']);
    await expect(sandbox.s3().send(new DeleteBucketCommand({ Bucket: bucket }))).rejects.toMatchObject({ name: 'AccessDenied' });

    const off = await changed(bucket, OFF, by);
    expect(off.row).toMatchObject({ kind: 'guard-off', outcome: 'unguarded' });
    expect(await sidsOf(bucket)).toEqual(['Readers']);

    const writes = (await sandbox.calls()).slice(earlier).filter(({ action, allowed }) => action === 's3:PutBucketPolicy' && allowed);
    const ours = writes.filter(({ principal: who }) => !who.endsWith(':user/admin'));
    expect(ours.map((call) => principal.test(call.principal))).toEqual([true, true, true]);
    const message = channelMessage(await sandbox.see('mallory'), sandbox.slack.channel, off.requestId);
    expect(textOf(message)).toContain(`\`${bucket}\` is *unguarded* now`);
    const approver = await sandbox.see(by);
    expect(textOf(approver.messages)).toContain(`Your MFA code was just used for \`${bucket}\`. \`${bucket}\` is *unguarded* now`);
    expect(textOf(approver.modal)).toContain('is *unguarded* now');
    expect(textOf((await sandbox.see('riya')).messages)).toContain('put the guard on again when you are done');
  });

  it('says before what will change, and takes a right code after a wrong one', async () => {
    const bucket = await newBucket();
    const requestId = await ask(sandbox, bucket, { guard: ON, reason: 'the audit wants it' });
    const shown = textOf(await waiting(sandbox, requestId));
    for (const text of ['put the hardened guard on the bucket', '*Guard now*', 'PutBucketPolicy', 'interlock-alice, interlock-bob']) {
      expect(shown).toContain(text);
    }
    await approve(sandbox, requestId, bucket, 'alice', '000000');
    await sandbox.seen('alice', ({ modal }) => textOf(modal).includes('AWS refused the code'), 'the refusal');
    expect(await sidsOf(bucket)).toEqual(['Readers']);
    await approve(sandbox, requestId, bucket, 'alice');
    await sandbox.ended(requestId);
    expect(await sidsOf(bucket)).toContain('InterlockGuardApprover');
  });

  it('is not made where it is rejected, cancelled or rehearsed', async () => {
    const bucket = await newBucket();
    const rejected = await ask(sandbox, bucket, { guard: ON });
    const { ts } = await waiting(sandbox, rejected);
    await openModal(sandbox, 'bob', { click: 'Reject', ts });
    expect(textOf((await sandbox.see('bob')).modal)).toContain('the bucket stays as it is');
    await sandbox.act('bob', { submit: { Reason: 'the jobs there edit the policy' } });
    await sandbox.ended(rejected);

    const cancelled = await ask(sandbox, bucket, { guard: ON });
    await waiting(sandbox, cancelled);
    const message = await sandbox.seen('riya', ({ messages }) => messages.find((one) => /Cancel request/.test(textOf(one))), 'the button');
    await sandbox.act('riya', { click: 'Cancel request', ts: message.ts });
    await sandbox.ended(cancelled);

    const { row, states } = await changed(bucket, ON, 'alice', { rehearse: true });
    expect(row).toMatchObject({ outcome: 'rehearsed', why: expect.stringContaining('would have changed its guard now') });
    expect(states).toContain('Rehearse');
    expect(await sidsOf(bucket)).toEqual(['Readers']);
    const outcomes = await Promise.all([rejected, cancelled].map((id) => recordsOf(sandbox).rowOf(id)));
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['rejected', 'cancelled']);
  });

  it('goes back to the approver, with the code unspent, where the policy was edited meanwhile', async () => {
    const bucket = await newBucket();
    const requestId = await ask(sandbox, bucket, { guard: ON });
    await waiting(sandbox, requestId);
    const codes = await recordsOf(sandbox).codesSent();
    await write(bucket, [{ ...FOREIGN, Sid: 'Writers', Resource: `arn:aws:s3:::${bucket}/*` }]);
    await approve(sandbox, requestId, bucket, 'alice');
    await sandbox.seen('alice', ({ modal }) => /your code was not used.*The bucket policy was edited/.test(textOf(modal)), 'what changed');
    expect(await recordsOf(sandbox).codesSent()).toBe(codes);
    // What the bucket holds is no matter.
    await sandbox.s3().send(new PutObjectCommand({ Bucket: bucket, Key: 'another', Body: 'x' }));
    await approve(sandbox, requestId, bucket, 'alice');
    await sandbox.ended(requestId);
    expect((await sidsOf(bucket)).slice(0, 2)).toEqual(['Writers', 'InterlockGuardPrincipal']);
  });

  it.each<[string, object]>([
    ['the function dies before its work', { target: 'changeGuard', kind: 'crash-before' }],
    ['the function dies after its work', { target: 'changeGuard', kind: 'crash-after' }],
    ['S3’s answer to the write is lost', { target: 's3:PutBucketPolicy', kind: 'lost-answer' }],
    ['S3 is busy with the bucket', { target: 's3:PutBucketPolicy', kind: 'error', error: 'OperationAborted' }],
  ])('is made once, and told once, where %s', async (_, fault) => {
    const bucket = await newBucket();
    const requestId = await ask(sandbox, bucket, { guard: ON });
    await waiting(sandbox, requestId);
    await sandbox.fault({ times: 1, ...fault });
    await approve(sandbox, requestId, bucket, 'bob');
    expect((await sandbox.ended(requestId)).status).toBe('SUCCEEDED');
    const row = await recordsOf(sandbox).rowOf(requestId);
    expect(row).toMatchObject({ outcome: 'guarded', why: 'It had no guard before.' });
    expect(await sidsOf(bucket)).toEqual(['Readers', ...GUARD_SIDS]);
    const calls = (await sandbox.calls()).filter(
      ({ action, resource }) => action === 's3:PutBucketPolicy' && resource.endsWith(`:${bucket}`),
    );
    const writes = calls.filter(({ principal, errorCode }) => principal.endsWith('interlock-bob') && errorCode !== 'OperationAborted');
    expect(writes).toHaveLength(1);
    expect(brokenAt(await recordsOf(sandbox).chainOf(requestId))).toBeUndefined();
  });

  it('is refused by AWS where a statement of somebody else denies it, as the approver was warned', async () => {
    const bucket = await newBucket();
    await write(bucket, [
      { Sid: 'Frozen', Effect: 'Deny', Principal: '*', Action: 's3:PutBucketPolicy', Resource: `arn:aws:s3:::${bucket}` },
    ]);
    const requestId = await ask(sandbox, bucket, { guard: ON });
    const warned = 'Statement “Frozen” of the bucket policy may deny the change.';
    expect(textOf(await waiting(sandbox, requestId))).toContain(warned);
    await approve(sandbox, requestId, bucket, 'alice');
    await sandbox.ended(requestId);
    const why = expect.stringContaining(`AWS denied the change to the approved session. ${warned}`);
    expect(await recordsOf(sandbox).rowOf(requestId)).toMatchObject({ outcome: 'refused', why });
    expect(await sidsOf(bucket)).toEqual(['Frozen']);
  });
});

describe('a change of a guard that can’t be made', () => {
  /** Asks; gives what the requester is told without anybody else being asked. */
  async function refusal(bucket: string, guard: string): Promise<string> {
    const codes = await recordsOf(sandbox).codesSent();
    const requestId = await ask(sandbox, bucket, { guard });
    const { states } = await sandbox.ended(requestId);
    expect(states.map(({ name }) => name)).not.toContain('AskApprover');
    expect(await recordsOf(sandbox).codesSent()).toBe(codes);
    const { outcome, why } = await recordsOf(sandbox).rowOf(requestId);
    expect(outcome).toBe('refused');
    return why ?? '';
  }

  it('is refused before anybody is asked: no bucket, another account’s, nothing to do', async () => {
    expect(await refusal('team-no-such', ON)).toContain('There is no bucket named team-no-such');
    expect(await refusal('team-elsewhere', OFF)).toContain('belongs to another account than 111122223333: ask its owner to do it there');
    const bucket = await newBucket();
    expect(await refusal(bucket, OFF)).toBe(`${bucket} has no guard: there is nothing to take off.`);
    await changed(bucket, BASIC, 'alice');
    expect(await refusal(bucket, BASIC)).toContain('has the basic guard already, whole and for the approvers of its rule');
  });

  it('is refused to whoever may not ask, and while another request for the bucket is open', async () => {
    await openModal(sandbox, 'riya', { command: '/guard-bucket', text: 'orphan' });
    const { body } = await sandbox.act('riya', { submit: { Reason: 'x' } });
    expect(textOf(body)).toContain('No rule names who approves requests for orphan');
    const bucket = await newBucket();
    const requestId = await ask(sandbox, bucket, { guard: ON });
    await openModal(sandbox, 'mallory', { command: '/delete-bucket', text: bucket });
    const second = await sandbox.act('mallory', { submit: { Reason: 'x' } });
    expect(textOf(second.body)).toContain(`${requestId} for this bucket is open already`);
  });

  it('is not asked for where none of the changes is chosen', async () => {
    await openModal(sandbox, 'riya', { command: '/guard-bucket', text: 'team-scratch' });
    const { body } = await sandbox.act('riya', { submit: { Reason: 'x', Change: null } });
    expect(textOf(body)).toMatch(/Please complete this required field|Choose one of the three changes/);
    await sandbox.act('riya', { close: true });
  });
});
