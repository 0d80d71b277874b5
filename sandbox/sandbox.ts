/** The sandbox: AWS and Slack on localhost, with the packaged stack deployed into it. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { type Config, parseConfig } from '../src/config.ts';
import type { HttpApi } from './api.ts';
import { Aws } from './aws/aws.ts';
import { type Flow, stepFunctionsService } from './aws/services/step-functions/index.ts';
import { Clock } from './clock.ts';
import { deploy } from './deploy.ts';
import { Faults } from './faults.ts';
import { Functions } from './functions.ts';
import { type Listening, listen } from './http.ts';
import { Permissions } from './permissions.ts';
import { answer } from './routes.ts';
import { fillSecrets, newSlackSecrets, seedBuckets, seedPeople, writeFiles } from './seed.ts';
import { Signal } from './signal.ts';
import { Slack } from './slack/slack.ts';
import { createEvents, createFlow, keyQuestion } from './wiring.ts';

export interface SandboxOptions {
  /** The page's port, and Slack's request URL; 0 for a free one, here and below. */
  port: number;
  awsPort: number;
  slackPort: number;
  /** SANDBOX_DIR. */
  dir: string;
  /** Another configuration file than config/sandbox.yml: the stack is packaged anew with it. */
  config?: string;
  assumeRoleMfa: 'absent' | 'false' | 'true';
  /** Told what takes its time. */
  log?: (line: string) => void;
  /** Told what goes wrong in the sandbox itself. */
  onProblem?: (problem: Error) => void;
  /** Asked to end everything and to begin anew (the page's *Start over*). */
  startOver?: () => void;
}

export interface Sandbox {
  urls: { aws: string; slack: string; page: string };
  aws: Aws;
  slack: Slack;
  flow: Flow;
  functions: Functions;
  clock: Clock;
  faults: Faults;
  close(): Promise<void>;
}

const ROOT = path.resolve(import.meta.dirname, '..');
const STAGE = 'sandbox';
/** People's Slack ids, by the names that the sandbox calls them. */
const USERS = { riya: 'U0RIYA', alice: 'U0ALICE', bob: 'U0BOB', mallory: 'U0MALLORY' };

/**
 * Starts everything; resolves once it serves and SANDBOX_DIR's files are written.
 * Rejects with an Error in a sentence: a port that is taken, a configuration at fault, a stack that can't be packaged or deployed.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const dir = path.resolve(options.dir);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const configFile = path.resolve(options.config ?? path.join(ROOT, 'config', `${STAGE}.yml`));
  const config = parseConfig(readConfig(configFile), options.config ?? `config/${STAGE}.yml`);
  const packaged = await packagedStack(options, dir);

  const closers: (() => unknown)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    return await start(options, { dir, config, packaged, closers, close });
  } catch (error) {
    await close();
    throw error;
  }
}

/** Slack ids by name: the usual four, and whom the configuration names; a requester who is no approver is called by the id. */
function peopleOf({ approvers, rules }: Config): Record<string, string> {
  const named = { ...USERS, ...Object.fromEntries(Object.values(approvers).map(({ name, slackUser }) => [name, slackUser])) };
  const ids = rules.flatMap(({ requesters = [] }) => requesters).filter((id) => /^[UW]/.test(id) && !Object.values(named).includes(id));
  return { ...named, ...Object.fromEntries(ids.map((id) => [id, id])) };
}

interface Prepared {
  dir: string;
  config: Config;
  packaged: string;
  closers: (() => unknown)[];
  close: () => Promise<void>;
}

async function start(options: SandboxOptions, { dir, config, packaged, closers, close }: Prepared): Promise<Sandbox> {
  const { account, region } = config;
  const clock = new Clock();
  closers.push(() => clock.close());
  const faults = new Faults();
  const urls = { aws: '', slack: '', page: '' };
  const secrets = newSlackSecrets();
  const users = peopleOf(config);

  const aws = new Aws({ clock, faults, account, region, assumeRoleMfa: options.assumeRoleMfa, onProblem: options.onProblem });
  closers.push(() => aws.close());
  urls.aws = await onPort('SANDBOX_AWS_PORT', options.awsPort, (port) => aws.listen(port));

  const { team, app, channel, operatorsChannel } = config.slack;
  const operators = ['U0INTERLOCK', ...Object.values(config.approvers).map(({ slackUser }) => slackUser)];
  const channels = operatorsChannel ? [{ id: operatorsChannel, name: 'interlock-operators', members: operators }] : [];
  const requestUrl = () => `${urls.page}/slack/events`;
  const slack = new Slack({
    clock,
    faults,
    ...secrets,
    scopes: botScopes(),
    team,
    app,
    channel,
    channels,
    bot: 'U0INTERLOCK',
    users,
    requestUrl,
  });
  closers.push(() => slack.close());
  urls.slack = await onPort('SANDBOX_SLACK_PORT', options.slackPort, (port) => slack.listen(port));

  const functions = new Functions({
    clock,
    faults,
    account,
    region,
    dir,
    environment: () => ({
      AWS_ENDPOINT_URL: urls.aws,
      // Its client puts the account before the host, which an address of numbers doesn't take.
      AWS_ENDPOINT_URL_S3_CONTROL: urls.aws.replace('127.0.0.1', 'localhost'),
      SLACK_API_URL: `${urls.slack}/api/`,
    }),
    credentials: async (roleArn, sessionName) => {
      const { caller, ...keys } = await aws.roleSession(roleArn, sessionName, { service: 'lambda.amazonaws.com' });
      return { ...keys, expiresAt: caller.expiresAt };
    },
  });
  closers.push(() => functions.close());
  const permissions = new Permissions();
  const wiring = { clock, aws, functions, permissions };
  const flow = createFlow(wiring);
  const events = createEvents(wiring, flow);
  closers.push(() => flow.close());
  closers.push(() => events.close());
  aws.register(stepFunctionsService(flow, keyQuestion(aws)));

  let apis: HttpApi[] = [];
  const seeded = seedPeople(aws, config, STAGE);
  const parts = {
    ...{ clock, faults, aws, slack, flow, functions, seeded },
    apis: () => apis,
    boot: randomUUID(),
    commands: commands(),
    devices: new Map(Object.entries(seeded.devices).map(([name, { serial }]) => [serial, name])),
    filled: new Signal(),
    endpoint: () => urls.aws,
    startOver: options.startOver,
  };
  const there = Promise.withResolvers<void>();
  const page: Listening = await onPort('SANDBOX_PORT', options.port, (port) =>
    // Its address is known to what is deployed, and who asks early waits until all is there.
    listen(port, async (request) => {
      await there.promise;
      return answer(parts, request);
    }),
  );
  closers.push(() => page.close());
  urls.page = page.url;

  ({ apis } = await deploy({ clock, account, region, packaged, dir, aws, functions, flow, events, permissions }));
  fillSecrets(aws, functions, config, seeded, secrets);
  seedBuckets(aws, config, STAGE, clock.now());
  writeFiles({ dir, seeded, slack: { ...secrets, requestUrl: requestUrl(), channel, users }, urls });
  there.resolve();
  return { urls, aws, slack, flow, functions, clock, faults, close };
}

/** Listens; where the port is taken, says which variable names another. */
async function onPort<T>(variable: string, port: number, listen: (port: number) => Promise<T>): Promise<T> {
  try {
    return await listen(port);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') throw new Error(`port ${port} is taken; set ${variable} to another one, or to 0 for a free one`);
    if (code === 'EACCES')
      throw new Error(`port ${port} is not allowed to you; set ${variable} to one of 1024 or more, or to 0 for a free one`);
    throw error;
  }
}

function readConfig(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`the configuration ${file} can't be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

const manifest = () => parse(readFileSync(path.join(ROOT, 'slack-app-manifest.yml'), 'utf8'));

/** The scopes that the manifest asks for: a method without its scope fails here as it would in Slack. */
const botScopes = (): string[] => manifest().oauth_config.scopes.bot;

/** The slash commands that the manifest names, with what Slack shows beside them. */
const commands = (): { command: string; description: string; hint: string }[] =>
  manifest().features.slash_commands.map(({ command, description, usage_hint }: Record<string, string>) => ({
    command,
    description,
    hint: usage_hint,
  }));

/** The folder with the packaged stack: what `npm run package` wrote, or one packaged here with another configuration. */
async function packagedStack({ config, log }: SandboxOptions, dir: string): Promise<string> {
  if (config === undefined) {
    const packaged = path.join(ROOT, '.serverless');
    if (!existsSync(path.join(packaged, 'cloudformation-template-update-stack.json'))) {
      throw new Error('the stack is not packaged yet; `npm run package` does that, and `npm start` by itself');
    }
    return packaged;
  }
  const packaged = path.join(dir, 'package');
  log?.(`packaging the stack with ${config} …`);
  const script = path.join(ROOT, 'scripts', 'package.mjs');
  const child = spawn(process.execPath, [script, '--stage', STAGE, '--config', path.resolve(config), '--out', packaged], { cwd: ROOT });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk));
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`the stack can't be packaged with ${config}:\n${Buffer.concat(output)}`);
  return packaged;
}
