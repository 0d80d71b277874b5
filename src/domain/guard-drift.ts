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
  /** Of the guard's statements, where they could be read: these may change and the sentences on them stay. */
  digest?: string | undefined;
}

/** What is known of a watched bucket: what people were last told of it. No remarks: it was as it should be. */
export type Told = Pick<Remarked, 'remarks' | 'digest'>;

/** One that is not as it was known to be; `edited`: in the same words, of other statements. */
export type Worse = Remarked & { edited?: boolean };

export interface Drift {
  /**
   * Not as they should be, and not known to be so; the gravest first, then those that were as they should be, whose guards somebody changed, then by
   * name: a message shows the first few only.
   */
  worse: Worse[];
  /** Names of those that are as they should be again. */
  mended: string[];
  /** Names of those that could not be looked at when people were last told, and are as they should be: nobody knows that they weren't. */
  seenAgain: string[];
  /** Names of those that were watched and are no longer there: deleted, by a request or past it. */
  gone: string[];
  /** Names of those that are as they should be, and of which nothing was known. Nobody is told. */
  fresh: string[];
  /** Names of those that are there, and no longer under such a rule. Nobody is told. */
  forgotten: string[];
}

const NO_GUARD = 'It has no guard: whoever may delete buckets can delete it.';
const BASIC = 'Its guard is basic: it denies the deletion alone, and whoever may write the bucket’s policy can take it off.';

/**
 * What there is to say of a bucket that was looked at; undefined where it is as it should be: a whole hardened guard, and nothing goes round it.
 * @param digest of the guard's statements
 */
export function remarkOn(bucket: string, guard: GuardSeen, waysRound: string[], digest?: string): Remarked | undefined {
  const onGuard = guard.state === 'none' ? [NO_GUARD] : guard.level === 'basic' ? [...guard.findings, BASIC] : guard.findings;
  const trouble = guard.state === 'whole' && guard.findings.length === 0 ? 'basic' : 'guard';
  if (onGuard.length > 0) return { bucket, trouble, remarks: [...onGuard, ...waysRound], digest };
  return waysRound.length > 0 ? { bucket, trouble: 'round', remarks: waysRound, digest } : undefined;
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
 * @param told what is known, by bucket
 * @param watched the names of all buckets that are watched now
 * @param found what there is to say of some of them
 * @param isThere is there still a bucket of the name, watched or not?
 */
export function driftOf(
  told: ReadonlyMap<string, Told>,
  watched: ReadonlySet<string>,
  found: readonly Remarked[],
  isThere: (bucket: string) => boolean,
): Drift {
  const now = new Map(found.map((one) => [one.bucket, one]));
  const known = [...told.keys()].sort();
  const again = known.filter((bucket) => watched.has(bucket) && !now.has(bucket) && told.get(bucket)?.remarks.length !== 0);
  const wasUnseen = (bucket: string) => told.get(bucket)?.remarks[0]?.startsWith(UNSEEN) ?? false;
  const wasWell = (bucket: string) => told.get(bucket)?.remarks.length === 0;
  const unwatched = known.filter((bucket) => !watched.has(bucket));
  const worse = found.flatMap((one): Worse[] => {
    const before = told.get(one.bucket);
    if (!before || !sameSentences(one.remarks, before.remarks)) return [one];
    return one.digest === undefined || before.digest === undefined || one.digest === before.digest ? [] : [{ ...one, edited: true }];
  });
  return {
    worse: worse.sort(
      (a, b) =>
        GRAVITY.indexOf(a.trouble) - GRAVITY.indexOf(b.trouble) ||
        Number(wasWell(b.bucket)) - Number(wasWell(a.bucket)) ||
        (a.bucket < b.bucket ? -1 : 1),
    ),
    mended: again.filter((bucket) => !wasUnseen(bucket)),
    seenAgain: again.filter(wasUnseen),
    gone: unwatched.filter((bucket) => !isThere(bucket)),
    fresh: [...watched].filter((bucket) => !now.has(bucket) && !told.has(bucket)),
    forgotten: unwatched.filter(isThere),
  };
}

const sameSentences = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((one, index) => one === b[index]);
