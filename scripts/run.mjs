/**
 * What every npm script goes through: `node scripts/run.mjs <task> [arguments]`.
 * Sets up what is missing, then runs the task on the Node that Lambda runs. Works with nothing installed, from Node 20 on.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { findNode, install, isInstalled, ROOT } from './setup.mjs';

/** Each step is a program and its arguments; a step that fails ends the task. */
const TASKS = {
  start: { steps: [['sandbox/main.ts', '--check'], ['scripts/package.mjs'], ['scripts/page.mjs'], ['sandbox/main.ts']] },
  demo: { steps: [['scripts/package.mjs'], ['sandbox/demo.ts']] },
  bench: { steps: [['scripts/package.mjs'], ['bench/run.ts']] },
  'bench:empty': { steps: [['bench/empty.ts']] },
  'bench:page': { steps: [['scripts/package.mjs'], ['scripts/page.mjs'], ['bench/page.ts']] },
  package: { steps: [['scripts/package.mjs']] },
  deploy: { steps: [['scripts/deploy.mjs', 'deploy']] },
  remove: { steps: [['scripts/deploy.mjs', 'remove']] },
  'approver-policy': { steps: [['scripts/approver-policy.mjs']] },
  screenshots: { steps: [['scripts/package.mjs'], ['scripts/page.mjs'], ['scripts/screenshots.mjs']] },
  lint: { steps: [['scripts/lint.mjs']] },
  test: { steps: [['scripts/test.mjs']] },
};

async function main([task, ...args]) {
  const known = TASKS[task];
  if (!known) {
    process.stderr.write(`usage: node scripts/run.mjs ${Object.keys(TASKS).join('|')} [arguments]\n`);
    return 2;
  }
  if (!isInstalled()) {
    process.stderr.write('Setting up (npm ci) …\n');
    const failed = install();
    if (failed) return say(failed);
  }
  const { node, missing } = findNode();
  if (missing) return say(missing);
  const env = { ...process.env, PATH: [join(node, '..'), join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter) };
  for (const [index, step] of known.steps.entries()) {
    const isLast = index === known.steps.length - 1;
    const code = await run(node, [...step, ...(isLast ? args : [])], env);
    if (code !== 0) return code;
  }
  return 0;
}

/** Runs a program to its end; signals that this process gets reach it, and its exit code is handed on. */
function run(node, args, env) {
  return new Promise((done) => {
    const child = spawn(node, args, { cwd: ROOT, stdio: 'inherit', env });
    // Ctrl-C in a terminal reaches the child by itself; sent to this process alone, it has to be passed on.
    const handlers = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => {
      const handler = () => (signal === 'SIGINT' && process.stdin.isTTY ? undefined : child.kill(signal));
      process.on(signal, handler);
      return () => process.off(signal, handler);
    });
    // npm hands SIGTERM to a shell, which dies without handing it on: then nobody is there to wait for this process.
    const parent = process.ppid;
    const orphaned = setInterval(() => process.ppid !== parent && child.kill('SIGTERM'), 500);
    child.on('error', (error) => done(say(`${args[0]} can't be run: ${error.message}`)));
    child.on('exit', (code, signal) => {
      clearInterval(orphaned);
      for (const remove of handlers) remove();
      done(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}

function say(message) {
  process.stderr.write(`${message}\n`);
  return 1;
}

process.exitCode = await main(process.argv.slice(2));
