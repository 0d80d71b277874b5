/** A function that dies before or after any one of its effects, and is run again as the state machine runs it. */
import { TryAgain } from '../../src/errors.ts';

type Effects = Record<string, Record<string, (...args: never[]) => unknown>>;

export interface Death {
  /** Which effect, counted from 0. */
  at: number;
  /** Does the effect happen before it dies? */
  after: boolean;
}

/** The same effects; the one that death stands at dies, once. `count` says how many there were. */
export function dying<E extends Effects>(effects: E, death: Death): { effects: E; count: () => number } {
  let calls = 0;
  const wrap =
    (act: (...args: never[]) => unknown) =>
    async (...args: never[]): Promise<unknown> => {
      const dies = calls === death.at;
      calls += 1;
      if (dies && !death.after) throw new TryAgain('died before it');
      const done = await act(...args);
      if (dies) throw new TryAgain('died after it');
      return done;
    };
  const wrapped = Object.entries(effects).map(([name, members]) => [
    name,
    Object.fromEntries(Object.entries(members).map(([member, act]) => [member, wrap(act)])),
  ]);
  return { effects: Object.fromEntries(wrapped) as E, count: () => calls };
}

/** Runs it until it doesn't die: four more times at most, as the state machine does. */
export async function untilDone<T>(run: () => Promise<T>): Promise<T> {
  for (let times = 0; times < 4; times += 1) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof TryAgain)) throw error;
    }
  }
  return run();
}
