/** Counts what a bucket holds: listed on within a bound, so that a look at it takes seconds however much there is. */
import { plus } from '../domain/emptying.ts';
import { type Purge, purging, withoutNull } from '../domain/purge.ts';
import type { Count, Facts, Going } from '../domain/request.ts';
import { type Behind, type Entry, listVersions, type Place, passingEmpty } from './emptying/listing.ts';
import { createPace } from './emptying/pace.ts';

/** So many listings of a thousand, and so many milliseconds, whichever is reached first. */
export interface Bound {
  pages: number;
  ms: number;
}

/** One listing says whether a bucket is empty. */
export const FIRST_PAGE: Bound = { pages: 1, ms: 0 };
/**
 * What is to go is counted as far as that is quick: before a code is spent it is counted again, and a code is good for about a minute. A function's
 * own time is a minute, too.
 */
export const QUICKLY: Bound = { pages: 20, ms: 8_000 };

/** As often as the SDK tries other requests (src/aws/clients.ts). */
const TRIES = 3;

export interface Contents extends Pick<Facts, 'objects' | 'oldVersions' | 'deleteMarkers' | 'bytes' | 'newestWrite'> {
  /** What was counted. */
  entries: Entry[];
}

/** Counts until the end, or the bound. Throws the SDK's errors. */
export async function countContents(place: Place, { pages, ms }: Bound): Promise<Contents> {
  const end = performance.now() + ms;
  const pace = createPace(undefined, TRIES);
  const entries: Entry[] = [];
  let next: Behind | undefined = { key: '' };
  for (let page = 0; next && page < pages && (page === 0 || performance.now() < end); page += 1) {
    const from: Behind = next;
    // Otherwise a bound reached before anything was seen would read as an empty bucket.
    const listed = await passingEmpty((at) => pace.send(() => listVersions(place, at)), from);
    entries.push(...listed.entries);
    next = listed.next;
  }
  const more = next !== undefined;
  const count = (found: number): Count => ({ count: found, more: more && found > 0 });
  const versions = entries.filter(({ marker }) => !marker);
  const newest = entries.reduce((last, { modified }) => Math.max(last, modified), 0);
  return {
    entries,
    objects: count(versions.filter(({ isLatest }) => isLatest).length),
    oldVersions: count(versions.filter(({ isLatest }) => !isLatest).length),
    deleteMarkers: count(entries.length - versions.length),
    bytes: count(versions.reduce((sum, { size }) => plus(sum, size), 0)),
    newestWrite: newest === 0 ? null : new Date(newest).toISOString(),
  };
}

/** What a purge takes of what was counted; `more`: not all of it was. */
export function goingOf(entries: readonly Entry[], more: boolean, purge: Purge, askedAt: number, versioning: Facts['versioning']): Going {
  const chosen = withoutNull(purging<Entry>(purge, askedAt), versioning)(entries, !more);
  const versions = chosen.filter(({ marker }) => !marker);
  return {
    versions: { count: versions.length, more },
    markers: { count: chosen.length - versions.length, more },
    bytes: { count: versions.reduce((sum, { size }) => plus(sum, size), 0), more },
  };
}
