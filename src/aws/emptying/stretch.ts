/**
 * Empties one stretch of a bucket's keys: lists on while what was listed before is deleted, a bounded number of pages at once, so that memory stays flat
 * however much there is. It can die at any point and be begun again: nothing is left, and nothing is counted twice.
 */
import { add, type Kept, less, NAMED, NONE, type Progress, type StretchEnd, type Tally } from '../../domain/emptying.ts';
import { compareKeys, holds, type Stretch } from '../../domain/key-space.ts';
import { nameOf } from '../clients.ts';
import { type Behind, type Entry, listUploads, listVersions, type Page, type Upload } from './listing.ts';
import { abortUpload, type Removal, removeVersions } from './remove.ts';

export interface StretchJob {
  removal: Removal;
  stretch: Stretch;
  /** How far it was; UNTOUCHED at first. */
  progress: Progress;
  /** Gives what chooses, of each page in order (`end`: the last), the entries that go. Without it all of them go, and unfinished uploads too. */
  selection?: () => (entries: Entry[], end: boolean) => Entry[];
  /** Writes down what goes, before it goes. Throws NotArchived where that can't be. */
  archive?: ((entries: readonly Entry[]) => Promise<void>) | undefined;
  /** Asked before each page: why it may not go on, if it may not. */
  mayGoOn: () => Promise<'more' | 'stopped' | undefined>;
  /** Keeps how far it is, before and after each page. */
  note: (progress: Progress) => Promise<void>;
}

/** Pages that are being deleted at once: S3 takes about as long for a thousand deletions as for five listings. */
const AT_ONCE = 8;
/** Uploads that are aborted at once. */
const ABORTS = 16;

/** Empties it, until it is done or may not go on. Throws the SDK's errors where S3 fails for long, or refuses in a way that is not known. */
export async function emptyStretch(job: StretchJob): Promise<{ end: StretchEnd; progress: Progress }> {
  const account = new Account(job);
  try {
    await account.goOn();
    const open = job.selection ? undefined : ahead(pageOfUploads(job, { key: job.stretch.after }));
    const end = (await versions(job, account)) ?? (open && (await uploads(job, account, open))) ?? 'done';
    return { end: end === 'done' && account.progress.keptCount > 0 ? 'kept' : end, progress: account.progress };
  } catch (error) {
    const end = ENDS[nameOf(error)];
    if (!end) throw error;
    return { end, progress: account.progress };
  }
}

/** What ends the work on all stretches (S3 API Reference, "Error responses"). */
const ENDS: Record<string, StretchEnd> = {
  ExpiredToken: 'sessionEnded',
  AccessDenied: 'denied',
  NoSuchBucket: 'absent',
  NotArchived: 'unarchived',
};

/** A page, as far as it belongs to the stretch. `upTo`: its last key, and its last version of that where more of them follow; undefined where it is empty. */
interface Inside {
  inside: Entry[];
  upTo: Behind | undefined;
  next: Behind | undefined;
}

async function versions({ removal, stretch, mayGoOn, archive = nowhere, selection = all }: StretchJob, account: Account) {
  const chooses = selection();
  // What a purge chose may be current again a moment later: little time passes until it is deleted.
  const atOnce = selection === all ? AT_ONCE : 2;
  const inFlight = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const list = async (from: Behind): Promise<Inside> => {
    let { entries, next } = await removal.pace.send(() => listVersions(removal, from));
    // Nothing in a page is not the end, where another one follows.
    while (entries.length === 0 && next) {
      const further: Behind = next;
      ({ entries, next } = await removal.pace.send(() => listVersions(removal, further)));
    }
    const inside = entries.filter(({ key }) => holds(stretch, key));
    const more = inside.length < entries.length ? undefined : next;
    return { inside, upTo: inside.length === 0 ? undefined : (more ?? { key: lastKey(inside) }), next: more };
  };
  let why: 'more' | 'stopped' | undefined;
  try {
    let page: Inside | undefined = await list({ key: later(stretch.after, account.progress.reached) });
    while (page?.upTo && failures.length === 0 && account.progress.keptCount === 0) {
      why = await mayGoOn();
      if (why) break;
      // Before the version that it begins behind is deleted: not every S3 finds its place again by one that is gone.
      const following: Inside | undefined = page.next && (await list(page.next));
      const chosen = chooses(page.inside, following?.upTo === undefined);
      const done = await account.begin(chosen, page.upTo);
      const gone = chosen.length === 0 ? [] : archive(chosen).then(() => removeVersions(removal, chosen));
      const work = Promise.resolve(gone).then(done.gone, (error) => {
        failures.push(error);
        if (ENDS[nameOf(error)]) done.stayed();
      });
      const ended = work.finally(() => inFlight.delete(ended));
      inFlight.add(ended);
      if (inFlight.size >= atOnce) await Promise.race(inFlight);
      page = following;
    }
  } finally {
    // What was sent has ended when this has, however it ended: nobody counts what is still there while it goes.
    await Promise.all(inFlight);
  }
  await account.note();
  if (failures.length > 0) throw failures[0];
  return why;
}

async function uploads(job: StretchJob, account: Account, first: Promise<Page<Upload>>) {
  let listed: Promise<Page<Upload>> | undefined = first;
  while (listed) {
    const why = await job.mayGoOn();
    if (why) return why;
    const page: Page<Upload> = await listed;
    const inside = page.entries.filter(({ key }) => holds(job.stretch, key));
    const next = inside.length < page.entries.length ? undefined : page.next;
    listed = next && ahead(pageOfUploads(job, next));
    for (let at = 0; at < inside.length; at += ABORTS) {
      const aborted = await Promise.all(inside.slice(at, at + ABORTS).map((upload) => abortUpload(job.removal, upload)));
      await account.aborted(aborted.filter(Boolean).length);
    }
  }
  return undefined;
}

const pageOfUploads = ({ removal }: StretchJob, from: Behind) => removal.pace.send(() => listUploads(removal, from));

/** Asked for before it is known whether it is needed: then nobody hears of its failure. */
function ahead<T>(page: Promise<T>): Promise<T> {
  page.catch(() => undefined);
  return page;
}

const nowhere = async () => undefined;

const all = () => (entries: Entry[]) => entries;

const later = (a: string, b: string): string => (compareKeys(a, b) >= 0 ? a : b);

const tallyOf = (entries: readonly Entry[]): Tally => ({
  versions: entries.filter(({ marker }) => !marker).length,
  markers: entries.filter(({ marker }) => marker).length,
  bytes: entries.reduce((sum, { size }) => sum + size, 0),
  uploads: 0,
});

interface Begun {
  tally: Tally;
  upTo: Behind;
  /** Everything up to this key is gone once this page is, and those before it. */
  reaches: string;
  ended: boolean;
}

/** Keeps the account of a stretch: pages end in any order, and count in the order in which they were listed. */
class Account {
  readonly #job: StretchJob;
  readonly #pages: Begun[] = [];
  /** Did S3 refuse a page? Then what lies behind it may be gone, and it is not. */
  #refused = false;
  progress: Progress;

  constructor(job: StretchJob) {
    this.#job = job;
    this.progress = structuredClone(job.progress);
  }

  /** Where a worker died, what it had begun and is not there any more was deleted. */
  async goOn(): Promise<void> {
    const { begun, reached } = this.progress;
    if (!begun) return;
    const { removal, stretch, selection = all } = this.#job;
    const survivors = async (from: Behind, goesOn: (key: string) => boolean): Promise<Tally> => {
      const chooses = selection();
      let [sum, next]: [Tally, Behind | undefined] = [NONE, from];
      while (next) {
        const at: Behind = next;
        const page = await removal.pace.send(() => listVersions(removal, at));
        const inside = page.entries.filter(({ key }) => holds(stretch, key) && goesOn(key));
        next = inside.length < page.entries.length ? undefined : page.next;
        sum = add(sum, tallyOf(chooses(inside, next === undefined)));
      }
      return sum;
    };
    const there = await survivors({ key: later(stretch.after, reached) }, (key) => compareKeys(key, begun.key) <= 0);
    // Older versions of the last key were not begun.
    const older = begun.versionId === '' ? NONE : await survivors({ key: begun.key, id: begun.versionId }, (key) => key === begun.key);
    this.progress = { ...this.progress, done: add(this.progress.done, less(begun.tally, less(there, older))), begun: null };
    await this.note();
  }

  /** Says that these are begun, of a page up to there; gives what says that they are gone, but for some, or that S3 refused all of them. */
  async begin(entries: readonly Entry[], upTo: Behind): Promise<{ gone: (kept: readonly Kept[]) => void; stayed: () => void }> {
    // Where a key's versions go on in the next page, it is not all gone with this one.
    const reaches = upTo.id === undefined ? upTo.key : before(entries, upTo.key);
    const page: Begun = { tally: tallyOf(entries), upTo, reaches: reaches ?? '', ended: false };
    this.#pages.push(page);
    await this.note();
    const ended = (tally: Tally) => {
      Object.assign(page, { ended: true, tally });
      this.#settle();
    };
    return {
      gone: (kept) => {
        const stayed = new Set(kept.map(({ key, versionId }) => JSON.stringify([key, versionId])));
        const { progress } = this;
        this.progress = {
          ...progress,
          kept: [...progress.kept, ...kept].slice(0, NAMED),
          keptCount: progress.keptCount + kept.length,
        };
        const went = entries.filter(({ key, versionId }) => !stayed.has(JSON.stringify([key, versionId])));
        ended(stayed.size === 0 ? page.tally : tallyOf(went));
      },
      stayed: () => {
        this.#refused = true;
        ended(NONE);
      },
    };
  }

  #settle(): void {
    while (this.#pages[0]?.ended) {
      const { tally, reaches } = this.#pages.shift() as Begun;
      const { done, reached, keptCount } = this.progress;
      const all = keptCount === 0 && !this.#refused;
      // Not changed in place: what is being kept of it must stay as it was when it was said.
      this.progress = { ...this.progress, done: add(done, tally), reached: all ? later(reached, reaches) : reached };
    }
    this.#tell();
  }

  async aborted(uploads: number): Promise<void> {
    this.progress = { ...this.progress, done: add(this.progress.done, { ...NONE, uploads }) };
    await this.note();
  }

  note(): Promise<void> {
    this.#tell();
    return this.#job.note(this.progress);
  }

  #tell(): void {
    const upTo = this.#pages.at(-1)?.upTo;
    const tally = this.#pages.reduce((sum, page) => add(sum, page.tally), NONE);
    this.progress = { ...this.progress, begun: upTo ? { tally, key: upTo.key, versionId: upTo.id ?? '' } : null };
  }
}

const lastKey = (entries: readonly Entry[]): string => entries.reduce((last, { key }) => later(last, key), '');

/** The last key before this one. */
function before(entries: readonly Entry[], key: string): string | undefined {
  return entries.reduce<string | undefined>(
    (last, one) => (compareKeys(one.key, key) < 0 && (last === undefined || compareKeys(one.key, last) > 0) ? one.key : last),
    undefined,
  );
}
