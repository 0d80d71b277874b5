/** ChangeGuard: invoked by the state machine. Its role has no S3 rights: it works with the session that was sealed for it. */
import { createAudit } from '../src/aws/audit.ts';
import { changeBucketPolicy, policyClient } from '../src/aws/bucket-policy.ts';
import { createPolicyTurns } from '../src/aws/bucket-policy-turns.ts';
import { once } from '../src/aws/clients.ts';
import { createSeals } from '../src/aws/sealed.ts';
import { createTables } from '../src/aws/tables.ts';
import { loadConfig } from '../src/config.ts';
import { env } from '../src/env.ts';
import { createLogger } from '../src/log.ts';
import { step } from '../src/step.ts';
import { type ChangeGuardParts, changeGuard } from '../src/steps/change-guard.ts';
import { GuardInput } from '../src/steps/inputs.ts';

const config = loadConfig();
const tables = createTables(config.region);
const turns = createPolicyTurns(tables, env('LOCKS_TABLE'));
const changePolicy: ChangeGuardParts['changePolicy'] = ({ region, ...at }, session, change) =>
  once(policyClient(region, session), (s3) => changeBucketPolicy({ ...at, s3, change, turns }));
const parts = {
  config,
  stage: env('INTERLOCK_STAGE'),
  seals: createSeals(env('SEAL_KEY')),
  audit: createAudit(tables, env('AUDIT_TABLE')),
  changePolicy,
};

export const handler = step(GuardInput, createLogger('changeGuard'), (input) => changeGuard(input, parts));
