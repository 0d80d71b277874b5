/** What the scripts need on the machine: the locked dependencies, and the Node that Lambda runs. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** The major version of the functions' runtime, nodejs24.x. */
const MAJOR = 24;

/** The package that holds Node for this machine; undefined where there is none. */
const nodePackage = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch) ? `node-linux-${process.arch}` : undefined;

/** Whether what npm put into node_modules is what package-lock.json says. */
export function isInstalled() {
  const locked = packages(join(ROOT, 'package-lock.json'));
  const installed = packages(join(ROOT, 'node_modules', '.package-lock.json'));
  if (!locked || !installed) return false;
  if (nodePackage && !existsSync(join(ROOT, 'node_modules', nodePackage, 'bin', 'node'))) return false;
  // Optional packages for other machines are locked and not installed.
  const isThere = ([path, { integrity, optional }]) => (installed[path] ? installed[path].integrity === integrity : optional === true);
  return Object.entries(locked).every(isThere) && Object.keys(installed).every((path) => locked[path]);
}

/** @returns {Record<string, {integrity?: string, optional?: boolean}> | undefined} the packages that a lock file lists, by path */
function packages(file) {
  if (!existsSync(file)) return undefined;
  const { '': _project, ...rest } = JSON.parse(readFileSync(file, 'utf8')).packages;
  return rest;
}

/** Installs what is locked, without install scripts: none is needed. Errors are shown, no warnings: what is for a newer Node than npm's runs on one. Returns a sentence when it fails. */
export function install() {
  // npm says where it lies when it runs a script; by hand, it is on the PATH.
  const npm = process.env.npm_execpath;
  const [program, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : [process.platform === 'win32' ? 'npm.cmd' : 'npm', []];
  const args = [...first, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status, error } = spawnSync(program, args, { cwd: ROOT, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (status === 0) return undefined;
  return `The dependencies could not be installed (${error?.message ?? `npm ci ended with ${status}`}); see above.`;
}

/** The Node to run on: the locked one on Linux, this one where it is of the right version; a sentence where neither is. */
export function findNode(version = process.versions.node) {
  const packaged = nodePackage && join(ROOT, 'node_modules', nodePackage, 'bin', 'node');
  // It is built for glibc: where it doesn't run, the system's may.
  if (packaged && spawnSync(packaged, ['--version']).status === 0) return { node: packaged };
  if (Number(version.split('.')[0]) === MAJOR) return { node: process.execPath };
  return { missing: `This needs Node ${MAJOR}, which Lambda runs, and found ${version}: install Node ${MAJOR} and run it again.` };
}
