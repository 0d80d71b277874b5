/** HoldWriters and ReleaseWriters: invoked by the state machine. Its role has no S3 rights: it works with the session that was sealed for it. */
import { changeBucketPolicy, policyClient } from '../src/aws/bucket-policy.ts';
import { createPolicyTurns } from '../src/aws/bucket-policy-turns.ts';
import { once } from '../src/aws/clients.ts';
import { createSeals } from '../src/aws/sealed.ts';
import { createTables } from '../src/aws/tables.ts';
import { loadConfig } from '../src/config.ts';
import { env } from '../src/env.ts';
import { createLogger } from '../src/log.ts';
import { step } from '../src/step.ts';
import { type HoldParts, holdOrRelease } from '../src/steps/hold-writers.ts';
import { HoldInput } from '../src/steps/inputs.ts';

const config = loadConfig();
const turns = createPolicyTurns(createTables(config.region), env('LOCKS_TABLE'));
const changePolicy: HoldParts['changePolicy'] = ({ region, ...at }, session, change) =>
  once(policyClient(region, session), (s3) => changeBucketPolicy({ ...at, s3, change, turns }));
const parts = { config, stage: env('INTERLOCK_STAGE'), seals: createSeals(env('SEAL_KEY')), changePolicy };

export const handler = step(HoldInput, createLogger('holdWriters'), (input) => holdOrRelease(input, parts));
