/** Everything that Slack sends: an HTTP API event, payload format 2.0 (API Gateway developer guide, "Lambda proxy integrations for HTTP APIs"). */
import { AwsLambdaReceiver } from '@slack/bolt';
import { createAudit } from '../src/aws/audit.ts';
import { createPlans } from '../src/aws/emptying/plans.ts';
import { createFlow } from '../src/aws/flow.ts';
import { createRecords } from '../src/aws/records.ts';
import { createSeals } from '../src/aws/sealed.ts';
import { createSecretReader } from '../src/aws/secrets.ts';
import { createTables } from '../src/aws/tables.ts';
import { loadConfig } from '../src/config.ts';
import { env } from '../src/env.ts';
import { createLogger } from '../src/log.ts';
import { createApp } from '../src/slack/app.ts';
import { createClient, tellOperators } from '../src/slack/client.ts';
import { boltLogger } from '../src/slack/logger.ts';
import { standingOf } from '../src/slack/people.ts';
import { guarded } from '../src/slack/receiver.ts';
import { createDesk } from '../src/steps/desk.ts';

const config = loadConfig();
const secrets = createSecretReader(config.region);
const [signingSecret, botToken] = await Promise.all([secrets.read(env('SIGNING_SECRET')), secrets.read(env('BOT_TOKEN'))]);
const tables = createTables(config.region);
const client = createClient(botToken);
const logger = boltLogger(createLogger('slack'));
const desk = createDesk({
  config,
  ...createRecords(tables, { requests: env('REQUESTS_TABLE'), locks: env('LOCKS_TABLE') }),
  audit: createAudit(tables, env('AUDIT_TABLE')),
  seals: createSeals(env('SEAL_KEY')),
  flow: createFlow(env('STATE_MACHINE_ARN'), config.region),
  standing: (user, named) => standingOf(client, config.slack.channel, user, named),
  alarm: (message) => tellOperators(client, config.slack, message),
  stop: (requestId, by) => createPlans(tables, env('EMPTYING_TABLE')).stop(requestId, { by, why: '' }),
  now: Date.now,
});
const receiver = new AwsLambdaReceiver({ signingSecret: signingSecret.reveal(), signatureVerification: false, logger }); // guarded() does
createApp(receiver, botToken, desk, logger);

export const handler = guarded(receiver, signingSecret, client, config.slack);
