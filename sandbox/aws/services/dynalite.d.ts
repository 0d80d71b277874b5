/** The parts of `dynalite` that the sandbox calls without its HTTP server. */

declare module 'dynalite/db/index.js' {
  interface Store {
    tableDb: { awsAccountId: string; awsRegion: string };
    db: { close(done: (error?: Error) => void): void };
  }
  const db: { create(options: { createTableMs: number; deleteTableMs: number; updateTableMs: number }): Store };
  export default db;
  export type { Store };
}

declare module 'dynalite/validations/index.js' {
  import type { Store } from 'dynalite/db/index.js';

  const validations: {
    checkTypes(data: object, types: object): object;
    checkValidations(data: object, types: object, custom: unknown, store: Store): void;
  };
  export default validations;
}
