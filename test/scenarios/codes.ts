import { spawnSync } from 'node:child_process';
import { CreateBucketCommand, HeadBucketCommand } from '@aws-sdk/client-s3';
import { GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { COMPILED } from '../helpers/compiled.ts';
import { sandbox } from '../helpers/shared.ts';
import { approve, ask, openModal, textOf, waiting } from '../helpers/story.ts';

let buckets = 0;

async function asked(): Promise<{ bucket: string; requestId: string }> {
  buckets += 1;
  const bucket = `team-coded-${buckets}`;
  await sandbox.s3().send(new CreateBucketCommand({ Bucket: bucket }));
  return { bucket, requestId: await ask(sandbox, bucket) };
}

const says = (user: string, text: string) => sandbox.seen(user, ({ modal }) => textOf(modal).includes(text), `a modal with “${text}”`);
const sent = async () =>
  (await sandbox.calls()).filter(({ action, principal }) => action === 'sts:AssumeRole' && principal.endsWith('user/interlock-alice'))
    .length;
const exists = (bucket: string) => sandbox.s3().send(new HeadBucketCommand({ Bucket: bucket }));

/** Gives a code in the modal that is open, and waits for what it says. */
async function give(bucket: string, code: string, text: string): Promise<void> {
  await sandbox.act('alice', { submit: { 'MFA code': code, 'Bucket name': bucket } });
  await says('alice', text);
}

describe('an answer of AWS', () => {
  it('that was lost is no refusal: the next code is asked for, and the first is not sent again (FC-14)', async () => {
    const { bucket, requestId } = await asked();
    await sandbox.fault({ target: 'sts:AssumeRole', kind: 'lost-answer', times: 1 });
    const before = await sent();
    await approve(sandbox, requestId, bucket, 'alice');
    await says('alice', 'answer was lost');
    expect(await sent()).toBe(before + 1);
    await sandbox.act('alice', { submit: { 'MFA code': await sandbox.code('alice'), 'Bucket name': bucket } });
    await sandbox.ended(requestId);
    await expect(exists(bucket)).rejects.toMatchObject({ name: 'NotFound' });
  });

  it.each([
    ['throttled', 'throttle', 'too much to do'],
    ['a fault of its own', 'error', 'answer was lost'],
  ])('that says %s is no refusal, and the code is sent once', async (_, kind, text) => {
    const { bucket, requestId } = await asked();
    await sandbox.fault({ target: 'sts:AssumeRole', kind, times: 1 });
    const before = await sent();
    await approve(sandbox, requestId, bucket, 'alice');
    await says('alice', text);
    expect(await sent()).toBe(before + 1);
    await sandbox.act('alice', { submit: { 'MFA code': await sandbox.code('alice'), 'Bucket name': bucket } });
    await sandbox.ended(requestId);
    await expect(exists(bucket)).rejects.toMatchObject({ name: 'NotFound' });
  });
});

describe('a device of which AWS looks at no more codes', () => {
  it('is no refusal: it says when to try again, and the right code counts then', async () => {
    await sandbox.advance(600);
    const { bucket, requestId } = await asked();
    const sts = sandbox.sts(sandbox.keysOf('alice'));
    for (let call = 0; call < 9; call++) {
      await sts.send(new GetSessionTokenCommand({ SerialNumber: sandbox.mfa.alice?.serial, TokenCode: '000000' })).catch(() => undefined);
    }
    await approve(sandbox, requestId, bucket, 'alice');
    await says('alice', 'looks at no more codes of this device for now');
    await sandbox.advance(181);
    await sandbox.act('alice', { submit: { 'MFA code': await sandbox.code('alice'), 'Bucket name': bucket } });
    await sandbox.ended(requestId);
    await expect(exists(bucket)).rejects.toMatchObject({ name: 'NotFound' });
  });
});

describe('the function that spends the code', () => {
  it.each(['crash-before', 'crash-after'])('may die (%s) and run again: one session, one deletion', async (kind) => {
    const { bucket, requestId } = await asked();
    await sandbox.fault({ target: 'elevate', kind, times: 1 });
    const before = await sent();
    await approve(sandbox, requestId, bucket, 'alice');
    expect((await sandbox.ended(requestId)).status).toBe('SUCCEEDED');
    expect(await sent()).toBe(before + 1);
    await expect(exists(bucket)).rejects.toMatchObject({ name: 'NotFound' });
  });
});

describe('wrong codes in a row', () => {
  it('pause the approver after three, over all requests, and lock after six until an operator unlocks', async () => {
    await sandbox.advance(600);
    const first = await asked();
    await openModal(sandbox, 'alice', { click: 'Approve with MFA code', ts: (await waiting(sandbox, first.requestId)).ts });
    await give(first.bucket, '000000', '2 tries are left');
    await give(first.bucket, '000000', 'one try is left');
    await give(first.bucket, '000000', 'locked');

    const second = await asked();
    const before = await sent();
    await approve(sandbox, second.requestId, second.bucket, 'alice');
    await says('alice', 'none is sent for 15 minutes');
    expect(await sent()).toBe(before);

    await sandbox.advance(15 * 60 + 1);
    await openModal(sandbox, 'alice', { click: 'Approve with MFA code', ts: (await waiting(sandbox, second.requestId)).ts });
    await give(second.bucket, '000000', '2 tries are left');
    await give(second.bucket, '000000', 'one try is left');
    await give(second.bucket, '000000', 'locked');

    const third = await asked();
    await approve(sandbox, third.requestId, third.bucket, 'alice');
    await says('alice', 'until an operator unlocks the approver');
    await sandbox.seen(
      'bob',
      ({ messages }) => messages.some((one) => one.channel === 'C0OPERATORS' && textOf(one).includes('until an operator unlocks')),
      'the operators’ notice',
    );
    await exists(third.bucket);

    const { accessKeyId, secretAccessKey } = sandbox.keysOf('admin');
    const run = (...args: string[]) =>
      spawnSync(process.execPath, ['cli/main.ts', ...args], {
        encoding: 'utf8',
        env: { ...COMPILED, AWS_ENDPOINT_URL: sandbox.urls.aws, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
      });
    expect(run('approver', 'unlock', 'carol', '--stage', 'sandbox')).toMatchObject({
      status: 2,
      stderr: 'interlock: config/sandbox.yml has no approver carol\nhint: it has alice, bob\n',
    });
    expect(run('approver', 'unlock', '--stage', 'sandbox')).toMatchObject({ status: 2, stderr: expect.stringContaining('hint: ') });
    expect(run('approver', 'unlock', 'alice', '--stage', 'sandbox')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('alice is unlocked'),
    });
    await sandbox.advance(180);
    await approve(sandbox, third.requestId, third.bucket, 'alice');
    await sandbox.ended(third.requestId);
    await expect(exists(third.bucket)).rejects.toMatchObject({ name: 'NotFound' });
    expect(run('trail', third.requestId, '--stage', 'sandbox')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/: the trail is whole.*000-asked .*002-3-session .*999-closed-deleted /s),
    });
  });
});
