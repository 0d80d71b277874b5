/** Unlocks an approver whose codes AWS refused six times in a row. */
import path from 'node:path';
import { createApprovers } from '../src/aws/approvers.ts';
import { createTables } from '../src/aws/tables.ts';
import { loadConfig } from '../src/config.ts';
import { NO_TRIES, type Tries } from '../src/domain/tries.ts';
import { UsageError } from './usage.ts';

/**
 * Sets an approver's count of refused codes back. Gives what was done, in a sentence. Throws UsageError for a name that the
 * configuration doesn't have, ConfigError, and the SDK's errors (no credentials, no right on the table).
 */
export async function unlock(name: string, stage: string): Promise<string> {
  const config = loadConfig(path.resolve(import.meta.dirname, '..', 'config', `${stage}.yml`));
  if (!config.approvers[name])
    throw new UsageError(`config/${stage}.yml has no approver ${name}; it has ${Object.keys(config.approvers).join(', ')}`);
  const approvers = createApprovers(createTables(config.region), `interlock-${stage}-approvers`);
  let before = 0;
  await approvers.change<Tries>(name, (tries) => {
    before = tries.refusals;
    return { ...tries, refusals: NO_TRIES.refusals, pausedUntil: NO_TRIES.pausedUntil };
  });
  return before === 0
    ? `${name} was not locked: no code was refused since the last session.`
    : `${name} is unlocked: ${before} refused codes in a row are forgotten.`;
}
