import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { atOnce } from '../src/at-once.ts';

describe('atOnce', () => {
  it('does it with each item once, and with no more at a time than it may', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { maxLength: 40 }), fc.integer({ min: 1, max: 8 }), async (items, most) => {
        const done: number[] = [];
        let [now, peak] = [0, 0];
        await atOnce(most, items, async (item) => {
          peak = Math.max(peak, ++now);
          await setImmediate();
          now--;
          done.push(item);
        });
        expect(done.toSorted()).toEqual(items.toSorted());
        expect(peak).toBe(Math.min(most, items.length));
      }),
      { numRuns: 30 },
    );
  });

  it('tells the first failure, once all that was begun has ended', async () => {
    const ended: string[] = [];
    const act = async (item: string) => {
      await setImmediate();
      if (item === 'bad') throw new Error('no');
      await setImmediate();
      ended.push(item);
    };
    await expect(atOnce(2, ['bad', 'good', 'late'], act)).rejects.toThrow('no');
    expect(ended).toEqual(['good', 'late']);
  });
});
