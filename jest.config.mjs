import { availableParallelism } from 'node:os';

/** @type {import('jest').Config} */
export default {
  // Tests start processes, and machines are busy; none waits for time to pass.
  testTimeout: 60_000,
  // One more than processors: a scenario's file waits for its sandbox most of the time.
  maxWorkers: availableParallelism() + 1,
  testSequencer: '<rootDir>/test/sequencer.mjs',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' } }] },
  modulePathIgnorePatterns: ['<rootDir>/\\.(serverless|esbuild|build|sandbox)/'],
};
