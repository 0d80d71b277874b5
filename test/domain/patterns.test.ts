import fc from 'fast-check';
import { matches } from '../../src/domain/patterns.ts';

describe('matches', () => {
  test.each([
    ['team-scratch', 'team-scratch', true],
    ['team-scratch', 'team-scratch2', false],
    ['team-*', 'team-', true],
    ['team-*', 'team-a-b', true],
    ['team-*', 'steam-a', false],
    ['*-logs', 'a-logs-logs', true],
    ['*-logs', 'logs', false],
    ['a*b*c', 'abbc', true],
    ['a*b*c', 'acb', false],
    ['team-?', 'team-a', true],
    ['team-?', 'team-', false],
    ['team-?', 'team-ab', false],
    ['?*', 'a', true],
    ['?*', '', false],
    ['*', '', true],
    ['', '', true],
    ['', 'a', false],
    ['*', 'a\nb', true],
    ['a.b', 'axb', false],
    ['a+', 'aa', false],
    ['(a|b)[c]^$\\', '(a|b)[c]^$\\', true],
  ])('%j takes %j: %j', (pattern, name, taken) => {
    expect(matches(pattern, name)).toBe(taken);
  });

  it('takes a name that is any filling of the pattern', () => {
    const part = fc.oneof(
      fc.string().map((text) => ({ pattern: text.replace(/[*?]/g, '-'), name: text.replace(/[*?]/g, '-') })),
      fc.string().map((name) => ({ pattern: '*', name })),
      fc.string({ minLength: 1, maxLength: 1 }).map((name) => ({ pattern: '?', name })),
    );
    fc.assert(
      fc.property(fc.array(part), (parts) => matches(parts.map(({ pattern }) => pattern).join(''), parts.map(({ name }) => name).join(''))),
    );
  });

  it('is done at once with a pattern that makes others go back and forth', () => {
    const started = performance.now();
    expect(matches(`${'*a'.repeat(2_000)}b`, 'a'.repeat(4_000))).toBe(false);
    expect(matches('*'.repeat(20_000), 'a'.repeat(63))).toBe(true);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
