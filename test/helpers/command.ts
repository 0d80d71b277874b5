/** `interlock`, run as a process, and what it said. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { COMPILED } from './compiled.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** Makes pipes pass for a terminal: somebody is looking, and there to answer. */
const TERMINAL = 'data:text/javascript,process.stdin.isTTY=process.stdout.isTTY=process.stderr.isTTY=true';

export interface Ran {
  status: number | null;
  stdout: string;
  stderr: string;
}

/**
 * Runs the command with this environment and nothing of the test's own but the PATH.
 * @param answer what somebody at a terminal types to every question (yes or no, or a code), or what they do before they type, given how many were
 * asked; undefined where it is piped
 * @param piped what comes through the pipe then
 */
export function interlock(
  args: string[],
  env: Record<string, string>,
  answer?: string | ((asked: number) => string),
  piped = '',
): Promise<Ran> {
  const child = spawn(process.execPath, [...(answer === undefined ? [] : ['--import', TERMINAL]), 'cli/main.ts', ...args], {
    cwd: ROOT,
    // Nothing of the machine's own profiles counts, nor is one asked for that a machine in AWS may have.
    env: { PATH: process.env.PATH, ...COMPILED, HOME: '/nonexistent', AWS_EC2_METADATA_DISABLED: 'true', TERM: 'xterm-256color', ...env },
  });
  const ran: Ran = { status: null, stdout: '', stderr: '' };
  let asked = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    ran.stdout += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    ran.stderr += chunk;
    const now = ran.stderr.split(/\[y\/N\]|Code of \S+: /).length - 1;
    if (now > asked && answer !== undefined) child.stdin.write(`${typeof answer === 'string' ? answer : answer(now)}\n`);
    asked = now;
  });
  if (answer === undefined) child.stdin.end(piped);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve({ ...ran, status }));
  });
}
