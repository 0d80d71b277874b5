/** AskApprover: invoked by the state machine with a task token (`lambda:invoke.waitForTaskToken`). */
import { createAudit } from '../src/aws/audit.ts';
import { createRequests } from '../src/aws/requests.ts';
import { createSeals } from '../src/aws/sealed.ts';
import { createSecretReader, kept } from '../src/aws/secrets.ts';
import { createTables } from '../src/aws/tables.ts';
import { loadConfig } from '../src/config.ts';
import { env } from '../src/env.ts';
import { createLogger } from '../src/log.ts';
import { createClient } from '../src/slack/client.ts';
import { step } from '../src/step.ts';
import { askApprover } from '../src/steps/ask-approver.ts';
import { AskInput } from '../src/steps/inputs.ts';

const logger = createLogger('askApprover');
const config = loadConfig();
const tables = createTables(config.region);
const botToken = kept(createSecretReader(config.region), env('BOT_TOKEN'));

export const handler = step(AskInput, logger, async (input) =>
  askApprover(input, {
    config,
    requests: createRequests(tables, env('REQUESTS_TABLE')),
    audit: createAudit(tables, env('AUDIT_TABLE')),
    seals: createSeals(env('SEAL_KEY')),
    slack: createClient(await botToken()),
    now: Date.now,
    warn: (what, details) => logger.warn(what, details),
  }),
);
