import { ConfigError } from './errors.ts';

/** A variable that serverless.yml sets. Throws ConfigError where it doesn't. */
export function env(name: string): string {
  const value = process.env[name];
  if (!value)
    throw new ConfigError(`The environment variable ${name} is not set; deploy with the serverless.yml that belongs to this version.`);
  return value;
}
