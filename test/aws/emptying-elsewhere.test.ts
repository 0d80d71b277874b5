/** The same emptying at an S3 that others wrote, where there is one on this machine: moto's server. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { divideBucket, whatIsLeft } from '../../src/aws/emptying/division.ts';
import { createPace } from '../../src/aws/emptying/pace.ts';
import { emptyStretch } from '../../src/aws/emptying/stretch.ts';
import { add, NONE, UNTOUCHED } from '../../src/domain/emptying.ts';
import { freePort } from '../helpers/ports.ts';

const isHere = spawnSync('sh', ['-c', 'command -v moto_server'], { stdio: 'ignore' }).status === 0;

(isHere ? describe : describe.skip)('emptying, at moto’s S3', () => {
  let server: ChildProcess;
  let s3: S3Client;
  beforeAll(async () => {
    const port = await freePort();
    server = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: ['ignore', 'ignore', 'pipe'] });
    await new Promise<void>((ready, failed) => {
      server.stderr?.on('data', (text: Buffer) => text.includes('Running on') && ready());
      server.once('exit', (code) => failed(new Error(`moto_server ended with ${code}`)));
    });
    s3 = new S3Client({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    });
  });
  afterAll(() => {
    s3?.destroy();
    server?.kill('SIGKILL');
  });

  it('leaves nothing of versions, markers and uploads, page after page', async () => {
    const Bucket = 'elsewhere';
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    const keys = [
      'a b',
      'ü/ñ',
      'mail//t',
      'emoji\u{1f4a5}',
      ...Array.from({ length: 1_050 }, (_, at) => `k/${String(at % 350).padStart(5, '0')}`),
    ];
    for (let at = 0; at < keys.length; at += 50) {
      await Promise.all(keys.slice(at, at + 50).map((Key) => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))));
    }
    for (const at of [0, 100, 200]) await s3.send(new DeleteObjectCommand({ Bucket, Key: `k/${String(at).padStart(5, '0')}` }));
    await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'big.iso' }));

    const place = { s3, bucket: Bucket, account: '123456789012' };
    const pace = createPace();
    let done = NONE;
    for (const stretch of await divideBucket(place, pace, { left: await whatIsLeft(place, pace, { uploads: true }), lone: false })) {
      const { end, progress } = await emptyStretch({
        removal: { ...place, pace },
        stretch,
        progress: UNTOUCHED,
        mayGoOn: async () => undefined,
        note: async () => {},
      });
      expect(end).toBe('done');
      done = add(done, progress.done);
    }
    expect(done).toEqual({ versions: keys.length, markers: 3, bytes: keys.length, uploads: 1 });
    await s3.send(new DeleteBucketCommand({ Bucket }));
  });
});
