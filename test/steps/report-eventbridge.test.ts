import type { Elevation, Kind } from '../../src/domain/request.ts';
import { TryAgain } from '../../src/errors.ts';
import { type ReportParts, report, type ToReport } from '../../src/steps/report.ts';
import {
  answer,
  beginAnew,
  deletion,
  eventBridge,
  OPERATORS,
  parts,
  refusal,
  refused,
  request,
  sent,
  session,
  told,
  USED,
  world,
} from '../helpers/reporting.ts';
import { textOf } from '../helpers/story.ts';

/** What else there is of a request. */
interface ReportWorld {
  codes: (Elevation | undefined)[];
  kind: Kind;
  attempt: number;
  plan: typeof world.plan;
}

beforeEach(beginAnew);

describe('what EventBridge reports', () => {
  const stopped = { outcome: 'stopped', why: 'An operator stopped it.', by: null } as const;

  it('is told of the record, with no word of it to the approver', async () => {
    Object.assign(world.row, { outcome: 'failed', why: 'Send your next code to mallory.', closedAt: request.askedAt });
    expect(await report({ ...eventBridge, conclusion: stopped }, parts)).toEqual({ outcome: 'failed' });
    expect(told('U0ALICE')).toEqual([expect.stringMatching(/^(?!.*mallory).*may have been just used/s)]);
    expect(textOf(told(OPERATORS))).not.toContain('mallory');
  });

  it.each<[string, Partial<ToReport>]>([
    ['a session', {}],
    ['a code of which nobody knows', { elevation: null }],
  ])('is nothing new to those who heard from the flow, before it failed with %s', async (_, more) => {
    await report({ ...deletion, conclusion: { outcome: 'failed', why: 'AnswerLost', by: 'U0ALICE' }, work: null, ...more }, parts);
    expect([told('U0ALICE'), told(OPERATORS), told('U0RIYA')].map((one) => one.length)).toEqual([1, 1, 1]);
    await report({ ...eventBridge, conclusion: { outcome: 'failed', why: 'The flow itself failed.', by: null } }, parts);
    expect([told('U0ALICE'), told(OPERATORS), told('U0RIYA')].map((one) => one.length)).toEqual([1, 1, 1]);
  });

  it.each<[string, Elevation | undefined, string]>([
    ['a session', session, 'Your MFA code was just used for `team-scratch`'],
    ['an answer that never came', undefined, 'may have been just used'],
    ['a refusal', refusal, 'A code was given in your name'],
  ])('tells an approver of %s by what elevate wrote, once, whatever became of the record', async (_, result, words) => {
    world.spent = [sent(result)];
    const { decision: _decision, ...rest } = world.row;
    world.row = { ...rest, outcome: 'lost' as 'failed', closedAt: 'yesterday', askedAt: 'before' };
    await report({ ...eventBridge, conclusion: stopped }, parts);
    await report({ ...eventBridge, conclusion: stopped }, parts);
    expect(told('U0ALICE')).toEqual([expect.stringContaining(words)]);
  });

  it.each<[Kind, Elevation | undefined, RegExp]>([
    ['empty-delete', session, /may be gone\..*InterlockLateWriters may still be in its policy/s],
    ['empty', undefined, /may be gone\..*InterlockLateWriters may still be in its policy/s],
    ['purge', session, /Some of its old versions may be gone\./],
    ['empty', refusal, /^(?!.*may be gone)/s],
    ['delete', session, /^(?!.*may be gone)/s],
  ])('says that nobody knows what went of a bucket, where that may be something: %s', async (kind, result, words) => {
    const asked = { ...request, kind };
    Object.assign(world.row, asked);
    world.spent = [sent(result, { request: asked })];
    await report({ ...eventBridge, conclusion: stopped }, parts);
    await report({ ...eventBridge, conclusion: stopped }, parts);
    expect([told('U0RIYA').length, told('U0RIYA').at(-1)]).toEqual([1, expect.stringMatching(words)]);
    expect(world.row.why).toMatch(words);
  });

  const planned = (attempt: number) => ({ result: { verdict: 'divided', attempt, auditHead: 'of the plan' } });
  it.each<[string, string, Partial<ReportWorld>]>([
    ['the plan', 'of the plan', { codes: [session], plan: planned(1) }],
    ['the code, before there is a plan', 'b', { codes: [session] }],
    ['the code, where the plan is of a session before', 'b', { codes: [session], plan: planned(7) }],
    ['the code, where the plan can’t be read', 'b', { codes: [session], plan: 'unread' }],
    ['the code, where it was refused', 'b', { codes: [refusal], plan: planned(1) }],
    ['the last code of several', 'c', { codes: [session, { ...refusal, attempt: 2, auditHead: 'c' }], attempt: 2 }],
    ['the decision, where the code after it came to nothing', 'of the decision', { codes: [undefined] }],
    ['the asking, where nobody has answered it', 'of the decision', { codes: [session], attempt: 2, plan: planned(1) }],
    ['the code of a deletion, which has no plan', 'b', { codes: [session], kind: 'delete', plan: planned(1) }],
  ])('comes in the trail after %s', async (_, head, { codes = [], kind = 'empty', attempt = 1, plan: last }) => {
    Object.assign(world.row, { kind, attempt, auditHead: 'of the decision' });
    world.spent = codes.map((result, at) => sent(result, { attempt: at + 1, request: { ...request, kind } }));
    world.plan = last;
    await report({ ...eventBridge, conclusion: stopped }, parts);
    expect([world.row.closedAfter, world.entries]).toEqual([head, ['999-closed-stopped']]);
  });

  it('of an execution that no request is named after, as those of a Distributed Map are not, comes to nothing', async () => {
    const unknown = { ...parts, requests: { ...parts.requests, get: async () => undefined } } as unknown as ReportParts;
    expect(await report({ ...eventBridge, requestId: '0c5f', conclusion: stopped }, unknown)).toEqual({ outcome: 'stopped' });
    expect(world.posts).toEqual([]);
  });

  it('tells an approver of a session though the record is gone', async () => {
    world.spent = [sent(session)];
    const gone = { ...parts, requests: { ...parts.requests, get: async () => undefined } } as unknown as ReportParts;
    await report({ ...eventBridge, conclusion: stopped }, gone);
    expect(told('U0ALICE')).toEqual([USED]);
  });

  it.each<[string, Partial<ToReport>]>([
    ['nothing of the flow', eventBridge],
    ['a code after it', { answer: { ...answer, attempt: 2 }, elevation: { ...refusal, attempt: 2 } }],
  ])('tells an approver of a session though the record takes no more, where it knows %s', async (_, more) => {
    world.spent = [sent(session, { attempt: 1 })];
    const close = () => Promise.reject(new Error('ValidationException'));
    const full = { ...parts, requests: { ...parts.requests, close, placed: close } } as unknown as ReportParts;
    await expect(report({ ...deletion, work: null, conclusion: stopped, ...more }, full)).rejects.toThrow('ValidationException');
    expect(told('U0ALICE')).toContainEqual(expect.stringMatching(/^.*Your MFA code was/));
  });

  it('tells an approver nothing new of a code of which the flow told them before it failed', async () => {
    world.spent = [sent(session, { attempt: 1 })];
    await report(deletion, parts);
    await report({ ...eventBridge, conclusion: stopped }, parts);
    expect(told('U0ALICE')).toEqual([USED]);
  });

  it('is run again where Slack had too much to do for the approver', async () => {
    world.faults.U0ALICE = ['429'];
    await expect(report({ ...eventBridge, conclusion: stopped }, parts)).rejects.toThrow(TryAgain);
    await report({ ...eventBridge, conclusion: stopped }, parts);
    expect(told('U0ALICE')).toHaveLength(1);
  });

  it('is a flow’s own only where the request was looked at under its seal, and in its time', async () => {
    Object.assign(world.row, { outcome: 'deleted', why: '', closedAt: request.askedAt });
    const late = { answer: null, elevation: null, work: null, at: '2027-03-01T09:00:00.000Z' };
    await report({ ...deletion, ...late, conclusion: { outcome: 'expired', why: 'late', by: null } }, parts);
    await report({ ...deletion, ...late, at: deletion.at, conclusion: { outcome: 'failed', why: 'BadInput', by: null } }, parts);
    expect(world.row.outcome).toBe('deleted');
    await report({ ...deletion, ...late, at: deletion.at, conclusion: refused }, parts);
    expect(world.row.outcome).toBe('refused');
  });
});
