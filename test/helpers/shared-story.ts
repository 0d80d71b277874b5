/** One sandbox for the scenarios of one test file that look at what all that the product does leaves behind: calls, and secrets nowhere. */
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { stopSearched } from './places.ts';
import { type Call, type Sandbox, startSandbox } from './sandbox.ts';
import { approve, ask, channelMessage, dayPasses, openModal, requestsIn, submit, textOf, waiting } from './story.ts';

const EXECUTION = 'arn:aws:states:us-east-1:111122223333:execution:interlock-sandbox-deletion';

export let sandbox: Sandbox;
/** What was called in all of that. */
export let calls: Call[];

beforeAll(async () => {
  sandbox = await startSandbox({ SANDBOX_ASSUME_ROLE_MFA: 'true' });
  await deletes();
  await guards();
  await empties();
  await stops();
  await rehearses();
  await rejects();
  await looks();
  await cancels();
  await isAborted();
  await checks();
  calls = await sandbox.calls();
});
afterAll(() => stopSearched(sandbox));

async function asked(bucket: string, more: Parameters<typeof ask>[2] = {}): Promise<string> {
  await sandbox.s3().send(new CreateBucketCommand({ Bucket: bucket }));
  return ask(sandbox, bucket, more);
}

/** With a code that AWS refuses before, and one that is none; \`elevate\` and \`report\` die once after their work, and are run again. */
async function deletes(): Promise<void> {
  const requestId = await asked('team-deleted');
  await approve(sandbox, requestId, 'team-deleted', 'alice', '000 000');
  await sandbox.seen('alice', ({ modal }) => textOf(modal).includes('AWS refused the code'), 'the refusal');
  await sandbox.act('alice', { submit: { 'MFA code': `${await sandbox.code('alice')}\\`, 'Bucket name': 'team-deleted' } });
  for (const target of ['elevate', 'report']) await sandbox.fault({ target, times: 1, kind: 'crash-after' });
  await approve(sandbox, requestId, 'team-deleted', 'alice');
  await sandbox.ended(requestId);
}

/** Puts a guard on, and takes it off again: nothing else stands in the policy, which goes with it. */
async function guards(): Promise<void> {
  await sandbox.s3().send(new CreateBucketCommand({ Bucket: 'team-guarded' }));
  for (const guard of ['Put the hardened guard on', 'Take the guard off']) {
    const requestId = await ask(sandbox, 'team-guarded', { guard });
    await approve(sandbox, requestId, 'team-guarded', 'alice');
    await sandbox.ended(requestId);
  }
}

/** A bucket of each kind of thing that keeps it from being deleted, and what there is of an upload; gives the request that asks for its emptying. */
async function askedToEmpty(Bucket: string, more: object = {}): Promise<string> {
  const s3 = sandbox.s3();
  // So that its versions are looked at for locks.
  await s3.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  for (const Body of ['old', 'new']) await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body }));
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
  await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'big.iso' }));
  await openModal(sandbox, 'riya', { command: '/delete-bucket', text: Bucket });
  const before = requestsIn(await sandbox.glance('riya'));
  await submit(sandbox, 'riya', { Reason: 'old logs', 'Empty it first': true, ...more });
  return sandbox.seen('riya', (view) => requestsIn(view).find((id) => !before.includes(id)), `a message about ${Bucket}`);
}

async function empties(): Promise<void> {
  const requestId = await askedToEmpty('team-emptied');
  await approve(sandbox, requestId, 'team-emptied', 'alice');
  await sandbox.ended(requestId);
}

/** S3 asks for fewer requests meanwhile, so that there is something to be told; then it refuses what the worker had begun. */
async function stops(): Promise<void> {
  const requestId = await askedToEmpty('team-stopped', { 'Keep the empty bucket': true });
  await sandbox.fault({ target: 's3:DeleteObjects', times: 100, kind: 'error', error: 'SlowDown' });
  await approve(sandbox, requestId, 'team-stopped', 'alice');
  const { ts } = await sandbox.seen(
    'riya',
    (view) => {
      const message = channelMessage(view, sandbox.slack.channel, requestId);
      return textOf(message).includes('Emptying') && message;
    },
    'the progress',
  );
  await sandbox.act('riya', { click: 'Stop', ts });
  await sandbox.fault({ clear: true });
  await sandbox.fault({ target: 's3:DeleteObjects', times: 1, kind: 'error', error: 'AccessDenied' });
  await sandbox.ended(requestId);
  await sandbox.fault({ clear: true });
}

async function rehearses(): Promise<void> {
  const requestId = await asked('team-rehearsed', { rehearse: true });
  await approve(sandbox, requestId, 'team-rehearsed', 'bob');
  await sandbox.ended(requestId);
}

async function rejects(): Promise<void> {
  const requestId = await asked('team-rejected');
  const { ts } = await waiting(sandbox, requestId);
  await sandbox.act('bob', { click: 'Reject', ts });
  await sandbox.act('bob', { submit: { Reason: 'still needed' } });
  await sandbox.ended(requestId);
}

/** For a bucket that isn't there; and where what is open stands. */
async function looks(): Promise<void> {
  await sandbox.ended(await ask(sandbox, 'team-nowhere'));
  await sandbox.act('riya', { command: '/delete-bucket', text: 'status' });
  await sandbox.act('alice', { home: true });
}

/** Asked for once more meanwhile. */
async function cancels(): Promise<void> {
  const requestId = await asked('team-cancelled');
  await waiting(sandbox, requestId);
  await openModal(sandbox, 'mallory', { command: '/delete-bucket', text: 'team-cancelled' });
  await sandbox.act('mallory', { submit: { Reason: 'me too' } });
  await sandbox.act('alice', { home: true });
  await sandbox.act('riya', { click: 'Cancel request' });
  await sandbox.ended(requestId);
}

/** KMS fails at first, before the flow is to be started; then it starts, and somebody stops it. */
async function isAborted(): Promise<void> {
  await sandbox.s3().send(new CreateBucketCommand({ Bucket: 'team-aborted' }));
  // An error that the SDK doesn't try again.
  await sandbox.fault({ target: 'kms:GenerateDataKey', times: 1, kind: 'error', error: 'DisabledException' });
  await openModal(sandbox, 'riya', { command: '/delete-bucket', text: 'team-aborted' });
  await sandbox.act('riya', { submit: { Reason: 'not needed' } });
  await sandbox.fault({ clear: true });
  const requestId = await ask(sandbox, 'team-aborted');
  await waiting(sandbox, requestId);
  await sandbox.sfn().send(new StopExecutionCommand({ executionArn: `${EXECUTION}:${requestId}` }));
  await sandbox.seen('riya', ({ messages }) => textOf(messages).includes('stopped'), 'that it was aborted');
}

/** A bucket that has to be guarded and isn't, until it is gone. */
async function checks(): Promise<void> {
  await sandbox.s3().send(new CreateBucketCommand({ Bucket: 'guarded-bare' }));
  await dayPasses(sandbox);
  await sandbox.s3().send(new DeleteBucketCommand({ Bucket: 'guarded-bare' }));
  await dayPasses(sandbox);
}
