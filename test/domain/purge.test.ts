import fc from 'fast-check';
import { compareKeys } from '../../src/domain/key-space.ts';
import { type Listed, type Purge, purging } from '../../src/domain/purge.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-11-02T00:00:00Z');

interface Item extends Listed {
  id: number;
}

/** What was written to a bucket, as S3 lists it: by key, newest first. */
function listingOf(writes: readonly { key: string; marker: boolean; daysAgo: number }[]): Item[] {
  const inTime = writes
    .map((write, id) => ({ ...write, id, modified: NOW - write.daysAgo * DAY }))
    .sort((a, b) => b.modified - a.modified || b.id - a.id);
  const items = inTime.map(({ key, marker, modified, id }, at) => ({
    key,
    marker,
    modified,
    id,
    isLatest: inTime.findIndex((one) => one.key === key) === at,
  }));
  // A stable sort: within a key it stays newest first.
  return items.sort((a, b) => compareKeys(a.key, b.key));
}

/** Chosen page by page, of any sizes; S3's two lists, of versions and of markers, one after the other. */
function choose(items: readonly Item[], purge: Purge, sizes: readonly number[]): Item[] {
  const chooses = purging<Item>(purge, NOW);
  const chosen: Item[] = [];
  for (let [at, page] = [0, 0]; ; page += 1) {
    const size = sizes[page % sizes.length] as number;
    const all = items.slice(at, at + size);
    at += size;
    chosen.push(...chooses([...all.filter(({ marker }) => !marker), ...all.filter(({ marker }) => marker)], at >= items.length));
    if (at >= items.length) return chosen;
  }
}

/** What a reader sees: for each key the version that is current, none where that is a marker or nothing. */
function seen(items: readonly Item[]): Map<string, number> {
  const latest = new Map<string, Item>();
  for (const item of items) if (!latest.has(item.key)) latest.set(item.key, item);
  return new Map([...latest].filter(([, { marker }]) => !marker).map(([key, { id }]) => [key, id]));
}

const history = fc.array(
  fc.record({ key: fc.constantFrom('a', 'b', 'c\u{1f4a5}', 'c\uffff'), marker: fc.boolean(), daysAgo: fc.integer({ min: 0, max: 60 }) }),
  {
    maxLength: 40,
  },
);
const purges = fc.record({ prefix: fc.constant(''), olderThanDays: fc.integer({ min: 1, max: 60 }), keep: fc.integer({ min: 0, max: 4 }) });
const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 });

describe('a purge', () => {
  it('deletes nothing current: whatever of it was done, readers see what they saw', () => {
    fc.assert(
      fc.property(history, purges, sizes, fc.array(fc.boolean(), { maxLength: 40 }), (writes, purge, pages, done) => {
        const items = listingOf(writes);
        const chosen = choose(items, purge, pages);
        expect(chosen.filter(({ isLatest, marker }) => isLatest && !marker)).toEqual([]);
        // It may die anywhere, and pages are deleted in any order.
        const gone = chosen.filter((_, at) => done[at] ?? true);
        expect(seen(items.filter((item) => !gone.includes(item)))).toEqual(seen(items));
      }),
      { numRuns: 500 },
    );
  });

  it('takes exactly the noncurrent versions that are old enough and not among the newest, whatever the pages', () => {
    // Of one second each: which of two came first can't be told from two lists.
    const apart = history.map((writes) => writes.map((write, at) => ({ ...write, daysAgo: write.daysAgo + at / 86_400 })));
    fc.assert(
      fc.property(apart, purges, sizes, (writes, purge, pages) => {
        const items = listingOf(writes);
        const before = NOW - purge.olderThanDays * DAY;
        const expected = items.filter((item) => {
          const ofKey = items.filter(({ key }) => key === item.key);
          const at = ofKey.indexOf(item);
          if (at === 0) return item.marker && ofKey.length === 1 && item.modified <= before;
          const since = (ofKey[at - 1] as Item).modified <= before;
          const newer = ofKey.slice(1, at).filter(({ marker }) => !marker).length;
          return since && (item.marker || newer >= purge.keep);
        });
        const chosen = choose(items, purge, pages);
        expect(new Set(chosen)).toEqual(new Set(expected));
        expect(chosen).toHaveLength(expected.length);
      }),
      { numRuns: 500 },
    );
  });

  it('takes none that may have been current within the days, where two were written in one second', () => {
    const purge = { prefix: '', olderThanDays: 7, keep: 0 };
    const items = listingOf([
      { key: 'a', marker: false, daysAgo: 30 },
      { key: 'a', marker: true, daysAgo: 30 },
      { key: 'a', marker: false, daysAgo: 1 },
    ]);
    expect(choose(items, purge, [10])).toEqual([]);
  });

  it('counts anew where the version behind which a page begins was written anew, so that newer ones come once more', () => {
    const chooses = purging<Item>({ prefix: '', olderThanDays: 7, keep: 1 }, NOW);
    const entry = (id: number, daysAgo: number, isLatest = false): Item => ({
      ...{ key: 'a', marker: false, isLatest, id },
      modified: NOW - daysAgo * DAY,
    });
    expect(chooses([entry(0, 30, true), entry(1, 50)], false)).toEqual([]);
    // It was current until a moment ago.
    expect(chooses([entry(0, 30), entry(2, 40), entry(3, 60)], true).map(({ id }) => id)).toEqual([2, 3]);
  });

  it('takes what was written in the second of what is current, once that is old enough', () => {
    const items = listingOf([1, 2, 3].map(() => ({ key: 'a', marker: false, daysAgo: 8 })));
    expect(choose(items, { prefix: '', olderThanDays: 7, keep: 0 }, [10])).toHaveLength(2);
  });

  it('takes a marker that hides nothing only once what it hid is gone', () => {
    const purge = { prefix: '', olderThanDays: 7, keep: 0 };
    const items = listingOf([
      { key: 'a', marker: false, daysAgo: 30 },
      { key: 'a', marker: true, daysAgo: 20 },
    ]);
    const first = choose(items, purge, [10]);
    expect(first.map(({ marker }) => marker)).toEqual([false]);
    const second = choose(
      items.filter((item) => !first.includes(item)),
      purge,
      [10],
    );
    expect(second.map(({ marker }) => marker)).toEqual([true]);
  });

  it('takes nothing of which it isn’t known when it was written, nor what that one came after', () => {
    const written = (...times: number[]): Item[] =>
      times.map((modified, id) => ({ key: 'k', marker: false, isLatest: id === 0, modified, id }));
    const chosen = (...times: number[]) => choose(written(...times), { prefix: '', olderThanDays: 1, keep: 0 }, [9]).map(({ id }) => id);
    const old = (days: number) => NOW - days * DAY;
    expect(chosen(old(9), old(10), old(11))).toEqual([1, 2]);
    expect(chosen(old(9), 0, old(11))).toEqual([2]);
    expect(chosen(0, old(10), old(11))).toEqual([2]);
    expect(
      choose([{ key: 'k', marker: true, isLatest: true, modified: 0, id: 0 }], { prefix: '', olderThanDays: 1, keep: 0 }, [9]),
    ).toEqual([]);
  });
});
