import { Clock } from '../sandbox/clock.ts';

describe('the clock', () => {
  it('rings an alarm once its time is reached by advancing', async () => {
    const clock = new Clock();
    const rung = new Promise<string>((resolve) => clock.at(clock.now() + 3_600_000, () => resolve('rung')));
    clock.advance(3600);
    await expect(rung).resolves.toBe('rung');
    clock.close();
  });
});
