import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';

/** Jest's own, by way of jest: it is no dependency of this project's. */
const require = createRequire(createRequire(import.meta.url).resolve('jest/package.json'));
const { default: Sequencer } = createRequire(require.resolve('@jest/core'))('@jest/test-sequencer');

/** How long the longest files take, in seconds; a fresh clone has no measurements of its own. Where one is off, a processor idles for a while. */
const SECONDS = {
  'scenarios/emptying': 80,
  'scenarios/adversity': 44,
  'scenarios/people': 44,
  'scenarios/failures': 42,
  'scenarios/guards': 32,
  'scenarios/whole': 22,
  'scenarios/approvers': 22,
  'scenarios/by-hand': 15,
  'scenarios/policies-stack': 7,
  'scenarios/policies-people': 4,
  'test/cli-guard': 14,
  'browser/page': 38,
  'sandbox/starting': 16,
  'flow/cases': 5,
  'page/page': 9,
  'groups/sandbox': 19,
  'groups/aws': 18,
  'groups/domain': 9,
  'groups/steps': 7,
  'sandbox/demo': 5,
  'test/cli-guard-holes': 5,
  'test/packaging': 4,
  'aws/emptying-elsewhere': 7,
  'test/scripts': 3,
  'test/cli-proof': 3,
};
const OTHERS = 0.5;

/**
 * Scenarios wait for the clock, for retries and for their sandbox, other tests for nothing: one worker runs those while the others run
 * scenarios, and no processor idles. The longest of each kind come first, so that none is waited for at the end.
 */
export default class extends Sequencer {
  sort(tests) {
    const sorted = [...tests].sort((one, other) => seconds(other) - seconds(one));
    const isScenario = ({ path }) => /[\\/]scenarios[\\/]/.test(path);
    const scenarios = planned(sorted.filter(isScenario), availableParallelism());
    const others = planned(
      sorted.filter((test) => !isScenario(test)),
      1,
    );
    return [...scenarios, ...others].sort((one, other) => one.start - other.start).map(({ test }) => test);
  }
}

function seconds({ path }) {
  const name = path.split(/[\\/]/).slice(-2).join('/');
  return SECONDS[name.replace('.test.ts', '')] ?? OTHERS;
}

/** When each test would start, were there so many workers for them alone. */
function planned(tests, workers) {
  const free = Array.from({ length: workers }, () => 0);
  return tests.map((test) => {
    const worker = free.indexOf(Math.min(...free));
    const start = free[worker];
    free[worker] += seconds(test);
    return { test, start };
  });
}
