/** Emptyings and purges that are planned pass by pass, in memory. */
import type { Left } from '../../src/aws/emptying/division.ts';
import type { Piece } from '../../src/domain/divide.ts';
import type { Emptying } from '../../src/domain/emptying.ts';
import type { Kind, Work } from '../../src/domain/request.ts';
import { type PlanParts, planEmptying } from '../../src/steps/plan-emptying.ts';
import { given, MemoryPlans, NOW, sealsOf, trail } from './emptying-steps.ts';
import { aConfig } from './models.ts';

const entry = (key: string) => ({ key, versionId: 'v', marker: false, isLatest: true, modified: 0, size: 1, etag: '' });
export const left = (keys: string[], more: Partial<Left> = {}): Left => ({ entries: keys.map(entry), more: false, uploads: 0, ...more });
export const NOTHING = left([]);
const PURGE = { prefix: 'logs/', olderThanDays: 30, keep: 1 };
export const named = (name: string) => Object.assign(new Error(name), { name });

/** An emptying that is planned pass by pass; `sees` says what the next look finds. */
export function emptying(kind: Kind = 'empty-delete', config = aConfig()) {
  const purge = kind === 'purge' ? PURGE : undefined;
  const plans = new MemoryPlans();
  const { audit, entries } = trail();
  const { seals, opened } = sealsOf();
  const looks: unknown[][] = [];
  const state = {
    sees: NOTHING as Left | Error,
    pieces: [] as Piece[],
    /** Whether what was divided last may be left in one. */
    lone: undefined as boolean | undefined,
    now: NOW,
  };
  let [before, attempt]: [Emptying | null, number] = [null, 1];
  const look: PlanParts['look'] = async (at, session) => {
    looks.push([at, session]);
    if (state.sees instanceof Error) throw state.sees;
    const divide = async (lone: boolean) => {
      state.lone = lone;
      return state.pieces;
    };
    return { left: state.sees, divide };
  };
  const parts: PlanParts = { config, plans, audit, seals, look, now: () => state.now };
  const plan = (work: Work | null = null) => planEmptying({ ...given(kind, attempt, purge), before, work }, parts);
  return {
    plans,
    entries,
    opened,
    looks,
    state,
    /** A code is given anew. */
    anew(): void {
      attempt += 1;
    },
    /** Plans without going on from it. */
    again: plan,
    /** Looks, finds this, and goes on with what came of it. */
    async next(sees: Left | Error, work: Work | null = null): Promise<Emptying> {
      state.sees = sees;
      before = await plan(work);
      return before;
    },
  };
}
