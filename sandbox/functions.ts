/** The sandbox's Lambda: packaged bundles in workers of their own, with their role's credentials and nothing else. */
import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from './clock.ts';
import { Environment, type FunctionError } from './environment.ts';
import type { Faults } from './faults.ts';
import { Turns } from './turns.ts';

/** A function as it was deployed. */
export interface FunctionDefinition {
  /** As in the template: `interlock-sandbox-slack`. */
  name: string;
  /** The name that faults and people use: `slack`. */
  alias: string;
  arn: string;
  roleArn: string;
  /** The folder that its bundle was unpacked into. */
  root: string;
  handler: string;
  environment: Record<string, string>;
  timeoutSeconds: number;
  memoryMb: number;
  /** `ReservedConcurrentExecutions`. */
  concurrency?: number;
  /** Retries of asynchronous invocations (`EventInvokeConfig`); two unless told otherwise. */
  asyncRetries?: number;
}

export type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken: string; expiresAt: number };

export interface FunctionsOptions {
  clock: Clock;
  faults: Faults;
  account: string;
  region: string;
  /** SANDBOX_DIR: logs are written to its `logs/`. */
  dir: string;
  /** Variables that every function gets beside its own: where AWS and Slack are. */
  environment: () => Record<string, string>;
  /** Credentials of a function's role. */
  credentials: (roleArn: string, sessionName: string) => Promise<Credentials>;
}

/** The handler failed, or its environment died: what Lambda answers with `X-Amz-Function-Error`. */
export class FunctionFailed extends Error {
  override readonly name = 'FunctionFailed';
  readonly payload: FunctionError;

  constructor(payload: FunctionError) {
    super(payload.errorMessage);
    this.payload = payload;
  }
}

/** Lambda itself didn't take the call, or its answer never came: `TooManyRequestsException`, `ResourceNotFoundException`, `ServiceException`, `SdkClientException`. */
export class LambdaError extends Error {
  override readonly name = 'LambdaError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** How long a `slow` fault holds an event back: longer than the three seconds that Slack waits. */
const SLOW_MS = 3500;
/** Environments of one function. AWS has a thousand an account; a laptop hasn't: later events wait for a free one. */
const ENVIRONMENTS = 4;

interface Pool {
  definition: FunctionDefinition;
  idle: Environment[];
  busy: Set<Environment>;
  waiting: (() => void)[];
  lines: string[];
}

export class Functions {
  readonly #options: FunctionsOptions;
  readonly #pools = new Map<string, Pool>();
  readonly #closing = new AbortController();
  /** In AWS nobody's function takes another's processor. Here as many run as there are processors, beside those that people wait for. */
  readonly #turns = new Turns(availableParallelism());

  constructor(options: FunctionsOptions) {
    this.#options = options;
    const logs = path.join(options.dir, 'logs');
    rmSync(logs, { recursive: true, force: true });
    mkdirSync(logs, { recursive: true });
  }

  add(definition: FunctionDefinition): void {
    this.#pools.set(definition.name, { definition, idle: [], busy: new Set(), waiting: [], lines: [] });
  }

  list(): FunctionDefinition[] {
    return [...this.#pools.values()].map((pool) => pool.definition);
  }

  /** By name, alias or ARN (with or without a qualifier); undefined when there is none. */
  find(nameOrArn: string): FunctionDefinition | undefined {
    const name = /^arn:aws:lambda:[^:]+:\d+:function:([^:]+)/.exec(nameOrArn)?.[1] ?? nameOrArn.split(':')[0];
    return this.list().find((each) => each.name === name || each.alias === name);
  }

  /** What the function's environments wrote, line by line. Throws an Error for a function that isn't there. */
  logs(nameOrAlias: string): readonly string[] {
    return this.#pool(nameOrAlias).lines;
  }

  /**
   * Calls the function and waits for its answer; `waitedFor` says that a person waits, too. Throws FunctionFailed and LambdaError.
   */
  async invoke(nameOrArn: string, event: unknown, { waitedFor = false } = {}): Promise<unknown> {
    const pool = this.#pool(nameOrArn);
    const fault = this.#options.faults.take(pool.definition.alias) ?? this.#options.faults.take(pool.definition.name);
    if (fault === 'throttle') throw new LambdaError('TooManyRequestsException', 'Rate Exceeded.');
    if (fault === 'error') throw new LambdaError('ServiceException', 'An error occurred and the request cannot be processed.');
    if (fault === 'slow') await delay(SLOW_MS, undefined, { signal: this.#closing.signal });
    const giveWay = waitedFor ? undefined : await this.#turns.take();
    const environment = await this.#take(pool);
    const requestId = randomUUID();
    try {
      if (fault === 'crash-before') throw new FunctionFailed(await environment.crash(requestId));
      const answer = await environment.run({
        requestId,
        event: JSON.stringify(event ?? {}),
        timeoutMs: pool.definition.timeoutSeconds * 1000,
      });
      if (fault === 'crash-after') throw new FunctionFailed(await environment.crash(requestId));
      if (fault === 'lost-answer') throw new LambdaError('SdkClientException', 'Unable to execute HTTP request: Connection reset');
      if ('error' in answer) throw new FunctionFailed(answer.error);
      return JSON.parse(answer.output);
    } finally {
      this.#giveBack(pool, environment);
      giveWay?.();
    }
  }

  /**
   * Calls the function as EventBridge does: asynchronously, tried again after one and two minutes by the sandbox's clock
   * (AWS Lambda developer guide, "How Lambda handles errors and retries with asynchronous invocation").
   */
  invokeAsync(nameOrArn: string, event: unknown, attempt = 0): void {
    const { clock } = this.#options;
    this.invoke(nameOrArn, event).catch((error: Error) => {
      const pool = this.#pool(nameOrArn);
      if (this.#closing.signal.aborted) return;
      this.#log(pool, `asynchronous invocation failed: ${error instanceof FunctionFailed ? error.payload.errorType : error.message}`);
      if (attempt >= (pool.definition.asyncRetries ?? 2)) return;
      clock.at(clock.now() + (attempt + 1) * 60_000, () => this.invokeAsync(nameOrArn, event, attempt + 1));
    });
  }

  /** Waits until no event is being handled, but for so many seconds at most. */
  async quiet(seconds: number): Promise<void> {
    const end = performance.now() + seconds * 1000;
    while ([...this.#pools.values()].some(({ busy }) => busy.size > 0) && performance.now() < end) await delay(5);
  }

  /** Ends every environment. */
  async close(): Promise<void> {
    this.#closing.abort();
    const environments = [...this.#pools.values()].flatMap((pool) => [...pool.idle, ...pool.busy]);
    await Promise.all(environments.map((environment) => environment.end()));
  }

  #pool(nameOrArn: string): Pool {
    const pool = this.#pools.get(this.find(nameOrArn)?.name ?? '');
    if (!pool) throw new LambdaError('ResourceNotFoundException', `Function not found: ${nameOrArn}`);
    return pool;
  }

  /** A warm environment, a new one, or the next that comes free. */
  async #take(pool: Pool): Promise<Environment> {
    const { definition, idle, busy, waiting } = pool;
    // What waits here would be at work in AWS.
    if (busy.size + waiting.length >= (definition.concurrency ?? Number.POSITIVE_INFINITY))
      throw new LambdaError('TooManyRequestsException', 'Rate Exceeded.');
    for (;;) {
      if (this.#closing.signal.aborted) throw new LambdaError('ServiceException', 'The sandbox is closing.');
      const warm = idle.pop();
      if (warm?.usable()) {
        busy.add(warm);
        return warm;
      }
      if (warm) {
        await warm.end();
        continue;
      }
      if (busy.size < ENVIRONMENTS) break;
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    const environment = new Environment({ ...this.#options, definition, log: (line) => this.#log(pool, line) });
    busy.add(environment);
    try {
      await environment.start();
    } catch (error) {
      this.#giveBack(pool, environment);
      this.#log(pool, `no credentials of the function's role: ${(error as Error).message}`);
      throw new LambdaError('AccessDeniedException', 'The role defined for the function cannot be assumed by Lambda.');
    }
    return environment;
  }

  #giveBack(pool: Pool, environment: Environment): void {
    pool.busy.delete(environment);
    if (environment.usable()) pool.idle.push(environment);
    else void environment.end();
    pool.waiting.shift()?.();
  }

  #log({ definition, lines }: Pool, line: string): void {
    lines.push(line);
    appendFileSync(path.join(this.#options.dir, 'logs', `${definition.alias}.log`), `${line}\n`);
  }
}
