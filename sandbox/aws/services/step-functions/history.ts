/** An execution's history, in the shapes of GetExecutionHistory (Step Functions API reference, "HistoryEvent"). */
import type { HistoryEvent, HistoryEventType } from '@aws-sdk/client-sfn';
import type { Clock } from '../../../clock.ts';
import type { Signal } from '../../../signal.ts';

/** Most events that an execution's history may hold (Step Functions developer guide, "Service quotas"). */
export const HISTORY_LIMIT = 25_000;

/** A state as it was entered and left. */
export interface StateVisit {
  name: string;
  type: string;
  enteredAt: Date;
  exitedAt?: Date;
  /** JSON text. */
  input: string;
  output?: string;
}

const PREFIXES = ['Task', 'Choice', 'Pass', 'Wait', 'Succeed', 'Fail', 'Map', 'Parallel'];

export class History {
  readonly events: HistoryEvent[] = [];
  readonly visits: StateVisit[] = [];
  readonly #clock: Clock;
  readonly #changed: Signal | undefined;

  constructor(clock: Clock, changed?: Signal) {
    this.#clock = clock;
    this.#changed = changed;
  }

  add(type: HistoryEventType, details: Partial<HistoryEvent> = {}): void {
    const id = this.events.length + 1;
    this.events.push({ timestamp: this.#clock.date(), type, id, previousEventId: id - 1, ...details });
    this.#changed?.ring();
  }

  entered(name: string, type: string, input: string): void {
    this.visits.push({ name, type, enteredAt: this.#clock.date(), input });
    this.add(stateEvent(type, 'Entered'), { stateEnteredEventDetails: { name, input, inputDetails: WHOLE } });
  }

  exited(name: string, type: string, output: string): void {
    const visit = this.visits.findLast((each) => each.name === name && !each.exitedAt);
    if (visit) Object.assign(visit, { exitedAt: this.#clock.date(), output });
    // A Fail state is entered and never left.
    if (type !== 'Fail') this.add(stateEvent(type, 'Exited'), { stateExitedEventDetails: { name, output, outputDetails: WHOLE } });
  }

  /** The newest time that a state of this name was entered. */
  enteredAt(name: string): Date {
    return this.visits.findLast((each) => each.name === name)?.enteredAt ?? this.#clock.date();
  }
}

/** Said of every input and output: nothing was cut. */
export const WHOLE = { truncated: false };

function stateEvent(type: string, what: 'Entered' | 'Exited'): HistoryEventType {
  if (!PREFIXES.includes(type)) throw new Error(`unknown state type ${type}`);
  return `${type}State${what}` as HistoryEventType;
}
