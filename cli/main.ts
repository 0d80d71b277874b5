/** `interlock`: administration, for the person who runs it, with their own AWS credentials. */
import { enableCompileCache } from 'node:module';
import path from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { nameOf } from '../src/aws/clients.ts';
import { EXIT, failureOf } from './failure.ts';
import { checkRequest, type GuardRequest, givenIn, type Verb } from './guard-request.ts';
import { checkMfaDelete, type MfaDeleteRequest, type Verb as MfaDeleteVerb } from './mfa-delete-request.ts';
import { plain, say } from './terminal.ts';

const NAME = 'npx --no interlock';

const EXAMPLES = `
The ordinary AWS credential chain counts: environment, profiles (AWS_PROFILE), SSO, AWS_ENDPOINT_URL.
Exit codes: 0 done, 1 a check fell short or a bucket failed, 2 it could not run.`;

const GUARD_EXAMPLES = `
Examples:
  ${NAME} guard plan team-logs --stage prod
  AWS_PROFILE=admin ${NAME} guard apply team-logs --stage prod
  ${NAME} guard apply team-logs --level basic --principal arn:aws:iam::111122223333:user/deleter
  ${NAME} guard check --all --stage prod --json
${EXAMPLES}`;

const GUARD: Record<Verb, string> = {
  plan: 'shows what apply would change, and writes nothing',
  apply: 'puts the guard on: shows the change, asks, writes, reads back',
  check: 'says whether the guard is whole, and what goes round it',
  remove: 'takes the guard off, and leaves everything else as it is',
};

const MFA_DELETE_EXAMPLES = `
Examples:
  ${NAME} mfa-delete status team-logs
  AWS_PROFILE=root ${NAME} mfa-delete off team-logs
  AWS_PROFILE=root ${NAME} mfa-delete on team-logs --serial 20899872

off and on are for root of the bucket's account, with an access key made for this and deleted afterwards (no CloudShell: S3 takes no
code with temporary credentials). They ask for one code, which is kept nowhere, and leave the versioning as it is.

The ordinary AWS credential chain counts: environment, profiles (AWS_PROFILE), AWS_ENDPOINT_URL.
Exit codes: 0 done (status: whatever it says; --json has it), 1 it failed for this bucket or the code was refused, 2 it could not run.`;

const MFA_DELETE: Record<MfaDeleteVerb, string> = {
  status: 'says whether it is on, and what that means; needs no root',
  off: 'switches it off, with a code of root',
  on: 'switches it on, with a code of root',
};

const collect = (value: string, before: string[] = []): string[] => [...before, value];

function program(): Command {
  const interlock = new Command('interlock').usage('<command>').description('Administration of Interlock, with your own AWS credentials.');
  interlock.addHelpText('after', EXAMPLES);
  const guard = interlock
    .command('guard')
    .description('the guard: a bucket policy under which only the approved can delete')
    .usage('<command>');
  guard.addHelpText('after', GUARD_EXAMPLES);
  for (const [verb, what] of Object.entries(GUARD) as [Verb, string][]) guard.addCommand(guardCommand(verb, what));
  const mfaDelete = interlock
    .command('mfa-delete')
    .description("MFA Delete: under it root alone deletes a bucket's versions")
    .usage('<command>');
  mfaDelete.addHelpText('after', MFA_DELETE_EXAMPLES);
  for (const [verb, what] of Object.entries(MFA_DELETE) as [MfaDeleteVerb, string][]) mfaDelete.addCommand(mfaDeleteCommand(verb, what));
  const approver = interlock.command('approver').description('the people who approve with a code').usage('<command>');
  approver
    .command('unlock <name>')
    .description("lets an approver's codes be sent again, after AWS refused too many in a row")
    .requiredOption('--stage <stage>', 'whose approver: config/<stage>.yml')
    .action(async (name: string, { stage }: { stage: string }) => say(await (await import('./approver.ts')).unlock(name, stage)));
  interlock
    .command('trail <request>')
    .description('the audit trail of a request, and whether it is as it was written')
    .requiredOption('--stage <stage>', 'whose request: config/<stage>.yml')
    .option('--json', 'the trail as one JSON document')
    .action(async (requestId: string, options: { stage: string; json?: boolean }) => {
      process.exitCode = await (await import('./trail.ts')).trail(requestId, options);
    });
  return prepared(interlock);
}

function guardCommand(verb: Verb, what: string): Command {
  const command = new Command(verb)
    .description(what)
    .argument('[bucket...]')
    .option('--all', "all buckets of the account that a rule of the stage's configuration covers")
    .option('--pattern <glob>', 'all buckets of the account with such a name (* any run of characters, ? one)')
    .option('--stage <stage>', 'config/<stage>.yml: its rules say who may delete');
  if (verb !== 'remove') {
    command.addOption(new Option('--level <level>', 'what is denied').choices(['basic', 'hardened']).default('hardened'));
  }
  command
    .option('--principal <arn>', "who may delete (repeatable); by default what the rule's approvers act as", collect)
    .option('--approver <user>', "whose sessions, where a role may (repeatable): names of IAM users; by default the rule's", collect);
  if (verb === 'plan' || verb === 'apply') {
    command.option(
      '--given <key=value>',
      'what their requests carry that the proof can not know (repeatable): aws:PrincipalOrgID=o-…',
      collect,
    );
  }
  command.option('--json', 'the results as one JSON document');
  if (verb === 'apply' || verb === 'remove') command.option('--yes', "don't ask");
  return command.addHelpText('after', GUARD_EXAMPLES).action(async (buckets: string[], options: object) => {
    const defaults = { all: false, level: 'hardened', principals: [], approvers: [], json: false, yes: false } as const;
    type Typed = Omit<Partial<GuardRequest>, 'given'> & { principal?: string[]; approver?: string[]; given?: string[] };
    const { principal = [], approver = [], given = [], ...rest } = options as Typed;
    const whose = { principals: principal, approvers: approver, given: givenIn(given) };
    const request = checkRequest(verb, { ...defaults, ...rest, ...whose, buckets });
    const { guard } = await import('./guard.ts');
    process.exitCode = await guard(verb, request);
  });
}

function mfaDeleteCommand(verb: MfaDeleteVerb, what: string): Command {
  const command = new Command(verb).description(what).argument('<bucket>');
  if (verb !== 'status') {
    command
      .option('--serial <serial>', "root's device: looked up where it is a virtual one; of a hardware one the number on its back")
      .option('--code-stdin', 'takes the code from a pipe, and asks nobody');
  }
  command.option('--json', 'the result as one JSON document');
  return command.addHelpText('after', MFA_DELETE_EXAMPLES).action(async (bucket: string, options: Omit<MfaDeleteRequest, 'bucket'>) => {
    const request = checkMfaDelete(verb, { ...options, bucket });
    const { mfaDelete } = await import('./mfa-delete.ts');
    process.exitCode = await mfaDelete(verb, request);
  });
}

/** Errors are told here, in one way; so is a command with nothing behind it. */
function prepared(command: Command): Command {
  command
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .helpCommand(false);
  for (const one of command.commands) prepared(one);
  return command;
}

/** What to tell, and what to do next. */
function told(error: unknown): { text: string; hint?: string | undefined } {
  if (error instanceof CommanderError) {
    if (error.code === 'commander.help') return { text: 'name a command', hint: `${NAME} --help` };
    const [said = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
    // What was typed may be a code, or end with one, that was to be asked for: it isn't repeated.
    const text =
      error.code === 'commander.excessArguments' ? said.replace(/(but got \d+):.*$/, '$1.') : said.replace(/(?<!\d)\d{6}(?!\d)/g, '…');
    return { text, hint: suggestion?.replace(/^\((.*)\)$/, '$1') ?? `${NAME} --help` };
  }
  const known = failureOf(error);
  if (known) return { text: known.message, hint: known.hint };
  return { text: `${nameOf(error)}: ${error instanceof Error ? error.message : String(error)}` };
}

// What Node compiled is kept for the next start, in the project: in the machine's temporary folder others could have put something else.
enableCompileCache(path.resolve(import.meta.dirname, '../node_modules/.cache/node'));
// Whoever reads the results may have read enough: `… | head`.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  if (code === 'EPIPE') return;
  process.stderr.write(`interlock: the results can't be written (${code})\nhint: see whether the disk they go to is full\n`);
  process.exit(EXIT.couldNotRun);
});
// Where nobody can be told, the exit code tells.
process.stderr.on('error', () => {});
try {
  await program().parseAsync(process.argv);
} catch (error) {
  if (!(error instanceof CommanderError && error.exitCode === 0)) {
    const { text, hint } = told(error);
    process.stderr.write(`interlock: ${plain(text).trim()}\n${hint ? `hint: ${plain(hint)}\n` : ''}`);
    process.exitCode = EXIT.couldNotRun;
  }
}
