/** What the page asks of the sandbox. All of them throw an Error with the sandbox's sentence. */
import type { BreakIn, BreakInAnswer, MachineDefinition } from '../sandbox/page/wire.ts';

/** How the app answered Slack: status 0, where it didn't in time, or Slack refused a form itself. */
export interface Delivered {
  status: number;
  body: string;
  ms: number;
}

/** One thing that a person does in Slack. */
export type Action =
  | { command: string; text?: string; channel?: string }
  | { click: string; ts?: string; block_id?: string; action_id?: string }
  | { submit: Record<string, unknown>; by?: 'block_id' }
  | { close: true }
  | { home: true };

export const act = (user: string, action: Action): Promise<Delivered> => post(`/sandbox/slack/${encodeURIComponent(user)}`, action);
export const breakIn = (tried: BreakIn): Promise<BreakInAnswer> => post('/sandbox/break-in', tried);
export const advance = (seconds: number): Promise<unknown> => post('/sandbox/clock', { advance: seconds });
export const startOver = (): Promise<unknown> => post('/sandbox/start-over', {});
export const machine = (): Promise<MachineDefinition> => ask('/sandbox/machine');

/** An execution with its states' inputs and outputs. */
export interface ExecutionDetail {
  states: { name: string; type: string; enteredAt: string; exitedAt?: string; input: unknown; output?: unknown }[];
}
export const execution = (name: string): Promise<ExecutionDetail> => ask(`/sandbox/flow/${encodeURIComponent(name)}`);

const post = <T>(path: string, body: unknown): Promise<T> =>
  ask(path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });

async function ask<T>(path: string, options?: RequestInit): Promise<T> {
  const response = await fetch(path, options).catch(() => {
    throw new Error('The sandbox doesn’t answer. Is npm start still running?');
  });
  const said = (await response.json()) as T & { error?: string };
  if (!response.ok) throw new Error(said.error ?? `The sandbox answered ${response.status}.`);
  return said;
}
