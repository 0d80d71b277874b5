import {
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { Bucket } from '../../../../sandbox/aws/services/s3/bucket.ts';
import { compareKeys } from '../../../../sandbox/aws/services/s3/keys.ts';
import { listObjects, listVersions } from '../../../../sandbox/aws/services/s3/pages.ts';
import { VersionIds } from '../../../../sandbox/aws/services/s3/version-ids.ts';
import { failure, hostileKey, S3Sandbox } from '../../../helpers/s3.ts';

const key = fc.oneof(hostileKey, fc.stringMatching(/^[ab/]{1,4}$/));
const written = fc.array(fc.record({ key, marker: fc.boolean(), versioning: fc.constantFrom('Enabled' as const, 'Suspended' as const) }), {
  maxLength: 40,
});
const view = fc.record({
  prefix: fc.constantFrom('', 'a', 'a/', '/'),
  delimiter: fc.constantFrom('', '/', 'b', '//'),
  limit: fc.integer({ min: 1, max: 7 }),
});

function filled(writes: { key: string; marker: boolean; versioning?: 'Enabled' | 'Suspended' }[]): Bucket {
  const bucket = new Bucket({ name: 'b', account: '1', region: 'r', createdAt: 0 });
  for (const write of writes) {
    bucket.versioning = write.versioning;
    bucket.put(write.key, 0, write.marker ? undefined : new Uint8Array(0));
  }
  return bucket;
}

/** What a listing shows, worked out the slow way: items that a delimiter doesn't fold, and the folded prefixes, in order. */
function expected(keys: string[], prefix: string, delimiter: string): { plain: string[]; folded: string[] } {
  const inside = keys.filter((k) => k.startsWith(prefix)).sort(compareKeys);
  const fold = (k: string) =>
    delimiter === '' || !k.includes(delimiter, prefix.length)
      ? undefined
      : k.slice(0, k.indexOf(delimiter, prefix.length) + delimiter.length);
  return { plain: inside.filter((k) => fold(k) === undefined), folded: [...new Set(inside.flatMap((k) => fold(k) ?? []))] };
}

describe('listings', () => {
  it('order keys by their UTF-8 bytes', () => {
    fc.assert(
      fc.property(hostileKey, hostileKey, (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });

  it('of objects show the same in pages of any size, whatever the prefix and the delimiter', () => {
    fc.assert(
      fc.property(written, view, (writes, range) => {
        const bucket = filled(writes);
        const keys: string[] = [];
        const prefixes: string[] = [];
        let after = '';
        for (;;) {
          const { items, commonPrefixes, next } = listObjects(bucket, { ...range, after });
          expect(items.length + commonPrefixes.length).toBeLessThanOrEqual(range.limit);
          keys.push(...items.map((item) => item.key));
          prefixes.push(...commonPrefixes);
          if (next === undefined) break;
          after = typeof next === 'string' ? next : next.key;
        }
        const last = new Map(writes.map((write) => [write.key, write]));
        const live = [...last.values()].filter(({ marker }) => !marker).map((write) => write.key);
        expect({ plain: keys, folded: prefixes }).toEqual(expected(live, range.prefix, range.delimiter));
      }),
    );
  });

  it('of versions show each once, newest first, in pages of any size, while what was shown is deleted', () => {
    fc.assert(
      fc.property(written, view, fc.boolean(), (writes, { limit, prefix }, emptying) => {
        const bucket = filled(writes);
        const inside = writes.filter((write) => write.key.startsWith(prefix));
        const all = bucket.objects.size === 0 ? [] : listVersions(bucket, { prefix, delimiter: '', after: '', limit: 1000 }).items;
        const ids = all.map((item) => `${item.key} ${bucket.versionId(item.version)}`);
        const seen: string[] = [];
        let after = '';
        let marker: string | undefined;
        for (;;) {
          const { items, next } = listVersions(bucket, { prefix, delimiter: '', after, limit }, marker);
          seen.push(...items.map((item) => `${item.key} ${bucket.versionId(item.version)}`));
          const at = typeof next === 'object' ? { key: next.key, id: bucket.versionId(next.version) } : undefined;
          if (emptying) for (const { key: k, version } of items) bucket.remove(k, version);
          if (!at) break;
          after = at.key;
          marker = at.id;
        }
        expect(seen).toEqual(ids);
        expect(new Set(ids).size).toBe(ids.length);
        expect(all.filter((item) => item.isLatest).length).toBe(new Set(inside.map((write) => write.key)).size);
        for (const [i, item] of all.entries()) {
          const before = all[i - 1];
          if (before?.key === item.key) expect(before.version.number).toBeGreaterThan(item.version.number);
        }
        if (emptying && prefix === '') expect(bucket.objects.size).toBe(0);
      }),
    );
  });
});

describe('version ids', () => {
  it('are read back in their own bucket, and are nothing in another', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.stringMatching(/^[0-9a-f]{32}$/), (number, other) => {
        const ids = new VersionIds();
        expect(ids.decode(ids.encode(number))).toBe(number);
        expect(new VersionIds().decode(ids.encode(number))).toBeUndefined();
        expect(ids.decode(other)).toBeUndefined();
      }),
    );
  });
});

describe("listings of the sandbox's S3", () => {
  let s: S3Sandbox;
  beforeAll(async () => {
    s = await S3Sandbox.start();
    s.store.createBucket({ name: 'lists', versioning: 'Enabled' });
    for (const k of ['a/1', 'a/2', 'b', 'c/1', 'd']) for (const body of ['old', 'new']) s.store.putObject('lists', k, body);
    s.store.deleteObject('lists', 'd');
  });
  afterEach(() => expect(s.aws.problems).toEqual([]));
  afterAll(() => s.stop());

  it('of objects are paged by continuation token, with the delimiter', async () => {
    const list = (token?: string) =>
      s.admin.send(new ListObjectsV2Command({ Bucket: 'lists', Delimiter: '/', MaxKeys: 2, ContinuationToken: token }));
    const first = await list();
    expect(first).toMatchObject({ KeyCount: 2, IsTruncated: true, CommonPrefixes: [{ Prefix: 'a/' }], Contents: [{ Key: 'b', Size: 3 }] });
    const second = await list(first.NextContinuationToken);
    expect(second).toMatchObject({ KeyCount: 1, IsTruncated: false, CommonPrefixes: [{ Prefix: 'c/' }] });
    expect(second.Contents).toBeUndefined();
    expect(second.NextContinuationToken).toBeUndefined();
  });

  it('of objects start after a key, and in the old version at a marker', async () => {
    const after = await s.admin.send(new ListObjectsV2Command({ Bucket: 'lists', StartAfter: 'a/1', FetchOwner: true }));
    expect(after.Contents?.map(({ Key }) => Key)).toEqual(['a/2', 'b', 'c/1']);
    expect(after.Contents?.[0]?.Owner?.ID).toMatch(/^[0-9a-f]{64}$/);
    const old = await s.admin.send(new ListObjectsCommand({ Bucket: 'lists', Marker: 'a/2', Delimiter: '/', MaxKeys: 1 }));
    expect(old).toMatchObject({ Contents: [{ Key: 'b' }], IsTruncated: true, NextMarker: 'b' });
  });

  it('of versions are paged by key and version id, markers among them', async () => {
    const pages: ListObjectVersionsCommandOutput[] = [];
    let markers = {};
    do {
      const page = await s.admin.send(new ListObjectVersionsCommand({ Bucket: 'lists', MaxKeys: 3, ...markers }));
      pages.push(page);
      markers = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
    } while (pages.at(-1)?.IsTruncated);
    expect(pages.map(({ Versions = [], DeleteMarkers = [] }) => Versions.length + DeleteMarkers.length)).toEqual([3, 3, 3, 2]);
    const versions = pages.flatMap(({ Versions = [] }) => Versions);
    expect(versions.map(({ Key, IsLatest }) => `${Key} ${IsLatest}`).slice(-2)).toEqual(['d false', 'd false']);
    expect(pages.flatMap(({ DeleteMarkers = [] }) => DeleteMarkers)).toMatchObject([{ Key: 'd', IsLatest: true }]);
    expect(new Set(versions.map(({ VersionId }) => VersionId)).size).toBe(10);
  });

  it('of versions fold prefixes at a delimiter', async () => {
    const { CommonPrefixes, Versions } = await s.admin.send(
      new ListObjectVersionsCommand({ Bucket: 'lists', Delimiter: '/', Prefix: 'a' }),
    );
    expect(CommonPrefixes).toEqual([{ Prefix: 'a/' }]);
    expect(Versions).toBeUndefined();
  });

  it('may ask for nothing', async () => {
    expect(await s.admin.send(new ListObjectsV2Command({ Bucket: 'lists', MaxKeys: 0 }))).toMatchObject({
      KeyCount: 0,
      IsTruncated: false,
    });
  });

  it.each([
    ['a negative page size', new ListObjectVersionsCommand({ Bucket: 'lists', MaxKeys: -1 })],
    ['a version marker without a key', new ListObjectVersionsCommand({ Bucket: 'lists', VersionIdMarker: 'null' })],
    ['an empty version marker', new ListObjectVersionsCommand({ Bucket: 'lists', KeyMarker: 'a', VersionIdMarker: '' })],
    ['a version marker that never was', new ListObjectVersionsCommand({ Bucket: 'lists', KeyMarker: 'a', VersionIdMarker: 'x' })],
    ['another encoding', new ListObjectVersionsCommand({ Bucket: 'lists', EncodingType: 'base64' as 'url' })],
  ])('refuse %s', async (_what, command) => {
    expect(await failure(s.admin.send(command))).toMatchObject({ code: 'InvalidArgument', status: 400 });
  });

  it('refuse a continuation token that no listing gave', async () => {
    const command = new ListObjectsV2Command({ Bucket: 'lists', ContinuationToken: 'x' });
    expect(await failure(s.admin.send(command))).toMatchObject({ code: 'InvalidArgument' });
  });
});
