/** Says that something has changed, not what: who listens looks for itself. */
export class Signal {
  readonly #listeners = new Set<() => void>();

  /** Calls `listener` at each change from now on; returns what ends that. */
  on(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  ring(): void {
    for (const listener of this.#listeners) listener();
  }
}
