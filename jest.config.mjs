import { availableParallelism } from 'node:os';
import { grouped } from './test/groups/groups.mjs';

/** Set by scripts/test.mjs where all tests run: then groups of files do; a file by itself is run by its own name. */
const whole = process.env.INTERLOCK_ALL_TESTS === '1';
const literally = (path) => path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** @type {import('jest').Config} */
export default {
  // Tests start processes, and machines are busy; none waits for time to pass.
  testTimeout: 60_000,
  // One more than processors: a scenario's file waits for its sandbox most of the time.
  maxWorkers: availableParallelism() + 1,
  testSequencer: '<rootDir>/test/sequencer.mjs',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: whole ? grouped().map((file) => `^${literally(file)}$`) : ['<rootDir>/test/groups/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' } }] },
  modulePathIgnorePatterns: ['<rootDir>/\\.(serverless|esbuild|build|sandbox)/'],
};
