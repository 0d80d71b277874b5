/** Empties made-up buckets: by this project, by whatever else is on the machine, and as fast as can be. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LINES } from '../../src/aws/emptying/lines.ts';
import type { Stretch } from '../../src/domain/key-space.ts';
import { S3Sandbox } from '../../test/helpers/s3.ts';
import { BUCKET, type Shape } from './keys.ts';
import type { Seen } from './lean-s3.ts';
import type { Peer } from './peers.ts';
import type { Answer, Order } from './worker.ts';

export interface Data {
  shape: Shape;
  count: number;
  /** The round trip, in milliseconds. */
  delay: number;
}

export interface Run {
  what: string;
  removed: number;
  /** From the first request until the last one that removed something. */
  seconds: number;
  requests: number;
  /** Processor time of the client, its start included, and of the server, in seconds; the most memory of the client's processes. Undefined where the machine doesn't tell. */
  cpu: number | undefined;
  serverCpu: number;
  megabytes: number | undefined;
}

/** Pages that the limit deletes at once in each of its lines: more than this project does in all of them (src/aws/emptying/lines.ts). */
const PAGES = 8;
/** A table answers within milliseconds of one digit. */
const TABLE_MS = 5;
/** As emptyRange is deployed (serverless.yml): otherwise V8 lets garbage lie about for long, and what a process holds says little of what it needs. */
export const HEAP = ['--max-semi-space-size=4', '--max-old-space-size=300'];

const KEY = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'example' };

/** The lean server, in a process of its own. */
export class LeanS3 {
  readonly url: string;
  readonly #process: ChildProcess;

  static async start(): Promise<LeanS3> {
    const child = spawn(process.execPath, [path.join(import.meta.dirname, 'lean-s3.ts')], { stdio: ['pipe', 'pipe', 'inherit'] });
    const port = await new Promise<string>((told) => child.stdout?.once('data', (data) => told(String(data).trim())));
    return new LeanS3(child, `http://127.0.0.1:${port}`);
  }

  private constructor(child: ChildProcess, url: string) {
    [this.#process, this.url] = [child, url];
  }

  async fill({ shape, count, delay }: Data): Promise<void> {
    await fetch(`${this.url}/-/?shape=${shape}&count=${count}&delay=${delay}`, { method: 'POST' });
  }

  async seen(): Promise<Seen> {
    return (await (await fetch(`${this.url}/-/`)).json()) as Seen;
  }

  stop(): void {
    this.#process.kill();
  }
}

interface Worker {
  tell: (order: Order) => Promise<Answer>;
  stop: () => void;
}

async function startWorker(url: string, key = KEY): Promise<Worker> {
  const child = fork(path.join(import.meta.dirname, 'worker.ts'), {
    execArgv: HEAP,
    env: { PATH: process.env.PATH, AWS_ENDPOINT_URL: url, ...key },
  });
  const answer = <T>() =>
    new Promise<T>((told, failed) => {
      const ended = (code: number | null) => failed(new Error(`the emptying's process ended with ${code}`));
      child.once('exit', ended).once('message', (message) => {
        child.off('exit', ended);
        told(message as T);
      });
    });
  await answer();
  return {
    async tell(order) {
      const answered = answer<Answer>();
      child.send(order);
      return answered;
    },
    stop: () => void child.kill(),
  };
}

/** This project's, in one process that divides and then empties one stretch after the other. Throws where something stays. */
export async function emptyInOne(s3: LeanS3, data: Data): Promise<Run> {
  await s3.fill(data);
  const worker = await startWorker(s3.url);
  try {
    const { stretches } = await worker.tell({ do: 'divide' });
    const answer = await worker.tell({ do: 'empty', stretches, tableMs: tableMs(data) });
    return await runOf('this project', s3, data, answer);
  } finally {
    worker.stop();
  }
}

const tableMs = ({ delay }: Data) => (delay > 0 ? TABLE_MS : 0);

async function runOf(what: string, s3: LeanS3, { count }: Data, usage: { cpu: number; megabytes: number }): Promise<Run> {
  const seen = await s3.seen();
  if (seen.left > 0) throw new Error(`${what} left ${seen.left} of ${count}`);
  return { what, removed: count, ...spent(seen), cpu: usage.cpu, megabytes: usage.megabytes };
}

const spent = ({ seconds, lists, batches, singles, others, cpu }: Seen) => ({
  seconds,
  requests: lists + batches + singles + others,
  serverCpu: cpu,
});

export interface WorkersRun {
  workers: number;
  shape: Shape;
  stretches: number;
  dividing: number;
  /** Seconds for the emptying alone, and the most memory that one of them held. */
  emptying: number;
  megabytes: number;
  serverCpu: number;
}

/** As EmptyRanges does it: so many processes, a stretch at a time each, and whoever is done takes the next. */
export async function emptyByMany(s3: LeanS3, data: Data, workers: number): Promise<WorkersRun> {
  await s3.fill(data);
  const all = await Promise.all(Array.from({ length: workers }, () => startWorker(s3.url)));
  try {
    const divided = await (all[0] as Worker).tell({ do: 'divide' });
    const queue: ArrayIterator<Stretch> = divided.stretches.values();
    const begun = performance.now();
    const megabytes = await Promise.all(
      all.map(async (worker) => {
        let most = 0;
        for (const stretch of queue) {
          const answer = await worker.tell({ do: 'empty', stretches: [stretch], tableMs: tableMs(data) });
          most = Math.max(most, answer.megabytes);
        }
        return most;
      }),
    );
    const emptying = (performance.now() - begun) / 1000;
    const most = { cpu: 0, megabytes: Math.max(...megabytes) };
    const { serverCpu } = await runOf(`${workers} workers`, s3, data, most);
    const of = { workers, shape: data.shape, stretches: divided.stretches.length, dividing: divided.seconds };
    return { ...of, emptying, megabytes: most.megabytes, serverCpu };
  } finally {
    for (const worker of all) worker.stop();
  }
}

/** The limit: bench/emptying/limit.ts. */
export async function replayed(s3: LeanS3, data: Data): Promise<Run> {
  await s3.fill(data);
  const args = [s3.url, data.shape, data.count, LINES, PAGES].map(String);
  const { status, stderr } = await ended(spawn(process.execPath, [path.join(import.meta.dirname, 'limit.ts'), ...args]));
  if (status !== 0) throw new Error(`the limit ended with ${status}: ${stderr}`);
  const run = await runOf('limit', s3, data, { cpu: 0, megabytes: 0 });
  return { ...run, cpu: undefined, megabytes: undefined };
}

/** Whatever else is on the machine, ended after so many seconds. Throws where one fails. */
export async function emptyByPeer(s3: LeanS3, data: Data, peer: Peer, most: number): Promise<Run> {
  await s3.fill(data);
  const { command, env } = peer.of(s3.url, BUCKET);
  const [program = '', ...args] = command;
  const { PATH, HOME } = process.env;
  const child = spawn(program, args, { env: { PATH, HOME, AWS_EC2_METADATA_DISABLED: 'true', ...KEY, ...env } });
  const over = new AbortController();
  const usage = watched(child, over.signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), most * 1000);
  const { status, signal, stderr } = await ended(child);
  clearTimeout(timer);
  over.abort();
  const seen = await s3.seen();
  const failed = status !== 0 || seen.left === data.count;
  if (failed && signal !== 'SIGKILL') throw new Error(`${peer.name} ended with ${status}: ${stderr.slice(-500)}`);
  return { what: peer.name, removed: data.count - seen.left, ...spent(seen), ...(await usage) };
}

function ended(child: ChildProcess): Promise<{ status: number | null; signal: string | null; stderr: string }> {
  let stderr = '';
  child.stdout?.resume();
  child.stderr?.on('data', (data) => {
    stderr = `${stderr}${data}`.slice(-2000);
  });
  return new Promise((done, failed) => {
    child.once('error', failed).once('close', (status, signal) => done({ status, signal, stderr }));
  });
}

/** Looks at a process of any program until it ends (proc(5): /proc/PID/stat, utime and stime; /proc/PID/status, VmHWM). */
async function watched({ pid }: ChildProcess, over: AbortSignal): Promise<{ cpu: number | undefined; megabytes: number | undefined }> {
  let [cpu, megabytes]: (number | undefined)[] = [];
  while (!over.aborted) {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      cpu = (Number(fields[11]) + Number(fields[12])) / 100 || cpu;
      megabytes = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1000 || megabytes;
    } catch {
      // It has ended, or this is no Linux.
    }
    await sleep(50);
  }
  return { cpu, megabytes };
}

/** The same with the sandbox's S3, in this process, to see what it costs. */
export async function emptyTheSandbox(count: number): Promise<Run> {
  const sandbox = await S3Sandbox.start();
  sandbox.store.createBucket({ name: BUCKET, versioning: 'Enabled' });
  for (let at = 0; at < count; at += 1) sandbox.store.putObject(BUCKET, `object-${String(at).padStart(9, '0')}`, 'x');
  const { accessKeyId, secretAccessKey } = sandbox.aws.iam.createAccessKey('admin');
  const worker = await startWorker(sandbox.url, { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey });
  try {
    const [begun, before] = [performance.now(), process.cpuUsage()];
    const { stretches } = await worker.tell({ do: 'divide' });
    const { removed, cpu, megabytes } = await worker.tell({ do: 'empty', stretches, tableMs: 0 });
    const { user, system } = process.cpuUsage(before);
    const seconds = (performance.now() - begun) / 1000;
    return { what: 'the sandbox’s S3', removed, seconds, requests: 0, cpu, serverCpu: (user + system) / 1e6, megabytes };
  } finally {
    worker.stop();
    await sandbox.stop();
  }
}
