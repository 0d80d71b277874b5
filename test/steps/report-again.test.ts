import { type ReportParts, report, type ToReport } from '../../src/steps/report.ts';
import { type Death, dying, untilDone } from '../helpers/dying.ts';
import { answer, beginAnew, deletion, eventBridge, parts, sent, session, world } from '../helpers/reporting.ts';

beforeEach(beginAnew);

describe('a report that dies and is run again', () => {
  const { requests, locks, audit, plans, seals, slack } = parts;
  const slot = { spent: () => world.spent };
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
    const before = structuredClone(world.row);
    const bobs = { attempt: 2, approver: 'bob', slackUser: 'U0BOB', startedAt: '2026-11-02T09:06:00.000Z' };
    const alive = { at: -1, after: false };
    const begin = () => {
      [world.row, world.posts, world.entries, world.spent] = [
        structuredClone(before),
        [],
        [],
        [sent(session, { attempt: 1 }), sent(session, bobs)],
      ];
    };
    begin();
    const all = await reportDying(alive, reported);
    // The channel’s message says it too, and mentions the requester where Slack takes no direct message.
    const heard = world.posts.filter(({ to }) => to !== 'C0APPROVALS' && to !== 'U0RIYA');
    expect(all).toBeGreaterThan(15);
    for (const after of [false, true]) {
      for (let at = 0; at < all; at += 1) {
        begin();
        await reportDying({ at, after }, reported);
        // Rather twice than not at all.
        expect({ at, after, posts: world.posts }).toEqual({ at, after, posts: expect.arrayContaining(heard) });
        expect(world.posts.some(({ to, text }) => to === 'U0RIYA' || text.includes('<@U0RIYA>:'))).toBe(true);
        expect(world.posts.length).toBeLessThanOrEqual(heard.length + 3);
        expect({ at, after, entries: [...new Set(world.entries)] }).toEqual({
          at,
          after,
          entries: [`999-closed-${reported.conclusion.outcome}`],
        });
        expect(world.row).toMatchObject({ outcome: reported.conclusion.outcome, closedAt: reported.at });
      }
    }
  });
});
