/** One Task or Wait state, from its entry to its result: attempts, timeout, heartbeat, token, and the Lambda call. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../../clock.ts';
import { dataLimitExceeded, FlowError, runtimeError, timeout, tooLarge } from './errors.ts';
import type { Execution } from './execution.ts';
import { WHOLE } from './history.ts';
import { type Asl, type PreparedTask, setAt, type TaskInput } from './prepare.ts';
import { Attempts } from './retry.ts';
import type { Tokens } from './tokens.ts';

/** Invokes a function for an execution; rejects with a FlowError as Step Functions would name it. */
export type InvokeLambda = (functionName: string, payload: unknown, execution: Execution) => Promise<unknown>;

export interface TaskRunner {
  clock: Clock;
  region: string;
  tokens: Tokens;
  invoke: InvokeLambda;
}

/** Runs a state of `prepare`'s to its end, tried again as its Retry says. */
export async function runTask(runner: TaskRunner, task: PreparedTask, input: TaskInput, execution: Execution): Promise<unknown> {
  if (task.kind === 'wait') return waitUntil(runner.clock, input, execution);
  const attempts = new Attempts(task.retry);
  for (;;) {
    if (execution.over.signal.aborted) throw runtimeError('the execution is over');
    try {
      return await attempt(runner, task, input, execution, attempts.count);
    } catch (error) {
      const seconds = execution.over.signal.aborted ? undefined : attempts.next(error as Error);
      if (seconds === undefined) throw error;
      await elapsed(runner.clock, runner.clock.now() + seconds * 1000, execution);
    }
  }
}

async function attempt(
  runner: TaskRunner,
  task: PreparedTask,
  input: TaskInput,
  execution: Execution,
  retryCount: number,
): Promise<unknown> {
  const { clock, tokens } = runner;
  const { history } = execution;
  const resource = { resourceType: 'lambda', resource: task.kind === 'lambda' ? 'invoke' : 'invoke.waitForTaskToken' };
  const timeoutSeconds = positive('TimeoutSeconds', input.timeout);
  const heartbeatSeconds = positive('HeartbeatSeconds', input.heartbeat);

  const result = Promise.withResolvers<unknown>();
  let dropHeartbeat: (() => void) | undefined;
  const beat = () => {
    dropHeartbeat?.();
    if (heartbeatSeconds === undefined) return;
    const late = new FlowError('States.HeartbeatTimeout', '');
    dropHeartbeat = clock.at(clock.now() + heartbeatSeconds * 1000, () => result.reject(late));
  };
  const token = tokens.issue({
    succeed: (json) => settle(() => result.resolve(JSON.parse(json))),
    fail: (error, cause) => settle(() => result.reject(new FlowError(error ?? 'States.TaskFailed', cause ?? ''))),
    heartbeat: beat,
  });
  // Over at once, in this very turn: a second answer must find the token used.
  const settle = (answer: () => void) => {
    tokens.end(token);
    answer();
  };
  const dropTimeout =
    timeoutSeconds === undefined ? undefined : clock.at(clock.now() + timeoutSeconds * 1000, () => settle(() => result.reject(timeout())));
  const stop = () => settle(() => result.reject(runtimeError('the execution is over')));
  execution.over.signal.addEventListener('abort', stop);
  beat();

  const parameters = structuredClone(input.parameters) as Asl;
  for (const { path, value } of task.late) setAt(parameters, path, lateValue(value, { token, task, execution, retryCount }));
  history.add('TaskScheduled', {
    taskScheduledEventDetails: {
      ...resource,
      region: runner.region,
      parameters: JSON.stringify(parameters),
      timeoutInSeconds: timeoutSeconds,
      heartbeatInSeconds: heartbeatSeconds,
    },
  });
  history.add('TaskStarted', { taskStartedEventDetails: resource });

  invokeLambda(runner, parameters, execution).then(
    (answer) => {
      if (task.kind === 'lambda') return result.resolve(answer);
      if (!execution.over.signal.aborted) {
        history.add('TaskSubmitted', { taskSubmittedEventDetails: { ...resource, output: JSON.stringify(answer), outputDetails: WHOLE } });
      }
    },
    (error) => result.reject(error),
  );

  try {
    const output = await result.promise;
    const json = JSON.stringify(output ?? null);
    if (tooLarge(json)) throw dataLimitExceeded(task.name);
    history.add('TaskSucceeded', { taskSucceededEventDetails: { ...resource, output: json, outputDetails: WHOLE } });
    return output ?? null;
  } catch (error) {
    const { name, message } = error as Error;
    const details = { ...resource, error: name, cause: message };
    if (execution.over.signal.aborted) throw error;
    if (name === 'States.Timeout' || name === 'States.HeartbeatTimeout') history.add('TaskTimedOut', { taskTimedOutEventDetails: details });
    else history.add('TaskFailed', { taskFailedEventDetails: details });
    throw error;
  } finally {
    tokens.end(token);
    dropTimeout?.();
    dropHeartbeat?.();
    execution.over.signal.removeEventListener('abort', stop);
  }
}

function lateValue(
  value: PreparedTask['late'][number]['value'],
  { token, task, execution, retryCount }: { token: string; task: PreparedTask; execution: Execution; retryCount: number },
): unknown {
  switch (value) {
    case 'Task.Token':
      return token;
    case 'State.Name':
      return task.name;
    case 'State.EnteredTime':
      return execution.history.enteredAt(task.name).toISOString();
    case 'State.RetryCount':
      return retryCount;
  }
}

/** The optimized Lambda integration (Step Functions developer guide, "Invoke an AWS Lambda function"): the answer, parsed, stands in `Payload`. */
async function invokeLambda(runner: TaskRunner, parameters: Asl, execution: Execution): Promise<unknown> {
  const { FunctionName, Payload = {} } = parameters ?? {};
  if (typeof FunctionName !== 'string')
    throw runtimeError("The Parameters of the lambda:invoke state don't name a function in FunctionName.");
  const payload = await runner.invoke(FunctionName, Payload, execution);
  const requestId = randomUUID();
  return {
    ExecutedVersion: '$LATEST',
    Payload: payload,
    SdkHttpMetadata: { HttpStatusCode: 200 },
    SdkResponseMetadata: { RequestId: requestId },
    StatusCode: 200,
  };
}

/** Timeouts are positive integers, to 99,999,999 (Amazon States Language, "Task state"); what a path gives that isn't one ends the execution. */
function positive(field: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= 99_999_999) return value;
  throw runtimeError(`The ${field}Path parameter did not evaluate to a positive integer: ${JSON.stringify(value)}`);
}

async function waitUntil(clock: Clock, { parameters, wait = {} }: TaskInput, execution: Execution): Promise<unknown> {
  await elapsed(clock, waitEnd(clock, wait), execution);
  return parameters;
}

function waitEnd(clock: Clock, { seconds, timestamp }: NonNullable<TaskInput['wait']>): number {
  if (timestamp !== undefined) {
    const at = typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN;
    if (Number.isNaN(at)) throw runtimeError(`The TimestampPath parameter did not evaluate to a timestamp: ${JSON.stringify(timestamp)}`);
    return at;
  }
  if (typeof seconds === 'number' && Number.isInteger(seconds) && seconds >= 0) return clock.now() + seconds * 1000;
  throw runtimeError(`The SecondsPath parameter did not evaluate to a number of seconds: ${JSON.stringify(seconds)}`);
}

/** Resolves when the clock reaches `at`, or when the execution is over. */
function elapsed(clock: Clock, at: number, execution: Execution): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const drop = clock.at(at, resolve);
  execution.over.signal.addEventListener('abort', () => resolve(), { once: true });
  return promise.finally(drop);
}
