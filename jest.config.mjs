/** @type {import('jest').Config} */
export default {
  // Tests start processes, and machines are busy; none waits for time to pass.
  testTimeout: 60_000,
  maxWorkers: '100%',
  testSequencer: '<rootDir>/test/sequencer.mjs',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' } }] },
  modulePathIgnorePatterns: ['<rootDir>/\\.(serverless|esbuild|build|sandbox)/'],
};
