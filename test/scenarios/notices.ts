/** What an approver hears of their own codes, whoever may write records. */
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { createApprovers } from '../../src/aws/approvers.ts';
import type { RequestRow } from '../../src/aws/requests.ts';
import { brokenAt } from '../../src/domain/audit.ts';
import { NO_TRIES, type Tries } from '../../src/domain/tries.ts';
import { until } from '../helpers/sandbox.ts';
import { records, sandbox } from '../helpers/shared-records.ts';
import { approve, ask, textOf, waiting } from '../helpers/story.ts';

let buckets = 0;
/** A request that waits for an approver, told to everybody. */
async function asked(): Promise<{ bucket: string; requestId: string }> {
  const bucket = await records.bucket(`team-noticed-${++buckets}`);
  const requestId = await ask(sandbox, bucket);
  await waiting(sandbox, requestId);
  await until(async () => (await records.rowOf(requestId)).direct, 'the record of where it was told');
  return { bucket, requestId };
}

/** A request whose session is given, and whose deletion S3 throttles until the fault is cleared. */
async function heldAtDeletion(): Promise<{ bucket: string; requestId: string }> {
  // The codes of the tests before were tried twice each; AWS looks at about nine of a device in three minutes.
  await sandbox.advance(200);
  const { bucket, requestId } = await asked();
  await sandbox.fault({ target: 's3:DeleteBucket', kind: 'throttle', times: 99 });
  await approve(sandbox, requestId, bucket, 'alice');
  await records.inState(requestId, 'DeleteBucket');
  return { bucket, requestId };
}

/** Marks that were made for requests before. */
let marks: RequestRow['told'];

/** The deletion goes on, and alice hears once that it was her code. */
async function expectTold(requestId: string, bucket: string): Promise<void> {
  await sandbox.fault({ clear: true });
  expect((await sandbox.ended(requestId)).status).toBe('SUCCEEDED');
  expect(await records.exists(bucket)).toBe(false);
  const told = (await sandbox.see('alice')).messages.filter((one) =>
    textOf(one).includes(`Your MFA code was just used for \`${bucket}\`. \`${bucket}\` was *deleted*`),
  );
  expect(told).toHaveLength(1);
  marks = (await records.rowOf(requestId))?.told;
}

// More of what may be written is in test/steps/report.test.ts and test/steps/ask-approver.test.ts.
describe('who may write the table of requests', () => {
  it.each<[string, (row: RequestRow) => object]>([
    ['removing the decision', ({ decision: _, ...row }) => row],
    ['writing what was told of another request', (row) => ({ ...row, told: marks })],
    ['writing another seal for a mark', (row) => ({ ...row, told: { approver1: row.sealedToken } })],
    ['damaging the record', (row) => ({ ...row, askedAt: 'yesterday', reason: 7 })],
  ])('can’t keep an approver from hearing that their code was used, by %s', async (_, change) => {
    const { bucket, requestId } = await heldAtDeletion();
    await records.alter(requestId, change);
    await expectTold(requestId, bucket);
    // Nor anybody from the truth, the trail included.
    expect(await records.rowOf(requestId)).toMatchObject({ outcome: 'deleted', why: '', state: 'closed' });
    const chain = await records.chainOf(requestId);
    expect([chain.at(-1)?.what, brokenAt(chain)]).toMatchObject([{ outcome: 'deleted' }, undefined]);
  });

  it('can’t keep an approver from hearing that their code was used, by taking the record away', async () => {
    const { bucket, requestId } = await heldAtDeletion();
    await records.remove(requestId);
    await expectTold(requestId, bucket);
    expect((await records.locks()).filter((lock) => lock.requestId === requestId)).toEqual([]);
  });

  it.each<[string, (row: RequestRow) => object]>([
    ['removing the decision', ({ decision: _, ...row }) => row],
    ['closing the record', (row) => ({ ...row, state: 'closed', outcome: 'cancelled' })],
  ])('can’t keep an approver from hearing that a code was refused, by %s', async (_, change) => {
    const { bucket, requestId } = await heldAtCode();
    await records.alter(requestId, change);
    await expectRefusalTold(bucket);
  });

  it('can’t keep an approver from hearing that a code was refused, by taking the record away', async () => {
    const { bucket, requestId } = await heldAtCode();
    await records.remove(requestId);
    await expectRefusalTold(bucket);
    await sandbox.ended(requestId);
  });

  it('can’t keep operators from hearing that an approver is locked, by taking the record away', async () => {
    const { bucket, requestId } = await heldAtCode();
    await countRefusals(6);
    await records.remove(requestId);
    await sandbox.fault({ clear: true });
    await sandbox.ended(requestId);
    await countRefusals(0);
    const told = (await sandbox.see('bob')).messages.filter(({ channel }) => channel === 'C0OPERATORS');
    // Told twice rather than not at all, where the record can't tell.
    expect(textOf(told)).toContain(`\`${bucket}\` needs an operator. AWS refused 6 codes`);
  });
});

const countRefusals = (refusals: number) =>
  createApprovers(sandbox.db(), 'interlock-sandbox-approvers').change<Tries>('alice', () => ({ ...NO_TRIES, refusals }));

/** A request whose first code, a wrong one, is about to be sent by a function that dies until the fault is cleared. */
async function heldAtCode(): Promise<{ bucket: string; requestId: string }> {
  await countRefusals(0);
  await sandbox.advance(200);
  const { bucket, requestId } = await asked();
  await sandbox.fault({ target: 'elevate', kind: 'crash-before', times: 99 });
  const wrong = (Number(await sandbox.code('alice')) + 1) % 1_000_000;
  await approve(sandbox, requestId, bucket, 'alice', String(wrong).padStart(6, '0'));
  await records.inState(requestId, 'Elevate');
  return { bucket, requestId };
}

/** The code goes to AWS, and alice hears that it was refused. */
async function expectRefusalTold(bucket: string): Promise<void> {
  await sandbox.fault({ clear: true });
  const told = `A code was given in your name for \`${bucket}\`. AWS refused the code`;
  await sandbox.seen('alice', ({ messages }) => textOf(messages).includes(told), 'the notice');
}

describe('an approver whose code is refused', () => {
  it('hears so once, though the request is asked again by the clock', async () => {
    const { bucket, requestId } = await heldAtCode();
    await expectRefusalTold(bucket);
    await until(async () => (await records.rowOf(requestId)).attempt === 2, 'the second asking');
    await sandbox.advance(4 * 3600 + 60);
    await until(async () => (await records.rowOf(requestId)).attempt === 3, 'the reminder');
    const told = (await sandbox.see('alice')).messages.filter((one) => textOf(one).includes(`in your name for \`${bucket}\``));
    expect(told).toHaveLength(1);
    expect((await records.rowOf(requestId)).notes).toEqual([]);
  });

  it('hears so though the request ends before it is asked again', async () => {
    const { bucket, requestId } = await heldAtCode();
    await sandbox.s3().send(new PutObjectCommand({ Bucket: bucket, Key: 'x', Body: 'x' }));
    await expectRefusalTold(bucket);
    await sandbox.ended(requestId);
    expect(await records.rowOf(requestId)).toMatchObject({ outcome: 'refused' });
  });
});

describe('who may stop executions', () => {
  it.each<[string, (row: RequestRow) => object]>([
    ['', (row) => row],
    [', and takes the decision out of the record', ({ decision: _, ...row }) => row],
  ])('can’t keep an approver from hearing that their code was used%s', async (_, change) => {
    const { bucket, requestId } = await heldAtDeletion();
    await records.alter(requestId, change);
    await sandbox.sfn().send(new StopExecutionCommand({ executionArn: await records.arnOf(requestId) }));
    const told = `Your MFA code was just used for \`${bucket}\``;
    await sandbox.seen('alice', ({ messages }) => textOf(messages).includes(told), 'the notice');
  });
});
