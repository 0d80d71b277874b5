/** A listing goes on as soon as the head of a page says where the next one begins, and whatever comes of the rest, all of it goes once. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3Client } from '@aws-sdk/client-s3';
import { createPace } from '../../src/aws/emptying/pace.ts';
import { emptyStretch } from '../../src/aws/emptying/stretch.ts';
import { UNTOUCHED } from '../../src/domain/emptying.ts';

const KEYS = [...'abcdefgh'];

interface Listing {
  after: string;
  keys: string[];
  /** The key behind which more follows; undefined where nothing does. */
  next: string | undefined;
  /** How often a page was asked for behind this marker, with this time. */
  time: number;
  response: ServerResponse;
}

const head = (next: string | undefined) =>
  next === undefined
    ? '<IsTruncated>false</IsTruncated>'
    : `<IsTruncated>true</IsTruncated><NextKeyMarker>${next}</NextKeyMarker><NextVersionIdMarker>v</NextVersionIdMarker>`;
const entry = (key: string) => `<Version><Key>${key}</Key><VersionId>v</VersionId><Size>1</Size></Version>`;

/** Ends what a test that failed still waits for. */
let close = (): void => undefined;
afterEach(() => close());

/** Empties a bucket of two keys a page, at an S3 that answers listings so; says what it was asked for and has answered, in order. With an end, nothing is asked to cut it. */
async function emptied(
  answer: (listing: Listing, asked: (after: string) => Promise<unknown>) => Promise<unknown>,
  upTo: string | null = 'z',
) {
  const left = new Set(KEYS);
  const log: string[] = [];
  const times = new Map<string, number>();
  const waiting = new Map<string, PromiseWithResolvers<void>>();
  const asked = (after: string) => {
    const wait = waiting.get(after) ?? Promise.withResolvers<void>();
    waiting.set(after, wait);
    return wait;
  };
  const server = createServer(async (request, response) => {
    const query = new URL(request.url ?? '', 'http://s3').searchParams;
    const body = (await request.toArray()).join('');
    if (query.has('uploads'))
      return response.end('<ListMultipartUploadsResult><IsTruncated>false</IsTruncated></ListMultipartUploadsResult>');
    if (request.method === 'POST') {
      const keys = [...body.matchAll(/<Key>(.)<\/Key>/g)].map(([, key]) => key as string);
      for (const key of keys) left.delete(key);
      log.push(`deleted ${keys.join('')}`);
      return response.end('<DeleteResult/>');
    }
    const after = query.get('key-marker') ?? '';
    const time = (times.get(after) ?? 0) + 1;
    times.set(after, time);
    asked(after).resolve();
    const behind = [...left].filter((key) => key > after);
    const keys = behind.slice(0, 2);
    response.once('finish', () => log.push(`listed ${keys.join('')}`));
    return answer({ after, keys, next: behind.length > 2 ? keys.at(-1) : undefined, time, response }, (one) => asked(one).promise);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'example' };
  const s3 = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, maxAttempts: 1, credentials });
  close = () => {
    s3.destroy();
    server.closeAllConnections();
    server.close();
  };
  const { end, progress } = await emptyStretch({
    removal: { s3, bucket: 'b', account: '111122223333', pace: createPace(async () => {}) },
    stretch: { after: '', upTo },
    progress: UNTOUCHED,
    mayGoOn: async () => undefined,
    note: async () => {},
  });
  return { end, versions: progress.done.versions, left: [...left].join(''), log };
}

const whole = (inner: string) => `<ListVersionsResult>${inner}</ListVersionsResult>`;

describe('the page behind one', () => {
  it('is asked for while the rest of that one is under way, and listed before anything of it is deleted', async () => {
    const { log, ...ended } = await emptied(async ({ keys, next, response }, asked) => {
      const page = whole(`${head(next)}${keys.map(entry).join('')}`);
      const shown = page.indexOf('</Version>');
      response.write(page.slice(0, shown));
      if (next !== undefined) await asked(next);
      response.end(page.slice(shown));
    });
    expect(ended).toEqual({ end: 'done', versions: KEYS.length, left: '' });
    const at = (what: string) => log.indexOf(what);
    expect(at('deleted ab')).toBeGreaterThan(at('listed cd'));
    expect(at('deleted cd')).toBeGreaterThan(at('listed ef'));
    expect(at('deleted ef')).toBeGreaterThan(at('listed gh'));
  });

  it('is asked for anew where one is cut off, and by the next time ends elsewhere', async () => {
    const { log, ...ended } = await emptied(async ({ keys, next, time, response }, asked) => {
      if (next === 'd' && time === 1) {
        response.write(`<ListVersionsResult>${head(next)}${entry('c')}`);
        await asked('d');
        return response.end();
      }
      const fewer = next === 'd' ? { keys: ['c'], next: 'c' } : { keys, next };
      return response.end(whole(`${head(fewer.next)}${fewer.keys.map(entry).join('')}`));
    });
    expect(ended).toEqual({ end: 'done', versions: KEYS.length, left: '' });
    expect(log).toContain('deleted c');
  });

  it('is there first where that one is cut off, and counts once: nothing of it is taken for what is left', async () => {
    const there = Promise.withResolvers<void>();
    const { log, ...ended } = await emptied(async ({ after, time, response }, asked) => {
      const keys = KEYS.filter((key) => key > after);
      if (after !== '') {
        // Whoever closes the connection has read all of it.
        response.setHeader('connection', 'close');
        if (after === 'b') response.socket?.once('close', there.resolve);
        return response.end(whole(`${head(undefined)}${keys.map(entry).join('')}`));
      }
      if (time === 1) {
        response.write(`<ListVersionsResult>${head('b')}${entry('a')}`);
        await asked('b');
        return response.end();
      }
      await there.promise;
      return response.end(whole(`${head('b')}${['a', 'b'].map(entry).join('')}`));
    }, null);
    expect(ended).toEqual({ end: 'done', versions: KEYS.length, left: '' });
  });

  it('is asked for once all of one is read, where its head says nothing', async () => {
    const { log, ...ended } = await emptied(async ({ keys, next, response }) =>
      response.end(whole(`${keys.map(entry).join('')}${head(next)}`)),
    );
    expect(ended).toEqual({ end: 'done', versions: KEYS.length, left: '' });
    expect(log.filter((one) => one.startsWith('listed'))).toHaveLength(KEYS.length / 2);
  });
});
