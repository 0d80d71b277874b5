/** The account of a stretch: what went, and what is left, in so many parts. It says what is begun before it is begun, so that whoever goes on for a worker that died counts nothing twice. */
import { add, type Kept, less, NAMED, NONE, type Part, type Progress, plus, type Tally } from '../../domain/emptying.ts';
import { compareKeys, holds, type Stretch } from '../../domain/key-space.ts';
import type { Chooser, Within } from '../../domain/purge.ts';
import { type Behind, type Entry, listVersions } from './listing.ts';
import type { Known } from './remove.ts';
import type { StretchJob } from './stretch.ts';

interface Begun {
  /** What of it isn't counted. */
  tally: Tally;
  upTo: Behind;
  /** All that goes, up to this key, is gone once this page is, and those before it. */
  reaches: string;
  /** Where what chooses stood in its last key. */
  within: Within | undefined;
  /** Does its last version stay, so that who comes later can go on behind it? */
  stays: boolean;
  /** Did it go? Or was it refused, and it is known what went of it? */
  ended: 'gone' | 'refused' | undefined;
}

interface Page {
  /** All of it is gone, but for these. */
  gone: (kept: readonly Kept[]) => void;
  /** S3 refused it, but for what is known to have gone. */
  refused: (known: Known) => void;
}

export class Account {
  readonly #job: StretchJob;
  readonly #ledgers: Ledger[];
  #writing: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #done: Tally;
  #kept: readonly Kept[];
  keptCount: number;

  constructor(job: StretchJob) {
    this.#job = job;
    const { done, parts, kept, keptCount } = job.progress;
    this.#ledgers = (parts ?? [{ ...job.stretch, begun: null }]).map((part) => new Ledger(this, part));
    [this.#done, this.#kept, this.keptCount] = [done, kept, keptCount];
  }

  get progress(): Progress {
    return { done: this.#done, parts: this.#ledgers.map((ledger) => ledger.part), kept: [...this.#kept], keptCount: this.keptCount };
  }

  /** What is left, in order, as it was when the worker before died or ended. */
  get ledgers(): readonly Ledger[] {
    return [...this.#ledgers];
  }

  /** Where a worker died, what it had begun and is not there any more was deleted. */
  async goOn(): Promise<void> {
    if (this.#ledgers.every(({ part }) => part.begun === null)) return;
    for (const ledger of this.#ledgers) {
      const { begun } = ledger.part;
      if (begun) this.count(less(begun.tally, await survivors(this.#job, ledger.part, begun)));
      ledger.forget();
    }
    await this.note();
  }

  /** What lies behind `at` in this part is a part of its own from now on. */
  split(ledger: Ledger, at: string): Ledger {
    const behind = new Ledger(this, { after: at, upTo: ledger.stretch.upTo, begun: null });
    ledger.endAt(at);
    this.#ledgers.push(behind);
    return behind;
  }

  /** Nothing is left of it. */
  drop(ledger: Ledger): void {
    this.#ledgers.splice(this.#ledgers.indexOf(ledger), 1);
  }

  count(went: Tally): void {
    this.#done = add(this.#done, went);
  }

  keep(kept: readonly Kept[]): void {
    this.#kept = [...this.#kept, ...kept].slice(0, NAMED);
    this.keptCount += kept.length;
  }

  /** Keeps it as it is now, or later: one is written after the other, and what is said while one is written is written with the next. */
  note(): Promise<void> {
    this.#next ??= this.#write(this.#writing);
    return this.#next;
  }

  async #write(before: Promise<void> | undefined): Promise<void> {
    // Whoever waits for that one hears of its failure.
    await before?.catch(() => undefined);
    this.#writing = this.#next;
    this.#next = undefined;
    await this.#job.note(this.progress);
  }
}

/** The account of one part: its pages end in any order, and count in the order in which they were listed. */
export class Ledger {
  readonly #account: Account;
  readonly #pages: Begun[] = [];
  /** What a worker that died had begun, until it was counted. */
  #found: Part['begun'];
  #after: string;
  #upTo: string | null;
  #within: Part['within'];
  /** Did S3 refuse a page? Then what lies behind it may be gone, and it is not: each counts for itself, and how far it is no longer moves. */
  #refused = false;
  #listed = false;

  constructor(account: Account, { after, upTo, begun, within }: Part) {
    this.#account = account;
    [this.#after, this.#upTo, this.#found, this.#within] = [after, upTo, begun, within];
  }

  get part(): Part {
    const isOpen = this.#pages.some(({ ended }) => ended === undefined);
    const last = this.#refused && !isOpen ? undefined : this.#pages.at(-1);
    const tally = this.#pages.reduce((sum, page) => add(sum, page.tally), NONE);
    const within = this.#within && { within: this.#within };
    const begun = last && { tally, key: last.upTo.key, versionId: last.upTo.id ?? '', ...(last.within && { within: last.within }) };
    return { ...this.stretch, ...within, begun: begun ?? this.#found };
  }

  get stretch(): Stretch {
    return { after: this.#after, upTo: this.#upTo };
  }

  endAt(upTo: string): void {
    this.#upTo = upTo;
  }

  forget(): void {
    this.#found = null;
  }

  /** Says that these are begun, of a page up to there, with which all goes up to the key that it `reaches`; gives what says what became of them. */
  begin(
    entries: readonly Entry[],
    upTo: Behind,
    reaches: string,
    { within, stays = false }: Partial<Pick<Begun, 'within' | 'stays'>> = {},
  ): Page {
    const page: Begun = { tally: tallyOf(entries), upTo, reaches: ofItsOwn(reaches), within, stays, ended: undefined };
    this.#pages.push(page);
    return {
      gone: (kept) => {
        this.#account.keep(kept);
        if (kept.length > 0) page.tally = tallyOf(without(entries, kept));
        page.ended = 'gone';
        this.#settle();
      },
      refused: ({ gone, lost }) => {
        const went = tallyOf(gone);
        this.#account.count(went);
        page.tally = less(page.tally, went);
        // Where more may have gone it stays begun, so that nobody takes what is counted for all that went.
        if (!lost) page.ended = 'refused';
        this.#refused = true;
        this.#settle();
      },
    };
  }

  /** All of it was listed. */
  end(): void {
    this.#listed = true;
    this.#settle();
  }

  #settle(): void {
    const all = () => this.#account.keptCount === 0 && !this.#refused;
    for (const page of this.#refused ? this.#pages : []) {
      if (page.ended !== 'gone') continue;
      this.#account.count(page.tally);
      page.tally = NONE;
    }
    while (!this.#refused && this.#pages[0]?.ended) {
      const { tally, reaches, within, stays, upTo } = this.#pages.shift() as Begun;
      this.#account.count(tally);
      if (!all()) continue;
      this.#after = later(this.#after, reaches);
      if (within && stays && upTo.id !== undefined) this.#within = { ...within, versionId: upTo.id };
      else if (this.#within && compareKeys(this.#within.key, this.#after) <= 0) this.#within = undefined;
    }
    if (this.#listed && this.#pages.length === 0 && all()) {
      this.#listed = false;
      this.#account.drop(this);
    }
  }
}

/** How much is still there of what was begun of a part. */
async function survivors({ removal, selection = all }: StretchJob, part: Part, begun: NonNullable<Part['begun']>): Promise<Tally> {
  const count = async (from: Behind, goesOn: (key: string) => boolean, within?: Within): Promise<Tally> => {
    const chooses = selection(within);
    let [sum, next]: [Tally, Behind | undefined] = [NONE, from];
    while (next) {
      const at: Behind = next;
      const page = await removal.pace.send(() => listVersions(removal, at));
      const inside = page.entries.filter(({ key }) => holds(part, key) && goesOn(key));
      next = inside.length < page.entries.length ? undefined : page.next;
      sum = add(sum, tallyOf(chooses(inside, next === undefined)));
    }
    return sum;
  };
  const there = await count(beginsAt(part), (key) => compareKeys(key, begun.key) <= 0, part.within);
  // Older versions of the last key were not begun.
  const behind = { key: begun.key, id: begun.versionId };
  const older = begun.versionId === '' ? NONE : await count(behind, (key) => key === begun.key, begun.within);
  return less(there, older);
}

/** Where what is left of a part begins to be listed. */
export const beginsAt = ({ after, within }: Part): Behind => (within ? { key: within.key, id: within.versionId } : { key: after });

export const all = (): Chooser<Entry> => (entries) => entries;

export const later = (a: string, b: string): string => (compareKeys(a, b) >= 0 ? a : b);

function tallyOf(entries: readonly Entry[]): Tally {
  const tally = { ...NONE };
  for (const { marker, size } of entries) {
    tally[marker ? 'markers' : 'versions'] += 1;
    tally.bytes = plus(tally.bytes, size);
  }
  return tally;
}

function without(entries: readonly Entry[], kept: readonly Kept[]): Entry[] {
  const stayed = new Set(kept.map(({ key, versionId }) => JSON.stringify([key, versionId])));
  return entries.filter(({ key, versionId }) => !stayed.has(JSON.stringify([key, versionId])));
}

/** A part of a listing's text keeps all of it in memory, and while one page isn't gone any number may be waiting behind it. */
const ofItsOwn = (key: string): string => Buffer.from(key).toString();
