/**
 * The limit: replays the requests that emptying a made-up bucket can't do without, prepared beforehand, over plain HTTP. Nothing is parsed, signed or
 * decided, the stretches are known and of one length; as many of them, and of their pages, at once.
 *
 *   node bench/emptying/limit.ts <url> <shape> <count> <stretches at once> <pages at once>     writes the seconds that it took
 */
import { Agent, request } from 'node:http';
import { BUCKET, Keys, type Shape, versionOf } from './keys.ts';

const [url = '', shape = '', count = '', stretches = '', pages = ''] = process.argv.slice(2);
const PAGE = 1000;
const keys = new Keys(shape as Shape, Number(count));
const agent = new Agent({ keepAlive: true });
const { hostname, port } = new URL(url);

function send(method: string, path: string, body?: Buffer): Promise<void> {
  return new Promise((done, failed) => {
    const headers = body && { 'content-length': body.length };
    const sent = request({ hostname, port, agent, method, path: `/${BUCKET}?${path}`, headers }, (response) => {
      response.on('end', done).on('error', failed).resume();
    });
    sent.on('error', failed).end(body);
  });
}

interface Page {
  list: string;
  remove: Buffer;
}

/** The listing that shows the keys from one to another, and the deletion of these. */
function pageOf(from: number, to: number): Page {
  const marker = from === 0 ? '' : `&key-marker=${encodeURIComponent(keys.at(from - 1))}`;
  const objects = Array.from({ length: to - from }, (_, at) => {
    const index = from + at;
    return `<Object><Key>${keys.at(index)}</Key><VersionId>${versionOf(index)}</VersionId></Object>`;
  });
  return {
    list: `versions&encoding-type=url&max-keys=${to - from}${marker}`,
    remove: Buffer.from(`<Delete>${objects.join('')}<Quiet>true</Quiet></Delete>`),
  };
}

async function replay(all: Page[]): Promise<void> {
  const inFlight = new Set<Promise<void>>();
  for (const { list, remove } of all) {
    await send('GET', list);
    const ended = send('POST', 'delete', remove).finally(() => inFlight.delete(ended));
    inFlight.add(ended);
    if (inFlight.size >= Number(pages)) await Promise.race(inFlight);
  }
  await Promise.all(inFlight);
}

const total = Math.ceil(keys.count / PAGE);
const queues = Array.from({ length: Number(stretches) }, (_, at) => {
  const [first, behind] = [at, at + 1].map((one) => Math.round((one * total) / Number(stretches))) as [number, number];
  return Array.from({ length: behind - first }, (_, page) =>
    pageOf((first + page) * PAGE, Math.min(keys.count, (first + page + 1) * PAGE)),
  );
});
const begun = performance.now();
await Promise.all(queues.map(replay));
process.stdout.write(String((performance.now() - begun) / 1000));
process.exit();
