import { CreateBucketCommand, HeadBucketCommand, PutBucketPolicyCommand, PutBucketTaggingCommand } from '@aws-sdk/client-s3';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { sandbox } from '../helpers/shared.ts';
import { approve, ask, channelMessage, openModal, requestsIn, submit, textOf, waiting } from '../helpers/story.ts';

let buckets = 0;

async function bucketOf(name = 'team-clicked'): Promise<string> {
  buckets += 1;
  await sandbox.s3().send(new CreateBucketCommand({ Bucket: `${name}-${buckets}` }));
  return `${name}-${buckets}`;
}

const exists = (bucket: string) => sandbox.s3().send(new HeadBucketCommand({ Bucket: bucket }));
const gone = (bucket: string) => expect(exists(bucket)).rejects.toMatchObject({ name: 'NotFound' });
const rowOf = async (requestId: string) =>
  (await sandbox.db().send(new GetCommand({ TableName: 'interlock-sandbox-requests', Key: { requestId } }))).Item;
const codesOf = async (approver: string) =>
  (await sandbox.calls()).filter(
    ({ action, principal }) => /AssumeRole|GetSessionToken/.test(action) && principal.endsWith(`user/interlock-${approver}`),
  ).length;

/** Fills in the approval of a request as somebody, without submitting it yet. */
async function ready(by: string, requestId: string, bucket: string): Promise<object> {
  await openModal(sandbox, by, { click: 'Approve with MFA code', ts: (await waiting(sandbox, requestId)).ts });
  return { 'MFA code': await sandbox.code(by), 'Bucket name': bucket };
}

describe('the same submission, delivered three times', () => {
  it('with and without a retry header, is one request, one message, one execution (FC-01)', async () => {
    const bucket = await bucketOf();
    const requestId = await ask(sandbox, bucket);
    await sandbox.act('riya', { again: true, headers: { 'x-slack-retry-num': '1', 'x-slack-retry-reason': 'http_timeout' } });
    await sandbox.act('riya', { again: true });
    await waiting(sandbox, requestId);
    const { messages } = await sandbox.see('riya');
    const about = messages.filter((one) => one.channel === sandbox.slack.channel && textOf(one).includes(bucket));
    expect(about).toHaveLength(1);
    expect(requestsIn({ messages: about, modal: null, home: null })).toEqual([requestId]);
  });

  it('of a code, is one session and one deletion', async () => {
    const bucket = await bucketOf();
    const requestId = await ask(sandbox, bucket);
    const before = await codesOf('alice');
    await approve(sandbox, requestId, bucket, 'alice');
    await sandbox.act('alice', { again: true });
    await sandbox.act('alice', { again: true, headers: { 'x-slack-retry-num': '1' } });
    await sandbox.ended(requestId);
    await gone(bucket);
    expect(await codesOf('alice')).toBe(before + 1);
  });
});

describe('of two at once', () => {
  it('one approval wins, and the other is told who and what (FC-17)', async () => {
    const bucket = await bucketOf();
    const requestId = await ask(sandbox, bucket);
    const [alice, bob] = [await ready('alice', requestId, bucket), await ready('bob', requestId, bucket)];
    const before = (await codesOf('alice')) + (await codesOf('bob'));
    const answers = await Promise.all([submit(sandbox, 'alice', alice), submit(sandbox, 'bob', bob)]);
    const told = answers.map(({ body }) => textOf(body));
    expect(told.filter((text) => text.includes('hecking with AWS'))).toHaveLength(1);
    expect(told.filter((text) => /<@U0(ALICE|BOB)> has approved it already/.test(text))).toHaveLength(1);
    await sandbox.ended(requestId);
    await gone(bucket);
    expect((await codesOf('alice')) + (await codesOf('bob'))).toBe(before + 1);
  });

  it('approve and reject: one wins, and the other is told who and what (FC-17)', async () => {
    const bucket = await bucketOf();
    const requestId = await ask(sandbox, bucket);
    const approval = await ready('alice', requestId, bucket);
    await openModal(sandbox, 'bob', { click: 'Reject', ts: (await waiting(sandbox, requestId)).ts });
    const answers = await Promise.all([submit(sandbox, 'alice', approval), submit(sandbox, 'bob', { Reason: 'no' })]);
    const flow = await sandbox.ended(requestId);
    const decision = (await rowOf(requestId))?.decision;
    const [loser] = decision.verdict === 'approved' ? [answers[1]] : [answers[0]];
    expect(textOf(loser?.body)).toContain(`<@${decision.by}> has ${decision.verdict} it already`);
    if (flow.states.some(({ name }) => name === 'DeleteBucket')) await gone(bucket);
    else await exists(bucket);
  });

  it('cancel and approve: one wins; after the code is on its way, cancelling says that it is too late', async () => {
    const bucket = await bucketOf();
    const requestId = await ask(sandbox, bucket);
    const approval = await ready('alice', requestId, bucket);
    await submit(sandbox, 'alice', approval);
    await sandbox.act('riya', { click: 'Cancel request' }).catch(() => undefined);
    await sandbox.ended(requestId);
    expect((await rowOf(requestId))?.outcome).toBe('deleted');
  });
});

describe('a late click', () => {
  it('after the end is told that it is over, and nothing is approved (FC-47)', async () => {
    const bucket = await bucketOf();
    const requestId = await ask(sandbox, bucket);
    const approval = await ready('alice', requestId, bucket);
    const before = await codesOf('alice');
    await sandbox.advance(8 * 3600 + 60);
    const { status, body } = await submit(sandbox, 'alice', approval);
    expect({ status, body: textOf(body) }).toEqual({
      status: 200,
      body: expect.stringMatching(/This has expired|This is over: expired|asked anew/),
    });
    await sandbox.ended(requestId);
    expect(await rowOf(requestId)).toMatchObject({ outcome: 'expired' });
    expect(await codesOf('alice')).toBe(before);
    await exists(bucket);
  });
});

describe('a submission', () => {
  it('counts only in the window that was opened for that person', async () => {
    const bucket = await bucketOf();
    const requestId = await ask(sandbox, bucket);
    const first = await ready('alice', requestId, bucket);
    // Opened once more, on another screen: the older window is no longer the one.
    await sandbox.act('alice', { click: 'Approve with MFA code', ts: (await waiting(sandbox, requestId)).ts });
    await sandbox.act('alice', { close: true });
    const { body } = await submit(sandbox, 'alice', first);
    expect(textOf(body)).toContain('not the window that Interlock opened for you last');
    await exists(bucket);
  });
});

describe('what the approver sees', () => {
  it('names a stranger’s Deny before anything is spent, and the refusal says it again (FC-44)', async () => {
    const bucket = await bucketOf();
    const deny = { Sid: 'Keep', Effect: 'Deny', Principal: '*', Action: 's3:DeleteBucket', Resource: `arn:aws:s3:::${bucket}` };
    await sandbox
      .s3()
      .send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: JSON.stringify({ Version: '2012-10-17', Statement: deny }) }));
    const requestId = await ask(sandbox, bucket);
    expect(textOf(await waiting(sandbox, requestId))).toContain('Statement “Keep” of the bucket policy may deny the deletion');
    await approve(sandbox, requestId, bucket, 'alice');
    await sandbox.ended(requestId);
    const outcome = textOf(channelMessage(await sandbox.see('riya'), sandbox.slack.channel, requestId));
    expect(outcome).toContain('AWS denied it to the approved session');
    expect(outcome).toContain('“Keep”');
    await exists(bucket);
  });

  it('names the stack that owns the bucket (FC-46)', async () => {
    const bucket = await bucketOf();
    const tags = [{ Key: 'owner', Value: 'data' }];
    await sandbox.s3().send(new PutBucketTaggingCommand({ Bucket: bucket, Tagging: { TagSet: tags } }));
    const requestId = await ask(sandbox, bucket);
    expect(textOf(await waiting(sandbox, requestId))).toContain('owner=data');
  });

  it('that changes meanwhile comes back with the difference, the code unspent', async () => {
    const bucket = await bucketOf();
    const requestId = await ask(sandbox, bucket);
    const approval = await ready('alice', requestId, bucket);
    await sandbox.s3().send(new PutBucketTaggingCommand({ Bucket: bucket, Tagging: { TagSet: [{ Key: 'keep', Value: 'yes' }] } }));
    const before = await codesOf('alice');
    await submit(sandbox, 'alice', approval);
    const modal = await sandbox.seen(
      'alice',
      (view) => textOf(view.modal).includes('your code was not used') && view.modal,
      'the difference',
    );
    expect(textOf(modal)).toContain('keep=yes');
    expect(await codesOf('alice')).toBe(before);
    await sandbox.act('alice', { submit: { 'MFA code': await sandbox.code('alice'), 'Bucket name': bucket } });
    await sandbox.ended(requestId);
    await gone(bucket);
  });
});

describe('Slack, failing at a click', () => {
  it.each([
    ['error', { error: 'expired_trigger_id' }],
    ['error', { error: 'invalid_arguments' }],
    ['error', {}],
    ['throttle', {}],
    ['lost-answer', {}],
  ])('(views.open, %s %j) says so to the person who typed, with nothing half-made (FC-04)', async (kind, more) => {
    const before = requestsIn(await sandbox.see('riya'));
    await sandbox.fault({ target: 'views.open', kind, times: 2, ...more });
    const { status, body } = await sandbox.act('riya', { command: '/delete-bucket', text: 'team-scratch' });
    expect(status).toBe(200);
    expect(textOf(body)).toContain('Nothing was asked: type /delete-bucket again');
    expect(requestsIn(await sandbox.see('riya'))).toEqual(before);
  });

  it.each([
    ['conversations.members', 'error', {}, 'Something failed for the moment'],
    ['conversations.members', 'throttle', {}, 'Something failed for the moment'],
    ['conversations.members', 'error', { error: 'channel_not_found' }, '(channel_not_found). Tell your operators that word'],
  ])('(%s, %s %j) refuses the request in words, and it can be sent again', async (target, kind, more, words) => {
    const bucket = await bucketOf();
    await openModal(sandbox, 'riya', { command: '/delete-bucket', text: bucket });
    await sandbox.fault({ target, kind, times: 2, ...more });
    const { body } = await sandbox.act('riya', { submit: { Reason: 'not needed' } });
    expect(body).toMatchObject({
      response_action: 'errors',
      errors: { bucket: expect.stringContaining(words) },
    });
    await sandbox.fault({ clear: true });
    await sandbox.act('riya', { submit: { Reason: 'not needed' } });
    await sandbox.seen('alice', ({ messages }) => messages.some((one) => textOf(one).includes(bucket)), 'the question');
  });

  it.each([
    ['chat.update', 'error'],
    ['views.update', 'throttle'],
    ['views.update', 'slow'],
    ['chat.postMessage', 'lost-answer'],
  ])('(%s, %s) while the code is checked changes nothing about the end', async (target, kind) => {
    const bucket = await bucketOf();
    const requestId = await ask(sandbox, bucket);
    const approval = await ready('alice', requestId, bucket);
    await sandbox.fault({ target, kind, times: 2 });
    await submit(sandbox, 'alice', approval);
    expect((await sandbox.ended(requestId)).status).toBe('SUCCEEDED');
    await gone(bucket);
    expect(await rowOf(requestId)).toMatchObject({ outcome: 'deleted' });
  });
});
