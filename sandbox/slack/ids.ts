/** Ids that Slack gives out. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { THREE_SECONDS } from './limits.ts';
import { type Block, invalidArguments, SlackError } from './types.ts';

/** The blocks with a `block_id` each, and an `action_id` on each interactive element: Slack makes those that an app leaves out. */
export function withIds(blocks: Block[]): Block[] {
  const copy = structuredClone(blocks);
  for (const block of copy) {
    block.block_id ??= fresh();
    for (const element of [...(block.elements ?? []), ...[block.element, block.accessory].filter((one) => one !== undefined)]) {
      if (!['mrkdwn', 'plain_text', 'image'].includes(element.type) && block.type !== 'rich_text') element.action_id ??= fresh();
    }
  }
  return copy;
}

/** Random, as Slack's: with an id that a former block had, a field would keep what was typed there. */
const fresh = () => randomBytes(6).toString('base64url');

/** Trigger ids: each is good for one call within three seconds (views.open: `expired_trigger_id`, `exchanged_trigger_id`). */
export class Triggers {
  readonly #given = new Map<string, { user: string; until: number; used: boolean }>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A new one, for what this person just did. */
  give(user: string): string {
    const now = this.#clock.now();
    const id = `${Math.floor(now)}.${this.#given.size + 1}.${randomUUID().replaceAll('-', '')}`;
    this.#given.set(id, { user, until: now + THREE_SECONDS, used: false });
    return id;
  }

  /** Whose it is, spent or not; undefined when nobody was given it. */
  holder(id: unknown): string | undefined {
    return this.#given.get(id as string)?.user;
  }

  /** Spends it; returns whose it is. Throws Slack's error when it can't be spent. */
  take(id: unknown): string {
    if (typeof id !== 'string' || id === '') throw invalidArguments('invalid `trigger_id` [json-pointer:/trigger_id]');
    const trigger = this.#given.get(id);
    if (!trigger) throw new SlackError('invalid_trigger_id');
    if (trigger.used) throw new SlackError('exchanged_trigger_id');
    if (this.#clock.now() > trigger.until) throw new SlackError('expired_trigger_id');
    trigger.used = true;
    return trigger.user;
  }
}
