import fc from 'fast-check';
import { add, less, NONE, sayProgress, sayTally, type Tally } from '../../src/domain/emptying.ts';
import { quotedKey } from '../../src/domain/words.ts';

const count = fc.nat(1e9);
const tally: fc.Arbitrary<Tally> = fc.record({ versions: count, markers: count, bytes: count, uploads: count });

describe('a tally', () => {
  it('is added to member by member, and taken away again', () => {
    fc.assert(
      fc.property(tally, tally, (a, b) => {
        expect(add(a, b)).toEqual(add(b, a));
        expect(add(a, NONE)).toEqual(a);
        expect(less(add(a, b), b)).toEqual(a);
        expect(less(a, add(a, b))).toEqual(NONE);
      }),
    );
  });

  it.each<[Partial<Tally>, string]>([
    [{}, 'nothing'],
    [{ bytes: 7 }, 'nothing'],
    [{ versions: 1 }, '1 version'],
    [{ versions: 1234567 }, '1,234,567 versions'],
    [{ markers: 2 }, '2 delete markers'],
    [{ versions: 2, uploads: 1 }, '2 versions and 1 unfinished upload'],
    [{ versions: 2, markers: 1, uploads: 3 }, '2 versions, 1 delete marker and 3 unfinished uploads'],
  ])('%j is said as “%s”', (some, text) => {
    expect(sayTally({ ...NONE, ...some })).toBe(text);
  });

  it('is told with what is left, where a session ended', () => {
    const done = { versions: 2_000_000, markers: 100_000, bytes: 1, uploads: 4 };
    const say = (least: boolean) => sayProgress({ done, least, left: 7_200_000 }, Date.UTC(2026, 10, 2, 17, 5, 59));
    expect(say(true)).toContain('work left: at least 2,100,000 of about');
    expect(say(false)).toBe(
      'The session ended with work left: 2,100,000 of about 9,300,000 versions and markers are gone. A fresh code goes on where it was; there is time for it until 2026-11-02 17:05 UTC.',
    );
  });
});

describe('a key that others chose', () => {
  it.each<[string, string]>([
    ['logs/2024/a b.gz', '“logs/2024/a b.gz”'],
    ['a\nb\tc\u202ed', '“a[U+000A]b[U+0009]c[U+202E]d”'],
    ['x” (NoSuchKey). Send your code to "mallory', '“x[U+201D] (NoSuchKey). Send your code to [U+0022]mallory”'],
    ['naïve/日本/🪣', '“naïve/日本/🪣”'],
    ['\ud83e', '“[U+D83E]”'],
    ['k'.repeat(1024), `“${'k'.repeat(100)} …”`],
  ])('%j is shown as %s', (key, shown) => {
    expect(quotedKey(key)).toBe(shown);
  });
});
