/** The visits of an execution as the list shows them. */
import type { Visit } from '../../sandbox/page/wire.ts';

export interface VisitRow {
  name: string;
  type: string;
  /** So many visits stand in it. */
  count: number;
  /** So many of them were not left yet. */
  open: number;
  /** When the first one was entered. */
  enteredAt: string;
  /** When the last one so far was left; null where none was. */
  exitedAt: string | null;
}

/**
 * One row a visit; but what is visited inside a Parallel or a Map has one for as long as that lasts, since its branches and items come by
 * hundreds of times, in between one another.
 *
 * @param parents the state that holds each inner state, by names; null at the top
 */
export function rowsOf(visits: readonly Visit[], parents: ReadonlyMap<string, string | null>): VisitRow[] {
  const rows: VisitRow[] = [];
  const inside = new Map<string, VisitRow>();
  for (const { name, type, enteredAt, exitedAt } of visits) {
    const isInner = (parents.get(name) ?? null) !== null;
    if (!isInner) inside.clear();
    const known = inside.get(name);
    if (known) {
      known.count += 1;
      known.open += Number(exitedAt === null);
      known.exitedAt = later(known.exitedAt, exitedAt);
      continue;
    }
    const row = { name, type, count: 1, open: Number(exitedAt === null), enteredAt, exitedAt };
    if (isInner) inside.set(name, row);
    rows.push(row);
  }
  return rows;
}

/** Of two times in ISO 8601, both in UTC. */
const later = (one: string | null, other: string | null) => ((one ?? '') > (other ?? '') ? one : other);
