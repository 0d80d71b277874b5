/** One sandbox for what the page is told and asks for. */
import { type Sandbox, startSandbox } from './sandbox.ts';

export let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.stop());
