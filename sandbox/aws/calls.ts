/** One call, as CloudTrail would tell it. Parameters' values (codes, keys, tokens) are not in it. */
export interface CallRecord {
  /** ISO 8601, by the sandbox's clock. */
  time: string;
  eventId: string;
  /** The API operation, `DeleteObjects`. */
  operation: string;
  /** ARN, a service's name, or what was wrong with the signature. */
  principal: string;
  /** CloudTrail's `userIdentity.type`: Root, IAMUser, AssumedRole, AWSService, Anonymous, Unknown. */
  principalType: string;
  /** The IAM action that decided, `s3:DeleteObject`. */
  action: string;
  resource: string;
  region: string;
  /** `aws:MultiFactorAuthPresent` as it was evaluated; null where the key was absent. */
  mfa: boolean | null;
  sourceIdentity?: string;
  allowed: boolean;
  /** A sentence naming the policy, the statement and its effect, or that none allows it. */
  decidedBy: string;
  errorCode?: string;
  sourceIp?: string;
}

/** How many calls are kept. */
const KEPT = 50_000;

/** The calls since the start. */
export class CallLog {
  readonly #records: CallRecord[] = [];
  readonly #listeners = new Set<(record: CallRecord) => void>();

  list(): CallRecord[] {
    return [...this.#records];
  }

  /** Calls `listener` for each call from now on; returns what ends that. */
  on(listener: (record: CallRecord) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  add(record: CallRecord): void {
    this.#records.push(record);
    if (this.#records.length > KEPT) this.#records.splice(0, KEPT / 10);
    for (const listener of this.#listeners) listener(record);
  }
}
