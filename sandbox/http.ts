/** A small HTTP server on 127.0.0.1 for the sandbox's own pages: Host checked, bodies limited, errors as sentences. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Request {
  method: string;
  /** Decoded path, without the query. */
  path: string;
  /** As it came. */
  rawPath: string;
  query: URLSearchParams;
  rawQuery: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
  sourceIp: string;
}

export interface Reply {
  status: number;
  headers?: Record<string, string | string[]>;
  body?: string | Buffer;
  /** Instead of a body: writes it piece by piece, and ends it or is cut off. */
  stream?: (response: ServerResponse) => void;
}

/** Thrown by a route: answered with this status and `{"error": message}`. */
export class HttpError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Slack's own payloads stay far below; what people post is smaller still. */
const BODY_LIMIT = 1024 * 1024;
/** Longer than clients keep an idle connection, in milliseconds: one that closes under a request would fail it. */
export const KEEP_ALIVE = 120_000;

export interface Listening {
  url: string;
  close(): Promise<void>;
}

/** Listens on 127.0.0.1 at the port (0: a free one). Rejects with EADDRINUSE where the port is taken. */
export async function listen(port: number, answer: (request: Request) => Promise<Reply>): Promise<Listening> {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE }, (incoming, response) => {
    respond(server, incoming, response, answer).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(
  server: Server,
  incoming: IncomingMessage,
  response: ServerResponse,
  answer: (request: Request) => Promise<Reply>,
): Promise<void> {
  const { port } = server.address() as AddressInfo;
  const reply = await serve(port, incoming, answer).catch(failure);
  // Whoever is gone by now would never be heard to go.
  if (response.destroyed) return;
  response.writeHead(reply.status, { 'x-content-type-options': 'nosniff', ...reply.headers });
  if (reply.stream) reply.stream(response);
  else response.end(reply.body);
}

async function serve(port: number, incoming: IncomingMessage, answer: (request: Request) => Promise<Reply>): Promise<Reply> {
  // A page on the web that resolves its name to 127.0.0.1 still sends its own name here.
  const { host } = incoming.headers;
  if (host !== `127.0.0.1:${port}` && host !== `localhost:${port}`)
    throw new HttpError(403, `the Host header must be 127.0.0.1:${port} or localhost:${port}`);
  // Another site's page may send to any address, without being asked first where it sends plain text.
  const { origin } = incoming.headers;
  if (origin !== undefined && origin !== `http://${host}`) throw new HttpError(403, `the page at ${origin} may not ask anything here`);
  // A script or a picture of another site's page bears no Origin; only following a link to here is left to it (W3C, "Fetch Metadata").
  const { 'sec-fetch-site': site = 'none', 'sec-fetch-dest': destination } = incoming.headers;
  if (site !== 'none' && site !== 'same-origin' && destination !== 'document')
    throw new HttpError(403, 'another site’s page may not ask anything here');
  const [rawPath = '/', rawQuery = ''] = (incoming.url ?? '/').split('?', 2);
  return answer({
    method: incoming.method ?? 'GET',
    path: decode(rawPath),
    rawPath,
    query: new URLSearchParams(rawQuery),
    rawQuery,
    headers: incoming.headers,
    body: await read(incoming),
    sourceIp: incoming.socket.remoteAddress ?? '127.0.0.1',
  });
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new HttpError(400, 'the path is not properly encoded');
  }
}

async function read(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Read to the end in any case: who is cut off in the middle never sees the answer.
  for await (const chunk of incoming) {
    size += chunk.length;
    if (size <= BODY_LIMIT) chunks.push(chunk);
  }
  if (size > BODY_LIMIT) throw new HttpError(413, `a body may have ${BODY_LIMIT} bytes`);
  return Buffer.concat(chunks);
}

function failure(error: unknown): Reply {
  if (error instanceof HttpError) return json(error.status, { error: error.message });
  return json(500, { error: error instanceof Error ? error.message : String(error) });
}

/** A reply of JSON. */
export function json(status: number, value: unknown): Reply {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8' }, body: `${JSON.stringify(value)}\n` };
}

/** The body as a JSON object. Throws HttpError 400. */
export function parseBody(request: Request): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(request.body.toString());
  } catch {
    throw new HttpError(400, 'the body is not JSON');
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new HttpError(400, 'the body must be a JSON object');
  return value as Record<string, unknown>;
}
