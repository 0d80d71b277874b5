/** What emptying speaks of: how much went, how far a stretch is, and how it ended. Pure. */
import * as z from 'zod';

const count = z.int().nonnegative();

/** How much: versions of objects, delete markers, unfinished uploads; bytes of the versions. */
export const Tally = z.strictObject({ versions: count, markers: count, bytes: count, uploads: count });
export type Tally = z.infer<typeof Tally>;

export const NONE: Tally = { versions: 0, markers: 0, bytes: 0, uploads: 0 };

export function add(a: Tally, b: Tally): Tally {
  return over(a, b, (x, y) => x + y);
}

/** What is in `a` and not in `b`; never less than nothing. */
export function less(a: Tally, b: Tally): Tally {
  return over(a, b, (x, y) => Math.max(0, x - y));
}

const over = (a: Tally, b: Tally, how: (x: number, y: number) => number): Tally => ({
  versions: how(a.versions, b.versions),
  markers: how(a.markers, b.markers),
  bytes: how(a.bytes, b.bytes),
  uploads: how(a.uploads, b.uploads),
});

/** A version that stayed, and S3's code for why. */
export const Kept = z.strictObject({ key: z.string(), versionId: z.string(), code: z.string() });
export type Kept = z.infer<typeof Kept>;

/** So many of those that stayed are named. */
export const NAMED = 10;

/**
 * How far a stretch is. A worker that dies loses its count of what it had begun, so it says before what it begins: whoever goes on
 * looks what of that is still there, and nothing is counted twice.
 */
export const Progress = z.strictObject({
  done: Tally,
  /** Everything up to and with this key is gone; '' at the beginning. */
  reached: z.string(),
  /** What was begun behind that, up to and with a version of a key; null where nothing is under way. */
  begun: z.strictObject({ tally: Tally, key: z.string(), versionId: z.string() }).nullable(),
  /** The first of those that stayed, and how many. */
  kept: z.array(Kept),
  keptCount: count,
});
export type Progress = z.infer<typeof Progress>;

export const UNTOUCHED: Progress = { done: NONE, reached: '', begun: null, kept: [], keptCount: 0 };

/**
 * How the work on a stretch ended. `more`: its time was up; `kept`: S3 won't let go of some, whatever is tried again; `stopped`: a person,
 * or another stretch that can't go on.
 */
export const STRETCH_ENDS = ['done', 'more', 'kept', 'stopped', 'sessionEnded', 'denied', 'absent'] as const;
export type StretchEnd = (typeof STRETCH_ENDS)[number];
