/** response_url: an app answers an interaction later, by a message to a secret address ("Handling user interaction in your Slack apps"). */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { ApiLog } from './api-log.ts';
import { RESPONSE_URL } from './limits.ts';
import type { Messages } from './messages.ts';
import { content, isTrue } from './methods.ts';
import { isObject } from './schema.ts';
import { type Message, SlackError } from './types.ts';
import type { Workspace } from './workspace.ts';

interface Origin {
  user: string;
  channel: string;
  /** The message that was acted on; absent for a slash command. */
  message?: Message;
}

export class ResponseUrls {
  readonly #given = new Map<string, Origin & { until: number; uses: number }>();
  readonly #clock: Clock;
  readonly #messages: Messages;
  readonly #workspace: Workspace;
  readonly #log: ApiLog;
  /** The endpoint's address, set once it listens. */
  base = '';

  constructor(clock: Clock, messages: Messages, workspace: Workspace, log: ApiLog) {
    this.#clock = clock;
    this.#messages = messages;
    this.#workspace = workspace;
    this.#log = log;
  }

  give(origin: Origin): string {
    const id = randomUUID();
    this.#given.set(id, { ...origin, until: this.#clock.now() + RESPONSE_URL.milliseconds, uses: RESPONSE_URL.uses });
    return `${this.base}/response/${id}`;
  }

  /** What an app posted there: does it and returns status and answer. */
  answer(id: string, body: string): [status: number, answer: unknown] {
    const origin = this.#given.get(id);
    const noted = (error?: string) =>
      this.#log.add({
        time: this.#clock.now(),
        method: 'response_url',
        ...(origin && { user: origin.user, channel: origin.channel }),
        ok: error === undefined,
        ...(error !== undefined && { error }),
      });
    try {
      if (!origin) throw new SlackError('invalid_url');
      if (this.#clock.now() > origin.until) throw new SlackError('expired_url');
      if (origin.uses-- <= 0) throw new SlackError('used_url');
      this.#do(origin, body);
      noted();
      return [200, { ok: true }];
    } catch (error) {
      if (!(error instanceof SlackError)) throw error;
      noted(error.code);
      return [error.code.endsWith('_url') ? 404 : 400, { ok: false, error: error.code, ...error.more }];
    }
  }

  #do({ user, channel, message }: Origin, body: string): void {
    let args: unknown;
    try {
      args = JSON.parse(body);
    } catch {
      throw new SlackError('invalid_json');
    }
    if (!isObject(args)) throw new SlackError('json_not_object');
    if (isTrue(args.delete_original)) {
      if (message) this.#messages.remove(channel, message.ts, message.ephemeral);
      return;
    }
    const draft = content(args);
    if (isTrue(args.replace_original) && message) {
      this.#messages.update(channel, message.ts, draft, message.ephemeral);
      return;
    }
    const thread_ts = typeof args.thread_ts === 'string' ? args.thread_ts : undefined;
    this.#messages.post({
      channel,
      user: this.#workspace.bot,
      thread_ts,
      ...draft,
      ...(args.response_type === 'in_channel' ? {} : { for: user }),
    });
  }
}
