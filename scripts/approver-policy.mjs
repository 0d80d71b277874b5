/**
 * Prints the inline policy of an approver's IAM user, as JSON (docs/install.md).
 *
 *   node scripts/approver-policy.mjs --stage prod alice
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from './setup.mjs';

function fail(message) {
  process.stderr.write(`approver-policy: ${message}\nhint: npm run --silent approver-policy -- --stage prod alice\n`);
  process.exit(2);
}

function read() {
  try {
    return parseArgs({ options: { stage: { type: 'string' } }, allowPositionals: true });
  } catch (error) {
    return fail(error.message);
  }
}

const { values, positionals } = read();
const [approver, ...rest] = positionals;
if (!values.stage || !approver || rest.length > 0) fail('name the stage and one approver');

const { loadConfig } = await import('../src/config.ts');
const { approverUserPolicy } = await import('../src/domain/policies.ts');
try {
  const config = loadConfig(join(ROOT, 'config', `${values.stage}.yml`));
  process.stdout.write(`${JSON.stringify(approverUserPolicy(config, approver, { stage: values.stage }), null, 2)}\n`);
} catch (error) {
  fail(error.message);
}
