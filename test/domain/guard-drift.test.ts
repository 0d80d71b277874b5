import fc from 'fast-check';
import { driftOf as driftWhere, type Remarked, remarkOn, type Told, unseen } from '../../src/domain/guard-drift.ts';
import type { GuardSeen } from '../../src/domain/request.ts';

const guard = (more: Partial<GuardSeen> = {}): GuardSeen => ({
  state: 'whole',
  level: 'hardened',
  findings: [],
  deniesApprovers: false,
  ...more,
});
const remarked = (bucket: string, ...remarks: string[]): Remarked => ({ bucket, trouble: 'guard', remarks });
const NONE = 'It has no guard: whoever may delete buckets can delete it.';

describe('remarkOn', () => {
  it('has nothing to say of a whole hardened guard that nothing goes round', () => {
    expect(remarkOn('b', guard(), [])).toBeUndefined();
  });

  test.each<[string, Partial<GuardSeen>, string[], Remarked['trouble'], string[]]>([
    ['no guard', { state: 'none', level: null }, [], 'guard', [NONE]],
    ['what is missing', { state: 'notWhole', findings: ['One.', 'Two.'] }, [], 'guard', ['One.', 'Two.']],
    ['what goes round a whole guard', {}, ['Expires.'], 'round', ['Expires.']],
    [
      'what goes round a guard that is not whole, too',
      { state: 'notWhole', findings: ['One.'] },
      ['Expires.'],
      'guard',
      ['One.', 'Expires.'],
    ],
    [
      'a basic guard, which can be taken off',
      { level: 'basic' },
      [],
      'basic',
      ['Its guard is basic: it denies the deletion alone, and whoever may write the bucket’s policy can take it off.'],
    ],
  ])('says %s', (_, more, ways, trouble, remarks) => {
    expect(remarkOn('b', guard(more), ways, 'd')).toEqual({ bucket: 'b', trouble, remarks, digest: 'd' });
  });
});

describe('driftOf', () => {
  const nothing = { worse: [], mended: [], seenAgain: [], gone: [], fresh: [], forgotten: [] };
  const told = (...rows: Remarked[]) => new Map(rows.map(({ bucket, trouble: _, ...what }): [string, Told] => [bucket, what]));
  const well = (...names: string[]) => told(...names.map((name) => remarked(name)));
  const driftOf = (before: Map<string, Told>, watched: Set<string>, found: Remarked[], isThere = (_: string) => true) =>
    driftWhere(before, watched, found, isThere);

  it('tells what is wrong now, once: as soon as it is known in these words it is told no more', () => {
    const found = [remarked('b', NONE), remarked('a', 'One.')];
    const first = driftOf(new Map(), new Set(['a', 'b', 'c']), found);
    expect(first).toEqual({ ...nothing, fresh: ['c'], worse: [remarked('a', 'One.'), remarked('b', NONE)] });
    expect(driftOf(new Map([...told(...found), ...well('c')]), new Set(['a', 'b', 'c']), found)).toEqual(nothing);
  });

  it('tells what is wrong in another way than it was', () => {
    const { worse } = driftOf(told(remarked('a', 'One.')), new Set(['a']), [remarked('a', 'One.', 'Two.')]);
    expect(worse).toEqual([remarked('a', 'One.', 'Two.')]);
  });

  it('tells what is mended', () => {
    expect(driftOf(told(remarked('a', 'One.'), remarked('b', 'One.')), new Set(['a', 'b']), [remarked('b', 'One.')])).toEqual({
      ...nothing,
      mended: ['a'],
    });
  });

  it('tells of a bucket that is gone, and nothing of one that its rule asks no guard of any more', () => {
    const known = new Map([...told(remarked('a', 'One.')), ...well('b', 'c')]);
    expect(driftOf(known, new Set(), [], (name) => name === 'c')).toEqual({ ...nothing, gone: ['a', 'b'], forgotten: ['c'] });
  });

  it('tells in the same words of a guard that was edited since', () => {
    const found = [{ ...remarked('a', 'It lets 6 through.'), digest: '2' }];
    const since = (digest?: string) => driftOf(told({ ...remarked('a', 'It lets 6 through.'), digest }), new Set('a'), found).worse;
    expect(since('1')).toEqual([{ ...found[0], edited: true }]);
    expect([since('2'), since()]).toEqual([[], []]);
  });

  it('tells of those that were as they should be first, where none is graver: others that somebody edits each day bury none', () => {
    const found = [remarked('a', NONE), remarked('b', NONE), remarked('z', NONE)];
    const known = new Map([...told(remarked('b', 'One.')), ...well('z')]);
    expect(driftOf(known, new Set(['a', 'b', 'z']), found).worse.map(({ bucket }) => bucket)).toEqual(['z', 'a', 'b']);
  });

  it('tells a bucket that could not be looked at as any other', () => {
    const found = [unseen('a', 'AccessDenied')];
    expect(driftOf(new Map(), new Set(['a']), found).worse).toEqual([
      { bucket: 'a', trouble: 'unseen', remarks: ['It could not be looked at (AccessDenied).'] },
    ]);
    expect(driftOf(told(...found), new Set(['a']), found).worse).toEqual([]);
  });

  it('calls no bucket mended of which nobody knows that it wasn’t as it should be', () => {
    const table = told(unseen('a', 'AccessDenied'), remarked('b', NONE));
    expect(driftOf(table, new Set(['a', 'b']), [])).toEqual({ ...nothing, mended: ['b'], seenAgain: ['a'] });
  });

  it('tells the gravest first: a message may show the first few only', () => {
    const round = remarkOn('a', guard(), ['Versioning was never on.']) as Remarked;
    const basic = remarkOn('b', guard({ level: 'basic' }), []) as Remarked;
    const none = remarkOn('d', guard({ state: 'none', level: null }), []) as Remarked;
    const found = [unseen('_', 'AccessDenied'), round, basic, none, { ...none, bucket: 'c' }];
    expect(driftOf(new Map(), new Set(), found).worse.map(({ bucket }) => bucket)).toEqual(['c', 'd', 'b', 'a', '_']);
  });

  it('finds nothing new once all that it said was told, whatever was told before', () => {
    const names = fc.constantFrom('a', 'b', 'c', 'd');
    const rows = fc
      .uniqueArray(fc.tuple(names, fc.array(fc.constantFrom('One.', 'Two.'), { minLength: 1 })), { selector: ([name]) => name })
      .map((some) => some.map(([name, remarks]) => remarked(name, ...remarks)));
    fc.assert(
      fc.property(rows, rows, fc.uniqueArray(names), (before, found, more) => {
        const watched = new Set([...found.map(({ bucket }) => bucket), ...more]);
        const table = told(...before);
        const drift = driftOf(table, watched, found);
        for (const { bucket, trouble: _, ...what } of drift.worse) table.set(bucket, what);
        for (const bucket of [...drift.mended, ...drift.seenAgain, ...drift.fresh]) table.set(bucket, { remarks: [] });
        for (const bucket of [...drift.gone, ...drift.forgotten]) table.delete(bucket);
        const others = more.filter((name) => !found.some(({ bucket }) => bucket === name)).map((name) => remarked(name));
        expect(table).toEqual(told(...found, ...others));
        expect(driftOf(table, watched, found)).toEqual(nothing);
      }),
    );
  });
});
