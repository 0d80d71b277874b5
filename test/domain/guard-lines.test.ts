import fc from 'fast-check';
import { NO_POLICY, withStatements } from '../../src/domain/bucket-policy.ts';
import { policyDifference } from '../../src/domain/guard-lines.ts';
import { mergeGuard } from '../../src/domain/guard-merge.ts';
import { guardOf } from '../helpers/guard-callers.ts';
import { foreign, foreignPolicy } from '../helpers/guard-statements.ts';

const of = (...sids: string[]) =>
  withStatements(
    NO_POLICY,
    sids.map((Sid) => ({ Sid })),
  );
const shown = (before: string[], after: string[]) =>
  policyDifference(of(...before), of(...after)).map(({ mark, text }) => `${{ kept: ' ', added: '+', removed: '-' }[mark]} ${text}`);

describe('policyDifference', () => {
  it('shows what stays by name, what comes and goes in full', () => {
    expect(shown(['a', 'b'], ['a', 'c'])).toEqual([
      '  statement “a” stays',
      '- {',
      '-   "Sid": "b"',
      '- }',
      '+ {',
      '+   "Sid": "c"',
      '+ }',
    ]);
  });

  it.each([
    [['a'], ['a']],
    [[], []],
  ])('has no lines from %j to %j', (before, after) => {
    expect(shown(before, after)).toEqual([]);
  });

  it('counts a statement that moved as one that goes and comes', () => {
    expect(shown(['a', 'b', 'c'], ['b', 'c', 'a']).filter((line) => /stays|Sid/.test(line))).toEqual([
      '-   "Sid": "a"',
      '  statement “b” stays',
      '  statement “c” stays',
      '+   "Sid": "a"',
    ]);
  });

  it("shows every statement of others as staying when the guard comes, and the guard's as added", () => {
    fc.assert(
      fc.property(foreignPolicy, (policy) => {
        const merged = mergeGuard(policy, guardOf('mixed', 'hardened'));
        const lines = merged.ok ? policyDifference(policy, merged.policy) : [];
        expect(lines.filter(({ mark }) => mark === 'kept')).toHaveLength(policy.statements.length);
        expect(lines.filter(({ mark }) => mark === 'removed')).toEqual([]);
        expect(lines.filter(({ mark, text }) => mark === 'added' && /"Sid": "InterlockGuard/.test(text))).toHaveLength(4);
      }),
      { numRuns: 30 },
    );
  });

  it('counts every statement of before and after once', () => {
    const statements = fc.array(foreign, { maxLength: 4 });
    fc.assert(
      fc.property(statements, statements, statements, (head, left, right) => {
        const [before, after] = [
          [...head, ...left],
          [...right, ...head],
        ];
        const lines = policyDifference(withStatements(NO_POLICY, before), withStatements(NO_POLICY, after));
        const count = (mark: string, text: RegExp) => lines.filter((line) => line.mark === mark && text.test(line.text)).length;
        const kept = count('kept', / stays$/);
        fc.pre(lines.length > 0);
        expect([kept + count('removed', /^\{$/), kept + count('added', /^\{$/)]).toEqual([before.length, after.length]);
        expect(kept).toBeGreaterThanOrEqual(head.length);
      }),
      { numRuns: 30 },
    );
  });
});
