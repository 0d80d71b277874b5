/** Unlocks an approver whose codes AWS refused six times in a row. */
import { createApprovers } from '../src/aws/approvers.ts';
import { createTables } from '../src/aws/tables.ts';
import { NO_TRIES, type Tries } from '../src/domain/tries.ts';
import { credentialChain } from './aws.ts';
import { Failure } from './failure.ts';
import { configOf } from './stage.ts';

/**
 * Sets an approver's count of refused codes back. Gives what was done, in a sentence. Throws Failure for a name that the
 * configuration doesn't have, and the SDK's errors (no credentials, no right on the table).
 */
export async function unlock(name: string, stage: string): Promise<string> {
  const config = configOf(stage);
  if (!config.approvers[name]) {
    throw new Failure(`config/${stage}.yml has no approver ${name}`, `it has ${Object.keys(config.approvers).join(', ')}`);
  }
  const tables = createTables(config.region, credentialChain(config.region));
  const approvers = createApprovers(tables, `interlock-${stage}-approvers`);
  let before = 0;
  await approvers.change<Tries>(name, (tries) => {
    before = tries.refusals;
    return { ...tries, refusals: NO_TRIES.refusals, pausedUntil: NO_TRIES.pausedUntil };
  });
  return before === 0
    ? `${name} was not locked: no code was refused since the last session.`
    : `${name} is unlocked: ${before} refused codes in a row are forgotten.`;
}
