/** What emptying speaks of: how much went, how far a stretch is, and how it ended. Pure. */
import * as z from 'zod';
import type { Stretch } from './key-space.ts';
import { Within } from './purge.ts';
import { type Outcome, Time } from './request.ts';

const count = z.int().nonnegative();

/** How much: versions of objects, delete markers, unfinished uploads; bytes of the versions. */
export const Tally = z.strictObject({ versions: count, markers: count, bytes: count, uploads: count });
export type Tally = z.infer<typeof Tally>;

export const NONE: Tally = { versions: 0, markers: 0, bytes: 0, uploads: 0 };

export function add(a: Tally, b: Tally): Tally {
  return over(a, b, plus);
}

/** Nine petabytes and more are "nine petabytes": what a number can't hold exactly would be no count any more, and nothing would take it. */
export const plus = (a: number, b: number): number => Math.min(a + b, Number.MAX_SAFE_INTEGER);

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

/** What is left of a stretch in one piece: keys behind `after` (what lies before is gone) up to and with `upTo` (null: the last). */
export const Part = z.strictObject({
  after: z.string(),
  upTo: z.string().nullable(),
  /** In the middle of a key, behind that version: what lies before stays. */
  within: Within.extend({ versionId: z.string() }).optional(),
  /** What was begun of it, up to and with a version of a key ('': all of them); null where nothing is under way. */
  begun: z.strictObject({ tally: Tally, key: z.string(), versionId: z.string(), within: Within.optional() }).nullable(),
});
export type Part = z.infer<typeof Part>;

/**
 * How far a stretch is. A worker that dies loses its count of what it had begun, so it says before what it begins: whoever goes on
 * looks what of that is still there, and nothing is counted twice.
 */
export const Progress = z.strictObject({
  done: Tally,
  /** A dozen at most: what a worker goes through at once, and what it is deleting the last pages of. null: all of the stretch, untouched. */
  parts: z.array(Part).nullable(),
  /** The first of those that stayed, and how many. */
  kept: z.array(Kept),
  keptCount: count,
});
export type Progress = z.infer<typeof Progress>;

export const UNTOUCHED: Progress = { done: NONE, parts: null, kept: [], keptCount: 0 };

/** Of a stretch that is taken up: all of it, in parts that meet where it may be cut; or from the middle of a key on, or with what a worker that died had begun. */
export function untouched({
  after,
  upTo,
  cuts = [],
  begun = null,
  within,
}: Stretch & { cuts?: readonly string[] } & Partial<Pick<Part, 'begun' | 'within'>>): Progress {
  if (begun || within) return { ...UNTOUCHED, parts: [{ after, upTo, begun, ...(within && { within }) }] };
  if (cuts.length === 0) return UNTOUCHED;
  const parts = [after, ...cuts].map((from, at): Part => ({ after: from, upTo: cuts[at] ?? upTo, begun: null }));
  return { ...UNTOUCHED, parts };
}

/**
 * How the work on a stretch ended. `more`: its time was up; `kept`: S3 won't let go of some, whatever is tried again; `stopped`: a person,
 * or another stretch that can't go on; `unarchived`: what is to go could not be
 * written down, so it stays; `failed`: it could not be worked on, and what is left of it is divided anew.
 */
export const STRETCH_ENDS = ['done', 'more', 'kept', 'stopped', 'sessionEnded', 'denied', 'absent', 'unarchived', 'failed'] as const;
export type StretchEnd = (typeof STRETCH_ENDS)[number];

/**
 * What PlanEmptying says. `divided`: there are stretches to be emptied; `empty`: nothing is left; `emptied`: nothing is left, and the bucket stays; `purged`: nothing is
 * left that was to go;
 * `sessionEnded`: a fresh code is needed to go on; else nothing more can be done.
 */
export const PLAN_VERDICTS = ['divided', 'empty', 'emptied', 'purged', 'sessionEnded', 'refused', 'stopped'] as const;

/** What the flow carries of an emptying: counts, and nothing that grows with the bucket. */
export const Emptying = z.strictObject({
  verdict: z.enum(PLAN_VERDICTS),
  why: z.string(),
  /** When it was looked. */
  at: Time,
  /** How often it was divided; each has its own stretches. */
  pass: count,
  /** Whose stretches: of two runs that plan a pass at once, those of one count. */
  run: z.string(),
  /** The last stretch's number: they begin with 0. */
  last: count,
  /** What went before this pass. */
  done: Tally,
  /** Did more go than `done` says? What a worker that was given up had begun is counted by nobody, nor what a session's last requests took unheard. (Plans from before this was known don't say so.) */
  least: z.boolean().default(false),
  /** How many versions and markers are left, as far as can be guessed without listing them. */
  left: count,
  /** Slack user id of who stopped it; '' for nobody. */
  by: z.string(),
  /** Of which asking's session this is. */
  attempt: z.int().positive(),
  auditHead: z.string(),
});
export type Emptying = z.infer<typeof Emptying>;

/** So often what was emptied is looked at again and found not empty, before it is given up. */
export const MOST_ROUNDS = 3;

/** "12 versions, 3 delete markers and 1 unfinished upload"; "nothing". */
export function sayTally({ versions, markers, uploads }: Tally): string {
  const parts = [say(versions, 'version'), say(markers, 'delete marker'), say(uploads, 'unfinished upload')].filter((part) => part !== '');
  if (parts.length === 0) return 'nothing';
  return parts.length === 1 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** How much went, as far as it was counted: "at least 12 versions". */
export function sayWent({ done, least }: Pick<Emptying, 'done' | 'least'>): string {
  const all = sayTally(done);
  if (!least) return all;
  return all === sayTally(NONE) ? 'an unknown number of versions' : `at least ${all}`;
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const say = (count: number, noun: string): string =>
  count === 0 ? '' : `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;

/** "2,100 of about 9,300"; "at least 2,100 of about 9,300" where more went than was counted. */
export function sayShare(gone: number, all: number, least: boolean): string {
  return `${least ? 'at least ' : ''}${gone.toLocaleString('en-US')} of about ${all.toLocaleString('en-US')}`;
}

/** For the note with which a fresh code is asked for. @param until milliseconds since 1970: so long it is waited for */
export function sayProgress({ done, least, left }: Pick<Emptying, 'done' | 'least' | 'left'>, until: number): string {
  const gone = done.versions + done.markers;
  return `The session ended with work left: ${sayShare(gone, gone + left, least)} versions and markers are gone. A fresh code goes on where it was; there is time for it until ${new Date(until).toISOString().slice(0, 16).replace('T', ' ')} UTC.`;
}

/** What of a bucket went, to be told beside how a request ended; '' where nothing did, or where `why` says it already. */
export function whatWent(
  { outcome, why }: { outcome: Outcome; why: string },
  emptying: Pick<Emptying, 'done' | 'least' | 'verdict'>,
): string {
  const all = sayWent(emptying);
  switch (outcome) {
    case 'deleted':
    case 'emptied':
      return `It held ${all}.`;
    case 'purged':
      return `${capital(all)} went.`;
    default:
      break;
  }
  const counted = sayTally(emptying.done);
  const nothing = counted === sayTally(NONE);
  // What the workers of the pass did is counted by the plan after it, which never came.
  if (emptying.verdict === 'divided') return nothing ? 'Some of it may be gone.' : `At least ${counted} went, and more may be gone.`;
  // A reason that somebody typed says nothing of ours.
  const isSaid = outcome !== 'rejected' && (why.includes(all) || why.includes(capital(all)));
  return (nothing && !emptying.least) || isSaid ? '' : `Before that, ${all} went.`;
}
