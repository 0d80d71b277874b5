/** TellProgress: invoked by the state machine, beside the workers. It reads how far they are, and edits messages. */
import { setTimeout } from 'node:timers/promises';
import { createPlans } from '../src/aws/emptying/plans.ts';
import { createRequests } from '../src/aws/requests.ts';
import { createSecretReader, kept } from '../src/aws/secrets.ts';
import { createTables } from '../src/aws/tables.ts';
import { loadConfig } from '../src/config.ts';
import { env } from '../src/env.ts';
import { createLogger } from '../src/log.ts';
import { createClient } from '../src/slack/client.ts';
import { step } from '../src/step.ts';
import { TellInput } from '../src/steps/inputs.ts';
import { tellProgress } from '../src/steps/tell-progress.ts';

const logger = createLogger('tellProgress');
const config = loadConfig();
const tables = createTables(config.region);
const botToken = kept(createSecretReader(config.region), env('BOT_TOKEN'));

export const handler = step(TellInput, logger, async (input) =>
  tellProgress(input, {
    config,
    requests: createRequests(tables, env('REQUESTS_TABLE')),
    plans: createPlans(tables, env('EMPTYING_TABLE')),
    slack: createClient(await botToken()),
    warn: (what, details) => logger.warn(what, details),
    now: Date.now,
    pause: setTimeout,
  }),
);
