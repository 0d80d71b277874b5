/** Retry of a Task state, by the sandbox's clock (the runner's own waits in real time). Amazon States Language, "Retrying after error". */
import { isTimeout } from './errors.ts';
import type { Retrier } from './prepare.ts';

/** The attempts of one entry into a state: which retrier takes an error, and after how long. */
export class Attempts {
  readonly #retriers: Retrier[];
  readonly #used: number[];

  constructor(retriers: Retrier[]) {
    this.#retriers = retriers;
    this.#used = retriers.map(() => 0);
  }

  /** How often the state was tried again so far: `$$.State.RetryCount`. */
  get count(): number {
    return this.#used.reduce((sum, used) => sum + used, 0);
  }

  /** Seconds to wait before the next attempt; undefined when there is none. */
  next(error: Error & { isRetryable?: boolean }): number | undefined {
    if (error.isRetryable === false) return undefined;
    const index = this.#retriers.findIndex((retrier) => retrier.ErrorEquals.some((name) => matches(name, error)));
    const retrier = this.#retriers[index];
    const used = this.#used[index];
    if (!retrier || used === undefined || used >= (retrier.MaxAttempts ?? 3)) return undefined;
    this.#used[index] = used + 1;
    const wait = Math.min(
      (retrier.IntervalSeconds ?? 1) * (retrier.BackoffRate ?? 2) ** used,
      retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY,
    );
    return retrier.JitterStrategy === 'FULL' ? Math.random() * wait : wait;
  }
}

function matches(name: string, error: Error): boolean {
  if (name === 'States.ALL') return true;
  if (name === 'States.TaskFailed') return !isTimeout(error);
  return name === error.name;
}
