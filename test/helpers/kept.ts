/** SDK clients, each made once for its kind, keys and region: making one costs more than most of what is asked of it. */
export class Kept {
  readonly #clients = new Map<string, { destroy(): void }>();

  /** The client of that name, or the one that `make` gives. */
  get<C extends { destroy(): void }>(
    name: string,
    keys: { accessKeyId: string; secretAccessKey: string; sessionToken?: string | undefined },
    region: string,
    make: () => C,
  ): C {
    const id = JSON.stringify([name, keys.accessKeyId, keys.secretAccessKey, keys.sessionToken ?? null, region]);
    const client = (this.#clients.get(id) as C | undefined) ?? make();
    this.#clients.set(id, client);
    return client;
  }

  destroy(): void {
    for (const client of this.#clients.values()) client.destroy();
  }
}
