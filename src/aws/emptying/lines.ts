/**
 * Goes through a stretch with several lines of listings at once. One begins; as soon as it is known that there is more than a page, the others look for
 * places behind it and go on from there, and whoever is done takes a part of what another one has left. So a stretch needs no dividing to be emptied fast.
 */

import type { StretchEnd } from '../../domain/emptying.ts';
import { commonLength, compareKeys, holds, learn, share } from '../../domain/key-space.ts';
import { cutsAt, evenly, places } from '../../domain/places.ts';
import type { Chooser } from '../../domain/purge.ts';
import { nameOf } from '../clients.ts';
import { type Account, all, beginsAt, type Ledger, later } from './account.ts';
import { type Behind, type Entry, listVersions, PAGE, passingEmpty } from './listing.ts';
import { nothingKnown, removeVersions } from './remove.ts';
import type { StretchJob } from './stretch.ts';

/** Listings at once. */
export const LINES = 4;
/** Pages that are being deleted at once, by all lines: S3 takes about as long for a thousand deletions as for five listings. */
const AT_ONCE = 8;
/** Less than so much isn't worth the questions that cutting it takes; nor is trying again sooner than so many pages later. */
const WORTH = 6 * PAGE;
const AGAIN = 12;
/** So many keys of a page tell of its letters. */
const LEARNT = 24;

/** What ends the work on all stretches (S3 API Reference, "Error responses"). */
export const ENDS: Record<string, StretchEnd> = {
  ExpiredToken: 'sessionEnded',
  AccessDenied: 'denied',
  NoSuchBucket: 'absent',
  NotArchived: 'unarchived',
};

/** A page, as far as it belongs to the part. `upTo`: its last key, and its last version of that where more of them follow; undefined where it is empty. */
interface Inside {
  inside: Entry[];
  upTo: Behind | undefined;
  next: Behind | undefined;
}

/** A page that was asked for. `next`: where the one behind it begins, as soon as that is known. */
interface Asked {
  page: Promise<Inside>;
  next: Promise<Behind | undefined>;
}

interface Line {
  ledger: Ledger;
  /** Of the first page; of all pages; of the last one, the first key and the last. */
  first: string[] | undefined;
  count: number;
  pages: number;
  page: { first: string; last: string };
  more: boolean;
  /** Nothing of it lies behind; nearer than its part says, where that was found. */
  end: string | null;
  /** Before so many pages it isn't tried again to cut it. */
  notBefore: number;
}

export class Lines {
  readonly #job: StretchJob;
  readonly #account: Account;
  readonly #lines = new Set<Line>();
  readonly #work = new Set<Promise<void>>();
  readonly #inFlight = new Set<Promise<void>>();
  readonly #failures: unknown[] = [];
  readonly #seen: string[][] = [];
  /** What a purge chose may be current again a moment later: little time passes until it is deleted. Pages come to what chooses in order. */
  readonly #purges: boolean;
  #why: 'more' | 'stopped' | undefined;
  #cutting = false;
  /** Of the worker before, which had more lines than are begun with. */
  #waiting: Ledger[] = [];

  constructor(job: StretchJob, account: Account) {
    [this.#job, this.#account, this.#purges] = [job, account, job.selection !== undefined];
  }

  /** Says why it ended before all was gone, if it did. Throws what went wrong, once all that was sent has ended. */
  async goThrough(): Promise<'more' | 'stopped' | undefined> {
    this.#waiting = [...this.#account.ledgers];
    for (const ledger of this.#waiting.splice(0, LINES)) this.#start(ledger);
    while (this.#work.size > 0) await Promise.race(this.#work);
    // What was sent has ended when this has, however it ended: nobody counts what is still there while it goes.
    await Promise.all(this.#inFlight);
    await this.#account.note();
    if (this.#failures.length > 0) throw this.#failures[0];
    return this.#why;
  }

  get #over(): boolean {
    return this.#why !== undefined || this.#failures.length > 0 || this.#account.keptCount > 0;
  }

  #do(work: Promise<void>): void {
    const ended = work.catch((error) => void this.#failures.push(error)).finally(() => this.#work.delete(ended));
    this.#work.add(ended);
  }

  #start(ledger: Ledger): void {
    const page = { first: '', last: '' };
    const line: Line = { ledger, first: undefined, count: 0, pages: 0, page, more: true, end: ledger.stretch.upTo, notBefore: 0 };
    this.#lines.add(line);
    this.#do(
      this.#go(line).finally(() => {
        this.#lines.delete(line);
        const waiting = this.#over ? undefined : this.#waiting.shift();
        if (waiting) this.#start(waiting);
        else this.#cut();
      }),
    );
  }

  async #go(line: Line): Promise<void> {
    const { mayGoOn, archive = nowhere, removal, selection = all } = this.#job;
    const { part } = line.ledger;
    const chooses = selection(part.within);
    const first = this.#ask(line, beginsAt(part));
    let next = this.#behind(line, first);
    let page: Inside | undefined = await first.page;
    while (page?.upTo && !this.#over) {
      const asked: Asked | undefined = await next;
      if (!this.#purges) next = this.#behind(line, asked);
      // The next page before the version that it begins behind is deleted: not every S3 finds its place again by one that is gone.
      const [why, following]: ['more' | 'stopped' | undefined, Inside | undefined] = await Promise.all([mayGoOn(), asked?.page]);
      this.#why ??= why;
      while (this.#inFlight.size >= (this.#purges ? 2 : AT_ONCE)) await Promise.race(this.#inFlight);
      if (this.#over) return;
      const isLast = following?.upTo === undefined;
      const chosen = chooses(page.inside, isLast);
      const reaches = isLast ? page.upTo.key : beforeLast(page.inside, page.upTo.key);
      const done = line.ledger.begin(chosen, page.upTo, reaches, standing(chooses, page, chosen));
      const known = nothingKnown();
      const gone = this.#account.note().then(async () => {
        if (chosen.length === 0) return [];
        await archive(chosen);
        return removeVersions(removal, chosen, known);
      });
      const ended = gone
        .then(done.gone, (error) => {
          this.#failures.push(error);
          if (ENDS[nameOf(error)]) done.refused(known);
        })
        .finally(() => this.#inFlight.delete(ended));
      this.#inFlight.add(ended);
      if (this.#purges) next = this.#behind(line, asked);
      page = following;
    }
    if (!this.#over) line.ledger.end();
  }

  /** @param before the page before, which may still be under way */
  #ask(line: Line, from: Behind, before?: Promise<unknown>): Asked {
    const { promise: next, resolve: told } = Promise.withResolvers<Behind | undefined>();
    const page = this.#list(line, from, told, before);
    // Where it isn't needed any more, nobody hears of its failure.
    page.then((whole) => told(whole.next)).catch(() => told(undefined));
    return { page, next };
  }

  /** The page behind one, asked for as soon as that one's head says where it begins; anew, where all of it says something else. */
  async #behind(line: Line, asked: Asked | undefined): Promise<Asked | undefined> {
    const from = await asked?.next;
    const ahead = from && holds(line.ledger.stretch, from.key) ? this.#ask(line, from, asked?.page) : undefined;
    const next = (await asked?.page.catch(() => undefined))?.next;
    if (!next) return undefined;
    return next.key === from?.key && next.id === from.id ? ahead : this.#ask(line, next);
  }

  async #list(line: Line, from: Behind, told: (next: Behind) => void, before?: Promise<unknown>): Promise<Inside> {
    const { removal } = this.#job;
    const { entries, next } = await passingEmpty((at) => removal.pace.send(() => listVersions(removal, at, PAGE, told)), from);
    // One that was cut off comes later than the one behind it, and would say that a line is not yet where it is.
    await before?.catch(() => undefined);
    // By where the part ends now: meanwhile another line may have taken what is behind.
    const { stretch } = line.ledger;
    const inside = entries.filter(({ key }) => holds(stretch, key));
    const more = inside.length < entries.length ? undefined : next;
    // Where more follow, S3 says which was the last.
    const last = more?.key ?? lastKey(inside);
    line.more = more !== undefined;
    if (inside.length > 0) this.#note(line, inside, last);
    this.#cut();
    return { inside, upTo: inside.length === 0 ? undefined : (more ?? { key: last }), next: more };
  }

  #note(line: Line, inside: readonly Entry[], last: string): void {
    const first = inside[0]?.key ?? '';
    line.first ??= [...first];
    line.count += inside.length;
    line.pages += 1;
    line.page = { first, last };
    const keys = [...evenly(inside, LEARNT).map(({ key }) => key), last];
    if (!this.#purges) learn(this.#seen, keys);
  }

  /** Gives lines without work a part of what another one has left. */
  #cut(): void {
    if (this.#purges || this.#cutting || this.#over || this.#lines.size >= LINES) return;
    const now = [...this.#lines].filter(({ more, pages, notBefore }) => more && pages > 0 && pages >= notBefore);
    const [[line, left] = []] = now.map((one) => [one, this.#left(one)] as const).sort(([, a], [, b]) => b - a);
    if (!line || left === undefined || left < WORTH) return;
    this.#cutting = true;
    this.#do(
      this.#cutOne(line).finally(() => {
        this.#cutting = false;
        this.#cut();
      }),
    );
  }

  /** A guess, of what was seen of it and of others. */
  #left({ first, count, page, end }: Line): number {
    if (end === null || first === undefined) return Number.POSITIVE_INFINITY;
    const done = share([...page.last], first, [...end], this.#seen);
    return (count * (1 - done)) / done;
  }

  async #cutOne(line: Line): Promise<void> {
    const { removal } = this.#job;
    const { first, last } = line.page;
    const list = (from: Behind) => removal.pace.send(() => listVersions(removal, from, 1));
    const next = async (after: string) => (await passingEmpty(list, { key: after })).entries[0]?.key ?? null;
    const rest = { low: last, end: line.end, shared: commonLength([...first], [...last]) + 1 };
    const { found, end } = await places({ next, seen: this.#seen }, rest);
    line.end = end;
    line.notBefore = line.pages + AGAIN;
    // It went on meanwhile, and may have ended, or been cut off by its end.
    const behind = found.filter(({ at }) => compareKeys(at, line.page.last) > 0);
    if (!line.more || this.#over || behind.length === 0) return;
    line.notBefore = 0;
    const free = LINES - this.#lines.size;
    for (const at of cutsAt(behind, free, this.#seen).reverse()) {
      const ledger = this.#account.split(line.ledger, at);
      this.#start(ledger);
      line.end = at;
    }
  }
}

const nowhere = async (): Promise<void> => undefined;

/** The key of a page before the one with which it ends: of that one more versions may follow, or what a marker hides. It is the last one, where they are in order. */
const beforeLast = (page: readonly Entry[], key: string): string => page.findLast((one) => one.key !== key)?.key ?? '';

/** Where what chooses stands in the last key of a page; in the middle of a key who comes later goes on behind its last version, where that stays. */
function standing({ within }: Chooser<Entry>, page: Inside, chosen: readonly Entry[]) {
  const there = within?.();
  return there && there.key === page.upTo?.key ? { within: there, stays: stays(page, chosen, page.upTo) } : {};
}

/** Does the version with which a page ends stay, and is all known of it? A marker that is current may be all that there is of its key. */
function stays({ inside }: Inside, chosen: readonly Entry[], { key, id }: Behind): boolean {
  const last = inside.findLast((one) => one.key === key && one.versionId === id);
  return last !== undefined && !chosen.includes(last) && !(last.marker && last.isLatest);
}

const lastKey = (entries: readonly Entry[]): string => entries.reduce((last, { key }) => later(last, key), '');
