import fc from 'fast-check';
import { behind, commonLength, compareKeys, learn } from '../../src/domain/key-space.ts';
import { apart, cutsAt, evenly, places, sharedEnd } from '../../src/domain/places.ts';
import { codePoint } from '../helpers/text.ts';

const key = fc
  .array(fc.oneof(fc.constantFrom('a', 'b', '/', '0', '9', '\u007f'), codePoint), { minLength: 1, maxLength: 8 })
  .map((all) => all.join(''));

/** What comes next in a list of keys. */
const nextOf = (keys: readonly string[]) => async (after: string) => keys.find((one) => compareKeys(one, after) > 0) ?? null;

describe('places to cut at', () => {
  const rest = fc.uniqueArray(key, { minLength: 2, maxLength: 60 }).map((all) => all.sort(compareKeys));

  it('lie behind the first key, in order, each before a key of its own', async () => {
    await fc.assert(
      fc.asyncProperty(rest, fc.option(fc.nat()), fc.nat(8), async (keys, last, shared) => {
        const low = keys[0] as string;
        const end = last === null ? null : (keys[1 + (last % (keys.length - 1))] as string);
        const { found, end: nearer } = await places({ next: nextOf(keys), seen: [] }, { low, end, shared });
        let from = low;
        for (const { at, key } of found) {
          expect(compareKeys(at, low)).toBeGreaterThan(0);
          expect(compareKeys(at, from)).toBeGreaterThanOrEqual(0);
          expect(compareKeys(key, at)).toBeGreaterThan(0);
          expect(keys).toContain(key);
          if (end !== null) expect(compareKeys(key, end)).toBeLessThanOrEqual(0);
          from = key;
        }
        // Nothing lies between where it ends and where it was said to end.
        const between = keys.filter(
          (one) => nearer !== null && compareKeys(one, nearer) > 0 && (end === null || compareKeys(one, end) <= 0),
        );
        expect(between).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('are found wherever there is more than what begins as the first key does', async () => {
    const keys = ['x/1', 'x/2', 'y/1', 'z'];
    const shared = commonLength([...'x/1'], [...'x/2']) + 1;
    const { found } = await places({ next: nextOf(keys), seen: [] }, { low: 'x/2', end: null, shared });
    expect(found.map((one) => one.key)).toContain('y/1');
  });

  it('are looked for behind the prefix that all of it shares, however long that is', async () => {
    const prefix = 'p/'.repeat(300);
    const keys = ['1', '2', '3'].map((one) => `${prefix}${one}`);
    const low = keys[0] as string;
    expect(await sharedEnd({ next: nextOf(keys), seen: [] }, { low, end: null, shared: 1024 })).toBe(behind(prefix));
  });

  it('cut into about equal parts, also between two of them', () => {
    const found = [...'123456789'].map((one) => ({ at: `k${one}`, key: `k${one}0` }));
    const seen = [['k'], [...'0123456789'], ['0']];
    expect(cutsAt(found, 3, seen)).toEqual(['k25', 'k5', 'k75']);
    expect(cutsAt(found, 1, seen)).toEqual(['k5']);
    // Where nothing is known of the letters, and where there is nothing to be cut between.
    expect(cutsAt(found, 3, [])).toEqual(['k2', 'k5', 'k7']);
    expect(cutsAt(found.slice(0, 1), 3, seen)).toEqual(['k1', 'k15']);
    expect(cutsAt([], 3, seen)).toEqual([]);
  });

  it('are cut at in order, between the first place and the end', () => {
    fc.assert(
      fc.property(fc.uniqueArray(key, { maxLength: 20 }), fc.array(key), fc.integer({ min: 1, max: 4 }), (ats, keys, most) => {
        const found = ats.sort(compareKeys).map((at) => ({ at, key: at }));
        const seen: string[][] = [];
        learn(seen, keys);
        const cuts = cutsAt(found, most, seen);
        expect(cuts.length).toBeLessThanOrEqual(most);
        expect(cuts.toSorted(compareKeys)).toEqual(cuts);
        expect(new Set(cuts).size).toBe(cuts.length);
        if (cuts[0] !== undefined) expect(compareKeys(cuts[0], ats[0] as string)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('are as far apart as they can be', () => {
    expect(apart([1, 2, 3, 4, 5, 6, 7], 3)).toEqual([2, 4, 6]);
    expect(apart([1, 2], 3)).toEqual([1, 2]);
    expect(apart([], 3)).toEqual([]);
    expect(evenly([1, 2, 3, 4], 2)).toEqual([2, 4]);
    fc.assert(
      fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 9 }), (all, most) => {
        expect(apart(all, most).length).toBe(Math.min(most, all.length));
      }),
    );
  });
});
