/** SANDBOX_*: read, and checked before anything takes its time. */
import { accessSync, constants, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { SandboxOptions } from './sandbox.ts';

/** Reads SANDBOX_*, and makes SANDBOX_DIR. Throws an Error that names the variable at fault. */
export function optionsOf(env: NodeJS.ProcessEnv): Omit<SandboxOptions, 'log' | 'onProblem'> {
  const mfa = env.SANDBOX_ASSUME_ROLE_MFA || 'absent';
  if (mfa !== 'absent' && mfa !== 'false' && mfa !== 'true')
    throw new Error(`SANDBOX_ASSUME_ROLE_MFA is "${mfa}"; it may be absent, false or true`);
  const config = env.SANDBOX_CONFIG || undefined;
  if (config !== undefined) attempt(() => readFileSync(config), `SANDBOX_CONFIG: the configuration ${config} can't be read`);
  const options = {
    port: portOf(env, 'SANDBOX_PORT', 3000),
    awsPort: portOf(env, 'SANDBOX_AWS_PORT', 4566),
    slackPort: portOf(env, 'SANDBOX_SLACK_PORT', 4003),
    dir: env.SANDBOX_DIR || '.sandbox',
    config,
    assumeRoleMfa: mfa,
  } as const;
  attempt(() => {
    makeFolder(path.resolve(options.dir));
    accessSync(options.dir, constants.W_OK | constants.X_OK);
  }, `SANDBOX_DIR is "${options.dir}", and there can be no folder to write into; name another`);
  return options;
}

/** Folder by folder: `recursive` tries for ever where there is a place that takes none, as under /proc (seen with Node 24). */
function makeFolder(dir: string): void {
  if (existsSync(dir) && statSync(dir).isDirectory()) return;
  const parent = path.dirname(dir);
  if (parent !== dir) makeFolder(parent);
  mkdirSync(dir, { mode: 0o700 });
}

function portOf(env: NodeJS.ProcessEnv, name: string, otherwise: number): number {
  const text = env[name];
  if (text === undefined || text === '') return otherwise;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new Error(`${name} is "${text}"; it must be a port from 1 to 65535, or 0 for a free one`);
  return port;
}

function attempt(run: () => void, failure: string): void {
  try {
    run();
  } catch (error) {
    throw new Error(`${failure} (${(error as NodeJS.ErrnoException).code})`);
  }
}
