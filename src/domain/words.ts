/** Counts, lists and keys in words. */
import type { Count } from './request.ts';

/** "1,000 or more objects", "1 object", or "" for none. */
export function say(count: Count, noun: string): string {
  if (count.count === 0 && !count.more) return '';
  const number = count.count.toLocaleString('en-US');
  return count.more ? `${number} or more ${noun}s` : `${number} ${noun}${count.count === 1 ? '' : 's'}`;
}

/** "a", "a and b", "a, b and c". */
export function list(items: string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** So much of a key is shown: S3 takes 1,024 bytes of anything. */
const SHOWN = 100;

/** What shows nothing or makes lines of its own; half a character. */
const HIDING = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;
/** Marks that our own quotation could seem to end with. */
const QUOTING = /["\u00ab\u00bb\u02ba\u02dd\u02ee\u201c-\u201f\u2033\u2036\u275d\u275e\u2e42\u3003\u301d-\u301f\uff02]/u;

/** A key that others chose, in quotation marks which it can't end: cut to a hundred characters, and what hides, quotes or breaks lines by its code point. */
export function quotedKey(key: string): string {
  const chars = [...key];
  const shown = chars.slice(0, SHOWN).map((char) => {
    return HIDING.test(char) || QUOTING.test(char) ? `[U+${char.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}]` : char;
  });
  return `“${shown.join('')}${chars.length > SHOWN ? ' …' : ''}”`;
}
