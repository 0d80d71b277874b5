import { setImmediate } from 'node:timers/promises';
import { runSandbox } from '../../sandbox/again.ts';
import type { Sandbox, SandboxOptions } from '../../sandbox/sandbox.ts';

const OPTIONS: SandboxOptions = { port: 0, awsPort: 0, slackPort: 0, dir: '.sandbox', assumeRoleMfa: 'absent' };

/** A sandbox that begins when it is let; `starts` gathers how each was asked to start. */
function startable() {
  const starts: SandboxOptions[] = [];
  const waiting: (() => void)[] = [];
  const url = (port: number) => `http://127.0.0.1:${port}`;
  const start = async (options: SandboxOptions) => {
    starts.push(options);
    if (starts.length > 1) await new Promise<void>((resolve) => waiting.push(resolve));
    return { urls: { page: url(1), aws: url(2), slack: url(3) }, close: async () => {} } as Sandbox;
  };
  const begun = async (count: number) => {
    while (starts.length < count) await setImmediate();
  };
  /** Lets it begin, and the turns pass in which who waited for it is answered. */
  const letBegin = async () => {
    waiting.shift()?.();
    for (let turns = 0; turns < 5; turns++) await setImmediate();
  };
  return { starts, start, begun, letBegin };
}

describe('starting over', () => {
  it('is done once, however often it is asked for meanwhile, and again when it is asked for later', async () => {
    const { starts, start, begun, letBegin } = startable();
    const { close } = await runSandbox(OPTIONS, start);
    starts[0]?.startOver?.();
    starts[0]?.startOver?.();
    await begun(2);
    starts[1]?.startOver?.();
    await letBegin();
    expect(starts).toHaveLength(2);
    expect(starts[1]).toMatchObject({ port: 1, awsPort: 2, slackPort: 3 });
    starts[1]?.startOver?.();
    await begun(3);
    await letBegin();
    await close();
  });
});
