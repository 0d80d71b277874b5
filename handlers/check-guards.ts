/**
 * CheckGuards: invoked once a day by EventBridge ("Scheduled Event", EventBridge user guide, "Creating a rule that runs on a schedule"). It has
 * nothing to do with any request.
 */
import { createGuards } from '../src/aws/guards.ts';
import { createProtections } from '../src/aws/protection.ts';
import { createSecretReader, kept } from '../src/aws/secrets.ts';
import { createTables } from '../src/aws/tables.ts';
import { loadConfig } from '../src/config.ts';
import { env } from '../src/env.ts';
import { createLogger } from '../src/log.ts';
import { createClient } from '../src/slack/client.ts';
import { step } from '../src/step.ts';
import { checkGuards } from '../src/steps/check-guards.ts';
import { Scheduled } from '../src/steps/inputs.ts';

const logger = createLogger('checkGuards');
const config = loadConfig();
const botToken = kept(createSecretReader(config.region), env('BOT_TOKEN'));

export const handler = step(Scheduled, logger, async () => {
  const checked = await checkGuards({
    config,
    stage: env('INTERLOCK_STAGE'),
    ...createProtections(config.account),
    guards: createGuards(createTables(config.region), env('GUARDS_TABLE')),
    slack: createClient(await botToken()),
    now: Date.now,
    warn: (what, details) => logger.warn(what, details),
  });
  logger.info('checked', { ...checked });
  return checked;
});
