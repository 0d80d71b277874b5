/** S3's pace: where it asks for fewer requests, everything that one process sends waits, a little longer each time, and a random part of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isPassing, nameOf, neverSent } from '../clients.ts';

const FIRST_MS = 100;
const MOST_MS = 20_000;
/** After so many refusals in a row of one request it is given up: with the pauses above, that is about a minute of an S3 that does nothing. */
const TRIES = 12;

export interface Pace {
  /** Sends until it is answered with anything but "slow down" or a passing fault. Throws what the last try threw. */
  send: <T>(request: () => Promise<T>) => Promise<T>;
  /** Single keys of an answer were refused in this way: the next request waits too. */
  slower: () => void;
}

/**
 * @param pause waits so many milliseconds
 * @param most so often a request is sent before it is given up
 */
export function createPace(pause: (ms: number) => Promise<unknown> = sleep, most = TRIES): Pace {
  // One delay for all: S3 counts requests a prefix, not a connection (S3 User Guide, "Best practices design patterns", read November 2026).
  let delay = 0;
  const slower = () => {
    delay = Math.min(MOST_MS, Math.max(FIRST_MS, delay * 2));
  };
  return {
    slower,
    async send(request) {
      for (let tries = 1; ; tries += 1) {
        // Half of it at least, so that all of them come at different times and none at once.
        if (delay > 0) await pause(delay * (0.5 + Math.random() / 2));
        try {
          const answer = await request();
          delay = delay < FIRST_MS ? 0 : delay / 2;
          return answer;
        } catch (error) {
          if (!mayPass(error) || tries === most) throw error;
          slower();
        }
      }
    },
  };
}

/** Deleting a version or listing is repeatable, so whatever may pass is tried again (S3 API Reference, "Error responses"). */
const mayPass = (error: unknown): boolean => isPassing(error) || neverSent(error) || PASSING_CODES.has(nameOf(error));

/** Codes of single keys in the answer to DeleteObjects, and of whole answers that say 200, which pass. */
export const PASSING_CODES: ReadonlySet<string> = new Set([
  'SlowDown',
  'InternalError',
  'ServiceUnavailable',
  'RequestTimeout',
  'OperationAborted',
]);
