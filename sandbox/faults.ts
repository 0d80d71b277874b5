/** What can be made to go wrong, and how (`POST /sandbox/faults`). */
export const FAULT_KINDS = ['throttle', 'error', 'lost-answer', 'crash-before', 'crash-after', 'slow'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** `target`: an AWS operation or action (`sts:AssumeRole`), a Slack method (`chat.update`) or a function (`elevate`). */
export interface Fault {
  target: string;
  kind: FaultKind;
  /** With `error`: the error to answer, for AWS (`s3:DeleteBucket`: `OperationAborted`) and Slack (`chat.update`: `message_not_found`). */
  error?: string;
}

/** Faults that were asked for, each used up `times` times. */
export class Faults {
  #pending: (Fault & { times: number })[] = [];

  add(fault: Fault & { times: number }): void {
    this.#pending.push({ ...fault });
  }

  clear(): void {
    this.#pending = [];
  }

  /** The fault that is due for this target, counted down; undefined when all is well. */
  take(target: string): FaultKind | undefined {
    return this.due(target)?.kind;
  }

  /** Like `take`, with all that was asked for. */
  due(target: string): Fault | undefined {
    const due = this.#pending.find((fault) => fault.target === target && fault.times > 0);
    if (!due) return undefined;
    due.times -= 1;
    return due;
  }
}
