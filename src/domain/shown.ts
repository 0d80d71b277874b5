/**
 * What an approver was shown, as a digest: the frozen request, the facts and the notes. A code is sealed for it, so that it opens for
 * nothing else: not for a row that was altered, nor for another asking.
 */
import { createHash } from 'node:crypto';
import { Facts, Request } from './request.ts';

/** SHA-256 in hexadecimal; the order of members doesn't matter, nor do members that aren't part of a request or of facts. */
export function shownDigest(request: Request, facts: Facts, notes: string[]): string {
  const shown = { request: pick(request, REQUEST), facts: pick(facts, Facts.shape), notes };
  return createHash('sha256')
    .update(JSON.stringify(sorted(shown)))
    .digest('hex');
}

/** Not the head of the trail: a row's moves on, and nobody is shown it. */
const REQUEST = Request.omit({ auditHead: true }).shape;

/** The members that belong there; a row holds others too. */
function pick(from: object, shape: object): object {
  return Object.fromEntries(Object.entries(from).filter(([name]) => name in shape));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  );
}
