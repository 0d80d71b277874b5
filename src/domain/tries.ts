/**
 * How an approver's codes have fared, over all requests: three refusals in a row pause the approver for fifteen minutes, six
 * until an operator unlocks. A refusal is counted before the call, so that codes that are with AWS at once count together.
 *
 * A code whose answer is lost (STS is down, a function dies) may have been refused. It is taken back, so that a fault of AWS's pauses nobody;
 * but only twice until AWS answers again: from the third on it stays counted, so that nobody guesses for free by losing answers.
 */

export interface Tries {
  /** Refusals in a row; a session sets them back to none. */
  refusals: number;
  /** ISO 8601; null while not paused. */
  pausedUntil: string | null;
  /** The askings whose codes are with AWS: counted as refused until their answer is known. */
  pending: string[];
  /** Answers that were lost since AWS last looked at a code of this approver; rows from before have none. */
  lost?: number;
  /** The serial that AWS has verified a code against, right or wrong: it is not at fault then. */
  knownSerial: string | null;
  /** When AWS first answered that it can't validate codes of an unknown serial, ISO 8601. */
  unvalidatedSince: string | null;
  /** When codes were sent to AWS lately, ISO 8601. */
  sentAt: string[];
}

export const NO_TRIES: Tries = { refusals: 0, pausedUntil: null, pending: [], knownSerial: null, unvalidatedSince: null, sentAt: [] };

/** Lost answers in a row that don't count. */
const LOST_FREE = 2;

const PAUSE_AT = 3;
const LOCK_AT = 6;
const PAUSE_MS = 15 * 60_000;

/** STS verifies about nine codes of a device in three minutes, right ones included; then right ones are refused as not validated (1Password/shell-plugins#180). */
const VERIFICATIONS = 8;
const VERIFICATION_WINDOW_MS = 3 * 60_000;

/** No code of the approver may be sent: why, and whether only an operator can change that. */
export interface Wait {
  ok: false;
  locked: boolean;
  why: string;
}

/** May a code of this approver be sent now (milliseconds since 1970)? A refusal says until when not. */
function maySend(tries: Tries, now: number): { ok: true } | Wait {
  if (tries.refusals >= LOCK_AT) {
    return {
      ok: false,
      locked: true,
      why: `AWS refused ${tries.refusals} codes of this approver in a row, or gave no answer, so no more are sent until an operator unlocks the approver.`,
    };
  }
  const left = tries.pausedUntil === null ? 0 : Date.parse(tries.pausedUntil) - now;
  if (left <= 0) return { ok: true };
  return {
    ok: false,
    locked: false,
    why: `AWS refused ${tries.refusals} codes of this approver in a row, or gave no answer, so none is sent for ${minutes(left)}. Give a code after that.`,
  };
}

/** Before the code of an asking is sent: counted as refused until AWS says otherwise; or why none may be sent. */
export function sending(tries: Tries, asking: string, now: number): Tries | Wait {
  const may = maySend(tries, now);
  if (!may.ok) return may;
  const refusals = tries.refusals + 1;
  const recent = tries.sentAt.filter((at) => now - Date.parse(at) < VERIFICATION_WINDOW_MS);
  return {
    ...tries,
    refusals,
    pausedUntil: refusals === PAUSE_AT ? new Date(now + PAUSE_MS).toISOString() : tries.pausedUntil,
    pending: [...tries.pending, asking],
    sentAt: [...recent, new Date(now).toISOString()],
  };
}

/**
 * After AWS answered: a session sets the count back to the codes that are still with AWS, a refusal stays counted, a lost answer from the third on,
 * anything else is taken back. Said twice, it counts once.
 */
export function answered(tries: Tries, asking: string, answer: 'session' | 'refused' | 'lost' | 'neither'): Tries {
  if (!tries.pending.includes(asking)) return tries;
  const pending = tries.pending.filter((one) => one !== asking);
  const before = tries.lost ?? 0;
  const known = { ...tries, pending, lost: answer === 'lost' ? before + 1 : answer === 'neither' ? before : 0 };
  // What was sent minutes ago is with AWS no more: its function died, and nobody ran it again.
  const stillWithAws = Math.min(pending.length, Math.max(0, tries.sentAt.length - 1));
  if (answer === 'session') return { ...known, refusals: stillWithAws, pausedUntil: null };
  if (answer === 'refused' || (answer === 'lost' && known.lost > LOST_FREE)) return known;
  return { ...known, refusals: Math.max(0, tries.refusals - 1), pausedUntil: null };
}

/** A code was verified against this serial. */
export function verified(tries: Tries, serial: string): Tries {
  return { ...tries, knownSerial: serial, unvalidatedSince: null };
}

/** What "unable to validate" means, which STS says of throttled devices and of wrong serials alike; and what to remember of it. */
export function unvalidated(
  tries: Tries,
  serial: string,
  now: number,
): { tries: Tries; fault: 'throttled' | 'either' | 'serial'; wait: string } {
  const recent = tries.sentAt.filter((at) => now - Date.parse(at) < VERIFICATION_WINDOW_MS);
  const oldest = recent.length < VERIFICATIONS ? now : Date.parse(recent[0] as string);
  const wait = minutes(oldest + VERIFICATION_WINDOW_MS - now);
  if (tries.knownSerial === serial || recent.length >= VERIFICATIONS) return { tries, fault: 'throttled', wait };
  const since = tries.unvalidatedSince;
  const waited = since !== null && now - Date.parse(since) >= VERIFICATION_WINDOW_MS;
  return { tries: { ...tries, unvalidatedSince: since ?? new Date(now).toISOString() }, fault: waited ? 'serial' : 'either', wait };
}

function minutes(ms: number): string {
  const count = Math.max(1, Math.ceil(ms / 60_000));
  return count === 1 ? 'one minute' : `${count} minutes`;
}
