/** One call of the Web API, or one message to a response_url (`method: 'response_url'`). */
export interface ApiCall {
  /** Milliseconds since 1970, by the sandbox's clock. */
  time: number;
  method: string;
  /** The person that the call names or whose trigger it spends. */
  user?: string;
  channel?: string;
  ok: boolean;
  error?: string;
}

/** The calls since the start, for the demo, the page and tests. Arguments are left out: they may hold what people typed. */
export class ApiLog {
  readonly #calls: ApiCall[] = [];
  readonly #listeners = new Set<(call: ApiCall) => void>();

  list(): ApiCall[] {
    return [...this.#calls];
  }

  /** Tells each further call to `listener`; returns what ends it. */
  on(listener: (call: ApiCall) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  add(call: ApiCall): void {
    this.#calls.push(call);
    for (const listener of this.#listeners) listener(call);
  }
}
