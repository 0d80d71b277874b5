/** What each kind of request is called in sentences. */
import type { Purge } from '../../domain/purge.ts';
import type { Kind, Request } from '../../domain/request.ts';
import { code } from '../text.ts';

interface Words {
  /** After "asks to", before the bucket. */
  act: string;
  /** After "rehearse", and with a capital at the beginning of a sentence. */
  doing: string;
  /** Beside the bucket, in a list. */
  short: string;
}

const WORDS: Record<Kind, Words> = {
  delete: { act: 'delete', doing: 'the deletion of', short: '' },
  'empty-delete': { act: 'empty and delete', doing: 'the emptying and deletion of', short: 'emptied first' },
  empty: { act: 'empty', doing: 'the emptying of', short: 'emptied, kept' },
  purge: { act: 'delete old versions in', doing: 'the deletion of old versions in', short: 'old versions' },
  'guard-hardened': { act: 'put the hardened guard on', doing: 'putting the hardened guard on', short: 'hardened guard' },
  'guard-basic': { act: 'put the basic guard on', doing: 'putting the basic guard on', short: 'basic guard' },
  'guard-off': { act: 'take the guard off', doing: 'taking the guard off', short: 'guard off' },
};

/** What is asked, after "asks to". */
export function whatOf({ kind, rehearsal }: Pick<Request, 'kind' | 'rehearsal'>): string {
  return rehearsal ? `rehearse ${WORDS[kind].doing}` : WORDS[kind].act;
}

/** "The deletion of", "Putting the basic guard on". */
export function doingOf(kind: Kind): string {
  const { doing } = WORDS[kind];
  return doing.charAt(0).toUpperCase() + doing.slice(1);
}

/** What a list says of a request beside its bucket: "" or " (hardened guard, rehearsal)". */
export function shortOf({ kind, rehearsal }: Pick<Request, 'kind' | 'rehearsal'>): string {
  const words = [WORDS[kind].short, rehearsal ? 'rehearsal' : ''].filter((word) => word !== '');
  return words.length === 0 ? '' : ` (${words.join(', ')})`;
}

/** What a purge does, with what the approver has to know. */
export function purgeWords({ prefix, olderThanDays, keep }: Purge): string {
  const under = prefix === '' ? '' : ` under ${code(prefix, 200)}`;
  const but = keep === 0 ? '' : `, but for the newest ${keep === 1 ? 'one' : keep} of each object`;
  const days = olderThanDays === 1 ? 'a day' : `${olderThanDays} days`;
  return `versions${under} that have not been current for ${days} are deleted for good${but}, and delete markers that hide nothing. What is current stays, and so does the bucket.`;
}
