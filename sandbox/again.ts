/** A sandbox that can start over: everything is ended and begun anew, at the same addresses. */
import { setImmediate } from 'node:timers/promises';
import { type Sandbox, type SandboxOptions, startSandbox } from './sandbox.ts';

export interface Running {
  urls: Sandbox['urls'];
  /** Never resolves; rejects where it could not begin anew. */
  failed: Promise<never>;
  close: () => Promise<void>;
}

/** Starts what `startSandbox` starts, and again at each *Start over*. Rejects as it does. */
export async function runSandbox(options: SandboxOptions, start = startSandbox): Promise<Running> {
  let current = await start({ ...options, startOver });
  const { urls } = current;
  const [port, awsPort, slackPort] = [urls.page, urls.aws, urls.slack].map((url) => Number(new URL(url).port)) as [number, number, number];
  const failed = Promise.withResolvers<never>();
  let underWay: Promise<void> | undefined;
  let closed = false;

  /** Pressed twice it is meant once. */
  function startOver(): void {
    underWay ??= again()
      .catch(failed.reject)
      .finally(() => {
        underWay = undefined;
      });
  }

  async function again(): Promise<void> {
    // Whoever asked gets an answer first.
    await setImmediate();
    if (closed) return;
    await current.close();
    current = await start({ ...options, port, awsPort, slackPort, startOver });
    // And so does who asked meanwhile, and had to wait for the answer.
    await setImmediate();
  }

  const close = async () => {
    closed = true;
    await underWay;
    await current.close();
  };
  return { urls, failed: failed.promise, close };
}
