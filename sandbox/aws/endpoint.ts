import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../clock.ts';
import type { Faults } from '../faults.ts';
import { KEEP_ALIVE } from '../http.ts';
import type { Authorizer } from './authorize.ts';
import { decodeChunked } from './aws-chunked.ts';
import type { CallLog } from './calls.ts';
import type { Credentials } from './credentials.ts';
import { Handling } from './handling.ts';
import { type Protocol, protocolOf } from './protocol.ts';
import type { AwsError, Service } from './service.ts';
import { unserved } from './unserved.ts';
import { queryValue, splitTarget, type WireAnswer, type WireRequest } from './wire.ts';

export interface EndpointParts {
  account: string;
  region: string;
  clock: Clock;
  faults: Faults;
  credentials: Credentials;
  authorizer: Authorizer;
  calls: CallLog;
  onProblem: (problem: Error) => void;
}

export interface Served {
  service: Service;
  protocol: Protocol;
  /** Of a service that isn't served: what every call of it is told. */
  refusal?: string;
}

const MAX_BODY = 128 * 1024 * 1024;
/** How late a `slow` answer comes, in real milliseconds: later than the three seconds that Slack waits. */
const SLOW = 4000;

/** One HTTP server on 127.0.0.1 for all services: signature → principal → operation → may they? → service. */
export class Endpoint {
  readonly #parts: EndpointParts;
  readonly #served: Served[] = [];
  readonly #server: Server;
  readonly #closing = new AbortController();
  #url = '';

  constructor(parts: EndpointParts) {
    this.#parts = parts;
    this.#server = createServer({ maxHeaderSize: 64 * 1024, keepAliveTimeout: KEEP_ALIVE }, (request, response) => {
      this.#handle(request, response).catch((problem: Error) => {
        // A client that went away is no problem of the sandbox.
        if (!request.socket.destroyed) this.#parts.onProblem(problem);
        response.destroy();
      });
    });
  }

  /** Adds a service; the one that is told by its path is asked first. */
  register(service: Service): void {
    this.#served.push({ service, protocol: protocolOf(service) });
    this.#served.sort((a, b) => Number(b.service.pathPrefix !== undefined) - Number(a.service.pathPrefix !== undefined));
  }

  /** Whether `s3:DeleteBucket` is an operation that is served here, or an action that one of them asks IAM for. */
  serves(target: string): boolean {
    const [name, operation = ''] = target.split(':');
    const here = this.#served.filter(({ service }) => service.name === name);
    return here.some(({ service }) => Object.hasOwn(service.operations, operation) || service.actions?.includes(operation));
  }

  listen(port: number): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => {
        this.#url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
        resolve(this.#url);
      });
    });
  }

  close(): Promise<void> {
    this.#closing.abort();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { port } = this.#server.address() as AddressInfo;
    // S3 Control's client puts the account before the host.
    const host = incoming.headers.host?.replace(/^\d{12}\.(?=localhost:)/, '');
    if (host !== `127.0.0.1:${port}` && host !== `localhost:${port}`)
      return sendText(response, 403, `this address answers 127.0.0.1:${port} and localhost:${port} only`);
    const raw = await readBody(incoming);
    if (!raw) return sendText(response, 413, `a body may have ${MAX_BODY} bytes here`);
    let request: WireRequest;
    try {
      request = { method: incoming.method ?? 'GET', ...splitTarget(incoming.url ?? '/'), headers: headersOf(incoming), body: raw };
    } catch {
      return sendText(response, 400, 'the percent-encoding of the address is broken');
    }
    const handling = new Handling(this.#parts, this.#url, (scope) => this.#find(request, scope));
    const { answer, fault } = await handling.handle(request, raw, chunked(request, raw));
    if (fault === 'lost-answer') {
      response.destroy();
      return;
    }
    // A server that closes doesn't wait for it.
    if (fault === 'slow') await wait(SLOW, undefined, { signal: this.#closing.signal }).catch(() => undefined);
    await this.#send(response, answer);
  }

  /** The service that a request is for: by the signature's scope; without one, by what it looks like. */
  #find(request: WireRequest, scope: string | undefined): Served {
    const fits = ({ service }: Served): boolean => service.pathPrefix === undefined || request.path.startsWith(service.pathPrefix);
    if (scope !== undefined)
      return this.#served.find((served) => served.service.name === scope && fits(served)) ?? unserved(scope, request, this.#served);
    const target = request.headers['x-amz-target']?.split('.')[0];
    if (target !== undefined)
      return this.#served.find(({ service }) => service.target === target) ?? unserved(target, request, this.#served);
    const isForm =
      request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') || queryValue(request, 'Action') !== undefined;
    const likely = isForm ? 'sts' : 's3';
    return this.#served.find((served) => served.service.name === likely && fits(served)) ?? unserved(likely, request, this.#served);
  }

  async #send(response: ServerResponse, answer: WireAnswer): Promise<void> {
    response.statusCode = answer.status;
    response.setHeader('date', this.#parts.clock.date().toUTCString());
    for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value);
    if (answer.body instanceof Readable) return pipeline(answer.body, response);
    if (!response.hasHeader('content-length'))
      response.setHeader('content-length', answer.body === undefined ? 0 : Buffer.byteLength(answer.body));
    response.end(answer.body);
  }
}

/** The bytes and trailers of an `aws-chunked` upload; an error where they can't be read. */
function chunked(request: WireRequest, raw: Buffer): { body: Buffer; trailers: Record<string, string> } | AwsError | undefined {
  const streaming =
    request.headers['x-amz-content-sha256']?.startsWith('STREAMING-') || request.headers['content-encoding']?.includes('aws-chunked');
  if (!streaming) return undefined;
  try {
    return decodeChunked(raw);
  } catch (error) {
    return error as AwsError;
  }
}

function headersOf(incoming: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : (value ?? '')]),
  );
}

async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of incoming) {
    size += part.length;
    if (size <= MAX_BODY) parts.push(part);
  }
  return size <= MAX_BODY ? Buffer.concat(parts) : undefined;
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}
