/**
 * The audit trail: a chain of entries for each request, each with the hash of the one before, so that an entry that was
 * altered or taken out afterwards shows.
 */
import { createHash } from 'node:crypto';

/** An entry of the trail. `entry` names it and sorts: the same thing done twice has the same name. */
export interface AuditEntry {
  requestId: string;
  entry: string;
  /** ISO 8601 in UTC. */
  at: string;
  /** Slack user id or the function that did it. */
  who: string;
  /** What happened; no secret. */
  what: Record<string, string | number | boolean | null>;
  /** Hash of the entry before; empty for the first. */
  previous: string;
  /** SHA-256 over all of the above, in hexadecimal. */
  hash: string;
}

/** Completes an entry with its hash. */
export function auditEntry(entry: Omit<AuditEntry, 'hash'>): AuditEntry {
  return { ...entry, hash: hashOf(entry) };
}

/** Is this chain whole? Gives the name of the first entry that doesn't fit. */
export function brokenAt(chain: AuditEntry[]): string | undefined {
  let previous = '';
  for (const { hash, ...entry } of chain) {
    if (entry.previous !== previous || hashOf(entry) !== hash) return entry.entry;
    previous = hash;
  }
  return undefined;
}

/** What tells of a step, where one has said something: the hash of its entry, and of which asking it is. */
type Step = { auditHead: string; attempt: number } | null;

/**
 * The hash of the last entry so far, by what the record and the flow say.
 * @param row knows of the asking and of who decided on it
 * @param elevation what came of a code
 * @param emptying the last plan of an emptying
 * @param work what was done with a session; its entry comes after that of a plan which found nothing left
 */
export function lastHead(
  row: { auditHead: string; attempt: number },
  elevation: Step,
  emptying: (Step & { verdict: string }) | null,
  work: { auditHead: string; verdict: string } | null = null,
): string {
  if (work && work.verdict !== 'notEmpty') return work.auditHead;
  if (elevation?.attempt !== row.attempt) return row.auditHead;
  if (emptying?.attempt !== elevation.attempt) return elevation.auditHead;
  return work && emptying.verdict === 'empty' ? work.auditHead : emptying.auditHead;
}

function hashOf(entry: Omit<AuditEntry, 'hash'>): string {
  const { requestId, entry: name, at, who, what, previous } = entry;
  const sorted = Object.entries(what).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([requestId, name, at, who, sorted, previous]))
    .digest('hex');
}
