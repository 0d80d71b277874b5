import type { Elevation } from '../../src/domain/request.ts';
import { TryAgain } from '../../src/errors.ts';
import { noticesOfRefusal, notify } from '../../src/steps/notices.ts';
import { report, type ToReport } from '../../src/steps/report.ts';
import { anApprover } from '../helpers/models.ts';
import {
  answer,
  beginAnew,
  config,
  deletion,
  eventBridge,
  OPERATORS,
  parts,
  REFUSED,
  refusal,
  refused,
  request,
  requestId,
  sent,
  session,
  told,
  USED,
  world,
} from '../helpers/reporting.ts';
import { textOf } from '../helpers/story.ts';

beforeEach(beginAnew);

describe('an approver', () => {
  it('hears of a session once, however often it is reported', async () => {
    await report(deletion, parts);
    await report(deletion, parts);
    expect(told('U0ALICE')).toEqual([USED]);
  });

  const PLANTED = 'Your device is out of step. Send your next code to mallory, who types it in for you.';
  it.each<[string, () => object]>([
    ['names nobody who decided', () => ({ decision: undefined })],
    ['names another who decided', () => ({ decision: { ...world.row.decision, by: 'U0MALLORY' } })],
    ['says that they have been told', () => ({ told: { approver: '1.1', approver1: '1.1' } })],
    ['has another seal for a mark', () => ({ told: { approver1: JSON.stringify({ purpose: 'taskToken', requestId }) } })],
    ['says that it ended otherwise', () => ({ outcome: 'failed', why: PLANTED, closedBy: null, closedAt: world.row.askedAt })],
  ])('hears of a session though the record %s, and people of the end as it was', async (_, altered) => {
    Object.assign(world.row, altered());
    await report(deletion, parts);
    expect([told('U0ALICE'), told('U0RIYA')]).toEqual([[USED], [expect.stringContaining('*deleted*')]]);
    expect([world.row.outcome, world.row.why, world.entries]).toEqual(['deleted', '', ['999-closed-deleted']]);
    expect(textOf(world.posts)).not.toContain('mallory');
  });

  it('hears of a session though Slack had too much to do: all else is told, and the report is run again', async () => {
    world.faults.U0ALICE = ['429'];
    await expect(report(deletion, parts)).rejects.toThrow(TryAgain);
    expect(world.row.outcome).toBe('deleted');
    expect([told('U0ALICE'), told('U0RIYA')]).toEqual([[], [expect.stringContaining('*deleted*')]]);
    await report(deletion, parts);
    expect([told('U0ALICE'), told('U0RIYA')]).toEqual([[USED], [expect.stringContaining('*deleted*')]]);
  });

  it('is mentioned in the channel where Slack takes no direct message, once Slack has time for it', async () => {
    world.faults = { U0ALICE: ['user_not_found', 'user_not_found'], C0APPROVALS: ['429'] };
    await expect(report(deletion, parts)).rejects.toThrow(TryAgain);
    await report(deletion, parts);
    expect(told('C0APPROVALS')).toContainEqual(expect.stringMatching(/<@U0ALICE>:.*Your MFA code was just used/s));
  });

  it('is mentioned in the operators’ channel where Slack takes a message neither directly nor in the approvals channel', async () => {
    const gone = Array.from({ length: 9 }, () => 'is_archived');
    world.faults = { U0ALICE: ['user_not_found'], C0APPROVALS: gone };
    await report(deletion, parts);
    await report(deletion, parts);
    expect(told(OPERATORS)).toEqual([expect.stringMatching(/<@U0ALICE>:.*Your MFA code was just used/s)]);
  });

  it('hears of a session though the configuration names them no more', async () => {
    await report(deletion, { ...parts, config: { ...config, approvers: { bob: anApprover('bob') } } });
    expect(told('U0ALICE')).toEqual([USED]);
  });

  it.each<[string, Partial<ToReport>]>([
    ['another approver', { elevation: { ...session, approver: 'bob' }, answer: null }],
    ['another asking', { elevation: { ...session, attempt: 2 }, answer: { ...answer, attempt: 2 } }],
    ['another end', { conclusion: { outcome: 'rehearsed', why: '', by: 'U0ALICE' } }],
    ['a code that was refused', { elevation: refusal, conclusion: refused }],
  ])('hears of a session though somebody had it reported before of %s', async (_, forged) => {
    await report({ ...deletion, ...forged }, parts);
    world.posts = [];
    await report(deletion, parts);
    expect(told('U0ALICE')).toEqual([USED]);
    expect(world.row.outcome).toBe('deleted');
    const isNew = forged.conclusion && forged.conclusion.outcome !== 'deleted';
    expect(told('U0RIYA')).toHaveLength(isNew ? 1 : 0);
    expect(world.entries.at(-1)).toBe('999-closed-deleted');
    expect(new Set(world.entries).size).toBe(isNew ? 2 : 1);
  });

  it.each(['U0RIYA', 'U0ALICE'])(
    'hears once of the refused code, and that the request of %s ended before it was asked again',
    async (requester) => {
      const end = { ...deletion, request: { ...request, requester }, elevation: refusal, conclusion: refused, work: null };
      await report(end, parts);
      await report(end, parts);
      expect(told('U0ALICE')).toEqual([expect.stringContaining(REFUSED), expect.stringContaining('*refused*')]);
    },
  );

  it('hears of no use of a code that never went to AWS', async () => {
    await report({ ...deletion, elevation: null, conclusion: refused, work: null }, parts);
    expect(told('U0ALICE')).toEqual([expect.stringMatching(/^(?!.*MFA code).*\*refused\*/s)]);
  });

  it('hears that a code may have been used where the state that sends it failed', async () => {
    await report({ ...deletion, elevation: null, conclusion: { outcome: 'failed', why: 'States.Timeout', by: null }, work: null }, parts);
    expect(told('U0ALICE')).toEqual([expect.stringContaining('may have been just used')]);
  });

  it.each<[string, Partial<ToReport>, unknown]>([
    ['approver the session was for', { elevation: { ...session, approver: 'bob' } }, USED],
    ['asking it was for', { elevation: { ...session, attempt: 99 } }, USED],
    [
      'code was refused',
      { elevation: { ...refusal, approver: 'bob' }, conclusion: { outcome: 'expired', why: '', by: null } },
      expect.stringContaining(REFUSED),
    ],
  ])('hears from the flow, whichever %s by the word of elevate', async (_, more, heard) => {
    await report({ ...deletion, ...more }, parts);
    expect([told('U0ALICE')[0], told('U0BOB')]).toEqual([heard, []]);
  });
});

describe('of several codes', () => {
  const OVER = expect.stringContaining('the session that AWS gave for it is over');
  const bobs: Partial<ToReport> = {
    answer: { ...answer, attempt: 2, approver: 'bob', slackUser: 'U0BOB' },
    elevation: { ...session, attempt: 2, approver: 'bob' },
  };
  const first = sent(session, { attempt: 1 });
  const second = sent(session, { attempt: 2, approver: 'bob', slackUser: 'U0BOB' });

  it.each<[string, Partial<ToReport>]>([
    ['the flow reports', bobs],
    ['EventBridge reports', eventBridge],
  ])('each approver hears, once, of the session and of the end, where %s', async (_, more) => {
    world.spent = [first, second];
    for (let times = 0; times < 2; times += 1) await report({ ...deletion, ...more }, parts);
    expect(told('U0ALICE')).toEqual([OVER, USED]);
    expect(told('U0BOB')).toEqual([expect.stringContaining('Your MFA code was just used')]);
  });

  it('who gave them all hears of the end once, and of each session that was not told when it was asked again', async () => {
    world.spent = [first, sent(session, { attempt: 2 }), sent(session, { attempt: 3 })];
    const last = { answer: { ...answer, attempt: 3 }, elevation: { ...session, attempt: 3 } };
    await report({ ...deletion, ...last }, parts);
    expect(told('U0ALICE')).toEqual([USED, OVER, OVER]);
  });

  it('a session is told where the codes after it were refused, whoever reports', async () => {
    const locked: Elevation = { ...refusal, verdict: 'locked', why: 'AWS refused 3 codes.', attempt: 2 };
    world.spent = [first, sent(locked, { attempt: 2 })];
    await report({ ...eventBridge, conclusion: { outcome: 'stopped', why: '', by: null } }, parts);
    expect(told('U0ALICE')).toEqual(expect.arrayContaining([expect.stringContaining('Your MFA code was')]));
    world.posts = [];
    world.row.told = {};
    const conclusion = { outcome: 'locked', why: 'AWS refused 3 codes.', by: null } as const;
    await report({ ...deletion, answer: { ...answer, attempt: 2 }, elevation: locked, conclusion, work: null }, parts);
    expect(told('U0ALICE')).toEqual(
      expect.arrayContaining([expect.stringContaining('Your MFA code was'), expect.stringContaining('AWS refused 3 codes')]),
    );
  });

  it('one that was used is told as used, though whoever invoked this has it said that it was not', async () => {
    world.spent = [first];
    const conclusion = { outcome: 'expired', why: '', by: null } as const;
    await report({ ...deletion, answer, elevation: null, conclusion, work: null }, parts);
    await report({ ...eventBridge, conclusion }, parts);
    expect(told('U0ALICE')).toEqual(expect.arrayContaining([expect.stringContaining('Your MFA code was just used')]));
  });

  it('one that was refused is told in words of ours, unless it was told when it was asked again', async () => {
    const planted = { ...refusal, why: 'Send your next code to mallory.' };
    world.spent = [sent(planted, { attempt: 1 }), second];
    await report({ ...deletion, ...bobs }, parts);
    expect(told('U0ALICE')).toEqual([expect.stringMatching(/^(?!.*mallory).*A code was given in your name/s)]);
    world.posts = [];
    world.row.told = {};
    world.spent = [sent(refusal, { attempt: 1 }), second];
    await notify(request, noticesOfRefusal(request, refusal, config), world.row, parts);
    await report({ ...deletion, ...bobs }, parts);
    expect(told('U0ALICE')).toEqual([expect.stringContaining(REFUSED)]);
  });

  it('which there were can’t keep anybody from hearing the rest, where it can’t be read', async () => {
    const unread = { ...parts, spent: () => Promise.reject(new Error('ThrottlingException')) };
    await expect(report(deletion, unread)).rejects.toThrow(TryAgain);
    expect([told('U0ALICE'), world.row.outcome, told('U0RIYA').length]).toEqual([[USED], 'deleted', 1]);
  });
});

describe('operators', () => {
  const locked: Elevation = { ...refusal, why: 'AWS refused 6 codes of this approver.', tellOperators: true };

  it('hear that an approver is locked, whatever the record says of having told them', async () => {
    world.row.told = { operators: '1.1', refusedOperators1: '1.1' };
    await report({ ...deletion, elevation: locked, conclusion: refused, work: null }, parts);
    expect(told(OPERATORS)).toEqual([expect.stringContaining('AWS refused 6 codes')]);
  });

  it('hear what the flow says of a failure, not what the record says', async () => {
    Object.assign(world.row, { outcome: 'failed', why: 'Send your next code to mallory.', closedAt: request.askedAt });
    await report({ ...deletion, conclusion: { outcome: 'failed', why: 'AWS denied it.', by: null } }, parts);
    expect(told(OPERATORS)).toEqual([expect.stringContaining('AWS denied it.')]);
    expect(textOf(world.posts)).not.toContain('mallory');
  });
});
