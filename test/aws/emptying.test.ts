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

  it('sends again only what may pass, and names what does not (FC-35)', async () => {
    const name = bucketWith((bucket) => {
      for (const key of ['k1', 'k2', 'k3']) s.store.putObject(bucket, key, 'x');
    });
    const sent: unknown[] = [];
    const s3 = through((send) => async (command) => {
      if (command.constructor.name !== 'DeleteObjectsCommand') return send(command);
      const objects = (command.input.Delete as { Objects: { Key: string }[] }).Objects;
      sent.push(objects.map(({ Key }) => Key));
      // S3 deleted k3, refuses k1 for good, and failed on k2 for the moment.
      if (sent.length > 1) return send(command);
      s.store.get(name).objects.delete('k3');
      return {
        Errors: [
          { Key: 'k1', VersionId: 'null', Code: 'AccessDenied' },
          { Key: 'k2', VersionId: 'null', Code: 'InternalError' },
        ],
      };
    });
    const { end, progress } = await emptyStretch(job(name, { s3 }));
    expect(sent).toEqual([['k1', 'k2', 'k3'], ['k2']]);
    expect([end, progress.kept, progress.keptCount]).toEqual(['kept', [{ key: 'k1', versionId: 'null', code: 'AccessDenied' }], 1]);
    expect(progress.done.versions).toBe(2);
    expect(contents(name)).toEqual(['k1 null']);
  });

  it('sends again the very versions that it sent, though an error names none', async () => {
    const name = bucketWith((bucket) => {
      s.store.putObject(bucket, 'k', 'null version');
      s.store.setVersioning(bucket, 'Enabled');
      s.store.putObject(bucket, 'k', 'old');
      s.store.putObject(bucket, 'k', 'current');
    });
    const old = contents(name)[1]?.split(' ')[1];
    let failed = false;
    const s3 = through((send) => async (command) => {
      if (command.constructor.name !== 'DeleteObjectsCommand' || failed) return send(command);
      failed = true;
      return { Errors: [{ Key: 'k', Code: 'InternalError' }] };
    });
    const selection: StretchJob['selection'] = () => (entries) => entries.filter(({ versionId }) => versionId === old);
    expect((await emptyStretch(job(name, { s3, selection }))).progress.done.versions).toBe(1);
    expect(contents(name).filter((entry) => entry.endsWith(old ?? ''))).toEqual([]);
    expect(contents(name)).toHaveLength(2);
  });

  it('counts what went beside a page that S3 refused', async () => {
    const name = many(5_000);
    let batches = 0;
    const s3 = through((send) => async (command) => {
      if (command.constructor.name === 'DeleteObjectsCommand' && ++batches === 2) throw fault('AccessDenied', 403);
      return send(command);
    });
    const { end, progress } = await emptyStretch(job(name, { s3 }));
    expect(end).toBe('denied');
    expect(progress.done.versions + progress.done.markers).toBe(5_500 - contents(name).length);
  });

  it('counts what of a page went before the session ended, one by one or all but some', async () => {
    const name = bucketWith((bucket) => {
      for (let at = 0; at < 20; at += 1) s.store.putObject(bucket, at % 2 === 0 ? `alone ${at} ` : `k${at}`, 'x');
    });
    let [batches, alone] = [0, 0];
    const s3 = through((send) => async (command) => {
      if (command.constructor.name === 'DeleteObjectCommand' && ++alone > 4) throw fault('ExpiredToken', 400);
      if (command.constructor.name !== 'DeleteObjectsCommand' || ++batches > 1) return send(command);
      for (let at = 3; at < 20; at += 2) s.store.get(name).objects.delete(`k${at}`);
      return { Errors: [{ Key: 'k1', VersionId: 'null', Code: 'InternalError' }] };
    });
    const { end, progress } = await emptyStretch(job(name, { s3 }));
    expect([end, progress.done.versions, contents(name).length]).toEqual(['sessionEnded', 14, 6]);
    const { progress: all } = await emptyStretch(job(name, { progress }));
    expect([all.done.versions, contents(name)]).toEqual([20, []]);
  });

  it('keeps a page as begun whose answer was lost before the session ended, and others refused: who goes on counts what went', async () => {
    const name = many(4_000);
    let batches = 0;
    let lost: string | undefined;
    const s3 = through((send) => async (command) => {
      if (command.constructor.name !== 'DeleteObjectsCommand') return send(command);
      batches += 1;
      const [first] = (command.input.Delete as { Objects: { Key: string }[] }).Objects;
      if (first?.Key === lost || batches === 3 || batches === 4) throw fault('ExpiredToken', 400);
      if (batches !== 2) return send(command);
      lost = first?.Key;
      await send(command);
      throw fault('TimeoutError', 500);
    });
    const { end, progress } = await emptyStretch(job(name, { s3 }));
    expect([end, progress.parts?.filter(({ begun }) => begun).length]).toEqual(['sessionEnded', 1]);
    // Less than went, and it is known to be less.
    expect(progress.done.versions + progress.done.markers).toBeLessThan(4_400 - contents(name).length);
    const { progress: all } = await emptyStretch(job(name, { progress }));
    expect([all.done.versions, all.done.markers, contents(name)]).toEqual([4_000, 400, []]);
  });

  it('deletes keys that go by themselves some at once, and counts those that went beside one that was refused', async () => {
    const name = bucketWith((bucket) => {
      for (let at = 0; at < 40; at += 1) s.store.putObject(bucket, `alone ${at} `, 'x');
    });
    let [sent, together, most] = [0, 0, 0];
    const s3 = through((send) => async (command) => {
      if (command.constructor.name !== 'DeleteObjectCommand') return send(command);
      if (++sent === 20) throw fault('ExpiredToken', 400);
      most = Math.max(most, ++together);
      return send(command).finally(() => together--);
    });
    const { end, progress } = await emptyStretch(job(name, { s3 }));
    expect([end, most, progress.done.versions, contents(name).length]).toEqual(['sessionEnded', 16, 31, 9]);
  });

  it('counts an upload whose abortion was not answered', async () => {
    const name = bucketWith(() => undefined);
    await s.admin.send(new CreateMultipartUploadCommand({ Bucket: name, Key: 'big.iso' }));
    let aborts = 0;
    const s3 = through((send) => async (command) => {
      const answer = await send(command);
      if (command.constructor.name === 'AbortMultipartUploadCommand' && ++aborts === 1) throw fault('InternalError', 500);
      return answer;
    });
    expect((await emptyStretch(job(name, { s3 }))).progress.done.uploads).toBe(1);
    expect(aborts).toBe(1);
  });

  it('waits longer and longer while S3 asks for fewer requests, in all that it sends', async () => {
    const name = many(3_000);
    let left = 9;
    const s3 = through((send) => async (command) => {
      if (left-- > 0) throw fault('SlowDown', 503);
      return send(command);
    });
    const waits: number[] = [];
    const { end } = await emptyStretch(job(name, { s3, waits }));
    expect(end).toBe('done');
    expect(contents(name)).toEqual([]);
    expect(Math.max(...waits)).toBeGreaterThan(5_000);
    expect(waits.at(-1)).toBeLessThan(Math.max(...waits));
  });

  it('takes an answer of 200 that is an error for one', async () => {
    const name = many(10);
    let left = 2;
    const s3 = through((send) => async (command) => {
      if (command.constructor.name === 'DeleteObjectsCommand' && left-- > 0) throw fault('SlowDown', 200);
      return send(command);
    });
    expect((await emptyStretch(job(name, { s3 }))).end).toBe('done');
    expect(contents(name)).toEqual([]);
  });

  it('gives up on an S3 that does nothing for minutes', async () => {
    const s3 = through(() => async () => {
      throw fault('ServiceUnavailable', 503);
    });
    const waits: number[] = [];
    await expect(emptyStretch(job(many(1), { s3, waits }))).rejects.toMatchObject({ name: 'ServiceUnavailable' });
    // At least half of each pause.
    expect(waits.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(42_000);
  });

  it.each([
    ['ExpiredToken', 'sessionEnded'],
    ['AccessDenied', 'denied'],
    ['NoSuchBucket', 'absent'],
  ])('ends at %s and says so: %s; and goes on where it was', async (error, end) => {
    const name = many(2_500);
    let calls = 0;
    const s3 = through((send) => async (command) => {
      if (++calls > 4) throw fault(error, 403);
      return send(command);
    });
    const ended = await emptyStretch(job(name, { s3 }));
    expect(ended.end).toBe(end);
    const { progress } = await emptyStretch(job(name, { progress: ended.progress }));
    expect(progress.done).toEqual({ versions: 2_500, markers: 250, bytes: 2_500, uploads: 0 });
    expect(contents(name)).toEqual([]);
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
