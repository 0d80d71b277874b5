/** What ends the command before it did anything, and how that is told: in one sentence, with what to do next. */
import { nameOf } from '../src/aws/clients.ts';

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

/** What it means that AWS can't be asked at all; undefined for every other error. */
export function failureOf(error: unknown): Failure | undefined {
  if (error instanceof Failure) return error;
  const name = nameOf(error);
  const { message = '', code = '' } = error as { message?: string; code?: string };
  if (name === 'CredentialsProviderError' || name === 'TokenProviderError') {
    return new Failure(
      `no AWS credentials could be had (${message.split('\n')[0]})`,
      'name a profile with AWS_PROFILE=…, or aws sso login',
      {
        cause: error,
      },
    );
  }
  if (/^(?:InvalidClientTokenId|UnrecognizedClient|InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken)/.test(name)) {
    return new Failure(`AWS doesn't take these credentials (${name})`, 'aws sts get-caller-identity says whether they work; take others', {
      cause: error,
    });
  }
  if (/^(?:ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH)/.test(code) || name === 'TimeoutError') {
    const where = process.env.AWS_ENDPOINT_URL ? ` at ${process.env.AWS_ENDPOINT_URL} (AWS_ENDPOINT_URL)` : '';
    return new Failure(`AWS can't be reached${where} (${code || name})`, 'see whether the network, or the sandbox, is up', {
      cause: error,
    });
  }
  return undefined;
}
