/**
 * An S3 that costs little, so that its clients are what is measured: one bucket of made-up keys, a version each, no signatures, no policies. It
 * answers after a given round trip, knows what the clients compared ask for, and refuses everything else.
 *
 *   node bench/emptying/lean-s3.ts     writes its port to standard output
 *
 * `POST /-/?shape=flat&count=1000&delay=30` fills it anew; `GET /-/` says what it has seen since.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BUCKET, indexOf, Keys, type Shape, versionOf } from './keys.ts';

/** What the server has seen since it was filled. */
export interface Seen {
  lists: number;
  batches: number;
  singles: number;
  others: number;
  left: number;
  /** Processor time of the server itself, in seconds. */
  cpu: number;
  /** Seconds from the first request until the last one that removed something; 0 where none did. */
  seconds: number;
}

let keys = new Keys('flat', 0);
let gone = new Uint8Array(0);
let [delay, left, first, lastGone, cpu] = [0, 0, 0, 0, process.cpuUsage()];
let counts = { lists: 0, batches: 0, singles: 0, others: 0 };

function fill(query: URLSearchParams): void {
  keys = new Keys(query.get('shape') as Shape, Number(query.get('count')));
  gone = new Uint8Array(keys.count);
  [delay, left, first, lastGone, cpu] = [Number(query.get('delay')), keys.count, 0, 0, process.cpuUsage()];
  counts = { lists: 0, batches: 0, singles: 0, others: 0 };
}

function seen(): Seen {
  const { user, system } = process.cpuUsage(cpu);
  return { ...counts, left, cpu: (user + system) / 1e6, seconds: Math.max(0, lastGone - first) / 1000 };
}

/** Also one without its version's id: that only hides it behind a marker, but what asks so doesn't see it any more. */
function remove(index: number): void {
  if (!(index >= 0 && index < keys.count) || gone[index]) return;
  gone[index] = 1;
  left -= 1;
  // Its answer takes its time too.
  lastGone = performance.now() + delay;
}

const nextThere = (from: number): number | undefined => {
  const at = gone.indexOf(0, from);
  return at === -1 ? undefined : at;
};

// What a version's and an object's entry in S3's listings has around what differs.
const TAIL = `<IsLatest>true</IsLatest><LastModified>2026-11-01T12:00:00.000Z</LastModified><ETag>&quot;b1946ac92492d2347c6235b4d2611184&quot;</ETag><Size>4711</Size><StorageClass>STANDARD</StorageClass>`;
const OWNER = `<Owner><ID>75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a</ID></Owner>`;
const XML = '<?xml version="1.0" encoding="UTF-8"?>\n';
const NS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

function listVersions(query: URLSearchParams): string {
  const page = list(query, query.get('key-marker') ?? '');
  const entries = page.indexes.map(
    (index) => `<Version><Key>${keys.at(index)}</Key><VersionId>${versionOf(index)}</VersionId>${TAIL}${OWNER}</Version>`,
  );
  const next = page.more
    ? `<NextKeyMarker>${page.last}</NextKeyMarker><NextVersionIdMarker>${page.indexes.length ? versionOf(page.indexes.at(-1) ?? 0) : ''}</NextVersionIdMarker>`
    : '';
  return `${XML}<ListVersionsResult ${NS}><Name>${BUCKET}</Name><Prefix></Prefix><MaxKeys>1000</MaxKeys><EncodingType>url</EncodingType><IsTruncated>${page.more}</IsTruncated>${next}${entries.join('')}</ListVersionsResult>`;
}

function listObjects(query: URLSearchParams): string {
  const second = query.get('list-type') === '2';
  const after = query.get('continuation-token') ?? query.get('start-after') ?? query.get('marker') ?? '';
  const { indexes, prefixes, more, last } = list(query, after);
  const entries = indexes.map((index) => `<Contents><Key>${keys.at(index)}</Key>${TAIL.slice(TAIL.indexOf('<Last'))}</Contents>`);
  const common = prefixes.map((prefix) => `<CommonPrefixes><Prefix>${prefix}</Prefix></CommonPrefixes>`);
  const next = more ? (second ? `<NextContinuationToken>${last}</NextContinuationToken>` : `<NextMarker>${last}</NextMarker>`) : '';
  return `${XML}<ListBucketResult ${NS}><Name>${BUCKET}</Name><Prefix>${query.get('prefix') ?? ''}</Prefix><MaxKeys>1000</MaxKeys><KeyCount>${entries.length + common.length}</KeyCount><IsTruncated>${more}</IsTruncated>${next}${entries.join('')}${common.join('')}</ListBucketResult>`;
}

interface Listed {
  indexes: number[];
  prefixes: string[];
  more: boolean;
  /** What the next page begins behind. */
  last: string;
}

function list(query: URLSearchParams, after: string): Listed {
  counts.lists += 1;
  const most = Math.min(1000, Number(query.get('max-keys') ?? 1000));
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const listed: Listed = { indexes: [], prefixes: [], more: false, last: '' };
  // A page that ended with a common prefix goes on behind all that begin with it.
  const marker = delimiter !== '' && after.endsWith(delimiter) ? end(after) : after;
  let at = nextThere(Math.max(keys.behind(marker), keys.from(prefix)));
  while (at !== undefined) {
    const key = keys.at(at);
    if (!key.startsWith(prefix)) break;
    if (listed.indexes.length + listed.prefixes.length === most) {
      listed.more = true;
      break;
    }
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    if (cut === -1) listed.indexes.push(at);
    else listed.prefixes.push(key.slice(0, cut + delimiter.length));
    listed.last = cut === -1 ? key : key.slice(0, cut + delimiter.length);
    at = nextThere(cut === -1 ? at + 1 : keys.behind(end(listed.last)));
  }
  return listed;
}

const end = (prefix: string): string => `${prefix}\uffff`;

function removeBatch(body: string): string {
  counts.batches += 1;
  const indexes = [...body.matchAll(/(\d{9})[^\d<]*<\/Key>/g)].map(([, index]) => Number(index));
  for (const index of indexes) remove(index);
  const quiet = body.includes('<Quiet>true</Quiet>');
  const entries = quiet
    ? []
    : indexes.map((index) => `<Deleted><Key>${keys.at(index)}</Key><VersionId>${versionOf(index)}</VersionId></Deleted>`);
  return `${XML}<DeleteResult ${NS}>${entries.join('')}</DeleteResult>`;
}

/** What is answered, and with which status. */
function answer(method: string, key: string, query: URLSearchParams, body: string): [status: number, text: string] {
  if (method === 'DELETE' && key !== '') {
    counts.singles += 1;
    remove(indexOf(key));
    return [204, ''];
  }
  if (method === 'POST' && query.has('delete')) return [200, removeBatch(body)];
  if (method === 'GET' && key === '' && query.has('versions')) return [200, listVersions(query)];
  counts.others += 1;
  if (method === 'GET' && query.has('uploads'))
    return [200, `${XML}<ListMultipartUploadsResult ${NS}><IsTruncated>false</IsTruncated></ListMultipartUploadsResult>`];
  if (method === 'GET' && query.has('location')) return [200, `${XML}<LocationConstraint ${NS}/>`];
  if (method === 'HEAD') return [key === '' || !gone[indexOf(key)] ? 200 : 404, ''];
  if (method === 'GET' && key === '') {
    counts.others -= 1;
    return [200, listObjects(query)];
  }
  return [501, `${XML}<Error><Code>NotImplemented</Code><Message>${method} ${key}</Message></Error>`];
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  if (url.pathname !== '/-/') first ||= performance.now();
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  if (url.pathname === '/-/') {
    if (request.method === 'POST') fill(url.searchParams);
    response.end(JSON.stringify(seen()));
    return;
  }
  const key = decodeURIComponent(url.pathname.slice(BUCKET.length + 2));
  const [status, text] = answer(request.method ?? '', key, url.searchParams, Buffer.concat(chunks).toString());
  const send = () => response.writeHead(status, { 'content-type': 'application/xml', 'x-amz-request-id': 'BENCH' }).end(text);
  if (delay > 0) setTimeout(send, delay);
  else send();
}

const server = createServer((request, response) => void handle(request, response));
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
// Whoever started it may die.
process.stdin.on('close', () => process.exit()).resume();
