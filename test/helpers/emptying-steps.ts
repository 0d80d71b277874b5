/** What the steps of an emptying work with, in memory: the records of plans, a trail, and seals that say what they were opened for. */
import type { Plan, Planned, Plans, Stop, StretchRow, Working } from '../../src/aws/emptying/plans.ts';
import type { SealContext } from '../../src/aws/sealed.ts';
import { type AuditEntry, auditEntry } from '../../src/domain/audit.ts';
import { type Emptying, NONE, type Progress, type Tally, UNTOUCHED, untouched } from '../../src/domain/emptying.ts';
import type { Stretch } from '../../src/domain/key-space.ts';
import type { Purge } from '../../src/domain/purge.ts';
import type { Kind } from '../../src/domain/request.ts';
import type { Rest } from '../../src/domain/sweep.ts';
import { TryAgain } from '../../src/errors.ts';
import { Secret } from '../../src/secret.ts';
import { anAnswer, anElevation, aRequest, someFacts } from './models.ts';

export const NOW = Date.parse('2026-11-02T09:10:00.000Z');
export const SESSION = { accessKeyId: 'ASIA', secretAccessKey: 's', sessionToken: 't', expiresAt: '2026-11-02T10:10:00.000Z' };
export const FACTS = someFacts({ region: 'eu-central-1', versioning: 'on' });

export const tally = (some: Partial<Tally>): Tally => ({ ...NONE, ...some });
export const progress = (some: Partial<Progress> = {}): Progress => ({ ...UNTOUCHED, ...some });

/** What the state machine gives to every step that works with a session. */
export function given(kind: Kind = 'empty-delete', attempt = 1, purge?: Purge) {
  const request = aRequest({ kind, ...(purge && { purge }) });
  const answer = anAnswer({ attempt });
  const elevation = anElevation({ attempt, auditHead: `elevated ${attempt}` });
  return { execution: request.requestId, enteredAt: '2026-11-02T09:10:00.000Z', request, answer, elevation, facts: FACTS };
}

/** Seals that give the session, and what each was opened for. */
export function sealsOf(session: object = SESSION) {
  const opened: SealContext[] = [];
  const open = async (_: string, context: SealContext) => {
    opened.push(context);
    return new Secret(JSON.stringify(session));
  };
  return { seals: { open, seal: () => Promise.reject(new Error('nothing is sealed')) }, opened };
}

/** A trail that only grows: what is there already stays as it is. */
export function trail() {
  const entries = new Map<string, AuditEntry>();
  const audit = {
    async record(entry: Omit<AuditEntry, 'hash'>) {
      const whole = auditEntry(entry);
      const first = !entries.has(entry.entry);
      if (first) entries.set(entry.entry, whole);
      return { head: whole.hash, first };
    },
  };
  return { audit, entries };
}

/** The rows of one request's emptying, as the table would keep them. */
export class MemoryPlans implements Plans {
  last_: Plan | undefined;
  rows = new Map<number, StretchRow[]>();
  stop_: Stop | undefined;
  #workers = new Map<number, string>();
  notes: { stretch: number; progress: Progress; end: StretchRow['end'] }[] = [];

  async last() {
    return structuredClone(this.last_);
  }
  async plan(_: string, plan: Plan, stretches: readonly (Stretch & Partial<Rest> & { cuts?: readonly string[] })[]) {
    if (this.last_ && this.last_.result.pass >= plan.result.pass) return structuredClone(this.last_);
    const rows = stretches.map((one) => ({ after: one.after, upTo: one.upTo, progress: untouched(one), end: null }));
    this.rows.set(plan.result.pass, rows);
    this.last_ = structuredClone(plan);
    return plan;
  }
  async stretches(_: string, { pass }: Planned) {
    return structuredClone(this.rows.get(pass) ?? []);
  }
  async take(_: string, { pass, stretch, worker }: Working) {
    this.#workers.set(stretch, worker);
    return structuredClone(this.rows.get(pass)?.[stretch]);
  }
  async note(_: string, { pass, stretch, worker }: Working, sofar: Progress, end: StretchRow['end']) {
    if (this.#workers.get(stretch) !== worker) throw new TryAgain('taken');
    this.notes.push({ stretch, progress: sofar, end });
    Object.assign(this.rows.get(pass)?.[stretch] ?? {}, { progress: sofar, end });
  }
  async stop(_: string, stop: Stop) {
    const first = this.stop_ === undefined;
    this.stop_ ??= stop;
    return first;
  }
  async stopped() {
    return this.stop_;
  }

  /** The workers of the last pass end, each like this. */
  end(...ends: Partial<StretchRow>[]): void {
    const rows = this.rows.get(this.last_?.result.pass ?? 0) ?? [];
    rows.forEach((row, at) => void Object.assign(row, ends[Math.min(at, ends.length - 1)]));
  }
}

/** A plan's result, as the flow carries it. */
export const aPlan = (more: Partial<Emptying> = {}): Emptying => ({
  verdict: 'divided',
  why: '',
  at: '2026-11-02T09:10:00.000Z',
  pass: 1,
  run: 'r',
  last: 0,
  done: NONE,
  least: false,
  left: 0,
  by: '',
  attempt: 1,
  auditHead: 'planned',
  ...more,
});
