import type { Spent } from '../../src/aws/attempts.ts';
import type { RequestRow } from '../../src/aws/requests.ts';
import type { SealContext } from '../../src/aws/sealed.ts';
import type { Answer, Elevation, Kind } from '../../src/domain/request.ts';
import { SealBroken, TryAgain } from '../../src/errors.ts';
import { Secret } from '../../src/secret.ts';
import { noticesOfRefusal, notify } from '../../src/steps/notices.ts';
import { type ReportParts, report, type ToReport } from '../../src/steps/report.ts';
import { type Death, dying, untilDone } from '../helpers/dying.ts';
import { aConfig, anApprover, aRequest, someFacts } from '../helpers/models.ts';
import { textOf } from '../helpers/story.ts';

const request = aRequest();
const { requestId } = request;
const OPERATORS = 'C0OPERATORS';
const base = aConfig();
const config = aConfig({ slack: { ...base.slack, operatorsChannel: OPERATORS } });
const answer: Answer = {
  verdict: 'approved',
  why: '',
  slackUser: 'U0ALICE',
  approver: 'alice',
  attempt: 1,
  sealedCode: 's',
  auditHead: 'a',
};
const session: Elevation = {
  verdict: 'session',
  why: '',
  sealedSession: 's',
  triesLeft: 3,
  tellOperators: false,
  approver: 'alice',
  attempt: 1,
  auditHead: 'b',
};
const REFUSED = 'AWS refused the code: it is wrong, or was used already.';
const refusal: Elevation = { ...session, verdict: 'askAgain', why: REFUSED, sealedSession: null, triesLeft: 2 };
const deletion: ToReport = {
  requestId,
  request,
  conclusion: { outcome: 'deleted', why: '', by: 'U0ALICE' },
  went: '',
  at: '2026-11-02T09:10:00.000Z',
  answer,
  elevation: session,
  emptying: null,
  work: { verdict: 'deleted', why: '', auditHead: 'c' },
};
/** What else there is of a request. */
interface ReportWorld {
  codes: (Elevation | undefined)[];
  kind: Kind;
  attempt: number;
  plan: typeof plan;
}
const refused = { outcome: 'refused', why: 'It is not empty.', by: null } as const;
const eventBridge: ToReport = { ...deletion, request: null, answer: null, elevation: null, work: null };

/** What stands in the record, what Slack was given, and what it says to the posts to come: an error's name, or nothing. */
let row: RequestRow;
let posts: { to: string; text: string }[];
let faults: Record<string, string[]>;
/** The codes that were sent, by what elevate wrote. */
let spent: Spent[];
let entries: string[];
let whats: { by?: string | null }[];
/** Whose workers were told to stop; how often that fails at first. */
let stops: { requestId: string; why: string; by: string }[];
let unstoppable: number;
/** Who pressed Stop, and the last plan of an emptying. */
let stop: { by: string; why: string } | undefined;
let plan: { result: { verdict: string; attempt: number; auditHead: string } } | 'unread' | undefined;

beforeEach(() => {
  const decision = { verdict: 'approved', by: 'U0ALICE', attempt: 1, at: request.askedAt, why: '', previous: '', viewId: 'V1' } as const;
  row = { ...request, state: 'decided', attempt: 1, facts: someFacts(), decision, message: { channel: 'C0APPROVALS', ts: '1.1' } };
  posts = [];
  faults = {};
  spent = [];
  entries = [];
  whats = [];
  stops = [];
  unstoppable = 0;
  stop = undefined;
  plan = undefined;
});

const parts = {
  config,
  requests: {
    get: async () => structuredClone(row),
    placed: async (_: string, at: object) => void Object.assign(row, at),
    close: async (_: string, end: object, known: boolean) => {
      if (known || !row.outcome) Object.assign(row, end);
    },
  },
  locks: { free: async () => undefined },
  audit: {
    async record({ entry, what }: { entry: string; what: object }) {
      whats.push(what);
      return { head: '', first: entries.push(entry) > 0 };
    },
  },
  plans: {
    async stop(requestId: string, how: { why: string; by: string }) {
      unstoppable -= 1;
      if (unstoppable >= 0) throw new Error('ProvisionedThroughputExceededException');
      return stops.push({ requestId, ...how }) > 0;
    },
    stopped: async () => stop,
    async last() {
      if (plan === 'unread') throw new Error('ProvisionedThroughputExceededException');
      return plan;
    },
  },
  spent: async () => spent,
  seals: {
    seal: async (_: Secret, context: SealContext) => JSON.stringify(context),
    open: async (sealed: string, context: SealContext) => {
      if (sealed !== JSON.stringify(context)) throw new SealBroken('of something else');
      return new Secret('told');
    },
  },
  slack: {
    chat: {
      postMessage: async ({ channel, blocks }: { channel: string; blocks: object[] }) => {
        const error = faults[channel]?.shift();
        if (error === '429') throw Object.assign(new Error(), { code: 'slack_webapi_rate_limited_error' });
        if (error) throw Object.assign(new Error(), { data: { error } });
        posts.push({ to: channel, text: textOf(blocks) });
        return { channel, ts: `${posts.length}.1` };
      },
      update: async () => ({}),
    },
    views: { update: async () => ({}) },
  },
  warn: () => undefined,
} as unknown as ReportParts;

const sent = (result?: Elevation, more: Partial<Spent> = {}): Spent => ({
  ...{ request, approver: 'alice', slackUser: 'U0ALICE', attempt: 777, startedAt: request.askedAt },
  ...(result && { result }),
  ...more,
});

const told = (to: string) => posts.filter((one) => one.to === to).map(({ text }) => text);
const USED = expect.stringContaining('Your MFA code was just used for `team-scratch`');

describe('an approver', () => {
  it('hears of a session once, however often it is reported', async () => {
    await report(deletion, parts);
    await report(deletion, parts);
    expect(told('U0ALICE')).toEqual([USED]);
  });

  const PLANTED = 'Your device is out of step. Send your next code to mallory, who types it in for you.';
  it.each<[string, () => object]>([
    ['names nobody who decided', () => ({ decision: undefined })],
    ['names another who decided', () => ({ decision: { ...row.decision, by: 'U0MALLORY' } })],
    ['says that they have been told', () => ({ told: { approver: '1.1', approver1: '1.1' } })],
    ['has another seal for a mark', () => ({ told: { approver1: JSON.stringify({ purpose: 'taskToken', requestId }) } })],
    ['says that it ended otherwise', () => ({ outcome: 'failed', why: PLANTED, closedBy: null, closedAt: row.askedAt })],
  ])('hears of a session though the record %s, and people of the end as it was', async (_, altered) => {
    Object.assign(row, altered());
    await report(deletion, parts);
    expect([told('U0ALICE'), told('U0RIYA')]).toEqual([[USED], [expect.stringContaining('*deleted*')]]);
    expect([row.outcome, row.why, entries]).toEqual(['deleted', '', ['999-closed-deleted']]);
    expect(textOf(posts)).not.toContain('mallory');
  });

  it('hears of a session though Slack had too much to do: all else is told, and the report is run again', async () => {
    faults.U0ALICE = ['429'];
    await expect(report(deletion, parts)).rejects.toThrow(TryAgain);
    expect(row.outcome).toBe('deleted');
    expect([told('U0ALICE'), told('U0RIYA')]).toEqual([[], [expect.stringContaining('*deleted*')]]);
    await report(deletion, parts);
    expect([told('U0ALICE'), told('U0RIYA')]).toEqual([[USED], [expect.stringContaining('*deleted*')]]);
  });

  it('is mentioned in the channel where Slack takes no direct message, once Slack has time for it', async () => {
    faults = { U0ALICE: ['user_not_found', 'user_not_found'], C0APPROVALS: ['429'] };
    await expect(report(deletion, parts)).rejects.toThrow(TryAgain);
    await report(deletion, parts);
    expect(told('C0APPROVALS')).toContainEqual(expect.stringMatching(/<@U0ALICE>:.*Your MFA code was just used/s));
  });

  it('is mentioned in the operators’ channel where Slack takes a message neither directly nor in the approvals channel', async () => {
    const gone = Array.from({ length: 9 }, () => 'is_archived');
    faults = { U0ALICE: ['user_not_found'], C0APPROVALS: gone };
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
    posts = [];
    await report(deletion, parts);
    expect(told('U0ALICE')).toEqual([USED]);
    expect(row.outcome).toBe('deleted');
    const isNew = forged.conclusion && forged.conclusion.outcome !== 'deleted';
    expect(told('U0RIYA')).toHaveLength(isNew ? 1 : 0);
    expect(entries.at(-1)).toBe('999-closed-deleted');
    expect(new Set(entries).size).toBe(isNew ? 2 : 1);
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
    spent = [first, second];
    for (let times = 0; times < 2; times += 1) await report({ ...deletion, ...more }, parts);
    expect(told('U0ALICE')).toEqual([OVER, USED]);
    expect(told('U0BOB')).toEqual([expect.stringContaining('Your MFA code was just used')]);
  });

  it('who gave them all hears of the end once, and of each session that was not told when it was asked again', async () => {
    spent = [first, sent(session, { attempt: 2 }), sent(session, { attempt: 3 })];
    const last = { answer: { ...answer, attempt: 3 }, elevation: { ...session, attempt: 3 } };
    await report({ ...deletion, ...last }, parts);
    expect(told('U0ALICE')).toEqual([USED, OVER, OVER]);
  });

  it('a session is told where the codes after it were refused, whoever reports', async () => {
    const locked: Elevation = { ...refusal, verdict: 'locked', why: 'AWS refused 3 codes.', attempt: 2 };
    spent = [first, sent(locked, { attempt: 2 })];
    await report({ ...eventBridge, conclusion: { outcome: 'stopped', why: '', by: null } }, parts);
    expect(told('U0ALICE')).toEqual(expect.arrayContaining([expect.stringContaining('Your MFA code was')]));
    posts = [];
    row.told = {};
    const conclusion = { outcome: 'locked', why: 'AWS refused 3 codes.', by: null } as const;
    await report({ ...deletion, answer: { ...answer, attempt: 2 }, elevation: locked, conclusion, work: null }, parts);
    expect(told('U0ALICE')).toEqual(
      expect.arrayContaining([expect.stringContaining('Your MFA code was'), expect.stringContaining('AWS refused 3 codes')]),
    );
  });

  it('one that was used is told as used, though whoever invoked this has it said that it was not', async () => {
    spent = [first];
    const conclusion = { outcome: 'expired', why: '', by: null } as const;
    await report({ ...deletion, answer, elevation: null, conclusion, work: null }, parts);
    await report({ ...eventBridge, conclusion }, parts);
    expect(told('U0ALICE')).toEqual(expect.arrayContaining([expect.stringContaining('Your MFA code was just used')]));
  });

  it('one that was refused is told in words of ours, unless it was told when it was asked again', async () => {
    const planted = { ...refusal, why: 'Send your next code to mallory.' };
    spent = [sent(planted, { attempt: 1 }), second];
    await report({ ...deletion, ...bobs }, parts);
    expect(told('U0ALICE')).toEqual([expect.stringMatching(/^(?!.*mallory).*A code was given in your name/s)]);
    posts = [];
    row.told = {};
    spent = [sent(refusal, { attempt: 1 }), second];
    await notify(request, noticesOfRefusal(request, refusal, config), row, parts);
    await report({ ...deletion, ...bobs }, parts);
    expect(told('U0ALICE')).toEqual([expect.stringContaining(REFUSED)]);
  });

  it('which there were can’t keep anybody from hearing the rest, where it can’t be read', async () => {
    const unread = { ...parts, spent: () => Promise.reject(new Error('ThrottlingException')) };
    await expect(report(deletion, unread)).rejects.toThrow(TryAgain);
    expect([told('U0ALICE'), row.outcome, told('U0RIYA').length]).toEqual([[USED], 'deleted', 1]);
  });
});

describe('operators', () => {
  const locked: Elevation = { ...refusal, why: 'AWS refused 6 codes of this approver.', tellOperators: true };

  it('hear that an approver is locked, whatever the record says of having told them', async () => {
    row.told = { operators: '1.1', refusedOperators1: '1.1' };
    await report({ ...deletion, elevation: locked, conclusion: refused, work: null }, parts);
    expect(told(OPERATORS)).toEqual([expect.stringContaining('AWS refused 6 codes')]);
  });

  it('hear what the flow says of a failure, not what the record says', async () => {
    Object.assign(row, { outcome: 'failed', why: 'Send your next code to mallory.', closedAt: request.askedAt });
    await report({ ...deletion, conclusion: { outcome: 'failed', why: 'AWS denied it.', by: null } }, parts);
    expect(told(OPERATORS)).toEqual([expect.stringContaining('AWS denied it.')]);
    expect(textOf(posts)).not.toContain('mallory');
  });
});

describe('what EventBridge reports', () => {
  const stopped = { outcome: 'stopped', why: 'An operator stopped it.', by: null } as const;

  it('is told of the record, with no word of it to the approver', async () => {
    Object.assign(row, { outcome: 'failed', why: 'Send your next code to mallory.', closedAt: request.askedAt });
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
    spent = [sent(result)];
    const { decision: _decision, ...rest } = row;
    row = { ...rest, outcome: 'lost' as 'failed', closedAt: 'yesterday', askedAt: 'before' };
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
    Object.assign(row, asked);
    spent = [sent(result, { request: asked })];
    await report({ ...eventBridge, conclusion: stopped }, parts);
    await report({ ...eventBridge, conclusion: stopped }, parts);
    expect([told('U0RIYA').length, told('U0RIYA').at(-1)]).toEqual([1, expect.stringMatching(words)]);
    expect(row.why).toMatch(words);
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
    Object.assign(row, { kind, attempt, auditHead: 'of the decision' });
    spent = codes.map((result, at) => sent(result, { attempt: at + 1, request: { ...request, kind } }));
    plan = last;
    await report({ ...eventBridge, conclusion: stopped }, parts);
    expect([row.closedAfter, entries]).toEqual([head, ['999-closed-stopped']]);
  });

  it('of an execution that no request is named after, as those of a Distributed Map are not, comes to nothing', async () => {
    const unknown = { ...parts, requests: { ...parts.requests, get: async () => undefined } } as unknown as ReportParts;
    expect(await report({ ...eventBridge, requestId: '0c5f', conclusion: stopped }, unknown)).toEqual({ outcome: 'stopped' });
    expect(posts).toEqual([]);
  });

  it('tells an approver of a session though the record is gone', async () => {
    spent = [sent(session)];
    const gone = { ...parts, requests: { ...parts.requests, get: async () => undefined } } as unknown as ReportParts;
    await report({ ...eventBridge, conclusion: stopped }, gone);
    expect(told('U0ALICE')).toEqual([USED]);
  });

  it.each<[string, Partial<ToReport>]>([
    ['nothing of the flow', eventBridge],
    ['a code after it', { answer: { ...answer, attempt: 2 }, elevation: { ...refusal, attempt: 2 } }],
  ])('tells an approver of a session though the record takes no more, where it knows %s', async (_, more) => {
    spent = [sent(session, { attempt: 1 })];
    const close = () => Promise.reject(new Error('ValidationException'));
    const full = { ...parts, requests: { ...parts.requests, close, placed: close } } as unknown as ReportParts;
    await expect(report({ ...deletion, work: null, conclusion: stopped, ...more }, full)).rejects.toThrow('ValidationException');
    expect(told('U0ALICE')).toContainEqual(expect.stringMatching(/^.*Your MFA code was/));
  });

  it('tells an approver nothing new of a code of which the flow told them before it failed', async () => {
    spent = [sent(session, { attempt: 1 })];
    await report(deletion, parts);
    await report({ ...eventBridge, conclusion: stopped }, parts);
    expect(told('U0ALICE')).toEqual([USED]);
  });

  it('is run again where Slack had too much to do for the approver', async () => {
    faults.U0ALICE = ['429'];
    await expect(report({ ...eventBridge, conclusion: stopped }, parts)).rejects.toThrow(TryAgain);
    await report({ ...eventBridge, conclusion: stopped }, parts);
    expect(told('U0ALICE')).toHaveLength(1);
  });

  it('is a flow’s own only where the request was looked at under its seal, and in its time', async () => {
    Object.assign(row, { outcome: 'deleted', why: '', closedAt: request.askedAt });
    const late = { answer: null, elevation: null, work: null, at: '2027-03-01T09:00:00.000Z' };
    await report({ ...deletion, ...late, conclusion: { outcome: 'expired', why: 'late', by: null } }, parts);
    await report({ ...deletion, ...late, at: deletion.at, conclusion: { outcome: 'failed', why: 'BadInput', by: null } }, parts);
    expect(row.outcome).toBe('deleted');
    await report({ ...deletion, ...late, at: deletion.at, conclusion: refused }, parts);
    expect(row.outcome).toBe('refused');
  });
});

describe('what went', () => {
  const emptied = (more: object): ToReport => ({
    ...deletion,
    emptying: {
      verdict: 'empty',
      why: '',
      at: '2026-11-02T09:10:00.000Z',
      pass: 2,
      run: 'r',
      last: 0,
      done: { versions: 0, markers: 0, bytes: 0, uploads: 0 },
      least: false,
      left: 0,
      by: '',
      attempt: 1,
      auditHead: 'd',
      ...more,
    },
  });
  const WHERE = 'What went is listed under s3://kept-lists/went/req-abcdefghij23/';
  const said = async (toReport: ToReport, archive: object = { archive: { bucket: 'kept-lists', prefix: 'went' } }) => {
    await report(toReport, { ...parts, config: { ...config, ...archive } } as unknown as ReportParts);
    return posts.filter(({ text }) => text.includes(WHERE)).length;
  };

  it.each<[string, object, boolean]>([
    ['was emptied', { done: { versions: 0, markers: 1, bytes: 0, uploads: 0 } }, true],
    ['was under way when it failed', { verdict: 'divided' }, true],
    ['was empty already', {}, false],
  ])('is said to be listed, to all who hear of the end, where the bucket %s', async (_, more, is) => {
    expect((await said(emptied(more))) > 1).toBe(is);
    expect(row.why?.includes(WHERE)).toBe(is);
  });

  it('is said in a failure, too, and nowhere without an archive', async () => {
    const failed = { ...emptied({ verdict: 'divided' }), conclusion: { outcome: 'failed', why: 'TryAgain', by: null } } as const;
    expect(await said(failed)).toBeGreaterThan(0);
    expect(row.why).not.toMatch(/^TryAgain/);
    posts = [];
    expect(await said(emptied({ verdict: 'divided' }), {})).toBe(0);
    expect(await said(deletion)).toBe(0);
  });

  it('is said beside what somebody typed, and is no part of that', async () => {
    const rejected = {
      ...emptied({ verdict: 'sessionEnded', done: { versions: 12, markers: 0, bytes: 0, uploads: 0 } }),
      conclusion: { outcome: 'rejected', why: 'Not today.', by: 'U0BOB' },
      answer: { ...answer, verdict: 'rejected', approver: 'bob', attempt: 2 },
      went: 'Before that, 12 versions went.',
      work: null,
    } as const;
    expect(await said(rejected)).toBeGreaterThan(1);
    expect(told('U0RIYA').join()).toMatch(/“Not today\.”".*"Before that, 12 versions went\. What went is listed/);
    expect(row).toMatchObject({ why: 'Not today.', went: expect.stringContaining('12 versions went') });
  });

  it('is said of a failure too, behind why', async () => {
    const conclusion = { outcome: 'failed', why: 'States.Timeout', by: null } as const;
    await report({ ...emptied({ verdict: 'divided' }), conclusion, went: 'At least 3 versions went.' }, parts);
    expect(row.why).toBe('A step took longer than it may. At least 3 versions went.');
    expect(told('U0RIYA').join()).toContain('A step took longer than it may. At least 3 versions went.');
  });
});

describe('the workers of an emptying', () => {
  const stopped = { outcome: 'stopped', why: 'An operator stopped it.', by: null } as const;
  const emptying = {
    verdict: 'divided',
    pass: 1,
    last: 0,
    done: { versions: 0, markers: 0, bytes: 0, uploads: 0 },
  } as ToReport['emptying'];
  const long = { ...request, kind: 'empty-delete' } as const;
  const STOP = { requestId, by: '', why: 'stopped' };

  it.each<[string, Partial<ToReport>, Partial<RequestRow>, object[]]>([
    ['are told to end where the execution was', { ...eventBridge, conclusion: stopped }, { kind: 'empty' }, [STOP]],
    ['are told by the flow’s own report', { request: long, emptying, conclusion: stopped }, { kind: 'empty-delete' }, [STOP]],
    ['are none where nothing was planned', { request: long, conclusion: stopped }, { kind: 'empty-delete' }, []],
    ['are none of a deletion', { ...eventBridge, conclusion: stopped }, {}, []],
  ])('%s', async (_, more, of, expected) => {
    Object.assign(row, of);
    await report({ ...deletion, ...more }, parts);
    expect(stops).toEqual(expected);
  });

  it('are told though the record is gone', async () => {
    const gone = { ...parts, requests: { ...parts.requests, get: async () => undefined } } as unknown as ReportParts;
    await report({ ...eventBridge, conclusion: stopped }, gone);
    expect(stops).toEqual([STOP]);
  });

  it('are told when it is run again, where that failed; people hear of the end at once', async () => {
    row.kind = 'purge';
    unstoppable = 1;
    await expect(report({ ...eventBridge, conclusion: stopped }, parts)).rejects.toThrow(TryAgain);
    expect([stops, told('U0RIYA').length]).toEqual([[], 1]);
    await report({ ...eventBridge, conclusion: stopped }, parts);
    expect([stops.length, told('U0RIYA').length]).toEqual([1, 1]);
  });
});

describe('who pressed Stop as the session ended', () => {
  const ended = (attempt: number) => ({ verdict: 'sessionEnded', attempt, done: { versions: 3, markers: 0, bytes: 0, uploads: 0 } });
  const between = (attempt = 1): ToReport => ({
    ...deletion,
    request: { ...request, kind: 'empty' },
    emptying: ended(attempt) as ToReport['emptying'],
    conclusion: { outcome: 'stopped', why: 'It was stopped before anybody was asked for another code.', by: null },
    work: null,
  });

  it('stands in the trail, in the record and in what is told', async () => {
    stop = { by: 'U0BOB', why: 'Stop' };
    await report(between(), parts);
    expect(whats.at(-1)).toMatchObject({ outcome: 'stopped', by: 'U0BOB' });
    expect([row.closedBy, told('U0RIYA')]).toEqual(['U0BOB', [expect.stringContaining('*stopped* by <@U0BOB>')]]);
  });

  it.each<[string, object | undefined, ToReport]>([
    ['no person did', { by: '', why: 'denied' }, between()],
    ['nobody knows', undefined, between()],
    ['the name is none', { by: '<!channel>', why: '' }, between()],
    ['a code that was given after it was not used', { by: 'U0BOB', why: '' }, { ...between(), answer: { ...answer, attempt: 2 } }],
  ])('is nobody where %s', async (_, by, toReport) => {
    stop = by as typeof stop;
    await report(toReport, parts);
    expect([whats.at(-1)?.by, row.closedBy]).toEqual([null, null]);
  });
});

describe('a report that dies and is run again', () => {
  const { requests, locks, audit, plans, seals, slack } = parts;
  const slot = { spent: () => spent };
  const effects = { requests, locks, audit, plans, seals, slot, chat: slack.chat, views: slack.views } as unknown as Parameters<
    typeof dying
  >[0];

  /** Reports a deletion by bob's code after a session of alice's, and dies once; gives how many effects it had. */
  async function reportDying(death: Death, reported: ToReport): Promise<number> {
    const { effects: mortal, count } = dying(effects, death);
    const { chat, views, slot: codes, ...rest } = mortal;
    const dead = { ...parts, ...rest, slack: { chat, views }, spent: codes?.spent } as unknown as ReportParts;
    expect(await untilDone(() => report(reported, dead))).toEqual({ outcome: reported.conclusion.outcome });
    return count();
  }

  it.each<[string, ToReport]>([
    [
      'the flow',
      {
        ...deletion,
        answer: { ...answer, attempt: 2, approver: 'bob', slackUser: 'U0BOB' },
        elevation: { ...session, attempt: 2, approver: 'bob' },
      },
    ],
    ['EventBridge', { ...eventBridge, conclusion: { outcome: 'failed', why: 'The flow itself failed.', by: null } }],
  ])('(of %s) tells everybody, and one end, wherever it dies', async (_, reported) => {
    const before = structuredClone(row);
    const bobs = { attempt: 2, approver: 'bob', slackUser: 'U0BOB', startedAt: '2026-11-02T09:06:00.000Z' };
    const alive = { at: -1, after: false };
    const begin = () => {
      [row, posts, entries, spent] = [structuredClone(before), [], [], [sent(session, { attempt: 1 }), sent(session, bobs)]];
    };
    begin();
    const all = await reportDying(alive, reported);
    // The channel’s message says it too, and mentions the requester where Slack takes no direct message.
    const heard = posts.filter(({ to }) => to !== 'C0APPROVALS' && to !== 'U0RIYA');
    expect(all).toBeGreaterThan(15);
    for (const after of [false, true]) {
      for (let at = 0; at < all; at += 1) {
        begin();
        await reportDying({ at, after }, reported);
        // Rather twice than not at all.
        expect({ at, after, posts }).toEqual({ at, after, posts: expect.arrayContaining(heard) });
        expect(posts.some(({ to, text }) => to === 'U0RIYA' || text.includes('<@U0RIYA>:'))).toBe(true);
        expect(posts.length).toBeLessThanOrEqual(heard.length + 3);
        expect({ at, after, entries: [...new Set(entries)] }).toEqual({
          at,
          after,
          entries: [`999-closed-${reported.conclusion.outcome}`],
        });
        expect(row).toMatchObject({ outcome: reported.conclusion.outcome, closedAt: reported.at });
      }
    }
  });
});
