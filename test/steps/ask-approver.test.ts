import type { RequestRow } from '../../src/aws/requests.ts';
import { type AuditEntry, auditEntry } from '../../src/domain/audit.ts';
import type { Emptying } from '../../src/domain/emptying.ts';
import type { Elevation } from '../../src/domain/request.ts';
import { SealBroken, Stopped, TryAgain } from '../../src/errors.ts';
import { type AskParts, askApprover } from '../../src/steps/ask-approver.ts';
import { dying, untilDone } from '../helpers/dying.ts';
import { aPlan } from '../helpers/emptying-steps.ts';
import { aConfig, aRequest, someFacts } from '../helpers/models.ts';
import { textOf } from '../helpers/story.ts';

const request = aRequest();
const elevation: Elevation = {
  verdict: 'askAgain',
  why: 'AWS refused the code.',
  sealedSession: null,
  triesLeft: 2,
  tellOperators: false,
  approver: 'alice',
  attempt: 1,
  auditHead: 'b',
};
const facts = someFacts();

/** Asks again after a refused code; Slack has too much to do for the first message to alice. */
function asking(inspectSays = true, result = elevation, emptying: Emptying | null = null, after = 60_000, slackIsBusy = true) {
  const row: RequestRow = { ...request, state: 'decided', attempt: 1, facts, askedIn: request.askedAt };
  const posts: string[] = [];
  const trail: AuditEntry[] = [];
  const dies: true[] = [];
  let busy = slackIsBusy;
  let decision: object | undefined;
  const decide = () => {
    decision = { state: 'decided', auditHead: 'decided', decision: { verdict: 'cancelled', by: 'U0RIYA', attempt: row.attempt } };
  };
  const parts = {
    config: aConfig(),
    requests: {
      get: async () => structuredClone(row),
      placed: async (_: string, at: object) => void Object.assign(row, at),
      asked: async (_: string, attempt: number, shown: object, since: 'again' | { head: string }) => {
        if (decision) Object.assign(row, decision);
        decision = undefined;
        if (since === 'again' ? row.decision : row.auditHead !== since.head) return false;
        delete row.decision;
        return Boolean(Object.assign(row, shown, { attempt, state: 'waiting' }));
      },
    },
    audit: {
      record: async (entry: Omit<AuditEntry, 'hash'>) => {
        if (dies.pop()) throw new TryAgain('throttled');
        if (!trail.some((one) => one.entry === entry.entry)) trail.push(auditEntry(entry));
        return { head: auditEntry(entry).hash, first: true };
      },
    },
    seals: {
      seal: async (_: unknown, context: object) => JSON.stringify(context),
      open: async (sealed: string, context: object) => {
        if (sealed !== JSON.stringify(context)) throw new SealBroken('of something else');
      },
    },
    slack: {
      chat: {
        postMessage: async ({ channel, blocks }: { channel: string; blocks: object[] }) => {
          if (channel === 'U0ALICE' && busy) {
            busy = false;
            throw Object.assign(new Error(), { code: 'slack_webapi_rate_limited_error' });
          }
          posts.push(`${channel} ${textOf(blocks)}`);
          return { channel, ts: '1.1' };
        },
        update: async () => ({}),
      },
    },
    now: () => Date.parse(request.askedAt) + after,
    warn: () => undefined,
  } as unknown as AskParts;
  const inspection = { facts, notes: [elevation.why], refused: inspectSays };
  const input = {
    execution: request.requestId,
    enteredAt: '2026-11-02T09:05:00.000Z',
    request,
    taskToken: 't',
    inspection,
    elevation: result,
    emptying,
  };
  return {
    ask: () => askApprover(input, parts),
    askWith: (more: object) => askApprover(input, { ...parts, ...more }),
    parts,
    posts,
    row,
    decide,
    trail,
    dies,
  };
}

describe('asking while somebody ends it by what stood there before', () => {
  it('leaves no question in the place of the end, and reminds nobody', async () => {
    const { askWith, posts, parts, row } = asking(true, elevation, null, 5 * 3_600_000, false);
    const { channel } = parts.config.slack;
    Object.assign(row, { message: { channel, ts: '1.0' }, direct: { channel: 'D0RIYA', ts: '2.0' } });
    const standing = new Map<string, string>();
    const update = async ({ ts, blocks }: { ts: string; blocks: object[] }) => {
      // Reported while Slack takes its time for the first edit.
      if (ts === '1.0') Object.assign(row, { state: 'closed', outcome: 'cancelled', why: '', closedBy: 'U0RIYA' });
      standing.set(ts, textOf(blocks));
    };
    await askWith({ slack: { chat: { ...parts.slack.chat, update }, views: { update: async () => ({}) } } });
    expect([...standing.values()]).toEqual(Array.from({ length: 2 }, () => expect.stringContaining('was *cancelled* by <@U0RIYA>')));
    expect([...standing.values(), ...posts].join()).not.toMatch(/Approve with MFA code|Cancel request|still waits/);
  });
});

describe('asking where the approvals channel takes no message', () => {
  it('asks each approver directly, who read why, and operators hear of it', async () => {
    const { askWith, posts, parts } = asking(false, { ...elevation, attempt: 9 }, null, 60_000, false);
    const { config, slack } = parts;
    const postMessage = async (message: { channel: string; blocks: object[] }) => {
      if (message.channel === config.slack.channel) throw Object.assign(new Error(), { data: { error: 'is_archived' } });
      return slack.chat.postMessage(message as never);
    };
    const withOperators = { ...config, slack: { ...config.slack, operatorsChannel: 'C0OPERATORS' } };
    await askWith({ config: withOperators, slack: { chat: { ...slack.chat, postMessage } } });
    expect(posts.filter((text) => text.startsWith('U0ALICE') && text.includes('Approve with MFA code'))).toEqual([
      expect.stringContaining('Slack takes no message for the approvals channel, so you are asked here.'),
    ]);
    expect(posts.filter((text) => text.startsWith('C0OPERATORS'))).toEqual([expect.stringContaining('C0APPROVALS (is_archived)')]);
  });
});

describe('asking once more', () => {
  it('comes in the trail after a decision that was made since the record was read, for a wait that is over', async () => {
    const { ask, row, decide, trail } = asking(true, { ...elevation, attempt: 9 }, null, 60_000, false);
    decide();
    await expect(ask()).rejects.toThrow(/Somebody answered/);
    expect([trail, row.state]).toEqual([[], 'decided']);
    await ask();
    expect(trail.map(({ entry, previous }) => [entry, previous])).toEqual([['002-1-asked', 'decided']]);
    expect(row).toMatchObject({ state: 'waiting', auditHead: trail[0]?.hash });
  });

  it('is in the trail once, also where that could not be written at first', async () => {
    const { ask, row, trail, dies } = asking(true, elevation, null, 60_000, false);
    dies.push(true);
    await expect(ask()).rejects.toThrow(TryAgain);
    await ask();
    await ask();
    expect(trail.map(({ entry, hash }) => [entry, hash])).toEqual([['002-1-asked', row.auditHead]]);
  });

  it('is one asking, and one entry of the trail, wherever it dies and is run again; approvers see it', async () => {
    for (const after of [false, true]) {
      for (let at = 0; at < 12; at += 1) {
        const { askWith, parts, posts, row, trail } = asking(true, elevation, null, 60_000, false);
        const { requests, audit, seals, slack } = parts;
        const effects = { requests, audit, seals, chat: slack.chat } as unknown as Parameters<typeof dying>[0];
        const { chat, ...mortal } = dying(effects, { at, after }).effects;
        await untilDone(() => askWith({ ...mortal, slack: { ...slack, chat } }));
        expect({ at, after, trail: trail.map(({ entry, hash }) => [entry, hash]) }).toEqual({
          at,
          after,
          trail: [['002-1-asked', row.auditHead]],
        });
        expect(row).toMatchObject({ state: 'waiting', attempt: 2 });
        expect(posts.some((post) => /^C0APPROVALS .*Approve with MFA code/.test(post))).toBe(true);
        expect(posts.some((post) => /^U0ALICE .*AWS refused the code/s.test(post))).toBe(true);
      }
    }
  });

  it('after somebody decided meanwhile is run again, and is another asking then: the decision stays in the trail', async () => {
    const { ask, row, decide } = asking();
    await expect(ask()).rejects.toThrow(TryAgain);
    decide();
    await expect(ask()).rejects.toThrow(/Somebody answered/);
    expect(row).toMatchObject({ state: 'decided', attempt: 2, auditHead: 'decided' });
    await ask();
    expect(row).toMatchObject({ state: 'waiting', attempt: 3 });
  });
});

describe('an approver whose code was refused', () => {
  it('hears so though Slack had too much to do: it is asked, and run again until it is told, once', async () => {
    const { ask, posts, row } = asking();
    const heard = () => posts.filter((post) => post.startsWith('U0ALICE')).length;
    await expect(ask()).rejects.toThrow(TryAgain);
    expect([row.state, row.attempt, heard()]).toEqual(['waiting', 2, 0]);
    expect(posts).toContainEqual(expect.stringMatching(/^C0APPROVALS .*Approve with MFA code/));
    await ask();
    await ask();
    expect([row.attempt, heard()]).toEqual([2, 1]);
  });

  it.each<[string, object]>([
    ['names another who decided', { decision: { verdict: 'approved', by: 'U0MALLORY', attempt: 1 } }],
    ['says that they have been told', { told: { refused1: '1.1', approver1: '1.1' } }],
    ['is closed', { state: 'closed', outcome: 'cancelled' }],
  ])('hears so though the record %s', async (_, altered) => {
    const { ask, posts, row } = asking(true, elevation, null, 60_000, false);
    Object.assign(row, altered);
    await ask().catch(() => undefined);
    expect(posts).toContainEqual(expect.stringMatching(/^U0ALICE .*AWS refused the code/s));
  });

  it('hears so by the word of elevate, whatever inspect says', async () => {
    const { ask, posts } = asking(false);
    await expect(ask()).rejects.toThrow(TryAgain);
    await ask();
    expect(posts).toContainEqual(expect.stringMatching(/^U0ALICE .*AWS refused the code/s));
  });
});

describe('an approver whose session is over with work left', () => {
  it('hears when it is asked again, once, that their code was used', async () => {
    const { ask, posts } = asking(false, { ...elevation, verdict: 'session', why: '', sealedSession: 's' });
    await expect(ask()).rejects.toThrow(TryAgain);
    await ask();
    await ask();
    const heard = posts.filter((post) => post.startsWith('U0ALICE'));
    expect(heard).toEqual([expect.stringMatching(/Your MFA code was used to delete `team-scratch`.*Not you\?/s)]);
  });
});

describe('a session that ended in the middle', () => {
  const ended = aPlan({ verdict: 'sessionEnded', pass: 2, at: '2026-11-02T16:30:00.000Z' });
  const hours = (count: number) => count * 3_600_000;

  it('is followed by a window of its own: it is shown, kept for the clicks, and has a reminder', async () => {
    const { ask, posts, row } = asking(true, elevation, ended, hours(8.5));
    row.remindedAt = '2026-11-02T13:00:00.000Z';
    await ask().catch(() => undefined);
    expect(row).toMatchObject({ state: 'waiting', until: '2026-11-03T00:30:00.000Z', expiresAt: '2026-11-02T17:00:00.000Z' });
    expect(posts).toContainEqual(expect.stringMatching(/^C0APPROVALS .*expires .*1793665800/s));
    expect(posts.filter((post) => post.includes('still waits'))).toEqual([]);
    const later = asking(true, elevation, ended, hours(12));
    later.row.remindedAt = '2026-11-02T13:00:00.000Z';
    await later.ask().catch(() => undefined);
    expect(later.posts.filter((post) => /still waits.*1793665800/s.test(post))).toHaveLength(1);
  });

  it('is not followed by another asking where somebody said Stop meanwhile', async () => {
    const { ask, row, posts } = asking(false, { ...elevation, verdict: 'session' }, ended);
    row.stopping = true;
    await ask().catch(() => undefined);
    await expect(ask()).rejects.toThrow(Stopped);
    expect([row.state, row.attempt, posts.filter((post) => post.startsWith('C0'))]).toEqual(['decided', 1, []]);
  });

  it('leaves the request its own time where that lasts longer', async () => {
    const { ask, row } = asking(true, elevation, { ...ended, pass: 1 });
    row.until = 'of before';
    await ask().catch(() => undefined);
    expect(row).toMatchObject({ state: 'waiting' });
    expect(row.until).toBeUndefined();
  });
});
