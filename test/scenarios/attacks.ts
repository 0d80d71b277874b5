import { PutBucketPolicyCommand, PutBucketTaggingCommand } from '@aws-sdk/client-s3';
import { SendTaskSuccessCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { AssumeRoleCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { createApprovers } from '../../src/aws/approvers.ts';
import type { RequestRow } from '../../src/aws/requests.ts';
import { brokenAt } from '../../src/domain/audit.ts';
import type { Request } from '../../src/domain/request.ts';
import { NO_TRIES, sending, type Tries, type Wait } from '../../src/domain/tries.ts';
import { describeDeletions } from '../helpers/deletions.ts';
import { until } from '../helpers/sandbox.ts';
import { records, sandbox } from '../helpers/shared-records.ts';
import { approve, ask, channelMessage, openModal, requestsIn, submit, textOf, waiting } from '../helpers/story.ts';

let buckets = 0;
const newBucket = () => records.bucket(`team-attacked-${++buckets}`);
/** A request that waits for an approver, told to everybody. */
async function asked(by = 'riya'): Promise<{ bucket: string; requestId: string }> {
  const bucket = await newBucket();
  const requestId = await ask(sandbox, bucket, { by });
  await waiting(sandbox, requestId);
  await until(async () => (await records.rowOf(requestId)).direct, 'the record of where it was told');
  return { bucket, requestId };
}

/** Is this code of alice's still good? It is used by asking. */
const isUnspent = (TokenCode: string) =>
  sandbox
    .sts(sandbox.keysOf('alice'))
    .send(new GetSessionTokenCommand({ SerialNumber: sandbox.mfa.alice?.serial, TokenCode }))
    .then(Boolean);

/** Nothing came of the code: the request failed, the bucket is there, and AWS was not given the code. */
async function expectNothingOpened(requestId: string, bucket: string, code: string): Promise<void> {
  expect((await sandbox.ended(requestId)).status).toBe('FAILED');
  expect(await records.rowOf(requestId)).toMatchObject({ outcome: 'failed', why: expect.stringContaining('not what was asked for') });
  expect(await records.exists(bucket)).toBe(true);
  expect(await isUnspent(code)).toBe(true);
}

describe('who may write the table of requests', () => {
  // What else is shown is in test/domain/shown.test.ts.
  it.each<[string, (row: RequestRow) => object]>([
    ['rehearsal', (row) => ({ ...row, rehearsal: true })],
    ['facts', (row) => ({ ...row, facts: { ...row.facts, tags: [{ key: 'state', value: 'abandoned' }] } })],
    ['note', (row) => ({ ...row, notes: ['Correction: riya has made this a rehearsal. Nothing will be deleted.'] })],
  ])('can’t have a code opened by showing the approver another %s', async (_, change) => {
    const { bucket, requestId } = await asked();
    await records.alter(requestId, change);
    const code = await sandbox.code('alice');
    await approve(sandbox, requestId, bucket, 'alice', code);
    await expectNothingOpened(requestId, bucket, code);
  });

  it.each<[string, (row: RequestRow) => object]>([
    ['taking it off', (row) => ({ ...row, kind: 'guard-off' })],
    ['another change', ({ facts, ...row }) => ({ ...row, facts: { ...facts, guardChange: { ...facts?.guardChange, approvers: [] } } })],
  ])('can’t have a code for a guard opened by showing the approver %s', async (_, change) => {
    const bucket = await newBucket();
    const requestId = await ask(sandbox, bucket, { guard: 'Put the hardened guard on' });
    await waiting(sandbox, requestId);
    await records.alter(requestId, change);
    const code = await sandbox.code('alice');
    await approve(sandbox, requestId, bucket, 'alice', code);
    await expectNothingOpened(requestId, bucket, code);
  });

  it('can’t have a code given for one bucket used on another', async () => {
    const { bucket, requestId } = await asked();
    const other = await newBucket();
    const row = await records.alter(requestId, (before) => ({ ...before, bucket: other }));
    const code = await sandbox.code('alice');
    const { body } = await approve(sandbox, requestId, other, 'alice', code);
    expect(textOf(body)).toContain('Something failed');
    expect((await sandbox.flow(requestId)).status).toBe('RUNNING');
    expect([await records.exists(bucket), await records.exists(other)]).toEqual([true, true]);
    expect(await isUnspent(code)).toBe(true);
    await records.put(row);
  });

  it('can’t let an approver approve what they asked for', async () => {
    const { bucket, requestId } = await asked('alice');
    await records.alter(requestId, (row) => ({ ...row, requester: 'U0RIYA' }));
    const code = await sandbox.code('alice');
    await approve(sandbox, requestId, bucket, 'alice', code);
    await sandbox.ended(requestId);
    expect(await records.rowOf(requestId)).toMatchObject({ outcome: 'stopped', why: expect.stringContaining('was not used') });
    expect(await records.exists(bucket)).toBe(true);
    expect(await isUnspent(code)).toBe(true);
  });

  it('can’t have an approver say what they didn’t, by planting a decision of theirs', async () => {
    const { requestId } = await asked();
    const { ts } = await waiting(sandbox, requestId);
    await openModal(sandbox, 'alice', { click: 'Reject', ts });
    const planted = { verdict: 'rejected', by: 'U0ALICE', at: '2020-01-01T00:00:00.000Z', previous: 'planted', viewId: null } as const;
    await records.alter(requestId, (row) => {
      return { ...row, state: 'decided', decision: { ...planted, attempt: row.attempt, why: 'Fine, mallory may do it by hand.' } };
    });
    await submit(sandbox, 'alice', { Reason: 'No, it is in use.' });
    await sandbox.ended(requestId);
    expect(await records.rowOf(requestId)).toMatchObject({ outcome: 'rejected', why: 'No, it is in use.' });
    const chain = await records.chainOf(requestId);
    expect(brokenAt(chain)).toBeUndefined();
    expect(textOf(chain)).not.toMatch(/by hand|2020-01/);
  });

  /** Asks, and fails to start the flow; the row that was written is altered before the same form is submitted again, which gives this answer. */
  async function plantedAndSubmittedAgain(change: (row: RequestRow) => object) {
    const bucket = await newBucket();
    await openModal(sandbox, 'riya', { command: '/delete-bucket', text: bucket });
    // The SDK tries three times.
    await sandbox.fault({ target: 'states:StartExecution', kind: 'error', times: 3 });
    await sandbox.act('riya', { submit: { Reason: 'not needed' } });
    const { requestId = '' } = (await records.locks()).find((lock) => lock.bucket === bucket) ?? {};
    await records.alter(requestId, change);
    const { body } = await sandbox.act('riya', { submit: { Reason: 'not needed' } });
    return { bucket, requestId, body };
  }

  it.each<[string, (row: RequestRow) => object]>([
    ['rehearsal and requester', (row) => ({ ...row, rehearsal: true, requester: 'U0MALLORY' })],
    ['kind', (row) => ({ ...row, kind: 'guard-off' })],
    ['bucket', (row) => ({ ...row, bucket: 'team-site' })],
    ['window, begun long ago', (row) => ({ ...row, askedAt: '2020-01-01T00:00:00.000Z', expiresAt: '2036-01-01T00:00:00.000Z' })],
    ['window, begun in the future', (row) => ({ ...row, askedAt: '2036-01-01T00:00:00.000Z', expiresAt: '2036-02-01T00:00:00.000Z' })],
  ])('can’t have another %s sealed by planting a row for a submission that comes: it is to be given anew', async (_, change) => {
    const { requestId, body } = await plantedAndSubmittedAgain(change);
    expect(textOf(body)).toContain('give the command again');
    expect(await records.arnOf(requestId)).toBeUndefined();
  });

  it('can’t have another window sealed by planting a row for a submission that comes', async () => {
    const change = (row: RequestRow) => ({ ...row, expiresAt: '2036-01-01T00:00:00.000Z', remindAt: '2035-01-01T00:00:00.000Z' });
    const { bucket, requestId, body } = await plantedAndSubmittedAgain(change);
    expect(body).toBe('');
    const { request } = await records.frozen(requestId);
    expect(request).toMatchObject({ requestId, bucket, kind: 'delete', rehearsal: false, requester: 'U0RIYA', reason: 'not needed' });
    const [askedAt = 0, remindAt = 0, expiresAt = 0] = [request.askedAt, request.remindAt, request.expiresAt].map((at) => Date.parse(at));
    expect([remindAt - askedAt, expiresAt - askedAt]).toEqual([4 * 3_600_000, 8 * 3_600_000]);
    expect(Math.abs(askedAt - (await sandbox.now()))).toBeLessThan(60_000);
  });
});

describe('who may read the history and answer tasks', () => {
  it.each([
    ['as it was', (attempt: number) => attempt],
    ['as if it were of the newer', (attempt: number) => attempt + 1],
  ])('can’t have the answer to an earlier asking count for a newer one (%s)', async (_, attemptOf) => {
    const { bucket, requestId } = await asked();
    const tags = { TagSet: [{ Key: 'used-by', Value: 'payroll' }] };
    await sandbox.s3().send(new PutBucketTaggingCommand({ Bucket: bucket, Tagging: tags }));
    const code = await sandbox.code('alice');
    // The window stays the first asking's: on a slow machine the code is submitted once more, and would be given for the second.
    await sandbox.fault({ target: 'views.update', kind: 'error', error: 'not_found', times: 9 });
    await approve(sandbox, requestId, bucket, 'alice', code);
    // Until its function has answered, it may fail and be run again, with another token.
    const second = async () => (await records.rowOf(requestId)).attempt === 2 && (await records.askings(requestId)).done >= 2;
    await until(second, 'the second asking to be done');
    const { tokens, answers } = await records.askings(requestId);
    const [earlier] = answers;
    expect(earlier?.sealedCode).toBeTruthy();
    const output = JSON.stringify({ ...earlier, attempt: attemptOf(1) });
    await sandbox.sfn().send(new SendTaskSuccessCommand({ taskToken: tokens.at(-1), output }));
    await expectNothingOpened(requestId, bucket, code);
  });
});

describe('who may answer tasks', () => {
  const answered = async (requestId: string, answer: object) => {
    const { tokens } = await records.askings(requestId);
    const rest = { why: '', approver: 'alice', attempt: 1, sealedCode: null, auditHead: '' };
    await sandbox.sfn().send(new SendTaskSuccessCommand({ taskToken: tokens.at(-1), output: JSON.stringify({ ...rest, ...answer }) }));
    return (await sandbox.ended(requestId)).status;
  };
  const toldOf = async (requestId: string) => textOf((await sandbox.see('riya')).messages.filter((one) => textOf(one).includes(requestId)));

  // More are in test/flow/cases/answers.json.
  it.each(['deleted', 'expired', 7])('can’t have it told that it was %s', async (verdict) => {
    const { bucket, requestId } = await asked();
    expect(await answered(requestId, { verdict, slackUser: 'U0ALICE> <!channel' })).toBe('FAILED');
    expect(await records.rowOf(requestId)).toMatchObject({ outcome: 'failed', why: expect.stringContaining('in place of Interlock') });
    expect(await records.exists(bucket)).toBe(true);
    expect(await toldOf(requestId)).not.toMatch(/was \*|!channel|by <@U0ALICE/);
  });

  it.each(['rejected', 'approved'])('can’t ping anybody with an answer of “%s”', async (verdict) => {
    const { bucket, requestId } = await asked();
    await answered(requestId, { verdict, slackUser: 'U0ALICE> <!channel' });
    const { outcome } = await records.rowOf(requestId);
    expect(outcome).toBe(verdict === 'rejected' ? 'rejected' : 'failed');
    expect(await records.exists(bucket)).toBe(true);
    expect(await toldOf(requestId)).not.toContain('!channel');
  });
});

describe('who may start executions', () => {
  it.each([
    ['the other’s request', 'req-forgedabcdef', (request: Request) => request],
    [
      'a request of its own on the other’s bucket',
      'req-forgedghijkl',
      (request: Request) => ({ ...request, requestId: 'req-forgedghijkl' }),
    ],
  ])('can’t touch a record, lock or message of another with %s', async (_, name, forge) => {
    const { bucket, requestId } = await asked();
    const state = async () => {
      const message = channelMessage(await sandbox.see('riya'), sandbox.slack.channel, requestId);
      const locks = (await records.locks()).filter((lock) => lock.requestId === requestId);
      return { row: await records.rowOf(requestId), locks, message, trail: await records.chainOf(requestId) };
    };
    const before = await state();
    expect(before.locks).toHaveLength(2);
    const { request, sealedRequest } = await records.frozen(requestId);
    const input = JSON.stringify({ request: forge(request), sealedRequest });
    await sandbox.sfn().send(new StartExecutionCommand({ stateMachineArn: await records.machineArn(), name, input }));
    expect((await sandbox.ended(name)).status).toBe('FAILED');
    expect(await state()).toEqual(before);
    expect(await records.rowOf(name)).toBeUndefined();
    await approve(sandbox, requestId, bucket, 'alice');
    expect((await sandbox.ended(requestId)).status).toBe('SUCCEEDED');
    expect(await records.rowOf(requestId)).toMatchObject({ outcome: 'deleted' });
    expect(requestsIn(await sandbox.see('riya'))).not.toContain(name);
  });
});

describe('who holds an approver’s key and a code', () => {
  it.each(['team-attacked/key', 'team-attacked/', '/'])('can’t have a session for %s, which is no bucket', async (Value) => {
    const take = new AssumeRoleCommand({
      RoleArn: 'arn:aws:iam::111122223333:role/interlock-sandbox-deletion',
      RoleSessionName: 'req-attack',
      SourceIdentity: 'interlock-alice',
      SerialNumber: sandbox.mfa.alice?.serial,
      TokenCode: await sandbox.code('alice'),
      Tags: [{ Key: 'interlock-bucket', Value }],
    });
    await expect(sandbox.sts(sandbox.keysOf('alice')).send(take)).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

describe('who guesses codes', () => {
  it('can’t have two sent at once where one more refusal pauses the approver', async () => {
    const approvers = createApprovers(sandbox.db(), 'interlock-sandbox-approvers');
    await approvers.change<Tries>('carol', () => ({ ...NO_TRIES, refusals: 2 }));
    const now = await sandbox.now();
    const send = (asking: string) => approvers.change<Tries | Wait>('carol', (tries) => sending(tries, asking, now));
    const sent = await Promise.all(['req-a#1', 'req-b#1', 'req-c#1'].map(send));
    expect(sent.filter((tries) => 'pending' in tries)).toHaveLength(1);
    expect(sent.filter((tries) => 'why' in tries && tries.why.includes('15 minutes'))).toHaveLength(2);
  });
});

describe('who may write a bucket’s policy', () => {
  it('can’t speak to the approver through a statement’s name', async () => {
    const bucket = await newBucket();
    const Statement = ['<!channel> approve this, says security', 'InterlockGuardPrincipal'].map((Sid) => ({
      Sid,
      Effect: 'Deny',
      Principal: { AWS: 'arn:aws:iam::111122223333:user/interlock-bob' },
      Action: 's3:DeleteBucket',
      Resource: `arn:aws:s3:::${bucket}`,
    }));
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
    await sandbox.s3().send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
    const requestId = await ask(sandbox, bucket);
    const message = textOf(await waiting(sandbox, requestId));
    expect(message).not.toMatch(/says security|!channel/);
    expect(message).toContain('Statement number 1 of the bucket policy may deny');
    expect(message).toContain('Statement “InterlockGuardPrincipal” of the bucket policy may deny');
  });
});

describeDeletions('false', () => sandbox);
