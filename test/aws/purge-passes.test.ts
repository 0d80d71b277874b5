import fc from 'fast-check';
import { type Entry, listVersions } from '../../src/aws/emptying/listing.ts';
import { emptyStretch } from '../../src/aws/emptying/stretch.ts';
import { add, NONE, type StretchEnd, type Tally, untouched } from '../../src/domain/emptying.ts';
import { purging } from '../../src/domain/purge.ts';
import { type Rest, restOf } from '../../src/domain/sweep.ts';
import { bucketWith, contents, fault, job, s } from '../helpers/emptying.ts';
import { ACCOUNT } from '../helpers/s3.ts';

const YEAR_ON = Date.now() + 365 * 86_400_000;
const selection = () => purging<Entry>({ prefix: '', olderThanDays: 1, keep: 1 }, YEAR_ON);

/** Keys of up to nine versions and markers, as the numbers say. */
const bucket = (seed: number) =>
  bucketWith((name) => {
    for (let at = 0; at < 700; at += 1) {
      for (let version = 0; version <= (at * seed) % 9; version += 1) {
        if ((at + version * seed) % 5 === 0) s.store.deleteObject(name, `k/${at}`);
        else s.store.putObject(name, `k/${at}`, 'x');
      }
    }
  }, 'Enabled');

async function everything(name: string): Promise<Entry[]> {
  const page = await listVersions({ s3: s.admin, bucket: name, account: ACCOUNT }, { key: '' });
  const all = [...page.entries];
  for (let { next } = page; next; ) {
    const following = await listVersions({ s3: s.admin, bucket: name, account: ACCOUNT }, next);
    all.push(...following.entries);
    next = following.next;
  }
  return all;
}

describe('a purge that takes many passes', () => {
  it('takes what one pass would have taken, counted once, whatever cuts a pass short; and nothing that is current', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 8 }), fc.integer({ min: 1, max: 6 }), fc.boolean(), async (seed, pages, dies) => {
        const name = bucket(seed);
        const all = await everything(name);
        const goes = new Set(selection()(all, true));
        const kept = all.filter((entry) => !goes.has(entry)).map(({ key, versionId }) => `${key} ${versionId}`);
        let rest: Rest[] = [
          { after: '', upTo: 'k/4', begun: null },
          { after: 'k/4', upTo: null, begun: null },
        ];
        let [done, passes]: [Tally, number] = [NONE, 0];
        while (rest.length > 0 && ++passes < 60) {
          const rows = await Promise.all(
            rest.map(async ({ begun, ...stretch }) => {
              let [left, progress] = [pages, untouched({ ...stretch, begun })];
              const mayGoOn = async () => {
                left -= 1;
                if (left < 0 && dies && passes < 8) throw fault('Died', 400);
                return left < 0 ? ('more' as const) : undefined;
              };
              const note = async (sofar: typeof progress) => {
                progress = sofar;
              };
              const work = emptyStretch(job(name, { stretch, progress, selection, mayGoOn, note }));
              const { end, ...how } = await work.catch(() => ({ end: 'failed' as StretchEnd, progress }));
              return { ...stretch, progress: how.progress, end };
            }),
          );
          done = rows.reduce((sum, { progress }) => add(sum, progress.done), done);
          rest = restOf(rows);
        }
        expect(contents(name).sort()).toEqual(kept.sort());
        expect(done.versions + done.markers).toBe(goes.size);
      }),
      { numRuns: 4 },
    );
  });
});
