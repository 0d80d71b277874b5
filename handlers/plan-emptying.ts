/** PlanEmptying: invoked by the state machine. Its role has no S3 rights: it works with the session that was sealed for it. */
import { createAudit } from '../src/aws/audit.ts';
import { once } from '../src/aws/clients.ts';
import { divideBucket, emptyingClient, whatIsLeft } from '../src/aws/emptying/division.ts';
import type { Place } from '../src/aws/emptying/listing.ts';
import { createPace } from '../src/aws/emptying/pace.ts';
import { createPlans } from '../src/aws/emptying/plans.ts';
import { createSeals } from '../src/aws/sealed.ts';
import { createTables } from '../src/aws/tables.ts';
import { loadConfig } from '../src/config.ts';
import { env } from '../src/env.ts';
import { createLogger } from '../src/log.ts';
import { step } from '../src/step.ts';
import { PlanInput } from '../src/steps/inputs.ts';
import { type PlanParts, planEmptying } from '../src/steps/plan-emptying.ts';

const config = loadConfig();
const tables = createTables(config.region);
const pace = createPace();
const look: PlanParts['look'] = async ({ region, uploads, ...at }, session) => {
  const looking = <T>(work: (place: Place) => Promise<T>) => once(emptyingClient(region, session), (s3) => work({ s3, ...at }));
  const left = await looking((place) => whatIsLeft(place, pace, { uploads }));
  return { left, divide: (lone) => looking((place) => divideBucket(place, pace, { left, lone })) };
};
const parts = {
  config,
  seals: createSeals(env('SEAL_KEY')),
  audit: createAudit(tables, env('AUDIT_TABLE')),
  plans: createPlans(tables, env('EMPTYING_TABLE')),
  look,
  now: Date.now,
};

export const handler = step(PlanInput, createLogger('planEmptying'), (input) => planEmptying(input, parts));
