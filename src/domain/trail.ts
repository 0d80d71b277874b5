/**
 * What the entries of a request come to: a chain that is whole, or one that shows that somebody altered it. Where an execution is stopped, or fails, what a
 * step wrote that was at work then may stand beside the last entry, which comes after what the record knows: nobody altered anything, and it is told apart.
 */
import { type AuditEntry, auditEntry, brokenAt } from './audit.ts';

export interface Trail {
  /** `open`: whole so far, with no end yet; `cutShort`: whole, but for an end that comes before some steps. */
  state: 'whole' | 'open' | 'cutShort' | 'altered';
  /** In the order in which each names the one before; what fits nowhere, and the end, come last. */
  entries: AuditEntry[];
  /** Names of entries: the first that doesn't fit where it was altered, those that stand beside the end where it is cut short. */
  about: string[];
}

/** Ends beside which a step may have written more. */
const CUT_SHORT = ['999-closed-stopped', '999-closed-failed'];

/** Of all entries of one request, in any order. */
export function trailOf(all: readonly AuditEntry[]): Trail {
  const isEnd = ({ entry }: AuditEntry) => entry.startsWith('999-closed-');
  const steps = inOrder(all.filter((entry) => !isEnd(entry)));
  const [end, ...others] = all.filter(isEnd);
  const entries = [...steps, ...(end ? [end, ...others] : [])];
  const altered = (entry: AuditEntry | undefined): Trail => ({ state: 'altered', entries, about: entry ? [entry.entry] : [] });

  const broken = brokenAt(steps);
  if (broken !== undefined) return { state: 'altered', entries, about: [broken] };
  if (!end) return { state: 'open', entries, about: [] };
  const after = steps.findIndex(({ hash }) => hash === end.previous);
  // Of two ends the second one is told too, and no flow writes two.
  if (after < 0 || auditEntry(end).hash !== end.hash || others.length > 0) return altered(others[0] ?? end);
  const beside = steps.slice(after + 1).map(({ entry }) => entry);
  if (beside.length === 0) return { state: 'whole', entries, about: [] };
  return CUT_SHORT.includes(end.entry) ? { state: 'cutShort', entries, about: beside } : altered(end);
}

function inOrder(entries: readonly AuditEntry[]): AuditEntry[] {
  const rest = entries.toSorted((one, other) => (one.entry < other.entry ? -1 : 1));
  const chain: AuditEntry[] = [];
  for (;;) {
    const head = chain.at(-1)?.hash ?? '';
    const next = rest.findIndex(({ previous }) => previous === head);
    if (next < 0) return [...chain, ...rest];
    chain.push(...rest.splice(next, 1));
  }
}
