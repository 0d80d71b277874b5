/** Counts and lists in words. */
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
