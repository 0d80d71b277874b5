import { CreateBucketCommand, HeadBucketCommand } from '@aws-sdk/client-s3';
import { sandbox } from '../helpers/shared.ts';
import { approve, ask, channelMessage, openModal, submit, textOf, waiting } from '../helpers/story.ts';

let buckets = 0;

/** A bucket of its own for each test, asked for. */
async function asked(more: Parameters<typeof ask>[2] = {}, name = 'team-decided'): Promise<{ bucket: string; requestId: string }> {
  buckets += 1;
  const bucket = `${name}-${buckets}`;
  await sandbox.s3().send(new CreateBucketCommand({ Bucket: bucket }));
  return { bucket, requestId: await ask(sandbox, bucket, more) };
}

const exists = (bucket: string) => sandbox.s3().send(new HeadBucketCommand({ Bucket: bucket }));
const codesSpent = async () =>
  (await sandbox.calls()).filter(({ action, principal }) => action === 'sts:AssumeRole' && /user\/interlock-/.test(principal)).length;
const ended = async (requestId: string) =>
  textOf(await sandbox.seen('mallory', (view) => channelMessage(view, sandbox.slack.channel, requestId), `the outcome of ${requestId}`));

describe('a code', () => {
  it('that AWS refuses is asked for again in the same modal, which says why; the right one then deletes', async () => {
    const { bucket, requestId } = await asked();
    const { ts } = await waiting(sandbox, requestId);
    await openModal(sandbox, 'alice', { click: 'Approve with MFA code', ts });
    await sandbox.act('alice', { submit: { 'MFA code': '000000', 'Bucket name': bucket } });
    const modal = await sandbox.seen('alice', (view) => textOf(view.modal).includes('AWS refused the code') && view.modal, 'the refusal');
    expect(textOf(modal)).toContain('2 tries are left');
    expect(textOf(modal)).toContain('MFA code');
    expect(textOf(modal)).toContain('Bucket name');
    const notice = `A code was given in your name for \`${bucket}\`.`;
    await sandbox.seen('alice', ({ messages }) => textOf(messages).includes(notice), 'the notice');
    await sandbox.act('alice', { submit: { 'MFA code': await sandbox.code('alice'), 'Bucket name': bucket } });
    await sandbox.ended(requestId);
    await expect(exists(bucket)).rejects.toMatchObject({ name: 'NotFound' });
  });

  it('that was used already is refused, as a wrong one', async () => {
    const first = await asked();
    const second = await asked();
    const code = await sandbox.code('alice');
    await approve(sandbox, first.requestId, first.bucket, 'alice', code);
    await sandbox.ended(first.requestId);
    await approve(sandbox, second.requestId, second.bucket, 'alice', code);
    await sandbox.seen('alice', ({ modal }) => textOf(modal).includes('was used already'), 'the refusal');
    await exists(second.bucket);
  });

  it('typed as anything but six digits is refused below the input, and AWS never sees it (FC-11)', async () => {
    const { bucket, requestId } = await asked();
    const before = await codesSpent();
    await openModal(sandbox, 'alice', { click: 'Approve with MFA code', ts: (await waiting(sandbox, requestId)).ts });
    for (const typed of ['12345', '1234567', '12 34 5', '12345a', '138502\\', ' ']) {
      const { body } = await submit(sandbox, 'alice', { 'MFA code': typed, 'Bucket name': bucket });
      expect(body).toMatchObject({ response_action: 'errors', errors: { code: expect.stringContaining('six digits') } });
      expect(textOf(body)).not.toContain(typed.trim() || 'nothing typed');
    }
    expect(await codesSpent()).toBe(before);
  });

  it('typed in two groups, with a no-break space or in full-width digits is the same code (FC-10)', async () => {
    for (const write of [
      (code: string) => ` ${code.slice(0, 3)} ${code.slice(3)} `,
      (code: string) => `${code.slice(0, 3)}\u00a0${code.slice(3)}`,
      (code: string) => [...code].map((digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0)).join(''),
    ]) {
      const { bucket, requestId } = await asked();
      await approve(sandbox, requestId, bucket, 'alice', write(await sandbox.code('alice')));
      await sandbox.ended(requestId);
      await expect(exists(bucket)).rejects.toMatchObject({ name: 'NotFound' });
    }
  });

  it('with another bucket’s name typed out is not sent', async () => {
    const { requestId } = await asked();
    const before = await codesSpent();
    const { body } = await approve(sandbox, requestId, 'team-logs', 'alice');
    expect(body).toMatchObject({ response_action: 'errors', errors: { bucketName: expect.stringContaining('Type team-decided-') } });
    expect(await codesSpent()).toBe(before);
  });

  it('refused three times locks the request, and it can be asked anew', async () => {
    const { bucket, requestId } = await asked();
    const wrong = { 'MFA code': '000000', 'Bucket name': bucket };
    const { ts } = await waiting(sandbox, requestId);
    await openModal(sandbox, 'alice', { click: 'Approve with MFA code', ts });
    for (const left of ['2 tries are left', 'one try is left', 'locked']) {
      await sandbox.act('alice', { submit: wrong });
      await sandbox.seen('alice', ({ modal }) => textOf(modal).includes(left), left);
    }
    expect(await ended(requestId)).toContain('AWS refused 3 codes');
    await exists(bucket);
    await ask(sandbox, bucket);
  });
});

describe('rejecting', () => {
  it('asks for a reason, tells it to the requester and deletes nothing', async () => {
    const { bucket, requestId } = await asked();
    const { ts } = await waiting(sandbox, requestId);
    await openModal(sandbox, 'bob', { click: 'Reject', ts });
    await sandbox.act('bob', { submit: { Reason: 'the <auditors> still need it' } });
    const flow = await sandbox.ended(requestId);
    expect(flow.states.map(({ name }) => name)).toContain('ConcludeAnswer');
    expect(await ended(requestId)).toContain('the &lt;auditors&gt; still need it');
    expect(textOf((await sandbox.see('riya')).messages)).toContain('the &lt;auditors&gt; still need it');
    await exists(bucket);
  });
});

describe('cancelling', () => {
  it('ends the request of the one who asked', async () => {
    const { bucket, requestId } = await asked();
    await waiting(sandbox, requestId);
    await sandbox.act('riya', { click: 'Cancel request' });
    await sandbox.ended(requestId);
    expect(await ended(requestId)).toContain('*cancelled*');
    await exists(bucket);
    await ask(sandbox, bucket);
  });
});

describe('somebody else', () => {
  it('who is no approver hears who can, and nothing opens', async () => {
    const { requestId } = await asked();
    const { ts } = await waiting(sandbox, requestId);
    for (const click of ['Approve with MFA code', 'Reject']) {
      const before = await sandbox.see('mallory');
      await sandbox.act('mallory', { click, ts });
      const view = await sandbox.see('mallory');
      expect(view.modal).toEqual(before.modal);
      expect(view.messages).toHaveLength(before.messages.length + 1);
      expect(view.messages.at(-1)).toMatchObject({
        ephemeral: true,
        text: expect.stringMatching(/You are not an approver.*<@U0ALICE> or <@U0BOB> can/),
      });
    }
  });

  it('who asked is no approver of it, though an approver', async () => {
    const { bucket, requestId } = await asked({ by: 'alice' });
    const { ts } = await waiting(sandbox, requestId);
    while ((await sandbox.see('alice')).modal) await sandbox.act('alice', { close: true });
    await sandbox.act('alice', { click: 'Approve with MFA code', ts });
    const view = await sandbox.see('alice');
    expect(view.modal).toBeNull();
    expect(view.messages.at(-1)).toMatchObject({ ephemeral: true, text: expect.stringContaining('<@U0BOB> can') });
    await approve(sandbox, requestId, bucket, 'bob');
    await sandbox.ended(requestId);
    await expect(exists(bucket)).rejects.toMatchObject({ name: 'NotFound' });
  });
});

describe('time', () => {
  it('ends a request that nobody decides, after a reminder at half the window', async () => {
    const { bucket, requestId } = await asked();
    await waiting(sandbox, requestId);
    await sandbox.advance(4 * 3600 + 1);
    await sandbox.seen('alice', ({ messages }) => textOf(messages).includes('still waits for'), 'the reminder');
    await waiting(sandbox, requestId);
    await sandbox.advance(4 * 3600);
    await sandbox.ended(requestId);
    expect(await ended(requestId)).toContain('*expired*');
    await exists(bucket);
  });

  it('of a few seconds is enough for a rule that says so', async () => {
    const { requestId } = await asked({}, 'quick-decided');
    await sandbox.ended(requestId);
    expect(await ended(requestId)).toContain('*expired*');
  });
});

describe('a rehearsal', () => {
  it.each(['alice', 'bob'])('takes the session of %s and shows that it works, and deletes nothing', async (approver) => {
    const { bucket, requestId } = await asked({ rehearse: true });
    await approve(sandbox, requestId, bucket, approver);
    const flow = await sandbox.ended(requestId);
    expect(flow.states.map(({ name }) => name)).toContain('Rehearse');
    expect(flow.states.map(({ name }) => name)).not.toContain('DeleteBucket');
    expect(await ended(requestId)).toContain('*rehearsed*');
    expect(await ended(requestId)).toContain('would have deleted it now');
    await exists(bucket);
    const calls = (await sandbox.calls()).filter(({ resource }) => resource.endsWith(`:${bucket}`));
    expect(calls.map(({ action }) => action)).not.toContain('s3:DeleteBucket');
    expect(calls.filter(({ action, principal }) => action === 's3:ListBucketVersions' && !principal.includes('inspect'))).toMatchObject([
      { allowed: true },
    ]);
  });
});
