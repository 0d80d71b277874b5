/**
 * One sandbox for the scenarios of one test file, which imports them: a start costs as much as a dozen scenarios. Each leaves no request open
 * and no fault set, and the search for secrets comes at the end, over all that they did.
 */
import { stopSearched } from './places.ts';
import { type Sandbox, startSandbox } from './sandbox.ts';
import { cancelAll } from './story.ts';

export let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
});
afterEach(async () => {
  await sandbox.fault({ clear: true });
  await cancelAll(sandbox);
});
afterAll(() => stopSearched(sandbox));
