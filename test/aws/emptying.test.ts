/** Emptying a stretch, at the sandbox's S3 as it stands behind its endpoint. */
import { CreateMultipartUploadCommand } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { emptyStretch, type StretchJob } from '../../src/aws/emptying/stretch.ts';
import { type Progress, UNTOUCHED } from '../../src/domain/emptying.ts';
import { holds, type Stretch } from '../../src/domain/key-space.ts';
import { bucketWith, contents, fault, job, many, s, tallyOf, through } from '../helpers/emptying.ts';
import { hostileKey } from '../helpers/s3.ts';

describe('emptying', () => {
  it('removes versions and markers whatever the versioning (FC-28)', async () => {
    const name = bucketWith((bucket) => {
      for (const body of ['1', '22', '333']) s.store.putObject(bucket, 'a', body);
      s.store.deleteObject(bucket, 'a');
      s.store.setVersioning(bucket, 'Suspended');
      s.store.putObject(bucket, 'b', '4444');
      s.store.deleteObject(bucket, 'b');
    }, 'Enabled');
    const { end, progress } = await emptyStretch(job(name));
    expect(end).toBe('done');
    expect(progress.done).toEqual({ versions: 3, markers: 2, bytes: 6, uploads: 0 });
    expect(contents(name)).toEqual([]);
  });

  const HOSTILE = [
    'a\u0001b',
    'img/\u0010x.jpg',
    'a\rb',
    'a\r\nb',
    'a\nb',
    'mail//t',
    '/x',
    'a/./b',
    'a/../b',
    'a/',
    'a/b',
    'report ',
    ' ',
    '\n',
    'three   spaces',
    'a+b',
    'a%2Fb',
    '\uffff',
    '..',
    '&<>"\'',
  ];

  it('removes keys that XML can’t carry or readers alter, among ordinary ones (FC-29, FC-31, FC-32, FC-34)', async () => {
    const name = bucketWith((bucket) => {
      for (const key of HOSTILE) s.store.putObject(bucket, key, 'x');
      for (let at = 0; at < 998; at += 1) s.store.putObject(bucket, `n${at}`, 'x');
    });
    const { end, progress } = await emptyStretch(job(name));
    expect([end, progress.done.versions]).toEqual(['done', HOSTILE.length + 998]);
    expect(contents(name)).toEqual([]);
  });

  it.each(HOSTILE)('removes %j and nothing that resembles it (FC-31, FC-32, FC-34)', async (key) => {
    const name = bucketWith((bucket) => {
      for (const one of HOSTILE) s.store.putObject(bucket, one, 'x');
    });
    // Just this one: whatever is listed beside it stays.
    const selection: StretchJob['selection'] = () => (entries) => entries.filter((entry) => entry.key === key);
    await emptyStretch(job(name, { selection }));
    expect(contents(name).sort()).toEqual(
      HOSTILE.filter((one) => one !== key)
        .map((one) => `${one} null`)
        .sort(),
    );
  });

  it('removes exactly what was there in its stretch, whatever keys and histories', async () => {
    const writes = fc.array(fc.tuple(hostileKey, fc.constantFrom('put', 'delete', 'Enabled', 'Suspended')), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(writes, hostileKey, fc.option(hostileKey), async (all, after, upTo) => {
        const name = bucketWith((bucket) => {
          for (const [key, what] of all) {
            if (what === 'put') s.store.putObject(bucket, key, key);
            else if (what === 'delete') s.store.deleteObject(bucket, key);
            else s.store.setVersioning(bucket, what as 'Enabled');
          }
        });
        const stretch: Stretch = { after, upTo };
        const expected = tallyOf(name, (key) => holds(stretch, key));
        const stays = contents(name).filter((entry) => !holds(stretch, entry.slice(0, entry.lastIndexOf(' '))));
        const { end, progress } = await emptyStretch(job(name, { stretch }));
        expect([end, progress.done]).toEqual(['done', expected]);
        expect(contents(name)).toEqual(stays);
      }),
      { numRuns: 60 },
    );
  });

  it('goes page by page, a bounded number of them at once, and keeps its account', async () => {
    const name = many(9_500);
    let [now, most] = [0, 0];
    const s3 = through((send) => async (command) => {
      if (command.constructor.name !== 'DeleteObjectsCommand') return send(command);
      most = Math.max(most, ++now);
      return send(command).finally(() => now--);
    });
    const notes: Progress[] = [];
    const { progress } = await emptyStretch(job(name, { s3, note: async (one) => void notes.push(one) }));
    expect(progress.done).toEqual({ versions: 9_500, markers: 950, bytes: 9_500, uploads: 0 });
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(8);
    // What is done never shrinks, and with what is begun never exceeds what there is.
    const sums = notes.map(({ done, parts }) => [
      done.versions,
      (parts ?? []).reduce((sum, { begun }) => sum + (begun?.tally.versions ?? 0), done.versions),
    ]);
    expect(sums.every(([done = 0, all = 0], at) => done >= (sums[at - 1]?.[0] ?? 0) && all <= 9_500)).toBe(true);
  });

  it('counts nothing twice and leaves nothing, wherever it dies', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 60 }), fc.boolean(), async (first, second, after) => {
        const name = many(350, 4);
        const all = tallyOf(name);
        let kept: Progress = UNTOUCHED;
        for (const dies of [first, second, Number.POSITIVE_INFINITY]) {
          let [calls, dead] = [0, false];
          const dying =
            <T>(act: () => Promise<T>) =>
            async (): Promise<T> => {
              if (dead || (++calls >= dies && !after)) {
                dead = true;
                throw fault('Died', 400);
              }
              const answer = await act();
              if (calls >= dies) {
                dead = true;
                throw fault('Died', 400);
              }
              return answer;
            };
          const s3 = through((send) => (command) => dying(() => send(command))());
          const note = (progress: Progress) =>
            dying(async () => {
              kept = structuredClone(progress);
            })();
          await emptyStretch(job(name, { s3, note, progress: kept })).catch(() => undefined);
        }
        expect(contents(name)).toEqual([]);
        expect(kept.done).toEqual(all);
      }),
      { numRuns: 8 },
    );
  });

  it.each(['stopped', 'more'] as const)('ends after what it has begun where it is told so (%s)', async (why) => {
    const name = many(5_000);
    let pages = 0;
    const { end, progress } = await emptyStretch(job(name, { mayGoOn: async () => (pages++ < 2 ? undefined : why) }));
    expect([end, progress.parts?.some(({ begun }) => begun)]).toEqual([why, false]);
    const went = progress.done.versions + progress.done.markers;
    expect([went > 0, went <= 2_000]).toEqual([true, true]);
    expect(contents(name)).toHaveLength(5_500 - went);
  });

  it('aborts unfinished uploads, however many a key has (FC-40)', async () => {
    const name = bucketWith((bucket) => void s.store.putObject(bucket, 'big.iso', 'x'));
    const start = (Key: string) => s.admin.send(new CreateMultipartUploadCommand({ Bucket: name, Key }));
    await Promise.all(['big.iso', 'big.iso', 'other\u0001', 'z'].map(start));
    const { end, progress } = await emptyStretch(job(name));
    expect([end, progress.done]).toEqual(['done', { versions: 1, markers: 0, bytes: 1, uploads: 4 }]);
    expect(s.store.get(name).uploads.size).toBe(0);
  });
});
