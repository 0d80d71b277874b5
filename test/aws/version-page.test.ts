/** What is read of S3's listings, mostly without the SDK, and what is written of its deletions. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client } from '@aws-sdk/client-s3';
import { homeOf } from '../../src/aws/buckets.ts';
import { nameOf, once } from '../../src/aws/clients.ts';
import { countContents, FIRST_PAGE } from '../../src/aws/contents.ts';
import { emptyingClient, whatIsLeft } from '../../src/aws/emptying/division.ts';
import { listUploads, listVersions } from '../../src/aws/emptying/listing.ts';
import { createPace } from '../../src/aws/emptying/pace.ts';
import { removeVersions } from '../../src/aws/emptying/remove.ts';
import { isVersionPage, nextOfHead, versionPage } from '../../src/aws/emptying/version-page.ts';

const page = (inner: string) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<ListVersionsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><KeyMarker></KeyMarker>${inner}</ListVersionsResult>\n`;

describe('a page of versions', () => {
  it('is read whatever the order of its elements', () => {
    const xml = page(`
      <Version><ETag>&quot;e&quot;</ETag><Key>a%2Fb+c%C3%A9</Key><VersionId>v&amp;1</VersionId><IsLatest>false</IsLatest>
        <LastModified>2026-11-01T12:00:00.000Z</LastModified><Size>7</Size><Owner><ID>o</ID><DisplayName>Key</DisplayName></Owner></Version>
      <DeleteMarker><Owner><ID>o</ID></Owner><VersionId>null</VersionId><IsLatest>true</IsLatest><Key>%3CKey%3E</Key></DeleteMarker>
      <NextVersionIdMarker>v9</NextVersionIdMarker><IsTruncated>true</IsTruncated><NextKeyMarker>z%0A</NextKeyMarker>`);
    const { entries, next } = versionPage(xml);
    expect(entries).toMatchObject([
      { key: 'a/b cé', versionId: 'v&1', marker: false, isLatest: false, modified: Date.UTC(2026, 10, 1, 12), size: 7, etag: 'e' },
      { key: '<Key>', versionId: 'null', marker: true, isLatest: true, modified: 0, size: 0, etag: '' },
    ]);
    expect(next).toEqual({ key: 'z\n', id: 'v9' });
  });

  it('is the last one where S3 says so, and may be empty', () => {
    expect(versionPage(page('<IsTruncated>false</IsTruncated>'))).toEqual({ entries: [], next: undefined });
  });

  it('is known from half of one, and from an error', () => {
    const whole = page('<Version><Key>a</Key></Version>');
    expect([whole, whole.slice(0, -5), '<Error><Code>SlowDown</Code></Error>', ''].map(isVersionPage)).toEqual([true, false, false, false]);
  });
});

describe('the head of a page', () => {
  const next = '<IsTruncated>true</IsTruncated><NextKeyMarker>z%0A</NextKeyMarker><NextVersionIdMarker>v9</NextVersionIdMarker>';

  it.each(['<Version>', '<DeleteMarker>'])('says where the next one begins, once %s is there', (entry) => {
    const head = page(next).slice(0, -'</ListVersionsResult>\n'.length);
    expect(nextOfHead(`${head}${entry}<Key>a`)).toEqual({ key: 'z\n', id: 'v9' });
    expect(nextOfHead(head)).toBeUndefined();
  });

  it.each([
    ['the last page', '<IsTruncated>false</IsTruncated><Version>'],
    ['a page without markers', '<IsTruncated>true</IsTruncated><Version>'],
    ['a page that says it behind its entries', `<Version><Key>a</Key></Version>${next}`],
  ])('says nothing of %s', (_, inner) => {
    expect(nextOfHead(page(inner))).toBeUndefined();
  });
});

describe('an S3 that answers 200', () => {
  let answers: string[] = [];
  let asked: { headers: Record<string, unknown>; body: string }[] = [];
  const server = createServer(async (request, response) => {
    const body = (await request.toArray()).join('');
    asked.push({ headers: request.headers, body });
    response.end(answers.shift());
  });
  const client = () =>
    new S3Client({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: 'us-east-1',
      maxAttempts: 1,
      credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'example' },
    });
  let s3: S3Client;
  beforeAll(async () => {
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    s3 = client();
  });
  afterAll(() => {
    s3.destroy();
    server.close();
  });

  it.each([
    ['half a page', page('').slice(0, 40), 'InternalError'],
    ['nothing', '', 'InternalError'],
    ['an error', '<Error><Code>SlowDown</Code><Message>m</Message></Error>', 'SlowDown'],
    ['a key that nobody encoded', page('<IsTruncated>true</IsTruncated><NextKeyMarker>5%</NextKeyMarker><Version>'), 'URIError'],
  ])('with %s has not said that a bucket is empty', async (_, body, name) => {
    answers = [body];
    await expect(listVersions({ s3, bucket: 'b', account: '111122223333' }, { key: '' })).rejects.toMatchObject({ name });
  });

  it.each(['', '<html></html>'])('with %j has not said that no upload is left, nor that a bucket is gone', async (body) => {
    answers = [body, body];
    await expect(listUploads({ s3, bucket: 'b', account: '111122223333' }, { key: '' })).rejects.toMatchObject({ name: 'InternalError' });
    await expect(homeOf(s3, 'b')).rejects.toMatchObject({ name: 'InternalError' });
  });

  const entry = { marker: false, isLatest: true, modified: 0, size: 1, etag: '' };
  const remove = (s3: S3Client, waits: number[] = []) =>
    removeVersions({ s3, bucket: 'b', account: '111122223333', pace: createPace(async (ms) => void waits.push(ms)) }, [
      { ...entry, key: 'k', versionId: 'v1' },
    ]);
  const EMPTY = '<?xml version="1.0" encoding="UTF-8"?>\n<DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';
  const STAYED = '<Error><Key>k</Key><VersionId>v1</VersionId><Code>AccessDenied</Code></Error>';

  it.each([
    ['nothing', ''],
    ['half a result', `${EMPTY}>`],
    ['half of what stayed', `${EMPTY}>${STAYED}`],
    ['an error', '<Error><Code>SlowDown</Code><Message>m</Message></Error>'],
    ['something else', '<html></html>'],
  ])('with %s has not said that anything went: it is asked again', async (_, body) => {
    answers = [body, `${EMPTY}>${STAYED}</DeleteResult>\n`];
    asked = [];
    const waits: number[] = [];
    expect(await remove(s3, waits)).toEqual([{ key: 'k', versionId: 'v1', code: 'AccessDenied' }]);
    expect([asked.length, waits.length]).toEqual([2, 1]);
  });

  it('with nothing all the while has not said that anything went: it is an error', async () => {
    answers = Array.from({ length: 12 }, () => '');
    await expect(remove(s3)).rejects.toMatchObject({ name: 'InternalError' });
  });

  it.each([
    ['no version', '<Key>k</Key>', { key: 'k', versionId: 'v1' }],
    ['an empty one', '<Key>k</Key><VersionId/>', { key: 'k', versionId: 'v1' }],
    ['another one', '<Key>k</Key><VersionId>v2</VersionId>', { key: 'k', versionId: 'v2' }],
    ['another key', '<Key>k </Key><VersionId>v1</VersionId>', { versionId: 'v1' }],
  ])('with an error that names %s has not said that all went', async (_, which, kept) => {
    answers = [`${EMPTY}><Error>${which}<Code>AccessDenied</Code></Error></DeleteResult>`];
    expect(await remove(s3)).toMatchObject([{ ...kept, code: 'AccessDenied' }]);
  });

  it('with nothing in a page, and more behind it, has not said that nothing is left', async () => {
    const more = '<IsTruncated>true</IsTruncated><NextKeyMarker>j</NextKeyMarker><NextVersionIdMarker>v</NextVersionIdMarker>';
    const pages = [page(more), page(more), page('<Version><Key>k</Key><VersionId>v1</VersionId></Version>')];
    const place = { s3, bucket: 'b', account: '111122223333' };
    answers = [...pages];
    const left = await whatIsLeft(place, createPace(), { uploads: false });
    expect([left.entries.map(({ key }) => key), left.more]).toEqual([['k'], false]);
    answers = [...pages];
    expect((await countContents(place, FIRST_PAGE)).oldVersions).toEqual({ count: 1, more: false });
  });

  it('and falls silent in the middle of it is asked again', async () => {
    const silent = createServer((_, response) => {
      const whole = page('');
      response.setHeader('content-length', whole.length);
      if (++listed > 1) response.end(whole);
      else response.write(whole.slice(0, 40));
    });
    let listed = 0;
    await new Promise<void>((ready) => silent.listen(0, '127.0.0.1', ready));
    process.env.AWS_ENDPOINT_URL_S3 = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const session = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'example', sessionToken: 't', givenAt: '', expiresAt: '' };
    const client = emptyingClient('us-east-1', session, 300);
    try {
      const place = { s3: client, bucket: 'b', account: '111122223333' };
      expect(await createPace(async () => {}).send(() => listVersions(place, { key: '' }))).toEqual({ entries: [], next: undefined });
      expect(listed).toBe(2);
    } finally {
      delete process.env.AWS_ENDPOINT_URL_S3;
      client.destroy();
      silent.closeAllConnections();
      silent.close();
    }
  });

  it('with an error to what nobody waits for is not asked again once the work with a session is over', async () => {
    answers = ['<Error><Code>SlowDown</Code><Message>m</Message></Error>'];
    asked = [];
    const [paused, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const pace = createPace(() => {
      paused.resolve();
      return over.promise;
    });
    const { ahead } = await once(client(), async (s3) => {
      const ahead = pace.send(() => listVersions({ s3, bucket: 'b', account: '111122223333' }, { key: '' })).catch(nameOf);
      await paused.promise;
      return { ahead };
    });
    over.resolve();
    expect([await ahead, asked.length]).toEqual(['Error', 1]);
  });

  it.each([`${EMPTY}/>`, `${EMPTY}></DeleteResult>`])('with a result that names nothing has deleted all of it: %s', async (body) => {
    answers = [body];
    expect(await remove(s3)).toEqual([]);
  });

  it('was given the keys with a checksum of what was sent, and says of each what stayed', async () => {
    answers = ['<DeleteResult><Error><Key>k</Key><VersionId>v2</VersionId><Code>AccessDenied</Code></Error></DeleteResult>'];
    asked = [];
    const kept = await removeVersions({ s3, bucket: 'b', account: '111122223333', pace: createPace() }, [
      { ...entry, key: 'a&<é>"\'', versionId: 'v1' },
      { ...entry, key: 'k', versionId: 'v2' },
    ]);
    expect(kept).toEqual([{ key: 'k', versionId: 'v2', code: 'AccessDenied' }]);
    const [{ headers, body }] = asked as [(typeof asked)[0]];
    expect(body).toBe(
      '<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Object><Key>a&amp;&lt;é&gt;&quot;\'</Key><VersionId>v1</VersionId></Object><Object><Key>k</Key><VersionId>v2</VersionId></Object><Quiet>true</Quiet></Delete>',
    );
    // The same as Python's zlib.crc32 gives, most significant byte first.
    expect([headers['content-length'], headers['x-amz-checksum-crc32']]).toEqual([String(Buffer.byteLength(body)), 'ochbXg==']);
  });
});
