/** The sandbox as its users have it: `node sandbox/main.ts` in a process of its own, spoken to over HTTP alone. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { S3ControlClient } from '@aws-sdk/client-s3-control';
import { SFNClient } from '@aws-sdk/client-sfn';
import { STSClient } from '@aws-sdk/client-sts';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Secret as Seed, TOTP } from 'otpauth';
import { COMPILED } from './compiled.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
/** Writes down the secrets that are made there: what nobody knows, nobody can look for. */
const RECORD = path.join(import.meta.dirname, 'record-secrets.ts');

export interface SlackMessage {
  channel: string;
  ts: string;
  thread_ts?: string;
  text: string;
  blocks: unknown[];
  ephemeral: boolean;
}

export interface SlackView {
  messages: SlackMessage[];
  // biome-ignore lint/suspicious/noExplicitAny: a view is whatever Block Kit the product sent
  modal: any;
  // biome-ignore lint/suspicious/noExplicitAny: likewise
  home: any;
}

export interface Acted {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what the app answered, parsed where it is JSON
  body: any;
  ms: number;
}

export interface Call {
  time: string;
  principal: string;
  action: string;
  resource: string;
  mfa: boolean | null;
  sourceIdentity?: string;
  allowed: boolean;
  decidedBy: string;
  errorCode?: string;
}

export interface FlowView {
  name: string;
  status: string;
  states: { name: string; enteredAt: string; exitedAt?: string; input?: unknown; output?: unknown }[];
}

export interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

export type Sandbox = Awaited<ReturnType<typeof startSandbox>>;

/** Starts a sandbox on free ports with a folder of its own; `env` adds to its environment. */
export async function startSandbox(env: Record<string, string> = {}) {
  const dir = mkdtempSync(path.join(tmpdir(), 'interlock-'));
  const child = spawn(process.execPath, ['--import', RECORD, 'sandbox/main.ts'], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH,
      ...COMPILED,
      SANDBOX_PORT: '0',
      SANDBOX_AWS_PORT: '0',
      SANDBOX_SLACK_PORT: '0',
      SANDBOX_DIR: dir,
      ...env,
    },
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const output = await ready(child);
  const read = (file: string) => JSON.parse(readFileSync(path.join(dir, file), 'utf8'));
  const urls = read('endpoints.json') as { aws: string; slack: string; page: string };
  const slack = read('slack.json') as {
    signingSecret: string;
    botToken: string;
    requestUrl: string;
    channel: string;
    users: Record<string, string>;
  };
  const mfa = read('mfa.json') as Record<string, { serial: string; seed: string }>;
  const profiles = profilesIn(readFileSync(path.join(dir, 'aws-credentials'), 'utf8'));

  async function http<T>(method: string, where: string, body?: unknown): Promise<T> {
    const response = await fetch(`${urls.page}${where}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${where} answered ${response.status}: ${text}`);
    return JSON.parse(text) as T;
  }

  const see = (user: string) => http<SlackView>('GET', `/sandbox/slack/${user}`);
  const glance = (user: string, newest = 100) => http<SlackView>('GET', `/sandbox/slack/${user}?newest=${newest}`);
  const codes = new Set<string>();
  const answers: Acted[] = [];
  const act = async (user: string, action: object): Promise<Acted> => {
    for (const code of codesTyped(action)) codes.add(code);
    const acted = await http<Acted>('POST', `/sandbox/slack/${user}`, action);
    const answer = { ...acted, body: /^[[{]/.test(acted.body) ? JSON.parse(acted.body) : acted.body };
    answers.push(answer);
    return answer;
  };
  const now = async () => Date.parse((await http<{ now: string }>('GET', '/sandbox/clock')).now);
  const advance = (seconds: number) => http<unknown>('POST', '/sandbox/clock', { advance: seconds });
  const client = (keys: Keys, region = 'us-east-1') => ({ endpoint: urls.aws, region, credentials: keys, maxAttempts: 1 });
  const keysOf = (profile: string): Keys => profiles[profile] as Keys;

  return {
    dir,
    urls,
    slack,
    mfa,
    profiles,
    /** The codes that were given out or typed. */
    codes,
    /** What the app answered to all that people did. */
    answers,
    keysOf,
    see,
    /** As `see`, with the last hundred messages: for asking again and again. */
    glance,
    act,
    advance,
    now,
    /** Everything it printed so far. */
    output: () => output.text,
    fault: (fault: object) => http<unknown>('POST', '/sandbox/faults', fault),
    fill: (what: object) => http<{ versions: number; markers: number }>('POST', '/sandbox/fill', what),
    calls: () => http<Call[]>('GET', '/sandbox/aws/calls'),
    flow: (name: string) => http<FlowView>('GET', `/sandbox/flow/${name}`),
    /** A code that this device has not shown yet: the clock is moved on by half a minute first. */
    async code(user: string): Promise<string> {
      await advance(30);
      const { seed } = mfa[user] as { seed: string };
      const code = new TOTP({ secret: Seed.fromBase32(seed) }).generate({ timestamp: await now() });
      codes.add(code);
      return code;
    },
    s3: (keys: Keys = keysOf('admin'), region?: string) => new S3Client({ ...client(keys, region), forcePathStyle: true }),
    sts: (keys: Keys) => new STSClient(client(keys)),
    sfn: (keys: Keys = keysOf('admin')) => new SFNClient(client(keys)),
    db: (keys: Keys = keysOf('admin')) => DynamoDBDocumentClient.from(new DynamoDBClient(client(keys))),
    client,
    control(): S3ControlClient {
      const control = new S3ControlClient({ ...client(keysOf('admin')), endpoint: urls.aws.replace('127.0.0.1', 'localhost') });
      // The client puts the account before the host's name, where no name server knows it.
      control.middlewareStack.add(
        (next) => (args) => {
          Object.assign(args.request as object, { hostname: '127.0.0.1' });
          return next(args);
        },
        { step: 'build', priority: 'high' },
      );
      return control;
    },
    /** Waits until somebody's Slack shows something; gives it. */
    seen<T>(user: string, find: (view: SlackView) => T | undefined | false, what: string): Promise<T> {
      let looks = 0;
      return until(
        // What is waited for is new, as a rule; and to look at much takes longer than to look often.
        async () => find(await glance(user, ++looks % 4 === 0 ? 100 : 15)),
        `${user} to see ${what}`,
        async () => JSON.stringify(await see(user)),
      );
    },
    /** Waits until an execution has ended, though not for what it waits itself before it looks again; gives its view. */
    ended: (name: string, seconds?: number) =>
      until(
        async () => {
          const flow = await http<FlowView>('GET', `/sandbox/flow/${name}`);
          const last = flow.states.at(-1);
          if (last?.name === 'WaitForList' && !last.exitedAt) await advance(3);
          return flow.status !== 'RUNNING' && flow;
        },
        `${name} to end`,
        async () => JSON.stringify(await http('GET', `/sandbox/flow/${name}`)),
        seconds,
      ),
    async stop(): Promise<void> {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      process.off('exit', kill);
      rmSync(dir, { recursive: true, force: true });
      if (output.text.includes('problem of its own')) throw new Error(output.text);
    },
  };
}

/** The codes in what somebody types as one, with a stray blank or other digits as it may be, or something more. */
function codesTyped({ submit }: { submit?: Record<string, unknown> }): string[] {
  const typed = submit?.['MFA code'];
  if (typeof typed !== 'string') return [];
  const text = typed.normalize('NFKC').replace(/\s/g, '');
  return text.match(/(?<!\d)\d{6}(?!\d)/g) ?? [];
}

/** Asks again and again until there is an answer; the deadline is for hangs only. */
export async function until<T>(
  ask: () => Promise<T | undefined | false | null>,
  what: string,
  otherwise = async () => '',
  seconds = 30,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (let pause = 30; ; pause = Math.min(300, pause * 1.3)) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}. ${(await otherwise()).slice(0, 6000)}`);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** Resolves once `ready` stands alone on a line; keeps what was printed. */
function ready(child: ChildProcess): Promise<{ text: string }> {
  const output = { text: '' };
  return new Promise((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      output.text += chunk.toString();
      if (/^ready$/m.test(output.text)) resolve(output);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('exit', (code) => reject(new Error(`the sandbox ended with ${code}: ${output.text}`)));
  });
}

function profilesIn(ini: string): Record<string, Keys> {
  const sections = ini.split(/^\[(.+)\]$/m).slice(1);
  const pairs = sections.flatMap((name, index) => (index % 2 === 0 ? [[name, sections[index + 1] ?? ''] as const] : []));
  return Object.fromEntries(
    pairs.map(([name, body]) => {
      const value = (key: string) => new RegExp(`^${key}\\s*=\\s*(\\S+)`, 'm').exec(body)?.[1] ?? '';
      return [name, { accessKeyId: value('aws_access_key_id'), secretAccessKey: value('aws_secret_access_key') }];
    }),
  );
}
