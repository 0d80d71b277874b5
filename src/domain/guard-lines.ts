/** What a change does to a bucket's policy, statement by statement, as lines for a person; whoever shows them colours them. */
import { type AnyStatement, type BucketPolicy, statementName } from './bucket-policy.ts';

export interface Line {
  mark: 'kept' | 'added' | 'removed';
  text: string;
}

/** The lines of a change: a statement that stays takes one line, one that comes or goes is written out. Empty where nothing changes. */
export function policyDifference(before: BucketPolicy, after: BucketPolicy): Line[] {
  const steps = walk(before.statements, after.statements);
  if (steps.every(({ mark }) => mark === 'kept')) return [];
  return steps.flatMap(({ mark, statement, index }): Line[] =>
    mark === 'kept'
      ? [{ mark, text: `statement ${statementName(statement, index)} stays` }]
      : JSON.stringify(statement, null, 2)
          .split('\n')
          .map((text) => ({ mark, text })),
  );
}

interface Step {
  mark: Line['mark'];
  statement: AnyStatement;
  index: number;
}

/** What stays is the longest run of statements that both have in the same order. */
function walk(before: readonly AnyStatement[], after: readonly AnyStatement[]): Step[] {
  const [from, to] = [before, after].map((statements) => statements.map((statement) => JSON.stringify(statement)));
  const kept = new Map<string, number>();
  const length = (i: number, j: number): number => kept.get(`${i} ${j}`) ?? 0;
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      kept.set(`${i} ${j}`, from?.[i] === to?.[j] ? length(i + 1, j + 1) + 1 : Math.max(length(i + 1, j), length(i, j + 1)));
    }
  }
  const steps: Step[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const [old, next] = [before[i], after[j]];
    if (old && next && from?.[i] === to?.[j]) {
      steps.push({ mark: 'kept', statement: next, index: j });
      i++;
      j++;
    } else if (old && (!next || length(i + 1, j) >= length(i, j + 1))) {
      steps.push({ mark: 'removed', statement: old, index: i++ });
    } else if (next) {
      steps.push({ mark: 'added', statement: next, index: j++ });
    }
  }
  return steps;
}
