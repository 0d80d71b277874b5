import fc from 'fast-check';
import { covers, overlap } from '../src/domain/pattern-relations.ts';
import { matches } from '../src/domain/patterns.ts';

const LETTERS = ['a', 'b'];
const pattern = fc.string({ unit: fc.constantFrom(...LETTERS, '*', '?'), maxLength: 5 });

/** Every text of these letters up to this length. `c` is in no pattern and stands for all other letters. */
function texts(length: number): string[] {
  if (length === 0) return [''];
  const shorter = texts(length - 1);
  return [
    ...shorter,
    ...shorter.filter((text) => text.length === length - 1).flatMap((text) => [...LETTERS, 'c'].map((letter) => text + letter)),
  ];
}
const ALL = texts(7);

/** The same patterns each time: a difference that shows only in a longer text would be no fault of the code's. */
const SEED = { seed: 20261125, numRuns: 400 };

describe('overlap', () => {
  it.each([
    ['team-*', '*-logs', true],
    ['team-*', 'team-logs', true],
    ['a?c', 'abc', true],
    ['a*', 'b*', false],
    ['a?', 'a', false],
    ['', '*', true],
  ])('of %s and %s is %s', (a, b, expected) => {
    expect(overlap(a, b)).toBe(expected);
    expect(overlap(b, a)).toBe(expected);
  });

  it('is there exactly where a name matches both', () => {
    fc.assert(
      fc.property(pattern, pattern, (a, b) => overlap(a, b) === ALL.some((text) => matches(a, text) && matches(b, text))),
      SEED,
    );
  });
});

describe('covers', () => {
  it.each<[string[], string, boolean]>([
    [['team-*'], 'team-logs-?', true],
    [['*'], 'team-*', true],
    [['team-*'], '*', false],
    [['team-?*'], 'team-*', false],
    [['**'], '?*?', true],
    [['?*'], '*?', true],
    [['a*', 'b*'], 'a*b', true],
    [[], '*', false],
    // Together they leave nothing, and neither does alone.
    [['?', '??*', ''], '*', true],
  ])('of %j over %s is %s', (others, one, expected) => {
    expect(covers(others, one)).toBe(expected);
  });

  it('never speaks of a name that is not covered, and finds every cover', () => {
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 3 }), pattern, (others, one) => {
        const leftOver = ALL.some((text) => matches(one, text) && !others.some((other) => matches(other, text)));
        return covers(others, one) === !leftOver;
      }),
      SEED,
    );
  });

  it('gives up in time on patterns built to be hard', () => {
    const hard = `*a${'?'.repeat(40)}`;
    const began = performance.now();
    expect(typeof covers([hard], `*${'a?'.repeat(20)}b`)).toBe('boolean');
    expect(performance.now() - began).toBeLessThan(3000);
  });
});
