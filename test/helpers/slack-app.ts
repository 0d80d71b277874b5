import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LogLevel, WebClient } from '@slack/web-api';
import { Clock } from '../../sandbox/clock.ts';
import { Faults } from '../../sandbox/faults.ts';
import { Slack, type SlackOptions } from '../../sandbox/slack/slack.ts';

const SIGNING_SECRET = 'test-signing-secret';
export const BOT_TOKEN = 'xoxb-test';

/** What Slack sent, with the signature checked by the test's own means. */
export interface Received {
  headers: IncomingHttpHeaders;
  signed: boolean;
  raw: string;
  /** A slash command's fields. */
  form: Record<string, string>;
  // biome-ignore lint/suspicious/noExplicitAny: payloads are what the tests look into
  payload: any;
}

type Answer = { status?: number; body?: unknown } | 'never' | undefined;

/** A Slack with a small app behind it: `answer` says what the app does with what it gets. */
export class SlackApp {
  readonly clock = new Clock();
  readonly faults = new Faults();
  readonly received: Received[] = [];
  readonly slack: Slack;
  readonly client: WebClient;
  readonly url: string;
  answer: (received: Received) => Answer | Promise<Answer> = () => undefined;
  readonly #server: Server;

  static async start(options: Partial<SlackOptions> = {}): Promise<SlackApp> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    let app: SlackApp | undefined;
    server.on('request', async (request, response) => {
      let raw = '';
      for await (const chunk of request) raw += chunk;
      const answer = await app?.take(request.headers, raw);
      if (answer === 'never') return;
      const { status = 200, body = '' } = answer ?? {};
      response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
    });
    app = new SlackApp(server, options);
    return Object.assign(app, { url: await app.slack.listen(0) }).connect();
  }

  private constructor(server: Server, options: Partial<SlackOptions>) {
    this.#server = server;
    this.url = '';
    this.client = new WebClient();
    this.slack = new Slack({
      clock: this.clock,
      faults: this.faults,
      signingSecret: SIGNING_SECRET,
      botToken: BOT_TOKEN,
      requestUrl: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`,
      waits: { app: 800, slow: 250 },
      ...options,
    });
  }

  private connect(): this {
    const client = new WebClient(BOT_TOKEN, {
      slackApiUrl: `${this.url}/api/`,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      logLevel: LogLevel.ERROR,
    });
    return Object.assign(this, { client });
  }

  private take(headers: IncomingHttpHeaders, raw: string): Answer | Promise<Answer> {
    const timestamp = headers['x-slack-request-timestamp'];
    const hmac = createHmac('sha256', SIGNING_SECRET).update(`v0:${timestamp}:${raw}`).digest('hex');
    const form = headers['content-type'] === 'application/json' ? {} : Object.fromEntries(new URLSearchParams(raw));
    const received = {
      headers,
      raw,
      form,
      signed: headers['x-slack-signature'] === `v0=${hmac}` && Math.abs(Number(timestamp) - this.clock.now() / 1000) < 2,
      payload: form.payload ? JSON.parse(form.payload) : headers['content-type'] === 'application/json' ? JSON.parse(raw) : undefined,
    };
    this.received.push(received);
    return this.answer(received);
  }

  get last(): Received {
    const last = this.received.at(-1);
    if (!last) throw new Error('the app has received nothing');
    return last;
  }

  /** One call of the Web API in JSON, answered as it comes. */
  // biome-ignore lint/suspicious/noExplicitAny: answers are what the tests look into
  async call(method: string, args: Record<string, unknown>): Promise<any> {
    const response = await fetch(`${this.url}/api/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', authorization: `Bearer ${BOT_TOKEN}` },
      body: JSON.stringify(args),
    });
    return response.json();
  }

  /** A trigger, for what this person just did. */
  async trigger(user = 'riya'): Promise<string> {
    await this.slack.act(user, { command: '/trigger' });
    return this.last.form.trigger_id as string;
  }

  async close(): Promise<void> {
    this.clock.close();
    this.#server.closeAllConnections();
    this.#server.close();
    await this.slack.close();
  }
}

export const plainText = (text: string) => ({ type: 'plain_text', text }) as const;
export const mrkdwn = (text: string) => ({ type: 'mrkdwn', text }) as const;

/** A modal with these blocks. */
export function modal(blocks: unknown[], more: Record<string, unknown> = {}) {
  // biome-ignore lint/suspicious/noExplicitAny: tests build wrong views too
  return { type: 'modal', title: plainText('A modal'), submit: plainText('Send'), blocks, ...more } as any;
}

export const button = (text: string, more: object = {}) =>
  ({ type: 'button', text: plainText(text), action_id: text.toLowerCase(), ...more }) as const;
export const withButtons = (...elements: ReturnType<typeof button>[]) => [{ type: 'actions', block_id: 'buttons', elements }];
export const field = (label: string, element: object = { type: 'plain_text_input' }, more: object = {}) => ({
  type: 'input',
  block_id: label.toLowerCase(),
  label: plainText(label),
  element: { action_id: 'value', ...element },
  ...more,
});
export const option = (text: string) => ({ text: plainText(text), value: text.toLowerCase() });
