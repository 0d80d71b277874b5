import { createRequire } from 'node:module';

/** Jest's own, by way of jest: it is no dependency of this project's. */
const require = createRequire(createRequire(import.meta.url).resolve('jest/package.json'));
const { default: Sequencer } = createRequire(require.resolve('@jest/core'))('@jest/test-sequencer');

/** Scenarios first: they take longest, and one that begins last would be waited for by an idle machine. */
export default class extends Sequencer {
  async sort(tests) {
    const isScenario = ({ path }) => Number(/[\\/]scenarios[\\/]/.test(path));
    return [...(await super.sort(tests))].sort((one, other) => isScenario(other) - isScenario(one));
  }
}
