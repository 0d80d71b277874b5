/**
 * What has become of the guards of watched buckets since people were last told: which are not as they should be, or are so otherwise, and which
 * are again. What was told stays told: a bucket of which nothing new is to be said is not mentioned.
 */
import type { GuardSeen } from './request.ts';

/** Who is to mend it, and how; the gravest first. */
export type Trouble =
  /** The guard is missing or not whole: the command or a request in Slack mends it. */
  | 'guard'
  /** The guard is whole and only basic: the same mends it. */
  | 'basic'
  /** The guard is whole and hardened, and something goes round it: that has to go, or is meant. */
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
  /** Not as they should be, and not known to be so in these words; the gravest first, then by name: a message may show the first few only. */
  worse: Remarked[];
  /** Names of those that are as they should be again. */
  mended: string[];
  /** Names of those that could not be looked at when people were last told, and are as they should be: nobody knows that they weren't. */
  seenAgain: string[];
  /** Names of those that are not watched any more: gone, or no longer under such a rule. Nobody is told. */
  forgotten: string[];
}

const NO_GUARD = 'It has no guard: whoever may delete buckets can delete it.';
const BASIC = 'Its guard is basic: it denies the deletion alone, and whoever may write the bucket’s policy can take it off.';

/** What there is to say of a bucket that was looked at; undefined where it is as it should be: a whole hardened guard, and nothing goes round it. */
export function remarkOn(bucket: string, guard: GuardSeen, waysRound: string[]): Remarked | undefined {
  const onGuard = guard.state === 'none' ? [NO_GUARD] : guard.level === 'basic' ? [...guard.findings, BASIC] : guard.findings;
  const trouble = guard.state === 'whole' && guard.findings.length === 0 ? 'basic' : 'guard';
  if (onGuard.length > 0) return { bucket, trouble, remarks: [...onGuard, ...waysRound] };
  return waysRound.length > 0 ? { bucket, trouble: 'round', remarks: waysRound } : undefined;
}

const GRAVITY: readonly Trouble[] = ['guard', 'basic', 'round', 'unseen'];

const UNSEEN = 'It could not be looked at';

/** What there is to say of a bucket that could not be looked at. */
export const unseen = (bucket: string, why: string): Remarked => ({
  bucket,
  trouble: 'unseen',
  remarks: [`${UNSEEN} (${why}).`],
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
  const again = [...told.keys()].filter((bucket) => watched.has(bucket) && !now.has(bucket)).sort();
  const wasUnseen = (bucket: string) => told.get(bucket)?.[0]?.startsWith(UNSEEN) ?? false;
  return {
    worse: found.filter(({ bucket, remarks }) => !same(remarks, told.get(bucket))).sort(gravestFirst),
    mended: again.filter((bucket) => !wasUnseen(bucket)),
    seenAgain: again.filter(wasUnseen),
    forgotten: [...told.keys()].filter((bucket) => !watched.has(bucket)),
  };
}

function gravestFirst(a: Remarked, b: Remarked): number {
  return GRAVITY.indexOf(a.trouble) - GRAVITY.indexOf(b.trouble) || (a.bucket < b.bucket ? -1 : 1);
}
