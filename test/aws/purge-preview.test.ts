import { goingOf } from '../../src/aws/contents.ts';
import type { Entry } from '../../src/aws/emptying/listing.ts';
import { add, NONE, Tally } from '../../src/domain/emptying.ts';

const DAY = 86_400_000;
const NOW = Date.parse('2026-11-02T00:00:00Z');
const PURGE = { prefix: '', olderThanDays: 7, keep: 1 };

/** A version, or a marker where it has no size, written so many days ago. */
const entry = (versionId: string, daysAgo: number, size: number | undefined, isLatest = false): Entry => ({
  ...{ key: 'k', versionId, isLatest, modified: NOW - daysAgo * DAY, etag: '' },
  ...(size === undefined ? { marker: true, size: 0 } : { marker: false, size }),
});
const entries = [entry('d', 10, 1, true), entry('c', 20, 20), entry('b', 30, undefined), entry('a', 40, 300), entry('null', 50, 4000)];
const exactly = (count: number) => ({ count, more: false });

describe('what a purge would take', () => {
  it('is told in versions, markers and bytes, before anybody gives a code', () => {
    expect(goingOf(entries, false, PURGE, NOW, 'on')).toEqual({ versions: exactly(2), markers: exactly(1), bytes: exactly(4300) });
  });

  it('leaves out what may be current by then: null versions, where versioning isn’t on', () => {
    expect(goingOf(entries, false, PURGE, NOW, 'suspended')).toEqual({ versions: exactly(1), markers: exactly(1), bytes: exactly(300) });
  });

  it('is that much or more where not all was looked at', () => {
    expect(goingOf(entries, true, PURGE, NOW, 'on')).toEqual({
      versions: { count: 2, more: true },
      markers: { count: 1, more: true },
      bytes: { count: 4300, more: true },
    });
  });

  it('is a number that everything takes, however much it is', () => {
    const huge = entries.map((one) => ({ ...one, size: one.marker ? 0 : 5e15 }));
    const { bytes } = goingOf(huge, false, PURGE, NOW, 'on');
    expect(bytes).toEqual(exactly(Number.MAX_SAFE_INTEGER));
    const all = [1, 2, 3].reduce((sum) => add(sum, { ...NONE, bytes: 5e15 }), NONE);
    expect(Tally.parse(all).bytes).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('is nothing where nothing is old enough', () => {
    expect(goingOf(entries, false, { ...PURGE, olderThanDays: 60 }, NOW, 'on')).toEqual({
      versions: exactly(0),
      markers: exactly(0),
      bytes: exactly(0),
    });
  });
});
