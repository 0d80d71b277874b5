/**
 * One Lambda execution environment: a worker that loads a bundle when its first event comes and runs one event at a time.
 * Its environment is the function's alone; its `Date` follows the sandbox's clock.
 */
import dns from 'node:dns';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';

/** What a worker is started with. */
export interface WorkerOptions {
  /** `Clock.shared`: the shift in milliseconds. */
  shift: SharedArrayBuffer;
  /** The folder that the bundle was unpacked into. */
  root: string;
  /** As the template says it: `handlers/slack.handler`. */
  handler: string;
  /** Members of Lambda's context object that don't change from event to event. */
  context: Record<string, string>;
}

/** To the worker: one event. */
export interface Invocation {
  requestId: string;
  /** JSON text. */
  event: string;
  /** Milliseconds from now until the function's time is over. */
  timeoutMs: number;
}

/** From the worker: the handler's answer as JSON text, or its error as Lambda reports it; `unloaded` where there is no handler to call. */
export type Answer = { output: string } | { error: FunctionError; unloaded?: true };

/** A failed function's payload (AWS Lambda developer guide, "Node.js function errors"). */
export interface FunctionError {
  errorType: string;
  errorMessage: string;
  trace?: string[];
}

const { shift, root, handler, context } = workerData as WorkerOptions;

shiftDate(new Float64Array(shift));
resolveLocalhost();
process.cwd = () => root;

let loaded: Promise<(event: unknown, context: unknown) => unknown> | undefined;

parentPort?.on('message', async (invocation: Invocation) => {
  loaded ??= load();
  let answer: Answer;
  let run: Awaited<typeof loaded> | undefined;
  try {
    run = await loaded;
    const end = performance.now() + invocation.timeoutMs;
    const output = await run(JSON.parse(invocation.event), {
      ...context,
      awsRequestId: invocation.requestId,
      getRemainingTimeInMillis: () => Math.max(0, Math.round(end - performance.now())),
      callbackWaitsForEmptyEventLoop: true,
    });
    answer = { output: JSON.stringify(output) ?? 'null' };
  } catch (error) {
    answer = run ? { error: describe(error) } : { error: describe(error), unloaded: true };
  }
  // What the handler wrote is in the log before its answer is out.
  await Promise.all([process.stdout, process.stderr].map((stream) => new Promise((written) => stream.write('', written))));
  parentPort?.postMessage(answer);
});

async function load(): Promise<(event: unknown, context: unknown) => unknown> {
  const [, file = '', name = ''] = /^(.*)\.([^.]+)$/.exec(handler) ?? [];
  let bundle: Record<string, unknown> | undefined;
  for (const extension of ['.mjs', '.js', '.cjs']) {
    try {
      bundle = await import(pathToFileURL(path.join(root, file + extension)).href);
      break;
    } catch (error) {
      const missing = error as NodeJS.ErrnoException & { url?: string };
      if (missing.code !== 'ERR_MODULE_NOT_FOUND' || missing.url !== pathToFileURL(path.join(root, file + extension)).href) throw error;
    }
  }
  if (!bundle) throw runtimeFault('Runtime.ImportModuleError', `Error: Cannot find module '${file}'`);
  const run = bundle[name];
  if (typeof run !== 'function') throw runtimeFault('Runtime.HandlerNotFound', `${handler} is undefined or not exported`);
  return run as (event: unknown, context: unknown) => unknown;
}

function runtimeFault(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

function describe(error: unknown): FunctionError {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}

/** `new Date()`, `Date()` and `Date.now()` tell the sandbox's time. */
function shiftDate(milliseconds: Float64Array): void {
  const RealDate = Date;
  const now = () => RealDate.now() + Math.round(milliseconds[0] ?? 0);
  const ShiftedDate = new Proxy(RealDate, {
    construct: (target, values, newTarget) => Reflect.construct(target, values.length === 0 ? [now()] : values, newTarget),
    apply: () => new RealDate(now()).toString(),
    get: (target, key, receiver) => (key === 'now' ? now : Reflect.get(target, key, receiver)),
  });
  RealDate.prototype.constructor = ShiftedDate;
  globalThis.Date = ShiftedDate;
}

/**
 * `<account>.localhost` is this machine (RFC 6761, 6.3), whatever the system's resolver makes of it: S3 Control's client puts the
 * account before the endpoint's host.
 */
function resolveLocalhost(): void {
  const lookup = dns.lookup as (host: string, ...rest: unknown[]) => void;
  const local = (host: string, ...rest: unknown[]) => lookup(host.endsWith('.localhost') ? '127.0.0.1' : host, ...rest);
  dns.lookup = local as typeof dns.lookup;
}
