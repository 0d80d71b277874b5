/** chat.*: messages. */
import type {
  ChatDeleteResponse,
  ChatGetPermalinkResponse,
  ChatPostEphemeralResponse,
  ChatPostMessageResponse,
  ChatUpdateResponse,
} from '@slack/web-api';
import { LIMITS } from './limits.ts';
import { type Context, content, type Method, optional, postable, required } from './methods.ts';
import { type Message, SlackError } from './types.ts';

const postMessage: Method<ChatPostMessageResponse> = {
  scope: 'chat:write',
  run(args, context) {
    const { workspace, messages } = context;
    const wanted = required(args, 'channel');
    // A person's id stands for the direct message with them (chat.postMessage: "Post to a DM").
    const person = workspace.person(wanted);
    const channel = person?.id === wanted && !person.is_bot ? workspace.directMessage(wanted) : postable(wanted, context);
    const thread_ts = optional(args, 'thread_ts');
    const draft = content(args);
    if (thread_ts && !exists(context, channel.id, thread_ts)) throw new SlackError('thread_not_found');
    const message = messages.post({ channel: channel.id, user: workspace.bot, thread_ts, ...draft });
    return { channel: channel.id, ts: message.ts, message: wire(message, context) as ChatPostMessageResponse['message'] };
  },
};

const update: Method<ChatUpdateResponse> = {
  scope: 'chat:write',
  run(args, context) {
    const { messages } = context;
    const { id } = postable(required(args, 'channel'), context, 'is_inactive');
    const ts = required(args, 'ts');
    // `cant_update_message` (and `cant_delete_message`) can't come up: all that can be found here is the bot's own.
    const message = messages.update(id, ts, content(args, LIMITS.updateText));
    return { channel: id, ts, text: message.text, message: wire(message, context) as ChatUpdateResponse['message'] };
  },
};

const postEphemeral: Method<ChatPostEphemeralResponse> = {
  scope: 'chat:write',
  run(args, context) {
    const { workspace, messages } = context;
    const channel = postable(required(args, 'channel'), context);
    const recipient = required(args, 'user');
    if (!channel.members.has(recipient)) throw new SlackError('user_not_in_channel');
    const thread_ts = optional(args, 'thread_ts');
    const message = messages.post({ channel: channel.id, user: workspace.bot, for: recipient, thread_ts, ...content(args) });
    return { message_ts: message.ts };
  },
};

const remove: Method<ChatDeleteResponse> = {
  scope: 'chat:write',
  run(args, context) {
    const { id } = postable(required(args, 'channel'), context);
    const ts = required(args, 'ts');
    context.messages.remove(id, ts);
    return { channel: id, ts };
  },
};

const getPermalink: Method<ChatGetPermalinkResponse> = {
  run(args, context) {
    const { id } = postable(required(args, 'channel'), context);
    const { ts, thread_ts } = context.messages.find(id, required(args, 'message_ts'));
    const thread = thread_ts && thread_ts !== ts ? `?thread_ts=${thread_ts}&cid=${id}` : '';
    return { channel: id, permalink: `https://${context.workspace.team.domain}.slack.com/archives/${id}/p${ts.replace('.', '')}${thread}` };
  },
};

export const CHAT = {
  'chat.postMessage': postMessage,
  'chat.update': update,
  'chat.postEphemeral': postEphemeral,
  'chat.delete': remove,
  'chat.getPermalink': getPermalink,
};

/** A message as Slack puts it into answers and payloads. */
export function wire(message: Message, { workspace }: Context): Record<string, unknown> {
  const { ts, text, blocks, user, thread_ts, edited } = message;
  const bot = user === workspace.bot ? { bot_id: workspace.botId, app_id: workspace.app } : {};
  return {
    type: 'message',
    user,
    ...bot,
    team: workspace.team.id,
    ts,
    text,
    blocks,
    ...(thread_ts && { thread_ts }),
    ...(edited && { edited }),
  };
}

function exists({ messages }: Context, channel: string, ts: string): boolean {
  try {
    return messages.find(channel, ts) !== undefined;
  } catch {
    return false;
  }
}
