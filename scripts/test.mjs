/**
 * All that must hold: types, lint and import directions, the state machine's grammar, packaging, and the tests.
 * With arguments, the tests alone, and the arguments go to jest. Ends with the line `N passed, N failed`.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './setup.mjs';

const modules = join(ROOT, 'node_modules');

const CHECKS = {
  types: [join(modules, 'typescript', 'bin', 'tsc'), '-p', '.'],
  'types of the page': [join(modules, 'typescript', 'bin', 'tsc'), '-p', 'page'],
  lint: ['scripts/lint.mjs'],
  'state machine': ['scripts/check-asl.mjs'],
};
const BUILDING = [
  ['packaging', ['scripts/package.mjs']],
  ['page', ['scripts/page.mjs']],
];

const args = process.argv.slice(2);
const checks = Object.entries(args.length > 0 ? {} : CHECKS);
// The tests need the package and the page. The other checks run beside packaging, which leaves a processor idle; the tests leave none.
const counts = await Promise.all([...BUILDING, ...checks].map(check));
counts.push(await jest(args));
const passed = counts.reduce((sum, count) => sum + count.passed, 0);
const failed = counts.reduce((sum, count) => sum + count.failed, 0);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;

/** Runs beside the others; what it printed comes out in one piece. */
async function check([name, command]) {
  const child = spawn(process.execPath, command, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk));
  const code = await ended(child);
  process.stdout.write(`${Buffer.concat(output)}${code === 0 ? 'ok' : 'FAILED'}: ${name}\n`);
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** Counts tests; what fails without being a test (a file that doesn't load, a run with no tests, a crash) counts as one that failed. */
async function jest(args) {
  const directory = mkdtempSync(join(tmpdir(), 'interlock-test-'));
  const results = join(directory, 'results.json');
  try {
    const command = [
      '--experimental-vm-modules',
      '--no-warnings',
      join(modules, 'jest', 'bin', 'jest.js'),
      '--ci',
      '--json',
      `--outputFile=${results}`,
      ...args,
    ];
    // Some files run as one then (jest.config.mjs).
    const env = { ...process.env, INTERLOCK_ALL_TESTS: args.length > 0 ? '0' : '1' };
    const child = spawn(process.execPath, command, { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'], env });
    const status = await ended(child);
    const { numPassedTests = 0, numFailedTests = 0, numRuntimeErrorTestSuites = 0 } = read(results);
    const failed = numFailedTests + numRuntimeErrorTestSuites;
    return { passed: numPassedTests, failed: status === 0 ? failed : Math.max(failed, 1) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The exit code; an error, or null for a signal, where there is none. */
function ended(child) {
  return new Promise((done) => child.once('error', done).once('close', done));
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
}
