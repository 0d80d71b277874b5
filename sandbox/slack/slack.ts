/**
 * A small Slack on localhost: the Web API that apps call, and what the people in the workspace see and do. Ids are fixed,
 * limits and errors are Slack's own, triggers die after three seconds, and methods fail on demand.
 */
import type { Clock } from '../clock.ts';
import type { Faults } from '../faults.ts';
import { Signal } from '../signal.ts';
import { ApiLog } from './api-log.ts';
import { type Delivered, delivery } from './delivery.ts';
import { Endpoint, METHODS } from './endpoint.ts';
import { Triggers } from './ids.ts';
import { THREE_SECONDS } from './limits.ts';
import { type Changes, Messages } from './messages.ts';
import type { Context } from './methods.ts';
import { type Action, Hands } from './person.ts';
import type { Names } from './render.ts';
import { ResponseUrls } from './response-urls.ts';
import { ActError, type Message } from './types.ts';
import { type ShownView, type View, Views } from './views.ts';
import { type Channel, type Person, Workspace, type WorkspaceOptions } from './workspace.ts';

export interface SlackOptions extends WorkspaceOptions {
  clock: Clock;
  faults: Faults;
  signingSecret: string;
  botToken: string;
  /** The scopes of the bot token, as the app's manifest asks for them; a method without its scope answers `missing_scope`. All when left out. */
  scopes?: string[];
  /** Where the app takes commands, interactions and events. */
  requestUrl: () => string;
  /** Real milliseconds that Slack waits for the app (three seconds), and how late an answer is under the fault `slow` (four). Shorter in tests. */
  waits?: { app?: number; slow?: number };
}

/** What a person sees. */
export interface PersonsView {
  /** Oldest first. */
  messages: Message[];
  modal: ShownView | null;
  home: View | null;
}

export class Slack {
  /** Every call of the Web API. */
  readonly log = new ApiLog();
  /** Rings when what anybody sees has changed. */
  readonly changed = new Signal();
  readonly #context: Context;
  readonly #responseUrls: ResponseUrls;
  readonly #hands: Hands;
  readonly #endpoint: Endpoint;

  constructor({ clock, faults, signingSecret, botToken, scopes, requestUrl, waits, ...rest }: SlackOptions) {
    const workspace = new Workspace(rest, clock);
    const messages = new Messages(clock, workspace, this.changed);
    this.#context = { workspace, messages, views: new Views(clock, workspace, this.changed), triggers: new Triggers(clock) };
    this.#responseUrls = new ResponseUrls(clock, messages, workspace, this.log);
    const deliver = delivery({ clock, signingSecret, requestUrl, patience: waits?.app ?? THREE_SECONDS });
    this.#hands = new Hands(this.#context, this.#responseUrls, deliver, () => clock.now());
    this.#endpoint = new Endpoint({
      clock,
      faults,
      botToken,
      ...(scopes && { scopes }),
      context: this.#context,
      responseUrls: this.#responseUrls,
      log: this.log,
      slow: waits?.slow ?? 4_000,
    });
  }

  /** Serves `<url>/api/<method>` on 127.0.0.1, on a free port when it is 0; returns the url. Rejects when the port is taken. */
  async listen(port: number): Promise<string> {
    this.#responseUrls.base = await this.#endpoint.listen(port);
    return this.#responseUrls.base;
  }

  /** What this person (name or id) sees, of the messages the newest so many. Throws ActError when there is no such person. */
  view(user: string, newest?: number): PersonsView {
    const { workspace, messages, views } = this.#context;
    const person = workspace.person(user);
    if (!person || person.is_bot) throw new ActError(`there is no person "${user}" in this workspace`);
    const seen = { modal: views.top(person.id) ?? null, home: views.home(person.id) ?? null };
    return { messages: messages.seenBy(person.id, newest), ...structuredClone(seen) };
  }

  /** What became of what this person sees, since the change of that number (0: all), with what they have before them. Throws ActError as `view` does. */
  since(user: string, change: number): Changes & Omit<PersonsView, 'messages'> {
    const { modal, home } = this.view(user, 1);
    return { ...this.#context.messages.since(this.#context.workspace.person(user)?.id ?? '', change), modal, home };
  }

  /** The channels that this person is in, their direct message with the app included once it was used. */
  channels(user: string): Channel[] {
    const { workspace } = this.#context;
    const person = workspace.person(user);
    return person ? workspace.channels().filter(({ members }) => members.has(person.id)) : [];
  }

  /**
   * Does one thing as this person: tells the app, signed, and says how it answered (status 0: it didn't, or Slack itself
   * refused a form; `body` says why). Throws ActError when the person can't do that, with what they could.
   */
  act(user: string, action: Action | Record<string, unknown>): Promise<Delivered> {
    return this.#hands.act(user, action);
  }

  /** Whether this is one of the Web API's methods that are served. */
  serves(method: string): boolean {
    return Object.hasOwn(METHODS, method);
  }

  /** The people, without bots. */
  people(): Person[] {
    return this.#context.workspace.people();
  }

  /** The app's bot user, and the approvals channel. */
  ids(): { bot: string; home: string } {
    const { bot, home } = this.#context.workspace;
    return { bot, home };
  }

  /** Names for ids, for `render`. */
  names(): Names {
    const { workspace } = this.#context;
    const home = workspace.channel(workspace.home);
    return Object.fromEntries([
      ...this.people().map(({ id, name }) => [id, name]),
      [workspace.bot, 'interlock'],
      [workspace.home, home?.name ?? ''],
    ]);
  }

  close(): Promise<void> {
    return this.#endpoint.close();
  }
}
