/**
 * Until when a code is waited for: as long as the rule lets a request wait; and as long anew, a day at most, where a session ended in the middle of an
 * emptying. What is half done isn't left so because it took long. Pure.
 */
import type { Emptying } from './emptying.ts';
import type { Request } from './request.ts';

/** In milliseconds since 1970. */
export interface Window {
  from: number;
  /** Approvers are reminded then, once. */
  remindAt: number;
  until: number;
}

/** Who was shown a bucket long ago may not remember it; the request can be made anew. */
const LONGEST_ANEW = 86_400_000;

/** The window of a request that was emptied so far; null where nothing was. It is the same however often it is asked in it. */
export function windowOf(
  { askedAt, remindAt, expiresAt }: Pick<Request, 'askedAt' | 'remindAt' | 'expiresAt'>,
  emptying: Pick<Emptying, 'verdict' | 'pass' | 'at'> | null,
): Window {
  const own = { from: Date.parse(askedAt), remindAt: Date.parse(remindAt), until: Date.parse(expiresAt) };
  // The first pass only finds out what there is.
  if (emptying?.verdict !== 'sessionEnded' || emptying.pass === 1) return own;
  const from = Date.parse(emptying.at);
  const length = Math.min(own.until - own.from, LONGEST_ANEW);
  return from + length > own.until ? { from, remindAt: from + length / 2, until: from + length } : own;
}

/** When the window of a request that waits is over, by its record; ISO 8601. */
export const untilOf = ({ expiresAt, until }: { expiresAt: string; until?: string }): string => until ?? expiresAt;
