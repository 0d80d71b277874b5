/**
 * Empties one stretch of a bucket's keys: lists on while what was listed before is deleted, a bounded number of pages at once, so that memory stays flat
 * however much there is. It can die at any point and be begun again: nothing is left, and nothing is counted twice.
 */
import { NONE, type Progress, type StretchEnd } from '../../domain/emptying.ts';
import { holds, type Stretch } from '../../domain/key-space.ts';
import type { Chooser, Within } from '../../domain/purge.ts';
import { nameOf } from '../clients.ts';
import { Account } from './account.ts';
import { ENDS, Lines } from './lines.ts';
import { type Behind, type Entry, listUploads, type Page, type Upload } from './listing.ts';
import { abortUpload, forEach, type Removal } from './remove.ts';

export interface StretchJob {
  removal: Removal;
  stretch: Stretch;
  /** How far it was; UNTOUCHED at first. */
  progress: Progress;
  /** Gives what chooses, from there on, the entries that go. Without it all of them go, and unfinished uploads too. */
  selection?: (from?: Within) => Chooser<Entry>;
  /** Writes down what goes, before it goes. Throws NotArchived where that can't be. */
  archive?: ((entries: readonly Entry[]) => Promise<void>) | undefined;
  /** Asked before each page: why it may not go on, if it may not. */
  mayGoOn: () => Promise<'more' | 'stopped' | undefined>;
  /** Keeps how far it is, before and after each page. */
  note: (progress: Progress) => Promise<void>;
}

/** Empties it, until it is done or may not go on. Throws the SDK's errors where S3 fails for long, or refuses in a way that is not known. */
export async function emptyStretch(job: StretchJob): Promise<{ end: StretchEnd; progress: Progress }> {
  const account = new Account(job);
  try {
    await account.goOn();
    const open = job.selection ? undefined : ahead(pageOfUploads(job, { key: job.stretch.after }));
    const end = (await new Lines(job, account).goThrough()) ?? (open && (await uploads(job, account, open))) ?? 'done';
    return { end: end === 'done' && account.keptCount > 0 ? 'kept' : end, progress: account.progress };
  } catch (error) {
    const end = ENDS[nameOf(error)];
    if (!end) throw error;
    return { end, progress: account.progress };
  }
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
    await forEach(inside, async (upload) => {
      if (await abortUpload(job.removal, upload)) account.count({ ...NONE, uploads: 1 });
      await account.note();
    });
  }
  return undefined;
}

const pageOfUploads = ({ removal }: StretchJob, from: Behind) => removal.pace.send(() => listUploads(removal, from));

/** Asked for before it is known whether it is needed: then nobody hears of its failure. */
function ahead<T>(page: Promise<T>): Promise<T> {
  page.catch(() => undefined);
  return page;
}
