/**
 * One sandbox for the scenarios of one test file that look behind what people see, and alter it: tables, executions, calls. Each test's
 * bucket is its own, and what a test leaves open is ended after it.
 */
import { stopSearched } from './places.ts';
import { recordsOf } from './records.ts';
import { type Sandbox, startSandbox } from './sandbox.ts';

export let sandbox: Sandbox;
export let records: ReturnType<typeof recordsOf>;

beforeAll(async () => {
  sandbox = await startSandbox({ SANDBOX_ASSUME_ROLE_MFA: 'false' });
  records = recordsOf(sandbox);
});
afterEach(() => records.tidy());
afterAll(() => stopSearched(sandbox));
