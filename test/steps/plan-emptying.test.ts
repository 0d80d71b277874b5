import { brokenAt } from '../../src/domain/audit.ts';
import { aPlan, progress, SESSION, tally } from '../helpers/emptying-steps.ts';
import { aConfig } from '../helpers/models.ts';
import { emptying, left, NOTHING, named } from '../helpers/planned.ts';

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
    expect(await plans.stretches('', aPlan())).toEqual([{ after: '', upTo: null, progress: progress(), end: null }]);
    expect(looks).toEqual([[{ bucket: 'team-scratch', account: '111122223333', region: 'eu-central-1', uploads: true }, SESSION]]);
    expect(opened).toMatchObject([
      { purpose: 'session', approver: 'alice', attempt: 1, kind: 'empty-delete', rehearsal: false, bucket: 'team-scratch' },
    ]);
  });

  it('is the stretches into which more than a page is divided, with how much they may hold', async () => {
    const { next, state, plans } = emptying('empty');
    state.pieces = [
      { after: '', upTo: 'm', weight: 1000.4, exact: false, cuts: ['c'] },
      { after: 'm', upTo: null, weight: 2000.4, exact: false, cuts: [] },
    ];
    expect(await next(left(['a'], { more: true }))).toMatchObject({ verdict: 'divided', last: 1, left: 3001 });
    expect(state.lone).toBe(true);
    expect((await plans.stretches('', aPlan())).map(({ after, upTo, progress: { parts } }) => [after, upTo, parts])).toEqual([
      [
        '',
        'm',
        [
          { after: '', upTo: 'c', begun: null },
          { after: 'c', upTo: 'm', begun: null },
        ],
      ],
      ['m', null, null],
    ]);
  });

  it('may leave little in one by a guess at first, and never what a pass left, or a purge', async () => {
    const { next, state, plans } = emptying('empty');
    const much = left(['a'], { more: true });
    await next(much);
    expect(state.lone).toBe(true);
    plans.end({ progress: progress({ done: tally({ versions: 3 }) }), end: 'more' });
    await next(much);
    expect(state.lone).toBe(false);
    const purge = emptying('purge');
    await purge.next(much);
    expect(purge.state.lone).toBe(false);
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

describe('what a worker had begun that was given up', () => {
  const begun = { tally: tally({ versions: 1000 }), key: 'b', versionId: '' };
  const dead = (versions: number) => progress({ done: tally({ versions }), parts: [{ after: '', upTo: null, begun }] });

  it.each(['failed', null] as const)('is counted by nobody, so that what went is said to be the least (%s)', async (end) => {
    const { next, plans } = emptying('empty');
    expect(await next(left(['a']))).toMatchObject({ least: false });
    plans.end({ progress: dead(3), end });
    expect(await next(left(['z']))).toMatchObject({ least: true, done: tally({ versions: 3 }) });
    plans.end({ progress: progress({ done: tally({ versions: 1 }) }), end: 'done' });
    expect(await next(NOTHING)).toMatchObject({ verdict: 'emptied', least: true, done: tally({ versions: 4 }) });
  });

  it.each([
    [3, 'At least 3 versions of team-scratch went; the rest stays.'],
    [0, 'An unknown number of versions of team-scratch went; the rest stays.'],
  ])('is said where it is stopped, after %i', async (versions, why) => {
    const { next, plans } = emptying('empty');
    await next(left(['a']));
    plans.end({ progress: dead(versions), end: 'failed' });
    await plans.stop('', { by: 'U0RIYA', why: '' });
    expect(await next(left(['z']))).toMatchObject({ verdict: 'stopped', why });
  });

  it('is not so where another goes on with it, as in a purge, or where nothing was begun', async () => {
    for (const [kind, there] of [
      ['purge', dead(3)],
      ['empty', progress({ done: tally({ versions: 3 }), parts: [{ after: 'b', upTo: null, begun: null }] })],
    ] as const) {
      const { next, plans } = emptying(kind);
      await next(left(['a']));
      plans.end({ progress: there, end: 'failed' });
      expect(await next(left(['z']))).toMatchObject({ verdict: 'divided', least: false });
    }
  });

  it('is so of a purge that ends with it', async () => {
    const { next, plans } = emptying('purge');
    await next(left(['a']));
    plans.end({ progress: dead(3), end: 'failed' });
    await plans.stop('', { by: 'U0RIYA', why: '' });
    expect(await next(left(['z']))).toMatchObject({ least: true, why: expect.stringMatching(/^At least 3 versions/) });
  });
});

describe('a plan that is made twice at a time', () => {
  it('is the one that was there first: its stretches may be at work', async () => {
    const { again, state, plans } = emptying();
    state.sees = left(['a']);
    // Neither finds a plan of the other before it looks.
    const [one, other] = await Promise.all([again(), again()]);
    expect(other).toEqual(one);
    expect([plans.last_?.result, plans.rows.size]).toEqual([one, 1]);
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
