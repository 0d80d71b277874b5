/** What ends the command before it did anything: told in one sentence, with what to do next. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly hint: string | undefined;

  constructor(message: string, hint?: string, options?: ErrorOptions) {
    super(message, options);
    this.hint = hint;
  }
}

/** 0: done. */
export const EXIT = {
  /** A check fell short, or a bucket failed. */
  fellShort: 1,
  /** It could not run. */
  couldNotRun: 2,
} as const;
