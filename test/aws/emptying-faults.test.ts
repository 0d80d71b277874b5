import { CreateMultipartUploadCommand } from '@aws-sdk/client-s3';
import { emptyStretch, type StretchJob } from '../../src/aws/emptying/stretch.ts';
import { bucketWith, contents, fault, job, many, s, through } from '../helpers/emptying.ts';

describe('emptying, where S3 refuses, fails or is silent', () => {
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
});
