import { CreateBucketCommand, HeadBucketCommand } from '@aws-sdk/client-s3';
import { ListExecutionsCommand, ListStateMachinesCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type AuditEntry, brokenAt } from '../../src/domain/audit.ts';
import { until } from '../helpers/sandbox.ts';
import { sandbox } from '../helpers/shared.ts';
import { approve, ask, channelMessage, openModal, requestsIn, textOf, waiting } from '../helpers/story.ts';

let buckets = 0;

async function bucketOf(name = 'team-faulty'): Promise<string> {
  buckets += 1;
  const bucket = `${name}-${buckets}`;
  await sandbox.s3().send(new CreateBucketCommand({ Bucket: bucket }));
  return bucket;
}

const fault = (target: string, kind: string, more: object = {}) => sandbox.fault({ target, kind, times: 1, ...more });
const gone = (bucket: string) =>
  expect(sandbox.s3().send(new HeadBucketCommand({ Bucket: bucket }))).rejects.toMatchObject({ name: 'NotFound' });

const rowOf = async (requestId: string) =>
  (await sandbox.db().send(new GetCommand({ TableName: 'interlock-sandbox-requests', Key: { requestId } }))).Item;

/** What there must be once, whatever failed on the way. */
async function expectOnce(requestId: string, bucket: string): Promise<void> {
  const calls = await sandbox.calls();
  expect(
    calls.filter(({ action, resource, errorCode }) => action === 's3:DeleteBucket' && resource.endsWith(`:${bucket}`) && !errorCode),
  ).toHaveLength(1);
  const { messages } = await sandbox.see('riya');
  const about = messages.filter((message) => textOf(message).includes(requestId));
  const inChannel = about.filter(({ channel }) => channel === sandbox.slack.channel);
  expect(inChannel.filter(({ thread_ts }) => !thread_ts)).toHaveLength(1);
  expect(inChannel.filter(({ thread_ts }) => thread_ts)).toHaveLength(1);
  const direct = about.filter(({ channel }) => channel !== sandbox.slack.channel);
  expect(direct.filter((message) => textOf(message).includes('Nothing more to do.'))).toHaveLength(1);
  const { Items } = await sandbox.db().send(
    new QueryCommand({
      TableName: 'interlock-sandbox-audit',
      KeyConditionExpression: 'requestId = :id',
      ExpressionAttributeValues: { ':id': requestId },
    }),
  );
  const chain = inOrder((Items ?? []) as AuditEntry[]);
  expect(brokenAt(chain)).toBeUndefined();
  for (const entry of [/^000-asked$/, /-3-session$/, /-4-deleting$/, /-5-deleted$/, /^999-closed-deleted$/]) {
    expect(chain.filter((one) => entry.test(one.entry))).toHaveLength(1);
  }
}

/** By the hashes: each entry names the one before. */
function inOrder(entries: AuditEntry[]): AuditEntry[] {
  const chain: AuditEntry[] = [];
  const after = (hash: string) => entries.find(({ previous }) => previous === hash);
  for (let next = after(''); next; next = after(next.hash)) chain.push(next);
  expect(chain).toHaveLength(entries.length);
  return chain;
}

describe('a function that dies and is run again', () => {
  it.each(
    ['inspect', 'askApprover', 'elevate', 'deleteBucket', 'report'].flatMap((name) =>
      ['crash-before', 'crash-after'].map((kind) => [name, kind] as const),
    ),
  )('(%s, %s) does its thing once', async (name, kind) => {
    const bucket = await bucketOf();
    if (name === 'inspect' || name === 'askApprover') await fault(name, kind);
    const requestId = await ask(sandbox, bucket);
    await waiting(sandbox, requestId);
    if (name !== 'inspect' && name !== 'askApprover') await fault(name, kind);
    // While the state that asks is run again, an answer to its first run goes nowhere, and says so.
    const accepted = async () => textOf((await approve(sandbox, requestId, bucket, 'alice')).body).includes('hecking with AWS');
    await until(() => accepted().catch(() => false), 'an answer to count');
    expect((await sandbox.ended(requestId)).status).toBe('SUCCEEDED');
    await gone(bucket);
    await expectOnce(requestId, bucket);
  });
});

describe('a service that fails for the moment', () => {
  it.each([
    ['kms:Decrypt', 'throttle'],
    ['kms:Decrypt', 'error'],
    ['kms:Decrypt', 'lost-answer'],
    ['secretsmanager:GetSecretValue', 'error'],
    ['dynamodb:PutItem', 'lost-answer'],
    ['dynamodb:UpdateItem', 'error'],
    ['dynamodb:GetItem', 'throttle'],
    ['s3:ListObjectVersions', 'throttle'],
    ['s3:DeleteBucket', 'throttle'],
    ['s3:DeleteBucket', 'lost-answer'],
    ['s3:DeleteBucket', 'slow'],
    ['states:SendTaskSuccess', 'lost-answer'],
  ])('(%s, %s) changes nothing about the outcome', async (target, kind) => {
    const bucket = await bucketOf();
    const requestId = await ask(sandbox, bucket);
    const { ts } = await waiting(sandbox, requestId);
    const code = await sandbox.code('alice');
    await openModal(sandbox, 'alice', { click: 'Approve with MFA code', ts });
    await fault(target, kind);
    await sandbox.act('alice', { submit: { 'MFA code': code, 'Bucket name': bucket } });
    const asked = (await sandbox.see('alice')).modal;
    if (asked?.errors) await sandbox.act('alice', { submit: { 'MFA code': code, 'Bucket name': bucket } });
    expect((await sandbox.ended(requestId)).status).toBe('SUCCEEDED');
    await gone(bucket);
    expect(await rowOf(requestId)).toMatchObject({ outcome: 'deleted', closedBy: 'U0ALICE' });
  });
});

describe('Slack', () => {
  it.each(['channel_not_found', 'not_in_channel', 'is_archived'])(
    'that has no channel for it (%s) shows the question to the approvers directly',
    async (error) => {
      const bucket = await bucketOf();
      await sandbox.act('riya', { command: '/delete-bucket', text: '' });
      await openModal(sandbox, 'riya', { command: '/delete-bucket', text: bucket });
      await fault('chat.postMessage', 'error', { error });
      await sandbox.act('riya', { submit: { Reason: 'not needed' } });
      const message = await sandbox.seen(
        'alice',
        ({ messages }) => messages.find((one) => one.channel === 'D0ALICE' && textOf(one).includes(bucket)),
        'the question, directly',
      );
      const requestId = requestsIn({ messages: [message], modal: null, home: null })[0] as string;
      await openModal(sandbox, 'alice', { click: 'Approve with MFA code', ts: message.ts });
      await sandbox.act('alice', { submit: { 'MFA code': await sandbox.code('alice'), 'Bucket name': bucket } });
      await sandbox.ended(requestId);
      await gone(bucket);
    },
  );

  it.each([
    ['throttle', {}],
    ['error', {}],
    ['lost-answer', {}],
  ])('that fails for the moment (chat.postMessage, %s) is asked again', async (kind, more) => {
    const bucket = await bucketOf();
    await openModal(sandbox, 'riya', { command: '/delete-bucket', text: bucket });
    await fault('chat.postMessage', kind, more);
    await sandbox.act('riya', { submit: { Reason: 'not needed' } });
    await sandbox.seen(
      'alice',
      ({ messages }) => messages.some((one) => textOf(one).includes(bucket) && textOf(one).includes('Approve')),
      'the question',
    );
  });

  it.each(['not_found', 'hash_conflict'])('that lost the modal (views.update, %s) lets the approver hear it directly', async (error) => {
    const bucket = await bucketOf();
    const requestId = await ask(sandbox, bucket);
    await fault('views.update', 'error', { error });
    await approve(sandbox, requestId, bucket, 'alice');
    await sandbox.ended(requestId);
    const { messages } = await sandbox.see('alice');
    expect(textOf(messages)).toContain(`Your MFA code was just used for \`${bucket}\``);
  });

  it('that takes no direct message has the requester mentioned in the channel', async () => {
    const bucket = await bucketOf('team-nobody');
    await openModal(sandbox, 'riya', { command: '/delete-bucket', text: `${bucket}-not-there` });
    await fault('chat.postMessage', 'error', { error: 'user_not_found' });
    await sandbox.act('riya', { submit: { Reason: 'not needed' } });
    await sandbox.seen(
      'mallory',
      ({ messages }) => messages.some((one) => textOf(one).includes(`${bucket}-not-there`) && textOf(one).includes('<@U0RIYA>')),
      'the mention',
    );
  });
});

describe('an execution that ends where no state catches it', () => {
  it('is told all the same, and its lock is freed', async () => {
    const bucket = await bucketOf();
    const requestId = await ask(sandbox, bucket);
    await waiting(sandbox, requestId);
    const [machine] = (await sandbox.sfn().send(new ListStateMachinesCommand({}))).stateMachines ?? [];
    const { executions } = await sandbox
      .sfn()
      .send(new ListExecutionsCommand({ stateMachineArn: machine?.stateMachineArn, statusFilter: 'RUNNING' }));
    const execution = executions?.find(({ name }) => name === requestId);
    await sandbox.sfn().send(new StopExecutionCommand({ executionArn: execution?.executionArn }));
    await sandbox.seen('riya', (view) => textOf(channelMessage(view, sandbox.slack.channel, requestId)).includes('*stopped*'), 'the end');
    await sandbox.seen(
      'riya',
      ({ messages }) => textOf(messages.filter(({ thread_ts }) => thread_ts)).includes('An operator stopped it'),
      'the reason',
    );
    await ask(sandbox, bucket);
  });
});

describe('what takes longer than Slack waits', () => {
  it('is answered in time, and happens once', async () => {
    const bucket = await bucketOf();
    await openModal(sandbox, 'riya', { command: '/delete-bucket', text: bucket });
    await fault('states:StartExecution', 'slow');
    const { status, body, ms } = await sandbox.act('riya', { submit: { Reason: 'not needed' } });
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { response_action: 'errors', errors: { bucket: expect.stringContaining('longer than usual') } },
    });
    expect(ms).toBeLessThan(3000);
    await sandbox.act('riya', { submit: { Reason: 'not needed' } });
    await sandbox.seen('alice', ({ messages }) => messages.some((one) => textOf(one).includes(bucket)), 'the question');
    const { messages } = await sandbox.see('riya');
    expect(messages.filter((one) => one.channel === sandbox.slack.channel && textOf(one).includes(bucket))).toHaveLength(1);
  });
});
