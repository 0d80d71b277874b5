/** Inspect, CheckUnchanged, CheckBucket and CheckDeleted: invoked by the state machine (statemachine/deletion.asl.json). Read-only. */
import { findBucket, look } from '../src/aws/bucket.ts';
import { createSeals } from '../src/aws/sealed.ts';
import { loadConfig } from '../src/config.ts';
import { env } from '../src/env.ts';
import { createLogger } from '../src/log.ts';
import { step } from '../src/step.ts';
import { InspectInput } from '../src/steps/inputs.ts';
import { inspect } from '../src/steps/inspect.ts';

const parts = {
  config: loadConfig(),
  stage: env('INTERLOCK_STAGE'),
  seals: createSeals(env('SEAL_KEY')),
  look,
  find: findBucket,
  now: Date.now,
};

export const handler = step(InspectInput, createLogger('inspect'), (input) => inspect(input, parts));
