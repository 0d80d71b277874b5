/** What the Web API's methods are made of, and how an app's arguments are read. */

import { blockFaults } from './block-kit.ts';
import type { Triggers } from './ids.ts';
import { LIMITS, type Limit } from './limits.ts';
import type { Messages } from './messages.ts';
import { isObject } from './schema.ts';
import { type Block, invalidArguments, SlackError } from './types.ts';
import type { Views } from './views.ts';
import type { Channel, Workspace } from './workspace.ts';

export interface Context {
  workspace: Workspace;
  messages: Messages;
  views: Views;
  triggers: Triggers;
}

/** The arguments of a call: JSON as it came; of a form every value a string, but for those that hold JSON. */
export type Args = Record<string, unknown>;

export interface Method<Answer = unknown> {
  /** The bot token's scope that Slack asks for ("Facts" of the method's reference page), of this call; none for views, auth.test and links. */
  scope?: string | ((args: Args, context: Context) => string);
  /** Returns what stands beside `ok: true`. Throws SlackError. */
  run(args: Args, context: Context): Omit<Answer, 'ok' | 'error' | 'response_metadata'> & { response_metadata?: { next_cursor?: string } };
}

/** A string argument that must be there. Throws `invalid_arguments` that names it. */
export function required(args: Args, name: string): string {
  const value = args[name];
  if (typeof value !== 'string' || value === '') throw invalidArguments(`missing required field: ${name} [json-pointer:/${name}]`);
  return value;
}

export function optional(args: Args, name: string): string | undefined {
  const value = args[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw invalidArguments(`must provide a string [json-pointer:/${name}]`);
  return value;
}

export const isTrue = (value: unknown): boolean => value === true || value === 'true' || value === '1';

/** A channel that the bot may post to. Throws `channel_not_found`, `not_in_channel`, and `archived`, the method's word for that. */
export function postable(id: string, { workspace }: Context, archived = 'is_archived'): Channel {
  const channel = workspace.channel(id);
  if (!channel) throw new SlackError('channel_not_found');
  if (channel.is_archived) throw new SlackError(archived);
  if (!channel.members.has(workspace.bot)) throw new SlackError(channel.is_private ? 'channel_not_found' : 'not_in_channel');
  return channel;
}

/** A message's text and blocks. Throws `no_text`, `msg_too_long`, `invalid_blocks_format`, `invalid_blocks` with the reasons, `msg_blocks_too_long`. */
export function content(args: Args, { max } = LIMITS.messageText as Limit): { text: string; blocks?: Block[] } {
  const text = args.text === undefined || args.text === null ? '' : args.text;
  if (typeof text !== 'string') throw invalidArguments('must provide a string [json-pointer:/text]');
  if (text.length > max) throw new SlackError('msg_too_long');
  if (args.blocks === undefined || args.blocks === null) {
    if (text.trim() === '') throw new SlackError('no_text');
    return { text };
  }
  if (!Array.isArray(args.blocks) || !args.blocks.every(isObject)) throw new SlackError('invalid_blocks_format');
  const faults = blockFaults(args.blocks);
  if (faults.length > 0)
    throw new SlackError('invalid_blocks', { errors: faults, response_metadata: { messages: faults.map((fault) => `[ERROR] ${fault}`) } });
  if (characters(args.blocks) > LIMITS.blocksTogether.max) throw new SlackError('msg_blocks_too_long');
  if (args.blocks.length === 0 && text.trim() === '') throw new SlackError('no_text');
  return { text, blocks: args.blocks as unknown as Block[] };
}

/** All that a person would read, together. */
function characters(part: unknown): number {
  if (Array.isArray(part)) return part.reduce((sum: number, one) => sum + characters(one), 0);
  if (!isObject(part)) return 0;
  return Object.entries(part).reduce(
    (sum, [name, one]) => sum + (name === 'text' && typeof one === 'string' ? one.length : characters(one)),
    0,
  );
}
