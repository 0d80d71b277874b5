import fc from 'fast-check';
import { type Entry, listVersions, type Page } from '../../src/aws/emptying/listing.ts';
import { emptyStretch } from '../../src/aws/emptying/stretch.ts';
import { add, NONE, type Progress, type StretchEnd, type Tally, untouched } from '../../src/domain/emptying.ts';
import { purging, type Within } from '../../src/domain/purge.ts';
import { type Rest, restOf } from '../../src/domain/sweep.ts';
import { bucketWith, contents, fault, job, s, through } from '../helpers/emptying.ts';
import { ACCOUNT } from '../helpers/s3.ts';

const YEAR_ON = Date.now() + 365 * 86_400_000;
const selection = (from?: Within) => purging<Entry>({ prefix: '', olderThanDays: 1, keep: 1 }, YEAR_ON, from);

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

/** Lists so many entries a page; `told`: and says behind which version the next one begins, as S3 does. */
const inPages = (MaxKeys: number, told = false) =>
  through((send) => async (command) => {
    if (command.constructor.name !== 'ListObjectVersionsCommand') return send(command);
    command.input.MaxKeys = MaxKeys;
    const page = (await send(command)) as Page<Entry>;
    return told || !page.next ? page : { ...page, next: { key: page.next.key } };
  });

describe('a purge that takes many passes', () => {
  it('gets on where nothing goes, and leaves no marker that ends a page when its time is up', async () => {
    const name = bucketWith((bucket) => {
      for (const key of ['a', 'b', 'c', 'e', 'f']) s.store.putObject(bucket, key, 'x');
      s.store.deleteObject(bucket, 'd');
    }, 'Enabled');
    const afters: unknown[] = [];
    let [rest, went]: [Rest[], number] = [[{ after: '', upTo: null, begun: null }], 0];
    while (rest.length > 0 && afters.length < 9) {
      const [{ begun, ...stretch }] = rest as [Rest];
      let pages = 0;
      const mayGoOn = async () => (++pages > 1 ? ('more' as const) : undefined);
      const progress = untouched({ ...stretch, begun });
      const { end, ...how } = await emptyStretch(job(name, { s3: inPages(2), stretch, progress, selection, mayGoOn }));
      went += how.progress.done.markers;
      rest = restOf([{ ...stretch, progress: how.progress, end }]);
      afters.push(...rest.map(({ after }) => after));
    }
    expect(afters).toEqual(['a', 'b', 'c', 'd']);
    expect([went, contents(name)]).toEqual([1, ['a', 'b', 'c', 'e', 'f'].map((key) => expect.stringMatching(`^${key} `))]);
  });

  it.each([
    [1, 6],
    [7, 8],
  ])('gets to the old versions of a key whose young ones take longer than a pass, and keeps the newest %i old ones', async (keep, stay) => {
    const name = bucketWith((bucket) => {
      for (let version = 0; version < 9; version += 1) s.store.putObject(bucket, 'k', 'x');
    }, 'Enabled');
    const now = Date.now();
    const [{ versions } = { versions: [] }] = s.store.get(name).objects.from(() => true);
    // Oldest first: noncurrent for two days are three of them.
    for (const [at, version] of versions.entries()) Object.assign(version, { seconds: now / 1000 + at - (at < 4 ? 2 * 86_400 : 9) });
    const before = contents(name);
    const chooses = (from?: Within) => purging<Entry>({ prefix: '', olderThanDays: 1, keep }, now, from);
    let [rest, passes, went]: [Rest[], number, number] = [[{ after: '', upTo: null, begun: null }], 0, 0];
    for (; rest.length > 0 && passes < 9; passes += 1) {
      const [{ after, upTo, ...from }] = rest as [Rest];
      let pages = 0;
      const mayGoOn = async () => (++pages > 1 ? ('more' as const) : undefined);
      const [stretch, s3] = [{ after, upTo }, inPages(2, true)];
      const { end, progress } = await emptyStretch(
        job(name, { s3, stretch, progress: untouched({ ...stretch, ...from }), selection: chooses, mayGoOn }),
      );
      went += progress.done.versions;
      rest = restOf([{ ...stretch, progress, end }]);
    }
    expect([went, contents(name)]).toEqual([9 - stay, before.slice(9 - stay)]);
  });

  it.each([false, true])('counts what went of a page that ends in the middle of a key when its worker died (it went: %s)', async (went) => {
    const name = bucketWith((bucket) => {
      for (let version = 0; version < 24; version += 1) s.store.putObject(bucket, 'k', 'x');
    }, 'Enabled');
    const before = contents(name);
    const chooses = (from?: Within) => purging<Entry>({ prefix: '', olderThanDays: 1, keep: 2 }, YEAR_ON, from);
    const dies = through((send) => async (command) => {
      if (command.constructor.name === 'ListObjectVersionsCommand') command.input.MaxKeys = 5;
      if (command.constructor.name !== 'DeleteObjectsCommand') return send(command);
      if (went) await send(command);
      throw fault('Died', 400);
    });
    let progress: Progress = untouched({ after: '', upTo: null });
    const note = async (sofar: Progress) => {
      progress = sofar;
    };
    await expect(emptyStretch(job(name, { s3: dies, progress, note, selection: chooses }))).rejects.toThrow('Died');
    expect(progress.parts?.[0]?.begun?.tally.versions).toBeGreaterThan(0);
    const { progress: all } = await emptyStretch(job(name, { s3: inPages(5, true), progress, selection: chooses }));
    expect([all.done.versions, contents(name)]).toEqual([21, before.slice(21)]);
  });

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
