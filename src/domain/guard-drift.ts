/**
 * What has become of the guards of watched buckets since people were last told: which are not as they should be, or are so otherwise, and which
 * are again. What was told stays told: a bucket of which nothing new is to be said is not mentioned.
 */
import type { GuardSeen } from './request.ts';

/** Who is to mend it, and how. */
export type Trouble =
  /** The guard is missing, not whole or only basic: the command or a request in Slack mends it. */
  | 'guard'
  /** The guard is whole, and something goes round it: that has to go, or is meant. */
  | 'round'
  /** Nobody could look. */
  | 'unseen';

/** A watched bucket of which there is something to say. */
export interface Remarked {
  bucket: string;
  trouble: Trouble;
  /** In sentences. */
  remarks: string[];
}

export interface Drift {
  /** Not as they should be, and not known to be so in these words. */
  worse: Remarked[];
  /** Names of those that are as they should be again. */
  mended: string[];
  /** Names of those that are not watched any more: gone, or no longer under such a rule. Nobody is told. */
  forgotten: string[];
}

const NO_GUARD = 'It has no guard: whoever may delete buckets can delete it.';
const BASIC = 'Its guard is basic: it denies the deletion alone, and whoever may write the bucket’s policy can take it off.';

/** What there is to say of a bucket that was looked at; undefined where it is as it should be: a whole hardened guard, and nothing goes round it. */
export function remarkOn(bucket: string, guard: GuardSeen, waysRound: string[]): Remarked | undefined {
  const onGuard = guard.state === 'none' ? [NO_GUARD] : guard.level === 'basic' ? [...guard.findings, BASIC] : guard.findings;
  if (onGuard.length > 0) return { bucket, trouble: 'guard', remarks: [...onGuard, ...waysRound] };
  return waysRound.length > 0 ? { bucket, trouble: 'round', remarks: waysRound } : undefined;
}

/** What there is to say of a bucket that could not be looked at. */
export const unseen = (bucket: string, why: string): Remarked => ({
  bucket,
  trouble: 'unseen',
  remarks: [`It could not be looked at (${why}).`],
});

/**
 * Compares what is found now with what people were last told.
 * @param told remarks by bucket, of those that were not as they should be
 * @param watched the names of all buckets that are watched now
 * @param found what there is to say of some of them
 */
export function driftOf(told: ReadonlyMap<string, readonly string[]>, watched: ReadonlySet<string>, found: readonly Remarked[]): Drift {
  const now = new Map(found.map((one) => [one.bucket, one]));
  const same = (a: readonly string[], b: readonly string[] = []) => a.length === b.length && a.every((one, index) => one === b[index]);
  const byName = <T>(items: T[], name: (item: T) => string) => items.sort((a, b) => (name(a) < name(b) ? -1 : 1));
  return {
    worse: byName(
      found.filter(({ bucket, remarks }) => !same(remarks, told.get(bucket))),
      ({ bucket }) => bucket,
    ),
    mended: byName(
      [...told.keys()].filter((bucket) => watched.has(bucket) && !now.has(bucket)),
      (bucket) => bucket,
    ),
    forgotten: [...told.keys()].filter((bucket) => !watched.has(bucket)),
  };
}
