/** One execution of a state machine: the runner walks the states, we run the tasks, keep the time and write the history. */
import { setMaxListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { StateMachine } from 'aws-local-stepfunctions';
import type { Clock } from '../../../clock.ts';
import type { Signal } from '../../../signal.ts';
import { DATA_LIMIT, dataLimitExceeded, tooLarge } from './errors.ts';
import { HISTORY_LIMIT, History, WHOLE } from './history.ts';
import type { Prepared, PreparedTask, TaskInput } from './prepare.ts';

export type Status = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** Runs one Task or Wait state to its end; rejects with an error that Retry and Catch know by its name. */
export type RunTask = (task: PreparedTask, input: TaskInput, execution: Execution) => Promise<unknown>;

export interface ExecutionOptions {
  clock: Clock;
  arn: string;
  name: string;
  /** JSON text. */
  input: string;
  machine: { arn: string; name: string; roleArn: string; prepared: Prepared };
  runTask: RunTask;
  /** Rung at each event of its history. */
  changed?: Signal;
  ended: (execution: Execution) => void;
}

export class Execution {
  readonly arn: string;
  readonly name: string;
  readonly input: string;
  readonly machine: ExecutionOptions['machine'];
  readonly startDate: Date;
  readonly history: History;
  /** Aborted once the execution is over, however it ended. */
  readonly over = new AbortController();
  stopDate?: Date;
  status: Status = 'RUNNING';
  /** JSON text. */
  output?: string;
  error?: string;
  cause?: string;
  readonly #options: ExecutionOptions;

  constructor(options: ExecutionOptions) {
    this.#options = options;
    this.arn = options.arn;
    this.name = options.name;
    this.input = options.input;
    this.machine = options.machine;
    this.startDate = options.clock.date();
    this.history = new History(options.clock, options.changed);
    // A task may wait on it in each of many iterations.
    setMaxListeners(0, this.over.signal);
  }

  /** Starts walking the states; returns at once. */
  start(): void {
    const { clock, machine, runTask } = this.#options;
    this.history.add('ExecutionStarted', {
      executionStartedEventDetails: { input: this.input, inputDetails: WHOLE, roleArn: machine.roleArn },
    });
    const { prepared } = machine;
    const tasks = [...prepared.tasks.values()].map((task) => [
      task.name,
      // A turn later, so that the state's entry stands in the history first.
      async (input: TaskInput) => setImmediate().then(() => runTask(task, input, this)),
    ]);
    const run = new StateMachine(prepared.definition, { validationOptions: { noValidate: true } }).run(JSON.parse(this.input), {
      overrides: { taskResourceLocalHandlers: Object.fromEntries(tasks) },
      context: this.#context() as never,
    });
    const drop = prepared.timeoutSeconds
      ? clock.at(this.startDate.getTime() + prepared.timeoutSeconds * 1000, () => this.#end('TIMED_OUT', { error: 'States.Timeout' }))
      : undefined;
    this.over.signal.addEventListener('abort', () => {
      drop?.();
      run.abort();
    });
    void this.#follow(run);
  }

  /** Ends the execution from outside (StopExecution). */
  abort(error?: string, cause?: string): void {
    this.#end('ABORTED', { error, cause });
  }

  async #follow(run: ReturnType<StateMachine['run']>): Promise<void> {
    run.result.catch(() => {});
    for await (const event of run.eventLogs) {
      if (this.status !== 'RUNNING') return;
      if (event.type === 'StateEntered') this.#entered(event.state.name, event.state.input);
      if (event.type === 'StateExited') this.#exited(event.state.name, event.state.output);
      if (this.history.events.length >= HISTORY_LIMIT - 1) {
        this.#end('FAILED', { error: 'States.Runtime', cause: 'The execution reached the maximum number of history events (25000).' });
      }
    }
    await run.result.then(
      (output) => this.#end('SUCCEEDED', { output: JSON.stringify(output) }),
      (failure: Error) => this.#end('FAILED', namedFailure(failure)),
    );
  }

  #entered(name: string, input: unknown): void {
    this.history.entered(name, this.#type(name), JSON.stringify(input));
  }

  #exited(name: string, output: unknown): void {
    const json = JSON.stringify(output ?? null);
    if (tooLarge(json)) {
      const { name: error, message: cause } = dataLimitExceeded(name);
      this.#end('FAILED', { error, cause });
      return;
    }
    this.history.exited(name, this.#type(name), json);
  }

  #type(name: string): string {
    return this.machine.prepared.types.get(name) ?? 'Task';
  }

  #end(status: Exclude<Status, 'RUNNING'>, result: { output?: string; error?: string; cause?: string }): void {
    if (this.status !== 'RUNNING') return;
    Object.assign(this, result, { status, stopDate: this.#options.clock.date() });
    const details = { error: result.error, cause: result.cause };
    switch (status) {
      case 'SUCCEEDED':
        this.history.add('ExecutionSucceeded', { executionSucceededEventDetails: { output: this.output, outputDetails: WHOLE } });
        break;
      case 'FAILED':
        this.history.add('ExecutionFailed', { executionFailedEventDetails: details });
        break;
      case 'TIMED_OUT':
        this.history.add('ExecutionTimedOut', { executionTimedOutEventDetails: details });
        break;
      case 'ABORTED':
        this.history.add('ExecutionAborted', { executionAbortedEventDetails: details });
        break;
    }
    this.over.abort();
    this.#options.ended(this);
  }

  /** The context object (Step Functions developer guide, "Context object"); `prepare` points `$$.Execution` at ours. */
  #context(): Record<string, unknown> {
    const { machine } = this.#options;
    return {
      Sandbox: {
        Execution: {
          Id: this.arn,
          Input: JSON.parse(this.input),
          Name: this.name,
          RoleArn: machine.roleArn,
          StartTime: this.startDate.toISOString(),
          RedriveCount: 0,
        },
      },
      StateMachine: { Id: machine.arn, Name: machine.name },
    };
  }
}

/** The runner wraps a state's error; a Fail state without Error or Cause gets words of its own from it. */
function namedFailure(failure: Error): { error?: string; cause?: string } {
  const inner = failure.cause instanceof Error ? failure.cause : failure;
  if (inner.name === 'FailStateError') return {};
  const cause = inner.message === 'Execution failed because of a Fail state' ? undefined : inner.message;
  return { error: inner.name, cause: cause?.slice(0, DATA_LIMIT) };
}
