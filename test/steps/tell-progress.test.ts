import type { RequestRow } from '../../src/aws/requests.ts';
import { UNTOUCHED } from '../../src/domain/emptying.ts';
import { type TellParts, tellProgress } from '../../src/steps/tell-progress.ts';
import { aPlan, given, MemoryPlans, NOW, progress, tally } from '../helpers/emptying-steps.ts';
import { aConfig } from '../helpers/models.ts';
import { textOf } from '../helpers/story.ts';

interface Given {
  /** When a worker has deleted so many more, and when all of them have ended, in milliseconds. */
  ends?: number;
  /** When the report has closed the record. */
  closes?: number;
  /** When the workers died without a word. */
  dies?: number;
  refuses?: boolean;
  /** Somebody deleted the channel's message. */
  gone?: boolean;
  row?: Partial<RequestRow>;
}

/** Tells of a pass with two workers, each of which deletes a version every 10 ms; time passes in the pauses alone. */
async function telling({
  ends = Number.POSITIVE_INFINITY,
  closes = Number.POSITIVE_INFINITY,
  dies = Number.POSITIVE_INFINITY,
  refuses = false,
  gone = false,
  row: more = {},
}: Given = {}) {
  let time = NOW;
  const { execution, enteredAt, request, answer } = given('empty-delete');
  const emptying = aPlan({ last: 1, left: 10_000, done: tally({ versions: 500 }) });
  const plans = new MemoryPlans();
  const row = {
    ...request,
    state: 'decided',
    attempt: 1,
    message: { channel: 'C0APPROVALS', ts: '1.1' },
    direct: { channel: 'D0RIYA', ts: '2.1' },
    decision: { viewId: 'V1' },
    ...more,
  } as unknown as RequestRow;
  const edits: { at: number; where: string; text: string }[] = [];
  const placed: object[] = [];
  const warned: string[] = [];
  const edited = (where: string, what: unknown) => {
    if (refuses) throw Object.assign(new Error(), { data: { error: 'fatal_error' } });
    edits.push({ at: time - NOW, where, text: textOf(what) });
    return {};
  };
  const parts = {
    config: aConfig(),
    requests: {
      get: async () => ({ ...row, ...(time - NOW >= closes && { outcome: 'stopped' }) }),
      placed: async (_: string, at: object) => void Object.assign(row, at, placed.push(at)),
    },
    plans,
    slack: {
      chat: {
        async update({ channel, ts, blocks }: { channel: string; ts: string; blocks: unknown }) {
          if (gone && ts === '1.1') throw Object.assign(new Error(), { data: { error: 'message_not_found' } });
          return edited(channel, blocks);
        },
        async postMessage({ channel, blocks }: { channel: string; blocks: unknown }) {
          edited(`anew in ${channel}`, blocks);
          return { channel, ts: '1.9' };
        },
      },
      views: { update: async ({ view_id, view }: { view_id: string; view: unknown }) => edited(view_id, view) },
    },
    warn: (_: string, { what }: { what: string }) => void warned.push(what),
    now: () => time,
    async pause(ms: number) {
      time += ms;
      const [versions, end] = [Math.floor(Math.min(time - NOW, dies) / 10), time - NOW >= ends ? 'done' : null] as const;
      const one = { after: '', upTo: null, progress: progress({ done: tally({ versions }) }), end };
      plans.rows.set(1, [one, { ...one, progress: UNTOUCHED }]);
    },
  } as unknown as TellParts;
  const result = await tellProgress({ execution, enteredAt, request, answer, emptying }, parts);
  return { ...result, edits, placed, warned, lasted: time - NOW };
}

describe('the progress of an emptying', () => {
  it('is told to the channel, to who asked, and in the approver’s window, while it goes on', async () => {
    const { told, edits } = await telling({ ends: 8_000 });
    expect(told).toBe(2);
    expect(edits.map(({ where }) => where)).toEqual(['C0APPROVALS', 'D0RIYA', 'V1', 'C0APPROVALS', 'D0RIYA', 'V1']);
    for (const { text } of edits)
      expect(text).toMatch(/\d of about [\d,]+ versions and markers are gone \(\d+ %\), 100 a second, about \d+ (s|min) left/);
    expect(edits[0]?.text).toContain('Stop');
    expect(edits[2]?.text).toContain('AWS accepted your code');
    expect(edits[2]?.text).not.toContain('Stop');
  });

  it('stands in the record too, with when it was so', async () => {
    const { placed, edits } = await telling({ ends: 2_000 });
    expect(placed).toEqual([
      {
        progress: expect.stringMatching(/^[\d,]+ of about 10,500 versions and markers are gone/),
        progressAt: new Date(NOW + (edits[0]?.at ?? 0)).toISOString(),
      },
    ]);
  });

  it('comes after a second or so, and then every four seconds, never sooner', async () => {
    const { edits } = await telling({ ends: 120_000 });
    const times = [...new Set(edits.map(({ at }) => at))];
    expect(times[0]).toBeLessThan(2_000);
    expect(times).toHaveLength(30);
    expect(Math.min(...times.slice(1).map((at, index) => at - (times[index] ?? 0)))).toBeGreaterThanOrEqual(4_000);
  });

  it('is not told of what is emptied in a moment, and ends with it', async () => {
    expect(await telling({ ends: 250 })).toMatchObject({ told: 0, edits: [], placed: [], lasted: 300 });
  });

  it('ends once the workers have, within three seconds', async () => {
    expect((await telling({ ends: 60_000 })).lasted).toBeLessThan(63_000);
  });

  it('ends with them, whatever is said of a stretch that the plan doesn’t have', async () => {
    expect(await telling({ ends: 8_000 })).toMatchObject({ told: 2, over: true });
  });

  it('ends where nothing has come of them for five minutes', async () => {
    const { lasted, over } = await telling({ dies: 60_000 });
    expect([Math.round(lasted / 60_000), over]).toEqual([6, true]);
  });

  it('is run anew where the pass takes longer than it may', async () => {
    const { lasted, over } = await telling();
    expect(over).toBe(false);
    expect(lasted).toBeGreaterThanOrEqual(780_000);
    expect(lasted).toBeLessThan(790_000);
  });

  it('is told no more once the end was reported', async () => {
    const { edits, placed, lasted } = await telling({ closes: 8_000 });
    expect([placed.length, edits.every(({ at }) => at < 8_000)]).toEqual([2, true]);
    expect(lasted).toBeLessThan(15_000);
  });

  it('fails with nothing that Slack refuses: the record has it all the same', async () => {
    const { told, placed, warned } = await telling({ ends: 2_000, refuses: true });
    expect([told, placed.length, warned]).toEqual([1, 1, ['the progress in the channel', 'the progress to the requester', 'the modal']]);
  });

  it('lets Slack be for half a minute where it doesn’t take an edit', async () => {
    const { warned } = await telling({ ends: 60_000, refuses: true });
    expect(warned.filter((what) => what === 'the progress in the channel')).toHaveLength(2);
  });

  it('is posted anew once where its message is gone, and edited there from then on', async () => {
    const { edits, placed } = await telling({ ends: 12_000, gone: true });
    const inChannel = edits.map(({ where }) => where).filter((where) => where.includes('C0APPROVALS'));
    expect(inChannel).toEqual(['anew in C0APPROVALS', 'C0APPROVALS', 'C0APPROVALS']);
    expect(placed).toContainEqual({ message: { channel: 'C0APPROVALS', ts: '1.9' } });
  });

  it('is told where there is something to be edited, and nowhere else', async () => {
    const nowhere = { message: undefined, direct: undefined, decision: undefined } as unknown as Partial<RequestRow>;
    expect(await telling({ ends: 2_000, row: nowhere })).toMatchObject({ told: 1, edits: [], placed: [{}] });
  });
});
