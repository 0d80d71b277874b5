import type { Progress, StretchEnd } from '../../src/domain/emptying.ts';
import { BEGUN } from '../../src/domain/sweep.ts';
import { BadInput } from '../../src/errors.ts';
import { emptyRange, type RangeParts } from '../../src/steps/empty-range.ts';
import { aPlan, given, MemoryPlans, NOW, progress, SESSION, sealsOf, tally } from '../helpers/emptying-steps.ts';
import { aConfig } from '../helpers/models.ts';

type Job = Parameters<RangeParts['empty']>[2];
interface Given {
  range?: number;
  giveUp?: boolean;
  paused?: boolean;
  now?: number;
  /** What the work on the stretch does, and comes to. */
  empty?: (job: Job) => Promise<{ end: StretchEnd; progress: Progress }>;
}

const done = progress({ done: tally({ versions: 3 }), parts: [{ after: 'c', upTo: null, begun: null }] });

/** A pass of two stretches, of which a worker takes one. */
async function stretches() {
  const plans = new MemoryPlans();
  await plans.plan('', { result: aPlan({ last: 1 }), rounds: 0, sweep: BEGUN }, [
    { after: '', upTo: 'm' },
    { after: 'm', upTo: null },
  ]);
  const { seals, opened } = sealsOf();
  const calls: { at: object; session: object; job: Job; of: object }[] = [];
  const work = ({ range = 1, giveUp = false, paused = false, now = NOW, empty }: Given = {}) =>
    emptyRange(
      { ...given('empty'), pass: 1, run: 'r', range, giveUp },
      {
        config: aConfig({ paused }),
        seals,
        plans,
        now: () => now,
        async empty(at, session, job, of) {
          calls.push({ at, session, job, of });
          return empty ? empty(job) : { end: 'done', progress: done };
        },
      },
    );
  return { plans, opened, calls, work };
}

describe('a worker', () => {
  it('empties its stretch and no other, with the session of this very request, and keeps how it ended', async () => {
    const { plans, opened, calls, work } = await stretches();
    expect(await work()).toEqual({ verdict: 'done' });
    expect(calls).toMatchObject([
      {
        at: { bucket: 'team-scratch', account: '111122223333', region: 'eu-central-1' },
        session: SESSION,
        job: { stretch: { after: 'm', upTo: null }, progress: progress() },
        of: { requestId: 'req-abcdefghij23', pass: 1, stretch: 1 },
      },
    ]);
    expect(opened).toMatchObject([
      { purpose: 'session', kind: 'empty', rehearsal: false, bucket: 'team-scratch', approver: 'alice', attempt: 1 },
    ]);
    expect((await plans.stretches('', aPlan())).map(({ end, progress: sofar }) => [end, sofar.done.versions])).toEqual([
      [null, 0],
      ['done', 3],
    ]);
  });

  it('of a purge is given what chooses, under the prefix, as old as it was when it was asked; of an emptying nothing chooses', async () => {
    const { plans, calls, work } = await stretches();
    await work();
    expect(calls[0]?.job.selection).toBeUndefined();
    const given_ = given('purge', 1, { prefix: 'logs/', olderThanDays: 1, keep: 0 });
    const asked = Date.parse(given_.request.askedAt);
    await emptyRange(
      { ...given_, pass: 1, run: 'r', range: 0, giveUp: false },
      {
        config: aConfig(),
        seals: sealsOf().seals,
        plans,
        now: () => asked + 20 * 86_400_000,
        async empty(at, _session, job) {
          expect(at).toMatchObject({ bucket: 'team-scratch', prefix: 'logs/' });
          const entry = (versionId: string, daysBefore: number, isLatest = false) => {
            const modified = asked - daysBefore * 86_400_000;
            return { key: 'logs/a', versionId, marker: false, isLatest, modified, size: 1, etag: '' };
          };
          const page = [entry('now', 0.5, true), entry('half a day noncurrent', 3), entry('three days', 4)];
          expect(
            job
              .selection?.()(page, true)
              .map(({ versionId }) => versionId),
          ).toEqual(['three days']);
          return { end: 'done', progress: done };
        },
      },
    );
    expect.assertions(3);
  });

  it.each([
    ['has Object Lock', true, true],
    ['has none', false, undefined],
  ])('bypasses governance retention, where that was asked for, of a bucket that %s', async (_, objectLock, bypass) => {
    const { plans } = await stretches();
    const asked = given('empty');
    const input = { ...asked, request: { ...asked.request, bypassGovernance: true as const }, facts: { ...asked.facts, objectLock } };
    const { seals, opened } = sealsOf();
    let where: { bypass?: boolean } = {};
    const empty: RangeParts['empty'] = async (at) => {
      where = at;
      return { end: 'done', progress: done };
    };
    await emptyRange({ ...input, pass: 1, run: 'r', range: 0, giveUp: false }, { config: aConfig(), seals, plans, now: () => NOW, empty });
    expect(where.bypass).toBe(bypass);
    // A session that was taken for anything less doesn't open.
    expect(opened).toMatchObject([{ purpose: 'session', bypassGovernance: true }]);
  });

  it('says the same run again once its stretch has ended, and touches nothing', async () => {
    const { calls, work } = await stretches();
    await work({ empty: async () => ({ end: 'kept', progress: done }) });
    expect(await work()).toEqual({ verdict: 'kept' });
    expect(await work({ giveUp: true })).toEqual({ verdict: 'kept' });
    expect(calls).toHaveLength(1);
  });

  it('goes on where the one before died', async () => {
    const { calls, work, plans } = await stretches();
    const half = progress({ done: tally({ versions: 1 }), parts: [{ after: 'n', upTo: null, begun: null }] });
    const dies = async (job: Job) => {
      await job.note(half);
      throw new Error('the power failed');
    };
    await expect(work({ empty: dies })).rejects.toThrow('the power failed');
    expect(plans.rows.get(1)?.[1]).toMatchObject({ progress: half, end: null });
    await work();
    expect(calls.at(-1)?.job.progress).toEqual(half);
  });

  it.each([false, true])(
    'that is thought dead, and works on, begins nothing once its stretch was taken up (given up: %s)',
    async (giveUp) => {
      const { work, plans } = await stretches();
      const half = progress({ done: tally({ versions: 1 }), parts: [{ after: 'n', upTo: null, begun: null }] });
      const first = work({
        async empty(job) {
          await job.note(half);
          expect(await work({ giveUp })).toEqual({ verdict: giveUp ? 'failed' : 'done' });
          await job.note(done);
          throw new Error('it went on');
        },
      });
      await expect(first).rejects.toMatchObject({ name: 'TryAgain' });
      expect(plans.rows.get(1)?.[1]).toMatchObject(giveUp ? { progress: half, end: 'failed' } : { progress: done, end: 'done' });
    },
  );

  it('gives its stretch up with what it had done, and so that nobody waits for it', async () => {
    const { calls, work, plans, opened } = await stretches();
    await work({ empty: (job) => job.note(done).then(() => Promise.reject(new Error('S3 fails'))) }).catch(() => undefined);
    expect(await work({ giveUp: true })).toEqual({ verdict: 'failed' });
    expect(plans.rows.get(1)?.[1]).toMatchObject({ progress: done, end: 'failed' });
    expect([calls.length, opened.length]).toEqual([1, 1]);
  });

  it.each(['kept', 'denied', 'unarchived'] as const)('has the others end where it can’t go on (%s): all of it has to go', async (end) => {
    const { work, plans } = await stretches();
    await work({ range: 0, empty: async () => ({ end, progress: done }) });
    expect(plans.stop_).toEqual({ by: '', why: end });
    const may: unknown[] = [];
    await work({
      empty: async (job) => {
        may.push(await job.mayGoOn());
        return { end: 'stopped', progress: done };
      },
    });
    expect(may).toEqual(['stopped']);
  });

  it.each(['done', 'more', 'stopped', 'sessionEnded', 'absent'] as const)('leaves the others alone where it ends as %s', async (end) => {
    const { work, plans } = await stretches();
    expect(await work({ empty: async () => ({ end, progress: done }) })).toEqual({ verdict: end });
    expect(plans.stop_).toBeUndefined();
  });

  it.each<[string, Given & { stopped?: boolean; later?: number; whole?: boolean; pass?: number }, string | undefined]>([
    ['goes on while it may', {}, undefined],
    ['goes on for ten minutes', { later: 599_999 }, undefined],
    ['ends after ten minutes', { later: 600_000 }, 'more'],
    ['goes on for a minute with all of a bucket, which was a guess', { whole: true, later: 59_999 }, undefined],
    ['ends after a minute with all of a bucket', { whole: true, later: 60_000 }, 'more'],
    ['goes on for ten minutes with all of it in a later pass', { whole: true, pass: 2, later: 599_999 }, undefined],
    ['goes on until the session is about to end', { now: Date.parse(SESSION.expiresAt) - 60_000, later: 44_999 }, undefined],
    ['ends before the session does', { now: Date.parse(SESSION.expiresAt) - 60_000, later: 45_000 }, 'more'],
    ['ends where somebody stopped it', { stopped: true }, 'stopped'],
    ['ends where Interlock was paused', { paused: true }, 'stopped'],
  ])('%s', async (_, { stopped, later = 0, whole, pass = 1, ...how }, may) => {
    const { plans } = await stretches();
    if (whole) plans.rows.set(pass, [{ after: '', upTo: null, progress: progress(), end: null }]);
    if (stopped) await plans.stop('', { by: 'U0RIYA', why: '' });
    let time = how.now ?? NOW;
    const asked: unknown[] = [];
    await emptyRange(
      { ...given('empty'), pass, run: 'r', range: 0, giveUp: false },
      {
        config: aConfig({ paused: how.paused ?? false }),
        seals: sealsOf().seals,
        plans,
        now: () => time,
        async empty(_at, _session, job) {
          time += later;
          asked.push(await job.mayGoOn());
          return { end: 'more', progress: done };
        },
      },
    );
    expect(asked).toEqual([may]);
  });

  it('refuses a stretch that there is not', async () => {
    const { work, opened } = await stretches();
    await expect(work({ range: 2 })).rejects.toThrow(BadInput);
    expect(opened).toEqual([]);
  });
});
