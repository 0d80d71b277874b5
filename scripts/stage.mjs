/** What is wrong with a stage, told by itself: osls would wrap it up in a hundred lines of its own. */
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT } from './setup.mjs';

export const configOf = (stage) => join(ROOT, 'config', `${stage}.yml`);

/** What is wrong with its name, a part of names of roles (64 characters) and of secrets; undefined where nothing is. */
export function nameFault(stage) {
  if (/^[a-z][a-z0-9-]{0,19}$/.test(stage)) return undefined;
  return `--stage ${stage}: lower-case letters, digits and hyphens, a letter first, 20 at most`;
}

/** That its configuration isn't there; undefined where it is. */
export const absence = (file) => (existsSync(file) ? undefined : `${file} isn't there; a stage needs its configuration file`);

/** What is wrong with its configuration, which is there; undefined where nothing is. */
export async function configFault(file) {
  const { parseConfig } = await import('../src/config.ts');
  try {
    parseConfig(readFileSync(file, 'utf8'), relative(process.cwd(), file));
    return undefined;
  } catch (error) {
    if (error.name !== 'ConfigError') throw error;
    return `the configuration has faults:\n${error.message}`;
  }
}
