/** A sandbox that can start over: everything is ended and begun anew, at the same addresses. */
import { type Sandbox, type SandboxOptions, startSandbox } from './sandbox.ts';

export interface Running {
  urls: Sandbox['urls'];
  /** Never resolves; rejects where it could not begin anew. */
  failed: Promise<never>;
  close: () => Promise<void>;
}

/** Starts what `startSandbox` starts, and again at each *Start over*. Rejects as it does. */
export async function runSandbox(options: SandboxOptions): Promise<Running> {
  let current = await startSandbox({ ...options, startOver });
  const { urls } = current;
  const [port, awsPort, slackPort] = [urls.page, urls.aws, urls.slack].map((url) => Number(new URL(url).port)) as [number, number, number];
  const failed = Promise.withResolvers<never>();
  let turn: Promise<unknown> = Promise.resolve();
  let closed = false;

  function startOver(): void {
    turn = turn.then(again).catch(failed.reject);
  }

  async function again(): Promise<void> {
    // Whoever asked gets an answer first.
    await new Promise((resolve) => setImmediate(resolve));
    if (closed) return;
    await current.close();
    current = await startSandbox({ ...options, port, awsPort, slackPort, startOver });
  }

  const close = async () => {
    closed = true;
    await turn;
    await current.close();
  };
  return { urls, failed: failed.promise, close };
}
