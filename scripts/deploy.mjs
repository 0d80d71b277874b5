/**
 * Deploys a stage, or takes it away, with osls, once its configuration is known to be right.
 *
 *   node scripts/deploy.mjs deploy|remove --stage prod [osls's own options]
 */
import { parseArgs } from 'node:util';
import { absence, configFault, configOf, nameFault } from './stage.mjs';

const [verb = '', ...args] = process.argv.slice(2);
const { stage } = parseArgs({ args, options: { stage: { type: 'string', short: 's' } }, strict: false }).values;

const fault =
  typeof stage === 'string' ? (nameFault(stage) ?? absence(configOf(stage)) ?? (await configFault(configOf(stage)))) : 'name the stage';
if (fault === undefined) {
  // As if it had been called itself: its arguments are the same.
  await import('../node_modules/serverless/bin/serverless.js');
} else {
  process.stderr.write(`${verb}: ${fault}\nhint: npm run ${verb} -- --stage prod\n`);
  process.exitCode = 2;
}
