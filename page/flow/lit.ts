/** Which states and ways are lit up, for one execution. */
import type { ExecutionNews } from '../../sandbox/page/wire.ts';
import type { FlowGraph } from './graph.ts';

export type Tone = 'idle' | 'visited' | 'running' | 'caught' | 'failed';

export interface Lit {
  tones: ReadonlyMap<string, Tone>;
  counts: ReadonlyMap<string, number>;
  /** `from to` of the ways that were taken. */
  taken: ReadonlySet<string>;
  /** The innermost state that the execution is in now, the newest where there are several; null where it is over. */
  now: string | null;
  /** That state, or the last one that was entered. */
  place: string | null;
}

export const DARK: Lit = { tones: new Map(), counts: new Map(), taken: new Set(), now: null, place: null };

export const wayOf = ({ from, to }: { from: string; to: string }): string => `${from} ${to}`;

type Seen = Pick<ExecutionNews, 'status' | 'visits'>;

/**
 * A history says what was entered and left, not why: a state counts as caught where a Catch is the only way to what came next. Inside a
 * Parallel or a Map visits of several branches and items lie between one another; there every way between two visited states is lit, but for
 * Catches where another way led there too.
 */
export function litUp(graph: FlowGraph, { status, visits }: Seen): Lit {
  const tones = new Map<string, Tone>();
  const counts = new Map<string, number>();
  const taken = new Set<string>();
  const parents = new Map(graph.nodes.map(({ name, parent }) => [name, parent]));
  const kinds = kindsOf(graph);
  const last = new Map<string | null, string>();
  const isRunning = status === 'RUNNING';
  for (const { name, type, exitedAt } of visits) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
    const parent = parents.get(name) ?? null;
    const before = parent === null ? [last.get(null)] : [...counts.keys()].filter((other) => parents.get(other) === parent);
    const ways = before.flatMap((from) => {
      const kind = from === undefined ? undefined : kinds.get(wayOf({ from, to: name }));
      return from === undefined || !kind ? [] : [{ from, isCatch: kind.every((one) => one === 'catch') }];
    });
    const isCaught = ways.every(({ isCatch }) => isCatch);
    for (const { from, isCatch } of ways) {
      if (isCatch && !isCaught) continue;
      taken.add(wayOf({ from, to: name }));
      if (isCatch) tones.set(from, 'caught');
    }
    if (parent === null) last.set(null, name);
    if (exitedAt === null && isRunning) tones.set(name, 'running');
    else if (type === 'Fail' || (exitedAt === null && status !== 'SUCCEEDED')) tones.set(name, 'failed');
    else if (tones.get(name) !== 'running') tones.set(name, 'visited');
  }
  const now = isRunning ? (visits.findLast(({ exitedAt }) => exitedAt === null)?.name ?? null) : null;
  return { tones, counts, taken, now, place: now ?? visits.at(-1)?.name ?? null };
}

function kindsOf({ edges }: FlowGraph): Map<string, string[]> {
  const kinds = new Map<string, string[]>();
  for (const edge of edges) kinds.set(wayOf(edge), [...(kinds.get(wayOf(edge)) ?? []), edge.kind]);
  return kinds;
}

const TOLD: Record<Tone, string> = { idle: 'not visited', visited: '', running: 'running', caught: 'caught an error', failed: 'failed' };

/** A state's accessible name: “Elevate, visited twice, running”. */
export function nameOf(name: string, { tones, counts }: Lit): string {
  const count = counts.get(name) ?? 0;
  const times = ['', 'visited', 'visited twice'][count] ?? `visited ${count} times`;
  return [name, times, TOLD[tones.get(name) ?? 'idle']].filter(Boolean).join(', ');
}
