import { brokenAt } from '../../src/domain/audit.ts';
import { until } from '../helpers/sandbox.ts';
import { records, sandbox } from '../helpers/shared-records.ts';
import { approve, ask, openModal, textOf, waiting } from '../helpers/story.ts';

let buckets = 0;
const newBucket = () => records.bucket(`team-again-${++buckets}`);
const submit = async (by: string, values: object) => (await sandbox.act(by, { submit: values })).body;
const holderOf = async (bucket: string) => (await records.locks()).find((lock) => lock.bucket === bucket)?.requestId;
/** An AWS client tries three times before it gives up. */
const failing = (target: string, kind: string, times = 3) => sandbox.fault({ target, kind, times });
/** Waits for the request that asks for a bucket, by what it was started with. */
const requestFor = (bucket: string) =>
  sandbox.seen(
    'riya',
    ({ messages }) =>
      messages
        .map(textOf)
        .find((text) => text.includes(`\`${bucket}\``) && text.includes('Approve'))
        ?.match(/req-[a-z2-7]{12}/)?.[0],
    `the request for ${bucket}`,
  );

/** A request that could not be started: its form is still open, filled in. */
async function notStarted(kind: 'error' | 'lost-answer'): Promise<string> {
  const bucket = await newBucket();
  await openModal(sandbox, 'riya', { command: '/delete-bucket', text: bucket });
  await failing('states:StartExecution', kind);
  expect(textOf(await submit('riya', { Reason: 'not needed' }))).toMatch(UNKNOWN_OR_LATE);
  return bucket;
}

/** What is said when it fails; a slow machine may say first that it takes long. */
const FAILED_OR_LATE = /Something failed for the moment|longer than usual/;
const UNKNOWN_OR_LATE = /may have been started, or not|longer than usual/;

describe('a form submitted again after its request was not started', () => {
  it('with Rehearse ticked is a rehearsal, once the first can’t be at work any more', async () => {
    const bucket = await notStarted('error');
    const first = (await holderOf(bucket)) ?? '';
    const rehearse = { Reason: 'not needed', Rehearse: true };
    expect(textOf(await submit('riya', rehearse))).toContain(`${first} for this bucket is open already`);
    await sandbox.advance(15 * 60 + 1);
    expect(await submit('riya', rehearse)).toBe('');
    const requestId = await requestFor(bucket);
    expect(requestId).not.toBe(first);
    expect((await records.frozen(requestId)).request).toMatchObject({ bucket, rehearsal: true });
    await approve(sandbox, requestId, bucket, 'alice');
    await sandbox.ended(requestId);
    expect(await records.rowOf(requestId)).toMatchObject({ outcome: 'rehearsed' });
    expect(await records.exists(bucket)).toBe(true);
    expect(await records.arnOf(first)).toBeUndefined();
  });

  it('with another bucket is about that one', async () => {
    const first = await notStarted('error');
    const bucket = await newBucket();
    expect(await submit('riya', { Reason: 'not needed', Bucket: bucket })).toBe('');
    const requestId = await requestFor(bucket);
    expect((await records.frozen(requestId)).request).toMatchObject({ bucket, rehearsal: false });
    expect(textOf((await sandbox.see('alice')).messages)).not.toContain(first);
  });

  it('as it was, but long after, is to be given anew: its times are over, and so is its lock', async () => {
    const bucket = await notStarted('error');
    await sandbox.advance(15 * 60 + 1);
    expect(textOf(await submit('riya', { Reason: 'not needed' }))).toContain('give the command again');
    const requestId = await ask(sandbox, bucket);
    await approve(sandbox, requestId, bucket, 'alice');
    await sandbox.ended(requestId);
    expect(await records.rowOf(requestId)).toMatchObject({ outcome: 'deleted' });
  });

  it('as it was is that request, though its first start was only thought lost, and nobody else could ask meanwhile', async () => {
    const bucket = await notStarted('lost-answer');
    const requestId = await requestFor(bucket);
    await openModal(sandbox, 'mallory', { command: '/delete-bucket', text: bucket });
    expect(textOf(await submit('mallory', { Reason: 'me too' }))).toContain(`${requestId} for this bucket is open already`);
    expect(await submit('riya', { Reason: 'not needed' })).toBe('');
    expect((await records.executions()).filter(({ name }) => name === requestId)).toHaveLength(1);
    await approve(sandbox, requestId, bucket, 'alice');
    await sandbox.ended(requestId);
    expect(await records.exists(bucket)).toBe(false);
    const { messages } = await sandbox.see('riya');
    const told = messages.filter((one) => one.channel === sandbox.slack.channel && !one.thread_ts && textOf(one).includes(bucket));
    expect(told).toHaveLength(1);
  });
});

describe('the lock of a request that may have been started', () => {
  /** Somebody else asks for the bucket, and is told that it is asked for already. */
  async function expectLocked(bucket: string): Promise<void> {
    await openModal(sandbox, 'mallory', { command: '/delete-bucket', text: bucket });
    expect(textOf(await submit('mallory', { Reason: 'me too' }))).toContain('for this bucket is open already');
  }

  it('stays where the first of several tries was lost and the others were refused', async () => {
    const bucket = await newBucket();
    await openModal(sandbox, 'riya', { command: '/delete-bucket', text: bucket });
    await failing('states:StartExecution', 'lost-answer', 1);
    await failing('states:StartExecution', 'throttle', 2);
    expect(textOf(await submit('riya', { Reason: 'not needed' }))).toMatch(UNKNOWN_OR_LATE);
    await requestFor(bucket);
    await expectLocked(bucket);
  });

  it('stays where the form is submitted again and fails before it comes to a start', async () => {
    const bucket = await notStarted('lost-answer');
    await requestFor(bucket);
    await failing('kms:GenerateDataKey', 'error');
    expect(textOf(await submit('riya', { Reason: 'not needed' }))).toMatch(FAILED_OR_LATE);
    await expectLocked(bucket);
  });

  it('is freed where the first try of all was refused for good', async () => {
    const bucket = await newBucket();
    await openModal(sandbox, 'riya', { command: '/delete-bucket', text: bucket });
    await failing('kms:GenerateDataKey', 'error');
    await submit('riya', { Reason: 'not needed' });
    expect(await holderOf(bucket)).toBeUndefined();
    expect(await submit('riya', { Reason: 'not needed', Rehearse: true })).toBe('');
    await requestFor(bucket);
  });
});

describe('a function that finds a service throttled when it is cold', () => {
  it.each([
    ['inspect', 'kms:Decrypt'],
    ['askApprover', 'secretsmanager:GetSecretValue'],
    ['elevate', 'secretsmanager:GetSecretValue'],
    ['report', 'secretsmanager:GetSecretValue'],
  ])('works when it is called again (%s, %s)', async (name, target) => {
    const bucket = await newBucket();
    const cold = async () => {
      await failing(name, 'crash-before', 1);
      // Once more than one call tries.
      await failing(target, 'throttle', 4);
    };
    if (name === 'inspect' || name === 'askApprover') {
      // The Slack function is warm by then.
      await openModal(sandbox, 'riya', { command: '/delete-bucket', text: bucket });
      await cold();
      await submit('riya', { Reason: 'not needed' });
      await requestFor(bucket);
    } else {
      const requestId = await ask(sandbox, bucket);
      const { ts } = await waiting(sandbox, requestId);
      await openModal(sandbox, 'alice', { click: 'Approve with MFA code', ts });
      await cold();
      await submit('alice', { 'MFA code': await sandbox.code('alice'), 'Bucket name': bucket });
      expect((await sandbox.ended(requestId)).status).toBe('SUCCEEDED');
      expect(await records.rowOf(requestId)).toMatchObject({ outcome: 'deleted' });
    }
  });

  it('and can’t even load works when Slack calls it again', async () => {
    const help = async () => (await sandbox.act('riya', { command: '/delete-bucket', text: 'help' })).status;
    // As many as may be warm.
    await failing('slack', 'crash-before');
    for (let calls = 0; calls < 3; calls++) expect(await help()).toBe(500);
    // It reads two secrets, each tried three times.
    await failing('secretsmanager:GetSecretValue', 'throttle', 6);
    expect(await help()).toBe(500);
    expect(await help()).toBe(200);
  });
});

describe('an approval', () => {
  async function approving(): Promise<{ bucket: string; requestId: string; values: object }> {
    const bucket = await newBucket();
    const requestId = await ask(sandbox, bucket);
    const { ts } = await waiting(sandbox, requestId);
    await openModal(sandbox, 'alice', { click: 'Approve with MFA code', ts });
    return { bucket, requestId, values: { 'MFA code': await sandbox.code('alice'), 'Bucket name': bucket } };
  }
  /** The bucket goes, everybody hears so, and the trail is whole. */
  async function expectDeleted(requestId: string, bucket: string): Promise<void> {
    await sandbox.ended(requestId);
    expect(await records.rowOf(requestId)).toMatchObject({ outcome: 'deleted' });
    expect(await records.exists(bucket)).toBe(false);
    await sandbox.seen('alice', ({ modal }) => textOf(modal).includes('Deleted'), 'the end');
    const chain = await records.chainOf(requestId);
    expect(brokenAt(chain)).toBeUndefined();
    expect(chain.map(({ entry }) => entry)).toEqual([
      '000-asked',
      '001-1-asked',
      '001-2-approved',
      '001-3-session',
      '001-4-deleting',
      '001-5-deleted',
      '999-closed-deleted',
    ]);
  }

  it('that can’t be passed on, since its token can’t be opened, leaves the decision to anybody', async () => {
    const { requestId, values } = await approving();
    await failing('kms:Decrypt', 'error');
    expect(textOf(await submit('alice', values))).toMatch(FAILED_OR_LATE);
    expect(await records.rowOf(requestId)).toMatchObject({ state: 'waiting' });
    await sandbox.fault({ clear: true });
    await openModal(sandbox, 'bob', { click: 'Reject', ts: (await waiting(sandbox, requestId)).ts });
    await submit('bob', { Reason: 'still needed' });
    await sandbox.ended(requestId);
    expect(await records.rowOf(requestId)).toMatchObject({ outcome: 'rejected', closedBy: 'U0BOB' });
  });

  it('that could not be passed on is said again by the same person, in another window', async () => {
    const { bucket, requestId, values } = await approving();
    await failing('states:SendTaskSuccess', 'error', 2);
    expect(textOf(await submit('alice', values))).toMatch(FAILED_OR_LATE);
    await openModal(sandbox, 'bob', { click: 'Reject', ts: (await waiting(sandbox, requestId)).ts }).catch(() => undefined);
    expect(textOf((await sandbox.see('bob')).modal)).not.toContain('Why');
    await sandbox.act('alice', { close: true });
    await openModal(sandbox, 'alice', { click: 'Approve with MFA code', ts: (await waiting(sandbox, requestId)).ts });
    const code = await sandbox.code('alice');
    expect(textOf(await submit('alice', { ...values, 'MFA code': code }))).toContain('hecking with AWS');
    await expectDeleted(requestId, bucket);
  });

  it('whose record in the trail failed is recorded when it is submitted again', async () => {
    const { bucket, requestId, values } = await approving();
    await failing('dynamodb:PutItem', 'error');
    expect(textOf(await submit('alice', values))).toMatch(FAILED_OR_LATE);
    expect((await records.chainOf(requestId)).map(({ entry }) => entry)).not.toContain('001-2-approved');
    expect(textOf(await submit('alice', values))).toContain('hecking with AWS');
    await expectDeleted(requestId, bucket);
  });

  it.each(['states:SendTaskSuccess', 's3:DeleteBucket'])(
    'counts once, and ends as it should, where the answer of %s is lost',
    async (target) => {
      const { bucket, requestId, values } = await approving();
      await failing(target, 'lost-answer', 1);
      expect(textOf(await submit('alice', values))).toContain('hecking with AWS');
      await expectDeleted(requestId, bucket);
    },
  );

  it('resumes the flow where every answer of Step Functions is lost', async () => {
    const { bucket, requestId, values } = await approving();
    await failing('states:SendTaskSuccess', 'lost-answer', 2);
    await submit('alice', values);
    await until(async () => (await sandbox.flow(requestId)).status === 'SUCCEEDED', 'the end');
    expect(await records.exists(bucket)).toBe(false);
  });

  describe('of a deletion whose answer is lost', () => {
    it.each([
      ['s3:DeleteBucket', 'lost-answer'],
      ['deleteBucket', 'crash-after'],
    ])('(%s, %s) leaves a bucket of the name alone that was made anew meanwhile', async (target, kind) => {
      const { bucket, requestId, values } = await approving();
      await failing(target, kind, 1);
      await submit('alice', values);
      await until(async () => !(await records.exists(bucket)), 'the deletion');
      await records.bucket(bucket);
      expect((await sandbox.ended(requestId)).status).toBe('SUCCEEDED');
      expect(await records.exists(bucket)).toBe(true);
      expect(await records.rowOf(requestId)).toMatchObject({ outcome: 'deleted', why: expect.stringContaining('was made anew since') });
      const calls = (await sandbox.calls()).filter(
        ({ action, resource }) => action === 's3:DeleteBucket' && resource.endsWith(`:${bucket}`),
      );
      expect(calls).toHaveLength(1);
      expect(brokenAt(await records.chainOf(requestId))).toBeUndefined();
    });

    it('is sent again where the bucket that was approved is still there', async () => {
      const { bucket, requestId, values } = await approving();
      await failing('deleteBucket', 'crash-before', 1);
      await submit('alice', values);
      await expectDeleted(requestId, bucket);
      expect((await sandbox.flow(requestId)).states.map(({ name }) => name)).toContain('CheckDeleted');
    });
  });
});

describe.each([
  ['a rejection', 'bob', 'Reject', { Reason: 'still needed' }, 'rejected'],
  ['a cancellation', 'riya', 'Cancel request', undefined, 'cancelled'],
])('%s that could not be passed on', (_, by, click, values, outcome) => {
  it('is said again, and stands', async () => {
    const bucket = await newBucket();
    const requestId = await ask(sandbox, bucket);
    const find = ({ messages }: Awaited<ReturnType<typeof sandbox.see>>) =>
      messages.findLast((message) => textOf(message).includes(requestId) && textOf(message).includes(click));
    await waiting(sandbox, requestId);
    const { ts } = await sandbox.seen(by, find, `the button ${click}`);
    const decide = async () => {
      await sandbox.act(by, { click, ts });
      if (values) await submit(by, values);
    };
    await failing('states:SendTaskSuccess', 'error', 2);
    await decide();
    expect(await records.rowOf(requestId)).toMatchObject({ state: 'decided' });
    await decide();
    await sandbox.ended(requestId);
    expect(await records.rowOf(requestId)).toMatchObject({ outcome });
    expect(await records.exists(bucket)).toBe(true);
  });
});
