/** Slack's side of the wire: `/api/<method>` for apps, `/response/<id>` for what they answer later. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../clock.ts';
import type { Faults } from '../faults.ts';
import { KEEP_ALIVE } from '../http.ts';
import type { ApiLog } from './api-log.ts';
import { CHAT } from './chat.ts';
import { DIRECTORY } from './directory.ts';
import type { Args, Context, Method } from './methods.ts';
import type { ResponseUrls } from './response-urls.ts';
import { isObject } from './schema.ts';
import { SlackError } from './types.ts';
import { VIEWS } from './views-methods.ts';

export const METHODS: Record<string, Method> = { ...CHAT, ...VIEWS, ...DIRECTORY };

const MOST_BYTES = 1_000_000;
/** Arguments that hold JSON when the call is a form ("Using the Slack Web API", form-encoded bodies). */
const JSON_ARGUMENTS = ['blocks', 'view', 'attachments', 'metadata'];

export interface EndpointOptions {
  clock: Clock;
  faults: Faults;
  botToken: string;
  /** The scopes that the bot token has; all when left out. */
  scopes?: string[];
  context: Context;
  responseUrls: ResponseUrls;
  log: ApiLog;
  /** How late an answer comes under the fault `slow`, in milliseconds. */
  slow: number;
}

export class Endpoint {
  readonly #options: EndpointOptions;
  readonly #server: Server;
  readonly #late = new Set<NodeJS.Timeout>();

  constructor(options: EndpointOptions) {
    this.#options = options;
    this.#server = createServer({ keepAliveTimeout: KEEP_ALIVE }, (request, response) => {
      this.#serve(request, response).catch(() => response.destroyed || response.writeHead(500).end());
    });
  }

  /** Listens on 127.0.0.1, on a free port when it is 0. Returns the address; rejects with the port's own error (EADDRINUSE). */
  async listen(port: number): Promise<string> {
    await new Promise<void>((resolve, reject) => this.#server.once('error', reject).listen(port, '127.0.0.1', resolve));
    return `http://127.0.0.1:${this.#port}`;
  }

  async close(): Promise<void> {
    for (const timer of this.#late) clearTimeout(timer);
    this.#server.closeAllConnections();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? 0;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { host } = request.headers;
    if (host !== `127.0.0.1:${this.#port}` && host !== `localhost:${this.#port}`) return void response.writeHead(421).end('wrong host\n');
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const [, area, name = '', ...rest] = url.pathname.split('/');
    if (rest.length > 0 || (area !== 'api' && area !== 'response')) return void response.writeHead(404).end('not found\n');
    if (request.method !== 'POST' && request.method !== 'GET') return void response.writeHead(405, { allow: 'GET, POST' }).end();
    const body = await read(request);
    if (body === undefined) return void response.writeHead(413).end('too large\n');
    if (area === 'response') return json(response, ...this.#options.responseUrls.answer(name, body));

    const fault = this.#options.faults.due(name);
    if (fault?.kind === 'throttle') return json(response, 429, { ok: false, error: 'ratelimited' }, { 'retry-after': '30' });
    if (fault?.kind === 'crash-before') return void request.socket.destroy();
    if (fault?.kind === 'error' && fault.error === undefined) return void response.writeHead(500).end('Internal Server Error');
    const answer = this.#call(name, request, url, body, fault?.error);
    if (fault?.kind === 'lost-answer' || fault?.kind === 'crash-after') return void request.socket.destroy();
    if (fault?.kind !== 'slow') return json(response, 200, answer);
    const timer = setTimeout(() => {
      this.#late.delete(timer);
      json(response, 200, answer);
    }, this.#options.slow);
    this.#late.add(timer);
  }

  /** Runs the method and writes it into the log; answers what Slack answers, errors included. */
  #call(name: string, request: IncomingMessage, url: URL, body: string, forced: string | undefined): Record<string, unknown> {
    const { context, log, clock } = this.#options;
    let args: Args = {};
    const noted = (error?: string) => {
      const user = args.user ?? args.user_id ?? args.users;
      const { channel } = args;
      log.add({
        time: clock.now(),
        method: name,
        ...(typeof user === 'string' && { user }),
        ...(typeof channel === 'string' && { channel }),
        ok: error === undefined,
        ...(error !== undefined && { error }),
      });
    };
    try {
      args = parse(request.headers['content-type'], url, body);
      const method = this.#permitted(name, request, args);
      if (forced !== undefined) throw new SlackError(forced);
      const holder = context.triggers.holder(args.trigger_id);
      const answer = method.run(args, context);
      if (holder) args = { ...args, user: holder };
      noted();
      return { ok: true, ...(answer as object) };
    } catch (error) {
      if (!(error instanceof SlackError)) throw error;
      noted(error.code);
      return { ok: false, error: error.code, ...error.more };
    }
  }

  #permitted(name: string, request: IncomingMessage, args: Args): Method {
    const { botToken, scopes } = this.#options;
    const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
    if (!method) throw new SlackError('unknown_method', { req_method: name });
    const token = /^Bearer (.*)$/i.exec(request.headers.authorization ?? '')?.[1] ?? args.token;
    if (token === undefined || token === '') throw new SlackError('not_authed');
    if (token !== botToken) throw new SlackError('invalid_auth');
    const needed = typeof method.scope === 'function' ? method.scope(args, this.#options.context) : method.scope;
    if (needed && scopes && !scopes.includes(needed)) throw new SlackError('missing_scope', { needed, provided: scopes.join(',') });
    return method;
  }
}

/** Throws `invalid_json`, `json_not_object`, `invalid_post_type`, or the argument's own error ("Using the Slack Web API", "Common errors"). */
function parse(contentType: string | undefined, url: URL, body: string): Args {
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/json') {
    const args = parsed(body, 'invalid_json');
    if (!isObject(args)) throw new SlackError('json_not_object');
    return args;
  }
  if (body !== '' && type !== 'application/x-www-form-urlencoded') throw new SlackError('invalid_post_type');
  const args: Args = Object.fromEntries([...url.searchParams, ...new URLSearchParams(body)]);
  for (const name of JSON_ARGUMENTS) {
    if (typeof args[name] === 'string') args[name] = parsed(args[name], name === 'blocks' ? 'invalid_blocks_format' : 'invalid_arguments');
  }
  return args;
}

function parsed(text: string, error: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new SlackError(error);
  }
}

/** The body as text; undefined when it is longer than anything that Slack takes. */
async function read(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MOST_BYTES) chunks.push(chunk);
  }
  return bytes > MOST_BYTES ? undefined : Buffer.concat(chunks).toString('utf8');
}

function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  if (!response.destroyed)
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers }).end(JSON.stringify(body));
}
