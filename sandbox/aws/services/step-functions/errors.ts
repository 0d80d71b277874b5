/** Errors inside an execution, as Retry and Catch match them. */
import { type ExecutionError, StateMachine } from 'aws-local-stepfunctions';

/** An error with the name and cause that an execution shows. */
export class FlowError extends Error {
  /** Read by the runner: an error that no Catch takes ends the execution. */
  readonly isCatchable: boolean;
  readonly isRetryable: boolean;

  constructor(error: string, cause: string, terminal = false) {
    super(cause);
    this.name = error;
    this.isCatchable = !terminal;
    this.isRetryable = !terminal;
  }
}

/**
 * `States.TaskFailed` takes every error but `States.Timeout` (Step Functions developer guide, "Handling errors").
 * The runner tells a timeout by its own class, which it doesn't export: let one state run out of time and keep the class.
 */
const TimeoutError: new () => Error = await (async () => {
  const state = { Type: 'Task', Resource: 'none', TimeoutSeconds: 0.001, End: true } as const;
  const machine = new StateMachine({ StartAt: 'Wait', States: { Wait: state } }, { validationOptions: { noValidate: true } });
  const handlers = { Wait: () => new Promise<never>(() => {}) };
  const failure = machine.run({}, { overrides: { taskResourceLocalHandlers: handlers } }).result;
  const error = await failure.then(
    () => undefined,
    (reason: ExecutionError) => reason.cause as Error,
  );
  if (error?.name !== 'States.Timeout') throw new Error('aws-local-stepfunctions no longer reports a timeout as States.Timeout');
  return error.constructor as new () => Error;
})();

/** A task's time is over. */
export function timeout(): Error {
  const error = new TimeoutError();
  error.message = '';
  return error;
}

export const isTimeout = (error: Error): boolean => error instanceof TimeoutError;

/** What AWS calls a definition's fault at run time; no Catch takes it. */
export const runtimeError = (cause: string) => new FlowError('States.Runtime', cause, true);

/** 256 KiB as UTF-8 (Step Functions developer guide, "Service quotas"); a terminal error that `States.ALL` doesn't take ("Handling errors"). */
export const DATA_LIMIT = 262_144;
export const dataLimitExceeded = (state: string) =>
  new FlowError(
    'States.DataLimitExceeded',
    `The state/task '${state}' returned a result with a size exceeding the maximum number of bytes service limit.`,
    true,
  );

export const tooLarge = (json: string): boolean => Buffer.byteLength(json) > DATA_LIMIT;
