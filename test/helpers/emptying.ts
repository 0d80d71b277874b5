/** Stretches of buckets at the sandbox's S3, as it stands behind its endpoint, with whatever goes wrong between it and the client. */
import type { S3Client } from '@aws-sdk/client-s3';
import { createPace } from '../../src/aws/emptying/pace.ts';
import type { StretchJob } from '../../src/aws/emptying/stretch.ts';
import { type Tally, UNTOUCHED } from '../../src/domain/emptying.ts';
import { ACCOUNT, S3Sandbox } from './s3.ts';

export let s: S3Sandbox;
beforeAll(async () => {
  s = await S3Sandbox.start();
});
afterEach(() => expect(s.aws.problems).toEqual([]));
afterAll(() => s.stop());

let made = 0;
export function bucketWith(write: (name: string) => void, versioning?: 'Enabled' | 'Suspended'): string {
  const name = `bucket-${++made}`;
  s.store.createBucket({ name, ...(versioning && { versioning }) });
  write(name);
  return name;
}

/** What a bucket holds, as `key version`. */
export function contents(name: string): string[] {
  const bucket = s.store.get(name);
  return [...bucket.objects.from(() => true)].flatMap(({ key, versions }) => versions.map((one) => `${key} ${bucket.versionId(one)}`));
}

export function tallyOf(name: string, of: (key: string) => boolean = () => true): Tally {
  const all = [...s.store.get(name).objects.from(() => true)].filter(({ key }) => of(key)).flatMap(({ versions }) => versions);
  return {
    versions: all.filter(({ body }) => body).length,
    markers: all.filter(({ body }) => !body).length,
    bytes: all.reduce((sum, { body }) => sum + (body?.length ?? 0), 0),
    uploads: 0,
  };
}

type Send = (command: { constructor: { name: string }; input: Record<string, unknown> }) => Promise<unknown>;

/** The administrator's client, with something between it and S3. */
export function through(between: (send: Send) => Send): S3Client {
  return { send: between((command) => s.admin.send(command as never)) } as unknown as S3Client;
}

/** What is waited for is written down and not waited for. */
export function job(name: string, more: Partial<StretchJob> & { s3?: S3Client; prefix?: string; waits?: number[] } = {}): StretchJob {
  const { s3 = s.admin, prefix, waits = [], ...rest } = more;
  return {
    removal: { s3, bucket: name, account: ACCOUNT, pace: createPace(async (ms) => void waits.push(ms)), ...(prefix && { prefix }) },
    stretch: { after: '', upTo: null },
    progress: UNTOUCHED,
    mayGoOn: async () => undefined,
    note: async () => {},
    ...rest,
  };
}

export const fault = (name: string, status: number) => Object.assign(new Error(name), { name, $metadata: { httpStatusCode: status } });

/** Keys 0 to count - 1 in order, each of so many versions, the newest of every tenth a marker. */
export function many(count: number, versions = 1): string {
  return bucketWith((name) => {
    for (let at = 0; at < count; at += 1) {
      const key = `k/${String(at).padStart(6, '0')}`;
      for (let version = 0; version < versions; version += 1) s.store.putObject(name, key, 'x');
      if (at % 10 === 0) s.store.deleteObject(name, key);
    }
  }, 'Enabled');
}
