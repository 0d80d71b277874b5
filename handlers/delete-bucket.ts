/** DeleteBucket and Rehearse: invoked by the state machine. Its role has no S3 rights: it works with the session that was sealed for it. */
import { createAudit } from '../src/aws/audit.ts';
import { deleteBucket, tryRead } from '../src/aws/bucket.ts';
import { createSeals } from '../src/aws/sealed.ts';
import { createTables } from '../src/aws/tables.ts';
import { loadConfig } from '../src/config.ts';
import { env } from '../src/env.ts';
import { createLogger } from '../src/log.ts';
import { step } from '../src/step.ts';
import { deleteOrRehearse } from '../src/steps/delete-bucket.ts';
import { DeleteInput } from '../src/steps/inputs.ts';

const config = loadConfig();
const audit = createAudit(createTables(config.region), env('AUDIT_TABLE'));
const parts = { config, seals: createSeals(env('SEAL_KEY')), audit, deleteBucket, tryRead, now: Date.now };

export const handler = step(DeleteInput, createLogger('deleteBucket'), (input) => deleteOrRehearse(input, parts));
