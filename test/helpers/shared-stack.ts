/** One deployed stack for the scenarios of one test file. */
import { type Stack, startStack } from './policies-stack.ts';

export let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack?.stop());
