/**
 * One Lambda execution environment: a worker that loads a bundle when its first event comes and runs one event at a time.
 * Its environment is the function's alone; its `Date` follows the sandbox's clock. Plain JavaScript: Node would load its TypeScript compiler
 * into every worker.
 */
import dns from 'node:dns';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';

/** @type {import('./environment.ts').WorkerOptions} */
const { shift, awake, root, handler, context } = workerData;

shiftDate(new Float64Array(shift));
resolveLocalhost();
process.cwd = () => root;

/** @type {Promise<(event: unknown, context: unknown) => unknown> | undefined} */
let loaded;

parentPort?.on('message', async (/** @type {import('./environment.ts').Invocation} */ invocation) => {
  loaded ??= load();
  /** @type {import('./environment.ts').Answer} */
  let answer;
  let run;
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
  const isAwake = new Int32Array(awake);
  Atomics.store(isAwake, 0, 0);
  parentPort?.postMessage(answer);
  // Lambda freezes an environment between events: what the handler left behind goes on with the next one, if ever, and finds its connections gone
  // (AWS Lambda developer guide, "Lambda execution environment lifecycle").
  Atomics.wait(isAwake, 0, 0);
});

async function load() {
  const [, file = '', name = ''] = /^(.*)\.([^.]+)$/.exec(handler) ?? [];
  let bundle;
  for (const extension of ['.mjs', '.js', '.cjs']) {
    try {
      bundle = await import(pathToFileURL(path.join(root, file + extension)).href);
      break;
    } catch (error) {
      if (error.code !== 'ERR_MODULE_NOT_FOUND' || error.url !== pathToFileURL(path.join(root, file + extension)).href) throw error;
    }
  }
  if (!bundle) throw runtimeFault('Runtime.ImportModuleError', `Error: Cannot find module '${file}'`);
  const run = bundle[name];
  if (typeof run !== 'function') throw runtimeFault('Runtime.HandlerNotFound', `${handler} is undefined or not exported`);
  return run;
}

function runtimeFault(name, message) {
  return Object.assign(new Error(message), { name });
}

/** @returns {import('./environment.ts').FunctionError} */
function describe(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}

/** `new Date()`, `Date()` and `Date.now()` tell the sandbox's time. */
function shiftDate(milliseconds) {
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
function resolveLocalhost() {
  const { lookup } = dns;
  const local = (host, ...rest) => lookup(host.endsWith('.localhost') ? '127.0.0.1' : host, ...rest);
  dns.lookup = local;
}
