/** The messages of the workspace and who sees which. */
import type { Clock } from '../clock.ts';
import type { Signal } from '../signal.ts';
import { withIds } from './ids.ts';
import { type Block, type Message, SlackError } from './types.ts';
import type { Workspace } from './workspace.ts';

interface Stored extends Message {
  /** The number of the change that made it what it is. */
  change: number;
  /** Set on ephemeral messages: the one person who sees it. */
  for?: string;
}

export interface Draft {
  channel: string;
  user: string;
  text: string;
  blocks?: Block[];
  thread_ts?: string | undefined;
  /** The one person who sees it: makes the message ephemeral. */
  for?: string;
}

/** What became of a person's messages: new and changed ones, those that are gone, and the number to ask from next time. */
export interface Changes {
  messages: Message[];
  removed: { channel: string; ts: string }[];
  change: number;
}

export class Messages {
  readonly #all: Stored[] = [];
  readonly #removed: Stored[] = [];
  readonly #clock: Clock;
  readonly #workspace: Workspace;
  readonly #changed: Signal;
  #last = 0;
  #change = 0;

  constructor(clock: Clock, workspace: Workspace, changed: Signal) {
    this.#clock = clock;
    this.#workspace = workspace;
    this.#changed = changed;
  }

  post({ channel, user, text, blocks = [], thread_ts, for: recipient }: Draft): Message {
    const seen = { channel, ts: this.ts(), text, blocks: withIds(blocks), ephemeral: recipient !== undefined, user };
    const message: Stored = { ...seen, change: 0 };
    if (thread_ts !== undefined) message.thread_ts = thread_ts;
    if (recipient !== undefined) message.for = recipient;
    this.#all.push(message);
    this.#touch(message);
    return shown(message);
  }

  /** A message that everybody in the channel sees. Throws `message_not_found`; an ephemeral message is none that could be found. */
  find(channel: string, ts: string): Message {
    return shown(this.#stored(channel, ts, false));
  }

  /** Replaces text and blocks; blocks that are left out stay. Throws `message_not_found`. */
  update(channel: string, ts: string, change: { text?: string | undefined; blocks?: Block[] | undefined }, ephemeral = false): Message {
    const message = this.#stored(channel, ts, ephemeral);
    message.text = change.text ?? '';
    if (change.blocks) message.blocks = withIds(change.blocks);
    message.edited = { user: message.user, ts: this.ts() };
    this.#touch(message);
    return shown(message);
  }

  /** Throws `message_not_found`. */
  remove(channel: string, ts: string, ephemeral = false): void {
    const message = this.#stored(channel, ts, ephemeral);
    this.#all.splice(this.#all.indexOf(message), 1);
    this.#removed.push(message);
    this.#touch(message);
  }

  /** What this person sees: in their channels and direct messages, ephemeral ones for them; oldest first, the newest so many. */
  seenBy(user: string, newest = Number.MAX_SAFE_INTEGER): Message[] {
    return this.#all
      .filter((message) => this.#sees(user, message))
      .slice(-newest)
      .map(shown);
  }

  /** What became of what this person sees, since the change of that number; 0: all of it. */
  since(user: string, change: number): Changes {
    const mine = (message: Stored) => message.change > change && this.#sees(user, message);
    const removed = this.#removed.filter(mine).map(({ channel, ts }) => ({ channel, ts }));
    return { messages: this.#all.filter(mine).map(shown), removed, change: this.#change };
  }

  /** A time stamp that no message has had: the clock's, in microseconds, a little later where that was taken. */
  ts(): string {
    this.#last = Math.max(this.#last + 1, Math.floor(this.#clock.now()) * 1000);
    return `${Math.floor(this.#last / 1e6)}.${String(this.#last % 1e6).padStart(6, '0')}`;
  }

  #sees(user: string, message: Stored): boolean {
    return (message.for ?? user) === user && (this.#workspace.channel(message.channel)?.members.has(user) ?? false);
  }

  #touch(message: Stored): void {
    message.change = ++this.#change;
    this.#changed.ring();
  }

  #stored(channel: string, ts: string, ephemeral: boolean): Stored {
    const message = this.#all.find((one) => one.channel === channel && one.ts === ts && one.ephemeral === ephemeral);
    if (!message) throw new SlackError('message_not_found');
    return message;
  }
}

/** A copy, so that nobody holds what changes later. */
function shown({ for: _, change: __, ...message }: Stored): Message {
  return structuredClone(message);
}
