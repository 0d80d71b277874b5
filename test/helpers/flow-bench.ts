/** The sandbox's Step Functions alone: definitions in, executions out, with one function that a test writes. */
import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { type Execution, Flow, type InvokeLambda } from '../../sandbox/aws/services/step-functions/index.ts';
import { Clock } from '../../sandbox/clock.ts';
import { until } from './until.ts';

// biome-ignore lint/suspicious/noExplicitAny: definitions, inputs and outputs are JSON of many shapes
export type Json = any;

/** A state that calls the function. */
export const lambda = (more: Json = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Parameters: { FunctionName: 'work', 'Payload.$': '$' },
  End: true,
  ...more,
});

/** A state that calls the function with a token, and waits for it. */
export const waiting = (more: Json = {}) =>
  lambda({
    Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
    Parameters: { FunctionName: 'ask', Payload: { 'token.$': '$$.Task.Token' } },
    ...more,
  });

/** A clock and a flow, made anew by `reset` for each test. */
export class FlowBench {
  clock!: Clock;
  flow!: Flow;
  calls!: { name: string; payload: Json }[];
  /** What the function does; answers its payload unless a test says otherwise. */
  work!: (payload: Json, attempt: number) => unknown;
  mayStart: (() => Promise<void>) | undefined;

  reset(): void {
    this.clock = new Clock();
    this.calls = [];
    this.work = (payload) => payload;
    this.mayStart = undefined;
    const invoke: InvokeLambda = async (name, payload) => {
      this.calls.push({ name, payload });
      return this.work(payload, this.calls.length);
    };
    const mayStart = async () => this.mayStart?.();
    this.flow = new Flow({ clock: this.clock, account: '111122223333', region: 'us-east-1', invoke, mayStart });
  }

  close(): void {
    this.flow.close();
    this.clock.close();
  }

  /** Creates a machine of these states, the first one first; returns its ARN. */
  readonly deploy = (states: Json, more: Json = {}): string => {
    // Without the members that are undefined.
    const definition = JSON.parse(JSON.stringify({ StartAt: Object.keys(states)[0], States: states, ...more }));
    return this.flow.createMachine({ name: 'machine', roleArn: 'arn:aws:iam::111122223333:role/machine', definition }).arn;
  };

  readonly start = (arn: string, input: Json = {}, name?: string): Promise<Execution> =>
    this.flow.start(arn, { input: JSON.stringify(input), ...(name && { name }) });

  readonly run = async (states: Json, input: Json = {}, more: Json = {}): Promise<Execution> =>
    end(await this.start(this.deploy(states, more), input));

  /** The token that the function was given last. */
  readonly token = (): string => this.calls.at(-1)?.payload.token;
}

export async function end(execution: Execution): Promise<Execution> {
  await until(() => execution.status !== 'RUNNING');
  return execution;
}

export const output = (execution: Execution): Json => JSON.parse(execution.output ?? 'null');
export const types = (execution: Execution) => execution.history.events.map((event) => event.type);
export const find = (execution: Execution, type: HistoryEvent['type']) => execution.history.events.find((event) => event.type === type);
