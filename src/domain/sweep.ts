/**
 * How a purge goes through a bucket: what goes lies among what stays, so what is left says nothing of how far it is. Each pass takes up the stretches of the one
 * before where they got to, whatever cut them short, until all is gone through; and then all of it once more, for markers that hide nothing any more. Pure.
 */
import * as z from 'zod';
import type { Emptying, Part, Progress, StretchEnd } from './emptying.ts';
import type { Stretch } from './key-space.ts';

export const Sweep = z.object({
  /** Has something gone since all of it was begun? */
  went: z.boolean(),
  /** So many passes in a row came to nothing. */
  idle: z.int().nonnegative(),
});
export type Sweep = z.infer<typeof Sweep>;

export const BEGUN: Sweep = { went: false, idle: 0 };

/** A stretch of a pass, and how it ended. */
interface Swept extends Stretch {
  progress: Progress;
  end: StretchEnd | null;
}

/** A stretch that is to be gone through, from where in a key, and what of it a worker that died had begun. */
export type Rest = Stretch & Pick<Part, 'begun' | 'within'>;

/** What the stretches of a pass have not gone through. */
export function restOf(rows: readonly Swept[]): Rest[] {
  return rows
    .filter(({ end }) => end !== 'done')
    .flatMap(({ after, upTo, progress: { parts } }) => parts ?? [{ after, upTo, begun: null }]);
}

/** How it stands after the pass before. */
export function sweptOn({ went, idle }: Sweep, before: Emptying | null, rows: readonly Swept[]): Sweep {
  if (before?.verdict !== 'divided') return { went, idle };
  const some = rows.some(({ progress: { done } }) => done.versions + done.markers > 0);
  const moved = ({ after, end, progress: { parts } }: Swept) =>
    end === 'done' || (parts !== null && (parts[0]?.after !== after || (end === 'more' && parts[0].within !== undefined)));
  const got = some || rows.some(moved);
  return { went: went || some, idle: got ? 0 : idle + 1 };
}
