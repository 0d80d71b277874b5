/**
 * Which versions a purge takes: noncurrent ones older than some days, but for the newest few of each key, and delete markers that hide nothing. What is
 * current stays, always: whoever reads the bucket sees no difference. As S3's own lifecycle rules have it (S3 User Guide, "Lifecycle configuration
 * elements": NoncurrentDays, NewerNoncurrentVersions, ExpiredObjectDeleteMarker; read November 2026). Pure.
 */
import * as z from 'zod';
import { compareKeys } from './key-space.ts';

/** What is asked for. `prefix`: of keys; '' for all. */
export const Purge = z.strictObject({
  prefix: z
    .string()
    .max(200)
    // Such as couldn't be shown as they are.
    .regex(/^(?!.*(?:`|\s\s|\p{C}))(?:\S.*)?$/su),
  /** A version is noncurrent since its successor was written. */
  olderThanDays: z.int().min(1).max(36_500),
  /** So many noncurrent versions of each key stay, whatever their age. */
  keep: z.int().min(0).max(1_000),
});
export type Purge = z.infer<typeof Purge>;

/** What is listed of a version or a marker. */
export interface Listed {
  key: string;
  marker: boolean;
  isLatest: boolean;
  /** Milliseconds since 1970; S3 keeps whole seconds. 0 where it isn't known: that is as good as just now. */
  modified: number;
}

const DAY = 86_400_000;

const milliseconds = z.number().nullable();

/** What the newer versions of a key say of the older ones: so a purge can go on in the middle of a key. Times as in `Listed`, null where none is known. */
export const Within = z.strictObject({
  key: z.string(),
  noncurrent: z.int().nonnegative(),
  /** When the last of them was written, and since when it is noncurrent. */
  last: milliseconds,
  since: milliseconds,
});
export type Within = z.infer<typeof Within>;

/** Chooses from a listing, page by page in its order, what goes; `end`: no page follows. `within`: where it stands then, for what follows of the last key. */
export interface Chooser<T> {
  (page: readonly T[], end: boolean): readonly T[];
  within?: () => Within | undefined;
}

/**
 * Gives what chooses. A page may end in the middle of a key, and its versions and markers may
 * stand in any order: they are put into S3's, newest first within a key.
 * @param asOf milliseconds since 1970: the age counts back from there
 * @param from where it was, if what is listed begins in the middle of a key
 */
export function purging<T extends Listed>({ olderThanDays, keep }: Purge, asOf: number, from?: Within): Chooser<T> {
  const before = asOf - olderThanDays * DAY;
  let key = from?.key;
  /** When the entry before was written, and since when it is noncurrent. */
  let [last, since] = [from?.last ?? Number.POSITIVE_INFINITY, from?.since ?? Number.POSITIVE_INFINITY];
  let noncurrent = from?.noncurrent ?? 0;
  /** A current marker, until it is known whether it hides anything. */
  let alone: T | undefined;

  const choose = (page: readonly T[], end: boolean) => {
    const chosen: T[] = [];
    for (const entry of inOrder(page)) {
      const same = entry.key === key;
      const modified = entry.modified || Number.POSITIVE_INFINITY;
      // Deleted beside what it hides, it could go first, and bring that back.
      if (!same && alone) chosen.push(alone);
      alone = undefined;
      if (!same) [key, noncurrent, since] = [entry.key, 0, Number.POSITIVE_INFINITY];
      // Written after the one before it: the place behind that one moved, as null's does when it is written anew. What is known is of no use then.
      else if (modified > last) [noncurrent, since] = [0, Number.POSITIVE_INFINITY];
      // Of two old ones of the same second nobody can tell which came first: neither counts as noncurrent before both are.
      else if (modified < last || since === Number.POSITIVE_INFINITY) since = last;
      last = modified;
      const old = since <= before && entry.modified > 0;
      if (entry.isLatest) alone = entry.marker && modified <= before ? entry : undefined;
      else if (entry.marker ? old : ++noncurrent > keep && old) chosen.push(entry);
    }
    if (end && alone) chosen.push(alone);
    if (end) alone = undefined;
    return chosen;
  };
  const known = (time: number) => (time === Number.POSITIVE_INFINITY ? null : time);
  const within = () => (key === undefined ? undefined : { key, noncurrent, last: known(last), since: known(since) });
  return Object.assign(choose, { within });
}

/** The current one first, then by age; of the same second as they were listed. Keys stay in the order in which they come. */
function inOrder<T extends Listed>(page: readonly T[]): T[] {
  const byKey = new Map<string, T[]>();
  for (const entry of page) {
    const entries = byKey.get(entry.key);
    if (entries) entries.push(entry);
    else byKey.set(entry.key, [entry]);
  }
  return [...byKey]
    .sort(([a], [b]) => compareKeys(a, b))
    .flatMap(([, entries]) => entries.sort((a, b) => Number(b.isLatest) - Number(a.isLatest) || b.modified - a.modified));
}

/** Where versioning isn't on, `null` is whatever lies there now: it may be current by the time that it is deleted. */
export function withoutNull<T extends { versionId: string }>(chooses: Chooser<T>, versioning: 'never on' | 'on' | 'suspended'): Chooser<T> {
  const choose = (page: readonly T[], end: boolean) =>
    chooses(page, end).filter(({ versionId }) => versioning === 'on' || versionId !== 'null');
  return Object.assign(choose, chooses.within && { within: chooses.within });
}
