import { TryAgain } from '../../src/errors.ts';
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

describe('the messages that follow a request, at its end', () => {
  beforeEach(() => {
    world.row.direct = { channel: 'D0RIYA', ts: '2.1' };
  });

  it('are edited, the outcome is a reply in the channel, and for who asked a message of its own', async () => {
    await report(deletion, parts);
    expect(world.edits).toEqual(['C0APPROVALS 1.1', 'D0RIYA 2.1']);
    const [reply, direct] = ['C0APPROVALS', 'U0RIYA'].map((to) => world.posts.filter((one) => one.to === to));
    expect(reply).toEqual([{ to: 'C0APPROVALS', text: expect.stringContaining('deleted'), thread: '1.1' }]);
    expect(direct).toEqual([{ to: 'U0RIYA', text: expect.stringContaining('deleted') }]);
  });

  it('are posted anew where they are gone, once, and the reply is to the one that is there', async () => {
    world.faults = { 'C0APPROVALS 1.1': ['message_not_found'], 'D0RIYA 2.1': ['message_not_found'] };
    await report(deletion, parts);
    const anew = world.row.message?.ts;
    expect(world.posts.filter(({ thread }) => thread)).toMatchObject([{ to: 'C0APPROVALS', thread: anew }]);
    const posts = world.posts.length;
    await report(deletion, parts);
    expect(world.edits).toEqual([`C0APPROVALS ${anew}`, `U0RIYA ${world.row.direct?.ts}`]);
    expect(world.posts).toHaveLength(posts);
  });

  it('keep their buttons only until Slack has time: the report is run again', async () => {
    world.faults = { 'C0APPROVALS 1.1': ['429'] };
    await expect(report(deletion, parts)).rejects.toThrow(TryAgain);
    const posts = world.posts.length;
    await report(deletion, parts);
    expect(world.edits).toContain('C0APPROVALS 1.1');
    expect(world.posts).toHaveLength(posts);
  });
});
