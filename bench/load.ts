/**
 * A crowd at once: within ten seconds everybody asks for a bucket, and every fourth approves four of them, with the few seconds between
 * clicks that people take to read. What is measured is how long the app takes to acknowledge, and what became of every request.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CreateBucketCommand, ListBucketsCommand } from '@aws-sdk/client-s3';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { Secret as Seed, TOTP } from 'otpauth';
import { type Sandbox, startSandbox, until } from '../test/helpers/sandbox.ts';
import { textOf } from '../test/helpers/story.ts';
import { crowd, crowdConfig, type Member, nameOf } from './crowd.ts';
import { type Summary, summarize } from './statistics.ts';

/** What Slack waits for (Slack API documentation, "Handling user interaction in your Slack apps": three seconds). */
const SLACK_WAITS_MS = 3000;

/** All begin within so long. */
const BEGIN_MS = 10_000;
/** How long a person reads, at least and at most, before the next click. */
const READ_MS = [2000, 10_000] as const;
/** Evenly spread, and the same in every run: multiples of the golden ratio. */
const between = (least: number, most: number, index: number) => least + (most - least) * ((index * 0.618_034) % 1);

/** How long somebody waits for a request that they are to approve. */
const PATIENCE_MS = 120_000;

/** How often the channel is looked at, and how many of these looks see all of it, not the newest messages alone. */
const LOOK_MS = 300;
const EVERYTHING = 10;

export interface LoadResult {
  people: number;
  /** From posting each signed request until its answer: a command, a form, a button and a code a person. */
  acknowledged: Summary;
  /** Answers that came later than Slack waits for. */
  late: number;
  /** Told to try again, since the work took too long for an answer in time. */
  again: number;
  /** Requests that nobody heard of again, or that ended otherwise than asked: their bucket is still there. */
  lost: number;
  /** Requests, sessions, deletions or messages in the channel that one bucket has two of. */
  doubled: number;
  /** Requests not closed, or locks still held, when all is over. */
  open: number;
  /** Seconds from the first command to the last outcome. */
  seconds: number;
}

export async function measureLoad(people: number): Promise<LoadResult> {
  const members = crowd(people);
  const dir = mkdtempSync(path.join(tmpdir(), 'interlock-load-'));
  const config = path.join(dir, 'crowd.yml');
  writeFileSync(config, crowdConfig(members));
  const sandbox = await startSandbox({ SANDBOX_CONFIG: config });
  try {
    await Promise.all(members.map(({ asks }) => sandbox.s3().send(new CreateBucketCommand({ Bucket: asks }))));
    return { people, ...(await run(sandbox, members)) };
  } finally {
    await sandbox.stop();
    rmSync(dir, { recursive: true });
  }
}

async function run(sandbox: Sandbox, members: Member[]): Promise<Omit<LoadResult, 'people'>> {
  const acts: { ms: number; again: boolean }[] = [];
  /** As a person does: again where the app asks for that, or opened nothing. */
  const act = async (id: string, action: object, opens?: string) => {
    for (let tries = 0; tries < 10; tries++) {
      const acted = await sandbox.act(id, action);
      const told = acted.status !== 200 || textOf(acted.body).includes('longer than usual');
      const again = told || (opens !== undefined && !textOf((await sandbox.glance(id)).modal).includes(opens));
      acts.push({ ms: acted.ms, again });
      if (!again) return;
    }
  };
  const started = performance.now();
  const board = watch(sandbox);
  try {
    await Promise.all(
      members.map(async ({ id, asks, approves }, index) => {
        await delay(between(0, BEGIN_MS, index));
        const next = (act: number) => delay(between(...READ_MS, index * 10 + act));
        await act(id, { command: '/delete-bucket', text: asks }, 'Reason');
        await next(1);
        await act(id, { submit: { Reason: 'everybody at once' } });
        for (const [nth, bucket] of approves.entries()) {
          const ts = await board.asked(bucket);
          // Lost: it is counted at the end.
          if (ts === undefined) continue;
          await next(2 + 2 * nth);
          await act(id, { click: 'Approve with MFA code', ts }, 'MFA code');
          await next(3 + 2 * nth);
          await act(id, { submit: { 'MFA code': await codeOf(sandbox, id, nth), 'Bucket name': bucket } });
        }
      }),
    );
    await board.quiet();
  } finally {
    board.stop();
  }
  const seconds = (performance.now() - started) / 1000;
  const times = acts.map(({ ms }) => ms);
  return {
    acknowledged: summarize(times),
    late: times.filter((ms) => ms > SLACK_WAITS_MS).length,
    again: acts.filter(({ again }) => again).length,
    ...(await outcome(sandbox, members)),
    seconds,
  };
}

/** One of the codes that a device has now, with those two steps off (docs/sandbox.md, "Codes"). */
async function codeOf(sandbox: Sandbox, id: string, index: number): Promise<string> {
  const secret = Seed.fromBase32(sandbox.mfa[nameOf(id)]?.seed ?? '');
  return new TOTP({ secret }).generate({ timestamp: (await sandbox.now()) + (index - 1) * 30_000 });
}

/** Looks at the channel for all, so that looking is not what is measured. */
function watch(sandbox: Sandbox) {
  const asked = new Map<string, PromiseWithResolvers<string>>();
  const of = (bucket: string) => {
    const entry = asked.get(bucket) ?? Promise.withResolvers<string>();
    asked.set(bucket, entry);
    return entry;
  };
  let stopped = false;
  const looking = (async () => {
    for (let look = 1; !stopped; look++) {
      const { messages } = await (look % EVERYTHING === 0 ? sandbox.see('mallory') : sandbox.glance('mallory'));
      for (const message of messages) {
        const bucket = /crowd-\d+-\d+/.exec(message.text)?.[0];
        if (bucket && textOf(message).includes('Approve with MFA code')) of(bucket).resolve(message.ts);
      }
      await delay(LOOK_MS);
    }
  })();
  return {
    /** The message that asks for its approval; undefined where there is none for long. */
    asked: (bucket: string) => Promise.race([of(bucket).promise, delay(PATIENCE_MS, undefined, { ref: false })]),
    /** Until no lock is held, or nothing has changed for long. */
    quiet: async () => {
      const locks = async () => (await sandbox.db().send(new ScanCommand({ TableName: 'interlock-sandbox-locks' }))).Count ?? 0;
      await until(async () => (await locks()) === 0, 'every lock to be freed').catch(() => undefined);
    },
    stop: async () => {
      stopped = true;
      await looking;
    },
  };
}

async function outcome(sandbox: Sandbox, members: Member[]): Promise<Pick<LoadResult, 'lost' | 'doubled' | 'open'>> {
  const scan = async (table: string) => {
    const rows: Record<string, unknown>[] = [];
    let from: Record<string, unknown> | undefined;
    do {
      const page = await sandbox.db().send(new ScanCommand({ TableName: `interlock-sandbox-${table}`, ExclusiveStartKey: from }));
      rows.push(...(page.Items ?? []));
      from = page.LastEvaluatedKey;
    } while (from);
    return rows;
  };
  const { Buckets = [] } = await sandbox.s3().send(new ListBucketsCommand({}));
  const left = new Set(Buckets.map(({ Name }) => Name));
  const requests = await scan('requests');
  const calls = await sandbox.calls();
  const { messages } = await sandbox.see('mallory');
  const more = (things: { bucket?: unknown }[]) =>
    [...Map.groupBy(things, ({ bucket }) => bucket).values()].reduce((sum, { length }) => sum + length - 1, 0);
  const deletions = calls.filter(({ action, allowed }) => action === 's3:DeleteBucket' && allowed);
  const sessions = calls.filter(
    ({ action, allowed, principal }) => action === 'sts:GetSessionToken' && allowed && principal.includes('interlock-U0P'),
  );
  const inChannel = messages.filter(({ channel, thread_ts }) => channel === sandbox.slack.channel && !thread_ts);
  return {
    lost: members.filter(({ asks }) => left.has(asks) || !requests.some(({ bucket }) => bucket === asks)).length,
    doubled:
      more(requests) +
      more(deletions.map(({ resource }) => ({ bucket: resource }))) +
      Math.max(0, sessions.length - members.length) +
      more(inChannel.map(({ text }) => ({ bucket: /crowd-\d+-\d+/.exec(text)?.[0] }))),
    open: requests.filter(({ state }) => state !== 'closed').length + (await scan('locks')).length,
  };
}
