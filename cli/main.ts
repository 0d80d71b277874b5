/** `interlock`: administration, for the person who runs it, with their own AWS credentials. */
import { parseArgs } from 'node:util';
import { unlock } from './approver.ts';
import { UsageError } from './usage.ts';

const HELP = `usage: npx --no interlock <command> [options]

  approver unlock <name> --stage <stage>   lets an approver's codes be sent again, after AWS refused too many in a row

The ordinary AWS credential chain counts: environment, profiles (AWS_PROFILE), AWS_ENDPOINT_URL.
example: AWS_PROFILE=admin npx --no interlock approver unlock alice --stage prod
exit codes: 0 done, 1 it failed, 2 the command's words are off
`;

async function main(args: string[]): Promise<void> {
  const { values, positionals } = parse(args);
  const [topic, verb, name, ...rest] = positionals;
  if (values.help || topic === 'help') return say(HELP);
  if (topic !== 'approver' || verb !== 'unlock')
    throw new UsageError(topic ? `there is no command ${positionals.join(' ')}` : 'name a command');
  if (!name || rest.length > 0) throw new UsageError('name one approver');
  if (!values.stage) throw new UsageError('name the stage with --stage');
  say(`${await unlock(name, values.stage)}\n`);
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, allowPositionals: true, options: { stage: { type: 'string' }, help: { type: 'boolean', short: 'h' } } });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function say(text: string): void {
  process.stdout.write(text);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const usage = error instanceof UsageError;
  process.stderr.write(`interlock: ${(error as Error).message}\n${usage ? 'hint: npx --no interlock help\n' : ''}`);
  process.exitCode = usage ? 2 : 1;
}
