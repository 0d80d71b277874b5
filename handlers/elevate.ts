/** Elevate: invoked by the state machine. The one function that may read approvers' keys and open codes. */
import { createApprovers } from '../src/aws/approvers.ts';
import { createAttempts } from '../src/aws/attempts.ts';
import { createAudit } from '../src/aws/audit.ts';
import { createSeals } from '../src/aws/sealed.ts';
import { createSecretReader } from '../src/aws/secrets.ts';
import { createTables } from '../src/aws/tables.ts';
import { loadConfig } from '../src/config.ts';
import { env } from '../src/env.ts';
import { createLogger } from '../src/log.ts';
import { step } from '../src/step.ts';
import { elevate } from '../src/steps/elevate.ts';
import { ElevateInput } from '../src/steps/inputs.ts';

const config = loadConfig();
const tables = createTables(config.region);
const parts = {
  config,
  attempts: createAttempts(tables, env('ATTEMPTS_TABLE')),
  approvers: createApprovers(tables, env('APPROVERS_TABLE')),
  audit: createAudit(tables, env('AUDIT_TABLE')),
  seals: createSeals(env('SEAL_KEY')),
  secrets: createSecretReader(config.region),
  deletionRoleArn: env('DELETION_ROLE_ARN'),
  now: Date.now,
};

export const handler = step(ElevateInput, createLogger('elevate'), (input) => elevate(input, parts));
