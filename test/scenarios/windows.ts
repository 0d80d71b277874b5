/** An approver's window, and who can write into it with the bot token. */
import { PutBucketTaggingCommand } from '@aws-sdk/client-s3';
import { createApprovers } from '../../src/aws/approvers.ts';
import type { RequestRow } from '../../src/aws/requests.ts';
import { loadConfig } from '../../src/config.ts';
import type { Facts } from '../../src/domain/request.ts';
import { NO_TRIES, type Tries } from '../../src/domain/tries.ts';
import { approveModal } from '../../src/slack/views/approve.ts';
import { records, sandbox } from '../helpers/shared-records.ts';
import { approve, ask, openModal, submit, textOf, waiting } from '../helpers/story.ts';

const config = loadConfig('config/sandbox.yml');
let buckets = 0;
const newBucket = () => records.bucket(`team-window-${++buckets}`);

// biome-ignore lint/suspicious/noExplicitAny: views are JSON of many shapes
type Json = any;
const text = (view: Json, from: string, to: string) => JSON.parse(JSON.stringify(view).replaceAll(from, to));

describe('who holds the bot token', () => {
  // What else may be changed in a window is in test/slack/as-built.test.ts.
  it.each<[string, (view: Json, row: RequestRow) => Json]>([
    [
      'a rehearsal',
      (view) => ({
        ...text(view, 'to delete', 'to rehearse the deletion of'),
        title: { type: 'plain_text', text: 'Approve a rehearsal' },
        submit: { type: 'plain_text', text: 'Rehearse' },
      }),
    ],
    [
      'how old the facts are at a time that is yet to come',
      (_, { facts, attempt, ...row }) =>
        approveModal({ request: row, facts: facts as Facts, attempt, notes: [], now: '2036-01-01T00:00:00.000Z', unlimited: false }),
    ],
  ])('can’t have a code used that was given in a window that shows %s', async (_, change) => {
    await sandbox.advance(200);
    const bucket = await newBucket();
    const requestId = await ask(sandbox, bucket);
    const { ts } = await waiting(sandbox, requestId);
    await openModal(sandbox, 'alice', { click: 'Approve with MFA code', ts });
    const { id, title, submit: button, close, blocks, private_metadata, callback_id } = (await sandbox.see('alice')).modal as Json;
    const built = { type: 'modal', title, submit: button, close, blocks, private_metadata, callback_id };
    await updateView(id, change(built, await records.rowOf(requestId)));
    const before = await records.codesSent();
    const code = await sandbox.code('alice');
    const { body } = await submit(sandbox, 'alice', { 'MFA code': code, 'Bucket name': bucket });
    expect(textOf(body)).toContain('doesn’t show what Interlock put into it, so your code was not used');
    expect(await records.rowOf(requestId)).toMatchObject({ state: 'waiting' });
    expect(await records.codesSent()).toBe(before);
    const told = (await sandbox.see('bob')).messages.filter((one) => one.channel === config.slack.operatorsChannel);
    expect(textOf(told)).toContain(`<@U0ALICE> gave a code for \`${bucket}\` in a window that doesn’t show`);
    await approve(sandbox, requestId, bucket, 'alice', code);
    await sandbox.ended(requestId);
    expect(await records.exists(bucket)).toBe(false);
  });
});

describe('a rejection', () => {
  it('is taken from the window that was built for it alone, and no code for its reason: the code stays as good as it was', async () => {
    await sandbox.advance(200);
    const bucket = await newBucket();
    const requestId = await ask(sandbox, bucket);
    const { ts } = await waiting(sandbox, requestId);
    await openModal(sandbox, 'alice', { click: 'Approve with MFA code', ts });
    const { id, title, submit: button, close, blocks, private_metadata } = (await sandbox.see('alice')).modal as Json;
    const view = { type: 'modal', title, submit: button, close, blocks: text(blocks, '"code"', '"reason"'), private_metadata };
    await updateView(id, { ...view, callback_id: 'reject' });
    const code = await sandbox.code('alice');
    const { body } = await submit(sandbox, 'alice', { 'MFA code': code, 'Bucket name': bucket });
    expect(textOf(body)).toContain('doesn’t show what Interlock put into it, so nothing was done with what you typed');
    const told = (await sandbox.see('bob')).messages.filter((one) => one.channel === config.slack.operatorsChannel);
    expect(textOf(told)).toContain(`<@U0ALICE> gave a reason for \`${bucket}\` in a window that doesn’t show`);
    await openModal(sandbox, 'alice', { click: 'Reject', ts });
    const rejected = await submit(sandbox, 'alice', { Reason: ` ${code.slice(0, 3)} ${code.slice(3)}` });
    expect(rejected.body).toMatchObject({ response_action: 'errors', errors: { reason: expect.stringContaining('That is a code') } });
    expect(await records.rowOf(requestId)).toMatchObject({ state: 'waiting' });
    expect(textOf(await records.rowOf(requestId))).not.toContain(code);
    await approve(sandbox, requestId, bucket, 'alice', code);
    await sandbox.ended(requestId);
    expect(await records.exists(bucket)).toBe(false);
  });
});

async function updateView(view_id: string, view: object): Promise<void> {
  const answer = await fetch(`${sandbox.urls.slack}/api/views.update`, {
    method: 'POST',
    headers: { authorization: `Bearer ${sandbox.slack.botToken}`, 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ view_id, view }),
  });
  expect(await answer.json()).toMatchObject({ ok: true });
}

describe('a window that is as it was built', () => {
  const reason = 'done 🎉 & <over> "quoted" :tada:\n\n*bold* `code` 👍🏽 ©';
  it.each([
    ['alice', false],
    ['bob', true],
  ])('takes the code of %s, whatever was typed (rehearse: %s), once more after a wrong one', async (by, rehearse) => {
    await createApprovers(sandbox.db(), 'interlock-sandbox-approvers').change<Tries>(by, () => NO_TRIES);
    await sandbox.advance(200);
    const bucket = await newBucket();
    const tags = { TagSet: [{ Key: 'note', Value: 'a:tada:b @ 1 + 1' }] };
    await sandbox.s3().send(new PutBucketTaggingCommand({ Bucket: bucket, Tagging: tags }));
    const requestId = await ask(sandbox, bucket, { reason, rehearse });
    const wrong = (Number(await sandbox.code(by)) + 1) % 1_000_000;
    await approve(sandbox, requestId, bucket, by, String(wrong).padStart(6, '0'));
    await sandbox.seen(by, ({ modal }) => textOf(modal).includes('AWS refused the code'), 'the refusal');
    await submit(sandbox, by, { 'MFA code': await sandbox.code(by), 'Bucket name': bucket });
    await sandbox.ended(requestId);
    expect(await records.rowOf(requestId)).toMatchObject({ outcome: rehearse ? 'rehearsed' : 'deleted' });
  });
});
