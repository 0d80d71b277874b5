/**
 * Failures of Interlock's own. `name` is what the ASL's `Retry` and `Catch` match; the message says what happened and
 * what to do next in one sentence, and never holds a secret. Refusals are values, not errors.
 */
export abstract class InterlockError extends Error {
  abstract override readonly name: string;
}

/** A passing fault of another service: the state machine runs the function again. */
export class TryAgain extends InterlockError {
  override readonly name = 'TryAgain';
}

/** What came of a deletion is not known: the state machine looks for the bucket before anything is done again. */
export class AnswerLost extends InterlockError {
  override readonly name = 'AnswerLost';
}

/** Somebody stopped an emptying while its approvers were to be asked for a fresh code: nobody is asked. */
export class Stopped extends InterlockError {
  override readonly name = 'Stopped';
}

/** The configuration can't be used; the message lists every fault with its line and its mend. */
export class ConfigError extends InterlockError {
  override readonly name = 'ConfigError';
}

/** A sealed value doesn't open, or opens for something else than what is being done. */
export class SealBroken extends InterlockError {
  override readonly name = 'SealBroken';
}

/** What came in has not the shape it must have (a forged or damaged input). */
export class BadInput extends InterlockError {
  override readonly name = 'BadInput';
}

/** An error of others that we don't know what to do about; holds its name and place, never its text. */
export class Unexpected extends InterlockError {
  override readonly name = 'Unexpected';
}

/** Slack won't take a message, and won't take it later either (a channel that is gone, a scope that is missing). */
export class SlackRefused extends InterlockError {
  override readonly name = 'SlackRefused';
}

/** Whether an execution was started is not known: its answer was lost. */
export class StartUnknown extends InterlockError {
  override readonly name = 'StartUnknown';
}
