/** One Lambda execution environment, seen from outside: a worker, its credentials, its output. */
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import type { Clock } from './clock.ts';
import type { FunctionDefinition, FunctionsOptions } from './functions.ts';

export interface EnvironmentOptions extends Pick<FunctionsOptions, 'clock' | 'region' | 'environment' | 'credentials'> {
  definition: FunctionDefinition;
  log: (line: string) => void;
}

/** What a worker is started with. */
export interface WorkerOptions {
  /** `Clock.shared`: the shift in milliseconds. */
  shift: SharedArrayBuffer;
  /** An integer: 0 while it is frozen. */
  awake: SharedArrayBuffer;
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

/** An environment whose credentials have less than this left is not used again. */
const CREDENTIALS_MARGIN_MS = 5 * 60_000;

export class Environment {
  readonly #options: EnvironmentOptions;
  readonly #clock: Clock;
  readonly #awake = new Int32Array(new SharedArrayBuffer(4));
  #worker?: Worker;
  #exit?: Promise<number>;
  #dead = false;
  #expiresAt = 0;

  constructor(options: EnvironmentOptions) {
    this.#options = options;
    this.#clock = options.clock;
  }

  /** Takes the role's credentials and starts the worker; the bundle is loaded with the first event. */
  async start(): Promise<void> {
    const { definition, credentials, log } = this.#options;
    const session = await credentials(definition.roleArn, definition.name);
    this.#expiresAt = session.expiresAt;
    const worker = new Worker(new URL('./worker.mjs', import.meta.url), {
      workerData: this.#workerData(),
      env: this.#variables(session),
      // None of this process's own, as `--import`.
      execArgv: [],
      stdout: true,
      stderr: true,
    });
    this.#worker = worker;
    this.#exit = new Promise((resolve) => worker.once('exit', resolve));
    this.#exit.then(() => {
      this.#dead = true;
    });
    // An error that nobody caught ends the worker; `exit` follows.
    worker.on('error', (error) => log(String((error as Error).stack ?? error)));
    for (const stream of [worker.stdout, worker.stderr]) this.#collect(stream);
  }

  /** Whether it can take another event. */
  usable(): boolean {
    return !this.#dead && this.#expiresAt - this.#clock.now() > CREDENTIALS_MARGIN_MS;
  }

  /** Runs one event to its end: the handler's answer or error, a timeout, or the worker's death. */
  async run(invocation: Invocation): Promise<Answer> {
    const worker = this.#worker;
    if (!worker || this.#dead) return { error: exitError(invocation.requestId, 1) };
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const timer = setTimeout(() => resolve({ error: timedOut(invocation) }), invocation.timeoutMs);
    worker.once('message', resolve);
    this.#exit?.then((code) => resolve({ error: exitError(invocation.requestId, code) }));
    Atomics.store(this.#awake, 0, 1);
    Atomics.notify(this.#awake, 0);
    worker.postMessage(invocation);
    const answer = await promise;
    clearTimeout(timer);
    worker.off('message', resolve);
    // Neither is used again: the next event finds a new environment (AWS Lambda developer guide, "Lambda execution environment lifecycle").
    if ('error' in answer && (answer.unloaded || answer.error.errorType === 'Sandbox.Timedout')) await this.end();
    return answer;
  }

  /** Kills the worker; gives what Lambda then answers. */
  async crash(requestId: string): Promise<FunctionError> {
    await this.end();
    return exitError(requestId, 1);
  }

  async end(): Promise<void> {
    this.#dead = true;
    await this.#worker?.terminate();
  }

  #collect(stream: Readable): void {
    createInterface({ input: stream }).on('line', this.#options.log);
  }

  #workerData(): WorkerOptions {
    const { definition } = this.#options;
    const context = {
      functionName: definition.name,
      functionVersion: '$LATEST',
      invokedFunctionArn: definition.arn,
      memoryLimitInMB: String(definition.memoryMb),
      logGroupName: `/aws/lambda/${definition.name}`,
      logStreamName: 'sandbox',
    };
    return { shift: this.#clock.shared, awake: this.#awake.buffer, root: definition.root, handler: definition.handler, context };
  }

  /** The function's own variables and Lambda's (developer guide, "Defined runtime environment variables"); nothing of this process's. */
  #variables(session: { accessKeyId: string; secretAccessKey: string; sessionToken: string }): Record<string, string> {
    const { definition, region, environment } = this.#options;
    return {
      PATH: '',
      HOME: definition.root,
      TZ: ':UTC',
      LANG: 'en_US.UTF-8',
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_FUNCTION_NAME: definition.name,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMb),
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${definition.name}`,
      AWS_LAMBDA_LOG_STREAM_NAME: 'sandbox',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      LAMBDA_TASK_ROOT: definition.root,
      _HANDLER: definition.handler,
      // No profile and no machine role is ever read.
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
      ...environment(),
      ...definition.environment,
      AWS_ACCESS_KEY_ID: session.accessKeyId,
      AWS_SECRET_ACCESS_KEY: session.secretAccessKey,
      AWS_SESSION_TOKEN: session.sessionToken,
    };
  }
}

/** `Sandbox.Timedout` (Step Functions developer guide, "Handling errors"); the words are those of Lambda's own log line. */
function timedOut({ requestId, timeoutMs }: Invocation): FunctionError {
  return {
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${requestId} Error: Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`,
  };
}

/** The runtime's process ended (AWS Lambda developer guide, "Troubleshoot execution issues in Lambda"). */
function exitError(requestId: string, code: number): FunctionError {
  const how = code === 0 ? 'Runtime exited without providing a reason' : `Runtime exited with error: exit status ${code}`;
  return { errorType: 'Runtime.ExitError', errorMessage: `RequestId: ${requestId} Error: ${how}` };
}
