/** Task tokens: each entry into a `.waitForTaskToken` state gets one; it resumes its task once. */
import { randomBytes } from 'node:crypto';
import { AwsError } from '../../service.ts';

/** What a token resumes. */
export interface Wait {
  succeed(outputJson: string): void;
  fail(error: string | undefined, cause: string | undefined): void;
  heartbeat(): void;
}

export class Tokens {
  /** null: the wait is over. */
  readonly #waits = new Map<string, Wait | null>();

  /** A new token, about as long as AWS's are (the API allows 2,048 characters) and, as they do, with `+`, `/` and `=` in it. */
  issue(wait: Wait): string {
    const token = randomBytes(511).toString('base64');
    this.#waits.set(token, wait);
    return token;
  }

  /** After this the token answers TaskTimedOut. */
  end(token: string): void {
    if (this.#waits.has(token)) this.#waits.set(token, null);
  }

  /**
   * What the token resumes. Throws InvalidToken for one that was never given, TaskTimedOut for one whose task is over
   * (Step Functions API reference, "SendTaskSuccess").
   */
  find(token: string | undefined): Wait {
    const wait = this.#waits.get(token ?? '');
    if (wait === undefined) throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
    if (wait === null) throw new AwsError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
    return wait;
  }
}
