/** What every function of the state machine does around its one job: check the input, and turn what is thrown into errors that the ASL knows. */
import type { Logger } from '@aws-lambda-powertools/logger';
import type * as z from 'zod';
import { isPassing, nameOf } from './aws/clients.ts';
import { InterlockError, TryAgain, Unexpected } from './errors.ts';
import { parseInput } from './steps/inputs.ts';

/** A Lambda handler out of one function. Errors of others leave with their name only: their text may quote what was sent. */
export function step<Input, Output>(schema: z.ZodType<Input>, logger: Logger, work: (input: Input) => Promise<Output>) {
  return async (event: unknown): Promise<Output> => {
    try {
      return await work(parseInput(schema, event));
    } catch (error) {
      const told = toTold(error);
      logger.error(told.message, { error: told.name, requestId: (event as { execution?: string } | null)?.execution });
      throw told;
    }
  };
}

function toTold(error: unknown): InterlockError {
  if (error instanceof InterlockError) return error;
  if (isPassing(error)) return new TryAgain(`A service failed for the moment (${nameOf(error)}); it is tried again.`);
  return new Unexpected(`Something failed that nobody foresaw (${nameOf(error)}); the log of the function has the time and place.`, {
    cause: placeOf(error),
  });
}

/** Where it was thrown: the stack without its first line, which holds the message. */
function placeOf(error: unknown): string {
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : [];
  return lines
    .filter((line) => line.startsWith('    at '))
    .slice(0, 5)
    .join('\n');
}
