/** The sandbox's API Gateway: an HTTP API's routes, each a function that lets it. */
import { randomUUID } from 'node:crypto';
import type { Clock } from './clock.ts';
import { FunctionFailed, LambdaError } from './functions.ts';
import { json, type Reply, type Request } from './http.ts';
import type { Permissions } from './permissions.ts';

export interface ApiOptions {
  clock: Clock;
  account: string;
  region: string;
  permissions: Permissions;
  invoke: (functionArn: string, event: unknown) => Promise<unknown>;
}

export class HttpApi {
  readonly id: string;
  readonly #options: ApiOptions;
  #throttle?: { burst: number; rate: number; left: number; at: number };
  readonly #routes = new Map<string, string>();

  constructor(id: string, options: ApiOptions) {
    this.id = id;
    this.#options = options;
  }

  /** `POST /slack/events`. */
  addRoute(routeKey: string, functionArn: string): void {
    this.#routes.set(routeKey, functionArn);
  }

  /**
   * Takes so many requests at once, and so many a second after that: a bucket of tokens (API Gateway developer guide, "Throttle requests to
   * your HTTP APIs for better throughput").
   */
  throttle(burst: number, rate: number): void {
    this.#throttle = { burst, rate, left: burst, at: performance.now() };
  }

  /** The route's answer; undefined when no route has this method and path. */
  async answer(request: Request): Promise<Reply | undefined> {
    const routeKey = `${request.method} ${request.path}`;
    const functionArn = this.#routes.get(routeKey);
    if (functionArn === undefined) return undefined;
    if (!this.#hasRoom()) return json(429, { message: 'Too Many Requests' });
    const { account, region, permissions, invoke } = this.#options;
    // The ARN that a permission names: api, stage, method and path ("Control access to an HTTP API with Lambda permissions").
    const source = `arn:aws:execute-api:${region}:${account}:${this.id}/$default/${routeKey.replace(' ', '')}`;
    if (!permissions.allow(functionArn, 'apigateway.amazonaws.com', source)) return json(500, { message: 'Internal Server Error' });
    try {
      return reply(await invoke(functionArn, this.#event(request, routeKey)));
    } catch (error) {
      if (error instanceof FunctionFailed) return json(500, { message: 'Internal Server Error' });
      if (error instanceof LambdaError) return json(503, { message: 'Service Unavailable' });
      throw error;
    }
  }

  #hasRoom(): boolean {
    const throttle = this.#throttle;
    if (!throttle) return true;
    const now = performance.now();
    throttle.left = Math.min(throttle.burst, throttle.left + ((now - throttle.at) / 1000) * throttle.rate);
    throttle.at = now;
    if (throttle.left < 1) return false;
    throttle.left -= 1;
    return true;
  }

  /** Payload format 2.0 (API Gateway developer guide, "AWS Lambda proxy integrations for HTTP APIs"). */
  #event(request: Request, routeKey: string): unknown {
    const { clock, account, region } = this.#options;
    const { headers, method, rawPath, rawQuery, query, body, sourceIp } = request;
    const { cookie, ...others } = headers;
    const domain = `${this.id}.execute-api.${region}.amazonaws.com`;
    const asText = isText(headers['content-type']);
    const event = {
      version: '2.0',
      routeKey,
      rawPath,
      rawQueryString: rawQuery,
      headers: Object.fromEntries(Object.entries(others).map(([name, value]) => [name, [value ?? ''].flat().join(',')])),
      requestContext: {
        accountId: account,
        apiId: this.id,
        domainName: domain,
        domainPrefix: this.id,
        http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp, userAgent: headers['user-agent'] ?? '' },
        requestId: randomUUID(),
        routeKey,
        stage: '$default',
        time: logTime(clock.date()),
        timeEpoch: Math.floor(clock.now()),
      },
      isBase64Encoded: !asText && body.length > 0,
    };
    return {
      ...event,
      ...(cookie === undefined ? {} : { cookies: cookie.split('; ') }),
      ...(rawQuery === '' ? {} : { queryStringParameters: Object.fromEntries(query) }),
      ...(body.length === 0 ? {} : { body: body.toString(asText ? 'utf8' : 'base64') }),
    };
  }
}

/**
 * The content types whose body comes as text; all others, Slack's forms among them, come as base64
 * (the guide says "binary"; which these are was tried out in ministackorg/ministack#766).
 */
function isText(contentType: string | undefined): boolean {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  return type.startsWith('text/') || ['application/json', 'application/xml', 'application/javascript'].includes(type);
}

/** `22/Oct/2026:03:01:02 +0000`. */
function logTime(date: Date): string {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) (\S+)/.exec(date.toUTCString()) ?? [];
  return `${day}/${month}/${year}:${time} +0000`;
}

/** What the function answered: a response, or any JSON, which is then the body of a 200. */
function reply(answer: unknown): Reply {
  if (answer === null || typeof answer !== 'object' || !('statusCode' in answer)) return json(200, answer);
  const { statusCode, headers, body, isBase64Encoded, cookies } = answer as {
    statusCode: number;
    headers?: Record<string, string>;
    body?: string;
    isBase64Encoded?: boolean;
    cookies?: string[];
  };
  return {
    status: Number(statusCode),
    headers: { 'content-type': 'text/plain; charset=utf-8', ...lowerCase(headers), ...(cookies ? { 'set-cookie': cookies } : {}) },
    body: isBase64Encoded ? Buffer.from(body ?? '', 'base64') : (body ?? ''),
  };
}

const lowerCase = (headers: Record<string, string> = {}) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
