/** A stage's configuration, by its name. */
import path from 'node:path';
import { loadConfig } from '../src/config.ts';
import type { Config } from '../src/domain/configuration.ts';
import { ConfigError } from '../src/errors.ts';
import { Failure } from './failure.ts';

/** Reads `config/<stage>.yml`. Throws Failure where it isn't there, or can't be used. */
export function configOf(stage: string): Config {
  const root = path.resolve(import.meta.dirname, '..');
  if (!/^[\w-]+$/.test(stage)) throw new Failure(`${JSON.stringify(stage)} is no name of a stage`, 'config/prod.yml is --stage prod');
  try {
    return loadConfig(path.join(root, 'config', `${stage}.yml`));
  } catch (error) {
    if (error instanceof ConfigError)
      throw new Failure(error.message.replaceAll(`${root}${path.sep}`, ''), 'each stage has its config/<stage>.yml', { cause: error });
    throw error;
  }
}
