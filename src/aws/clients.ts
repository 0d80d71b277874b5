/** How every AWS client of ours is set up: bounded in time, so that no function hangs on a slow service; and what errors mean. */

/**
 * Options for an SDK client. Slack waits three seconds, so an answer that isn't there after 2.5 s counts as a failure, and so does one that
 * falls silent in the middle for as long; the SDK's own retries (three tries, with jitter) stay on except where `maxAttempts: 1` is given.
 * All of them are over before any function's time is (serverless.yml).
 */
export function clientOptions(region: string, maxAttempts = 3, silent = 2_500) {
  return { region, maxAttempts, requestHandler: bounded(1_000, silent) };
}

/** Timeouts in milliseconds. The request's ends when an answer begins; the socket's goes on until all of it is there. */
export function bounded(connectionTimeout: number, silent: number) {
  return { connectionTimeout, requestTimeout: silent, socketTimeout: silent, throwOnRequestTimeout: true };
}

/**
 * Works with a client that is needed once, and closes its connections: a function that stays warm would gather them. Nothing is sent by it any more:
 * what nobody waited for, and is cut off so, would be tried again with a session that is over. Rejects as `work` does.
 */
export async function once<C extends { destroy(): void; send: unknown }, T>(client: C, work: (client: C) => Promise<T>): Promise<T> {
  try {
    return await work(client);
  } finally {
    client.destroy();
    client.send = async () => {
      throw new Error('This client is closed.');
    };
  }
}

/** The name of an error, whatever was thrown. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'Unknown';
}

/** A setting that isn't there is an error to S3, and undefined to us. Throws all other errors. */
export async function unless<T>(name: string, answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (nameOf(error) === name) return undefined;
    throw error;
  }
}

/** Of an answer that is nothing of what was asked for, or not all of it: it says nothing of what is there, and is asked for again. Where S3 failed, its status says so. */
export function unread(status: number): Error {
  const known = { name: 'InternalError', $metadata: status >= 500 ? { httpStatusCode: status } : {} };
  return Object.assign(new Error(`S3 answered ${status}, with something else than was asked for.`), known);
}

interface Answered {
  $metadata?: { httpStatusCode?: number };
  $response?: unknown;
  $fault?: string;
}

/** The HTTP status of an AWS answer; undefined where none came, or one that broke off or can't be read. */
export function statusOf(error: unknown): number | undefined {
  const { $metadata, $response, $fault } = (error ?? {}) as Answered;
  const status = $metadata?.httpStatusCode;
  // Of such an answer the SDK tells how it began: a 200 that nobody has read to its end says nothing of what was done.
  const isUnread = $response !== undefined && $fault === undefined;
  return isUnread && status !== undefined && status < 500 ? undefined : status;
}

const PASSING =
  /Throttl|TooManyRequests|RequestLimitExceeded|ProvisionedThroughputExceeded|SlowDown|Timeout|ServiceUnavailable|InternalError|InternalServer|InternalFailure/i;

/** Does it pass by itself: throttled, failing, slow, or cut off? */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const status = statusOf(error);
  const code = (error as { code?: string }).code ?? '';
  return (
    (status !== undefined && (status >= 500 || status === 429)) ||
    PASSING.test(error.name) ||
    /^(ECONN|EPIPE|ETIMEDOUT|EAI_AGAIN|ENOTFOUND)/.test(code)
  );
}

/** S3 does nothing where it answers 429 or 503 (S3 API reference, "Error responses": SlowDown, ServiceUnavailable); of a 500, or no answer, nobody knows. */
export function unanswered(error: unknown): 'busy' | 'lost' | undefined {
  const status = statusOf(error);
  if (status === 429 || status === 503 || neverSent(error)) return 'busy';
  return status === undefined || status >= 500 ? 'lost' : undefined;
}

/** Was there nobody to send it to? Then nothing came of it. */
export function neverSent(error: unknown): boolean {
  const { code = '', message = '', $metadata } = (error ?? {}) as { code?: string; message?: string } & Answered;
  return $metadata?.httpStatusCode === undefined && /ECONNREFUSED|ENOTFOUND|EAI_AGAIN/.test(`${code} ${message}`);
}
