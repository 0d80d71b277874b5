/**
 * Report: invoked by the state machine, and by EventBridge when an execution ended where no state could catch it
 * ("Step Functions Execution Status Change", Step Functions developer guide, "Automating event delivery").
 */
import { allSpent } from '../src/aws/attempts.ts';
import { createAudit } from '../src/aws/audit.ts';
import { createPlans } from '../src/aws/emptying/plans.ts';
import { createRecords } from '../src/aws/records.ts';
import { createSeals } from '../src/aws/sealed.ts';
import { createSecretReader, kept } from '../src/aws/secrets.ts';
import { createTables } from '../src/aws/tables.ts';
import { loadConfig } from '../src/config.ts';
import { env } from '../src/env.ts';
import { createLogger } from '../src/log.ts';
import { createClient } from '../src/slack/client.ts';
import { step } from '../src/step.ts';
import { ReportInput } from '../src/steps/inputs.ts';
import { report } from '../src/steps/report.ts';

const logger = createLogger('report');
const config = loadConfig();
const tables = createTables(config.region);
const botToken = kept(createSecretReader(config.region), env('BOT_TOKEN'));

export const handler = step(ReportInput, logger, async (toReport) =>
  report(toReport, {
    config,
    ...createRecords(tables, { requests: env('REQUESTS_TABLE'), locks: env('LOCKS_TABLE') }),
    spent: (requestId) => allSpent(tables, env('ATTEMPTS_TABLE'), requestId),
    audit: createAudit(tables, env('AUDIT_TABLE')),
    plans: createPlans(tables, env('EMPTYING_TABLE')),
    seals: createSeals(env('SEAL_KEY')),
    slack: createClient(await botToken()),
    warn: (what, details) => logger.warn(what, details),
  }),
);
