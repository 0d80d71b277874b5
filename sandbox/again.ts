/** A sandbox that can start over: everything is ended and begun anew, at the same addresses. */
import { type Sandbox, type SandboxOptions, startSandbox } from './sandbox.ts';

/** What `startSandbox` starts, and the newest of it after each *Start over*. Rejects as it does. */
export async function runSandbox(
  options: SandboxOptions,
): Promise<{ urls: Sandbox['urls']; now: () => Sandbox; close: () => Promise<void> }> {
  let turn: Promise<unknown> = Promise.resolve();
  let closed = false;
  let current = await startSandbox({ ...options, startOver });
  const { urls } = current;
  const port = (url: string) => Number(new URL(url).port);
  const there = { port: port(urls.page), awsPort: port(urls.aws), slackPort: port(urls.slack) };

  function startOver(): void {
    turn = turn.then(again).catch((error: Error) => options.onProblem?.(error));
  }

  async function again(): Promise<void> {
    // Whoever asked gets an answer first.
    await new Promise((resolve) => setImmediate(resolve));
    if (closed) return;
    await current.close();
    current = await startSandbox({ ...options, ...there, startOver });
  }

  const close = async () => {
    closed = true;
    await turn;
    await current.close();
  };
  return { urls, now: () => current, close };
}
