import type { Left } from '../../src/aws/emptying/division.ts';
import { brokenAt } from '../../src/domain/audit.ts';
import type { Emptying } from '../../src/domain/emptying.ts';
import type { Kind, Work } from '../../src/domain/request.ts';
import { type PlanParts, planEmptying } from '../../src/steps/plan-emptying.ts';
import { given, MemoryPlans, NOW, progress, SESSION, sealsOf, tally, trail } from '../helpers/emptying-steps.ts';
import { aConfig } from '../helpers/models.ts';

const entry = (key: string) => ({ key, versionId: 'v', marker: false, isLatest: true, modified: 0, size: 1, etag: '' });
const left = (keys: string[], more: Partial<Left> = {}): Left => ({ entries: keys.map(entry), more: false, uploads: 0, ...more });
const NOTHING = left([]);
const PURGE = { prefix: 'logs/', olderThanDays: 30, keep: 1 };
const named = (name: string) => Object.assign(new Error(name), { name });

/** An emptying that is planned pass by pass; `sees` says what the next look finds. */
function emptying(kind: Kind = 'empty-delete', config = aConfig()) {
  const purge = kind === 'purge' ? PURGE : undefined;
  const plans = new MemoryPlans();
  const { audit, entries } = trail();
  const { seals, opened } = sealsOf();
  const looks: unknown[][] = [];
  const state = {
    sees: NOTHING as Left | Error,
    pieces: [] as { after: string; upTo: string | null; weight: number; exact: boolean }[],
    now: NOW,
  };
  let [before, attempt]: [Emptying | null, number] = [null, 1];
  const look: PlanParts['look'] = async (at, session) => {
    looks.push([at, session]);
    if (state.sees instanceof Error) throw state.sees;
    return { left: state.sees, divide: async () => state.pieces };
  };
  const parts: PlanParts = { config, plans, audit, seals, look, now: () => state.now };
  const plan = (work: Work | null = null) => planEmptying({ ...given(kind, attempt, purge), before, work }, parts);
  return {
    plans,
    entries,
    opened,
    looks,
    state,
    /** A code is given anew. */
    anew(): void {
      attempt += 1;
    },
    /** Plans without going on from it. */
    again: plan,
    /** Looks, finds this, and goes on with what came of it. */
    async next(sees: Left | Error, work: Work | null = null): Promise<Emptying> {
      state.sees = sees;
      before = await plan(work);
      return before;
    },
  };
}

describe('a plan', () => {
  it('is one stretch where all that is left fits a page, with the session of this very request', async () => {
    const { next, plans, looks, opened } = emptying();
    expect(await next(left(['a', 'b'], { uploads: 1 }))).toMatchObject({
      verdict: 'divided',
      pass: 1,
      last: 0,
      left: 2,
      done: tally({}),
      by: '',
      attempt: 1,
    });
    expect(await plans.stretches('', 1)).toEqual([{ after: '', upTo: null, progress: progress(), end: null }]);
    expect(looks).toEqual([[{ bucket: 'team-scratch', account: '111122223333', region: 'eu-central-1', uploads: true }, SESSION]]);
    expect(opened).toMatchObject([
      { purpose: 'session', approver: 'alice', attempt: 1, kind: 'empty-delete', rehearsal: false, bucket: 'team-scratch' },
    ]);
  });

  it('is the stretches into which more than a page is divided, with how much they may hold', async () => {
    const { next, state, plans } = emptying('empty');
    state.pieces = [
      { after: '', upTo: 'm', weight: 1000.4, exact: false },
      { after: 'm', upTo: null, weight: 2000.4, exact: false },
    ];
    expect(await next(left(['a'], { more: true }))).toMatchObject({ verdict: 'divided', last: 1, left: 3001 });
    expect((await plans.stretches('', 1)).map(({ after, upTo }) => [after, upTo])).toEqual([
      ['', 'm'],
      ['m', null],
    ]);
  });

  it('is one stretch where it can’t be divided, or uploads alone are left', async () => {
    for (const sees of [left(['a'], { more: true }), left([], { uploads: 2 })]) {
      const { next } = emptying();
      expect(await next(sees)).toMatchObject({ verdict: 'divided', last: 0 });
    }
  });

  it.each([
    ['empty-delete', 'empty'],
    ['empty', 'emptied'],
  ] as const)('says of %s that it is %s once nothing is left, with all that went', async (kind, verdict) => {
    const { next, plans } = emptying(kind);
    await next(left(['a']));
    plans.end({ progress: progress({ done: tally({ versions: 3, bytes: 7 }) }), end: 'more' });
    await next(left(['b']));
    plans.end({ progress: progress({ done: tally({ versions: 2, markers: 1, uploads: 1 }) }), end: 'done' });
    expect(await next(NOTHING)).toMatchObject({ verdict, pass: 3, done: { versions: 5, markers: 1, bytes: 7, uploads: 1 } });
  });

  it('says the same run again, whatever is left by then, and looks at nothing', async () => {
    for (const sees of [left(['a']), NOTHING, named('AccessDenied'), named('ExpiredToken')]) {
      const { again, state, looks, entries, plans } = emptying('empty');
      state.sees = sees;
      const first = await again();
      plans.end({ progress: progress({ done: tally({ versions: 9 }) }), end: 'done' });
      state.sees = left(['x', 'y', 'z']);
      expect(await again()).toEqual(first);
      expect([looks.length, entries.size]).toEqual([1, 1]);
    }
  });

  it('counts the same where it died after it had written its entry, and before its plan', async () => {
    const { next, again, plans, entries, state } = emptying();
    await next(left(['a']));
    plans.end({ progress: progress({ done: tally({ versions: 1 }) }), end: 'done' });
    state.sees = named('SlowDown');
    await expect(again()).rejects.toThrow('SlowDown');
    expect(await next(NOTHING)).toMatchObject({ verdict: 'empty', pass: 2, done: { versions: 1 } });
    expect(entries.size).toBe(2);
  });

  it('is not made while Interlock is paused: it ends as stopped, with what went', async () => {
    const { next, opened, looks } = emptying('empty', aConfig({ paused: true }));
    expect(await next(left(['a']))).toMatchObject({
      verdict: 'stopped',
      by: '',
      why: expect.stringMatching(/paused by its operators\. Nothing of team-scratch went; the rest stays\./),
    });
    expect([opened, looks]).toEqual([[], []]);
  });

  it('ends as stopped by whom it was, with what went', async () => {
    const { next, plans } = emptying('empty');
    await next(left(['a']));
    plans.end({ progress: progress({ done: tally({ versions: 2 }) }), end: 'stopped' });
    await plans.stop('', { by: 'U0RIYA', why: '' });
    expect(await next(left(['b']))).toMatchObject({
      verdict: 'stopped',
      by: 'U0RIYA',
      why: '2 versions of team-scratch went; the rest stays.',
    });
  });
});

describe('a session that ends', () => {
  it.each<[string, (how: ReturnType<typeof emptying>) => void]>([
    ['for a worker', ({ plans }) => plans.end({ end: 'sessionEnded' })],
    ['in the look', ({ state }) => void Object.assign(state, { sees: named('ExpiredToken') })],
    ['in a moment', ({ state }) => void Object.assign(state, { now: Date.parse(SESSION.expiresAt) - 29_000 })],
  ])('(%s) asks for a fresh code, with what is left', async (_, ends) => {
    const how = emptying();
    await how.next(left(['a', 'b', 'c']));
    how.plans.end({ progress: progress({ done: tally({ versions: 1 }) }), end: 'done' });
    ends(how);
    expect(await how.again()).toMatchObject({ verdict: 'sessionEnded', pass: 2, left: 3, done: { versions: 1 } });
  });

  it('goes on with the next one, and says the next pass; a pass that was cut short is no round', async () => {
    const { next, anew, plans, state } = emptying();
    for (let times = 0; times < 6; times += 1) {
      expect(await next(left(['a']))).toMatchObject({ verdict: 'divided', attempt: times + 1 });
      plans.end({ progress: progress({ done: tally({ versions: 1 }) }), end: 'sessionEnded' });
      expect(await next(left(['a']))).toMatchObject({ verdict: 'sessionEnded', attempt: times + 1 });
      anew();
    }
    state.sees = NOTHING;
    expect(await next(NOTHING)).toMatchObject({ verdict: 'empty', pass: 13, done: { versions: 6 } });
  });
});

describe('what can’t be emptied', () => {
  it.each([
    ['by a worker', true],
    ['in the look', false],
  ])('since AWS denies it (%s) is refused, with what went', async (_, byWorker) => {
    const { next, plans } = emptying('empty');
    await next(left(['a']));
    plans.end({ progress: progress({ done: tally({ versions: 1 }) }), end: byWorker ? 'denied' : 'done' });
    expect(await next(byWorker ? left(['b']) : named('AccessDenied'))).toMatchObject({
      verdict: 'refused',
      why: expect.stringMatching(/^AWS denied it to the approved session: .* 1 version of team-scratch went; the rest stays\.$/),
    });
  });

  it('since it can’t be written down is refused, with who sees to it', async () => {
    const { next, plans } = emptying('empty', aConfig({ archive: { bucket: 'kept-lists', prefix: 'went' } }));
    await next(left(['a']));
    plans.end({ progress: progress(), end: 'unarchived' });
    expect(await next(left(['a']))).toMatchObject({
      verdict: 'refused',
      why: expect.stringMatching(/^The list of what goes can’t be written to s3:\/\/kept-lists\/went\/, .* An operator sees to it/),
    });
  });

  it('names the first of those that S3 keeps, how many there are, and what went', async () => {
    const { next, plans } = emptying('empty');
    await next(left(['a']));
    const kept = Array.from({ length: 10 }, (_, at) => ({ key: `k${at}`, versionId: 'v', code: 'AccessDenied' }));
    plans.end({ progress: progress({ done: tally({ versions: 5 }), kept, keptCount: 1234 }), end: 'kept' });
    const { verdict, why } = await next(left(['a']));
    expect(verdict).toBe('refused');
    expect(why).toMatch(
      /^S3 did not delete 1,234 versions: “k0” \(AccessDenied\), “k1” \(AccessDenied\), “k2” \(AccessDenied\) and 1,231 more\. A policy forbids it, or Object Lock keeps them\. 5 versions of/,
    );
  });

  it('says of a single one which it is, and where to look its code up', async () => {
    const { next, plans } = emptying('empty');
    await next(left(['a']));
    plans.end({ progress: progress({ kept: [{ key: 'k', versionId: 'v', code: 'Odd' }], keptCount: 1 }), end: 'kept' });
    expect((await next(left(['a']))).why).toMatch(/^S3 did not delete 1 version: “k” \(Odd\)\. Look them up/);
  });

  it('is gone already: it is for the deletion to say so, and of a bucket that was to stay it is refused', async () => {
    expect(await emptying('empty-delete').next(named('NoSuchBucket'))).toMatchObject({ verdict: 'empty' });
    expect(await emptying('empty').next(named('NoSuchBucket'))).toMatchObject({
      verdict: 'refused',
      why: expect.stringContaining('somebody else deleted it'),
    });
  });

  it('is thrown where S3 fails in a way that says nothing', async () => {
    await expect(emptying().next(named('InternalError'))).rejects.toThrow('InternalError');
  });
});

describe('a bucket to which somebody writes all the while', () => {
  const full = left(['logs/1', 'logs/2', 'other'], { uploads: 1 });

  it('is refused after three rounds in which all went that was there, with where it is written to', async () => {
    const { next, plans } = emptying('empty');
    for (let round = 0; round <= 3; round += 1) {
      expect(await next(full)).toMatchObject({ verdict: 'divided', pass: round + 1 });
      plans.end({ progress: progress({ done: tally({ versions: 3 }) }), end: 'done' });
    }
    const { verdict, why } = await next(full);
    expect(verdict).toBe('refused');
    expect(why).toBe(
      'Something writes to team-scratch again and again: after 3 rounds it still holds 3 versions and markers, 1 unfinished upload, under “logs/” (2), “other” (1). Stop what writes there, then ask again. 12 versions of team-scratch went; the rest stays.',
    );
  });

  it('is emptied again where its deletion finds something, three times', async () => {
    const { next, plans } = emptying();
    const work: Work = { verdict: 'notEmpty', why: '', auditHead: 'found' };
    await next(left(['a']));
    plans.end({ progress: progress({ done: tally({ versions: 1 }) }), end: 'done' });
    for (let round = 0; round < 3; round += 1) {
      expect(await next(NOTHING, round === 0 ? null : work)).toMatchObject({ verdict: 'empty' });
    }
    expect(await next(NOTHING, work)).toMatchObject({ verdict: 'refused', why: expect.stringContaining('nothing is listed in it') });
  });

  it('goes on for ever where each pass is cut short and something goes in each', async () => {
    const { next, plans } = emptying();
    for (let pass = 0; pass < 20; pass += 1) {
      expect(await next(full)).toMatchObject({ verdict: 'divided' });
      plans.end({ progress: progress({ done: tally({ versions: 1 }) }), end: 'more' });
    }
  });

  it('does not go on for ever where nothing goes', async () => {
    for (const end of ['failed', 'more', null] as const) {
      const { next, plans } = emptying();
      let passes = 0;
      for (; (await next(full)).verdict === 'divided'; passes += 1) plans.end({ end });
      expect(passes).toBe(4);
      expect(plans.last_?.result).toMatchObject({ verdict: 'refused' });
    }
  });
});

describe('a purge', () => {
  const stays = left(['logs/1', 'logs/2']);

  it('looks under its prefix, at versions alone, with a session that was given for a purge', async () => {
    const { next, looks, opened } = emptying('purge');
    expect(await next(stays)).toMatchObject({ verdict: 'divided' });
    expect(looks).toMatchObject([[{ bucket: 'team-scratch', prefix: 'logs/', uploads: false }, SESSION]]);
    expect(opened).toMatchObject([{ kind: 'purge', rehearsal: false }]);
  });

  it('has gone once a pass finds nothing more of what was to go, whatever stays', async () => {
    const { next, plans } = emptying('purge');
    await next(stays);
    plans.end({ progress: progress({ done: tally({ versions: 5, bytes: 9 }) }), end: 'done' });
    expect(await next(stays)).toMatchObject({ verdict: 'divided', pass: 2 });
    plans.end({ end: 'done' });
    expect(await next(stays)).toMatchObject({ verdict: 'purged', pass: 3, done: { versions: 5, bytes: 9 } });
  });

  it('has gone where there is nothing at all, and after some passes where more comes all the while', async () => {
    expect(await emptying('purge').next(NOTHING)).toMatchObject({ verdict: 'purged', done: tally({}) });
    const { next, plans } = emptying('purge');
    let passes = 0;
    for (; (await next(stays)).verdict === 'divided'; passes += 1)
      plans.end({ progress: progress({ done: tally({ versions: 1 }) }), end: 'done' });
    expect([passes, plans.last_?.result.verdict]).toEqual([4, 'purged']);
  });

  it.each(['failed', 'more', null] as const)('is not done where a stretch was not gone through (%s), though nothing went', async (end) => {
    const { next, plans } = emptying('purge');
    await next(stays);
    plans.end({ end });
    expect(await next(stays)).toMatchObject({ verdict: 'divided' });
  });
});

describe('the trail of an emptying', () => {
  it('is one chain, however often it is planned and whatever comes between', async () => {
    const { next, anew, plans, entries } = emptying();
    await next(left(['a']));
    plans.end({ progress: progress({ done: tally({ versions: 1 }) }), end: 'more' });
    await next(left(['b']));
    plans.end({ end: 'sessionEnded' });
    const ended = await next(left(['b']));
    anew();
    const again = await next(NOTHING);
    await next(NOTHING, { verdict: 'notEmpty', why: '', auditHead: 'found' });
    const all = [...entries.values()];
    expect(all.map(({ entry: name, previous }) => [name, previous])).toEqual([
      ['001-4-emptying-0001', 'elevated 1'],
      ['001-4-emptying-0002', all[0]?.hash],
      ['001-4-emptying-0003', all[1]?.hash],
      ['002-4-emptying-0004', 'elevated 2'],
      ['002-4-emptying-0005', 'found'],
    ]);
    expect([ended.auditHead, again.auditHead]).toEqual([all[2]?.hash, all[3]?.hash]);
    expect(brokenAt(all.slice(0, 3).map((one, at) => (at === 0 ? { ...one, previous: '' } : one)))).toBe('001-4-emptying-0001');
    expect(all[1]?.what).toEqual({ bucket: 'team-scratch', pass: 2, versions: 1, markers: 0, bytes: 0, uploads: 0 });
  });
});
