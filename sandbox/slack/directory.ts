/** Who and what is there: conversations.*, users.*, usergroups.*, auth.test, team.info. */
import type {
  AuthTestResponse,
  ConversationsInfoResponse,
  ConversationsMembersResponse,
  ConversationsOpenResponse,
  TeamInfoResponse,
  UsergroupsUsersListResponse,
  UsersInfoResponse,
} from '@slack/web-api';
import { type Args, type Context, isTrue, type Method, optional, required } from './methods.ts';
import { SlackError } from './types.ts';
import type { Channel, Person, Workspace } from './workspace.ts';

const openConversation: Method<ConversationsOpenResponse> = {
  scope: 'im:write',
  run(args, { workspace }) {
    const ids = (optional(args, 'users') ?? '').split(',').filter((id) => id !== '');
    if (ids.length === 0) throw new SlackError('users_list_not_supplied');
    // Group direct messages (several ids) are more than the sandbox's workspace has.
    if (ids.length > 1) throw new SlackError('method_not_supported_for_channel_type');
    const person = known(ids[0] as string, workspace);
    const channel = workspace.directMessage(person.id);
    return { channel: isTrue(args.return_im) ? about(channel, workspace.bot) : { id: channel.id } };
  },
};

/** A public channel's scope, or a private one's (Slack, "conversations.members", "conversations.info"). */
const scopeOf = ({ channel }: Args, { workspace }: Context): string =>
  workspace.channel(String(channel))?.is_private ? 'groups:read' : 'channels:read';

const members: Method<ConversationsMembersResponse> = {
  scope: scopeOf,
  run(args, context) {
    const all = [...readable(args, context).members];
    const limit = args.limit === undefined ? 100 : Number(args.limit);
    if (!Number.isInteger(limit) || limit < 1 || limit > 1000) throw new SlackError('invalid_limit');
    const start = offset(optional(args, 'cursor'), all.length);
    const next = start + limit < all.length ? Buffer.from(`offset:${start + limit}`).toString('base64') : '';
    return { members: all.slice(start, start + limit), response_metadata: { next_cursor: next } };
  },
};

const conversationInfo: Method<ConversationsInfoResponse> = {
  scope: scopeOf,
  run: (args, context) => ({ channel: about(readable(args, context), context.workspace.bot) }),
};

const userInfo: Method<UsersInfoResponse> = {
  scope: 'users:read',
  run(args, { workspace }) {
    const { display_name, ...person } = known(required(args, 'user'), workspace);
    return {
      user: {
        ...person,
        team_id: workspace.team.id,
        tz_label: person.tz,
        tz_offset: workspace.tzOffset({ display_name, ...person }),
        profile: { real_name: person.real_name, display_name, team: workspace.team.id },
        is_admin: false,
        is_owner: false,
        is_primary_owner: false,
        is_app_user: false,
      },
    };
  },
};

const groupUsers: Method<UsergroupsUsersListResponse> = {
  scope: 'usergroups:read',
  run(args, { workspace }) {
    const users = workspace.group(required(args, 'usergroup'));
    if (!users) throw new SlackError('no_such_subteam');
    return { users };
  },
};

const authTest: Method<AuthTestResponse> = {
  run(_, { workspace: { team, bot, botId, app } }) {
    return {
      url: `https://${team.domain}.slack.com/`,
      team: team.name,
      user: 'interlock',
      team_id: team.id,
      user_id: bot,
      bot_id: botId,
      app_id: app,
      is_enterprise_install: false,
    };
  },
};

const teamInfo: Method<TeamInfoResponse> = {
  scope: 'team:read',
  run: (_, { workspace }) => ({ team: workspace.team }),
};

export const DIRECTORY = {
  'conversations.open': openConversation,
  'conversations.members': members,
  'conversations.info': conversationInfo,
  'users.info': userInfo,
  'usergroups.users.list': groupUsers,
  'auth.test': authTest,
  'team.info': teamInfo,
};

function known(id: string, workspace: Workspace): Person {
  const person = workspace.person(id);
  if (person?.id !== id) throw new SlackError('user_not_found');
  return person;
}

function readable(args: Args, { workspace }: Context): Channel {
  const channel = workspace.channel(required(args, 'channel'));
  if (!channel || (channel.is_private && !channel.members.has(workspace.bot))) throw new SlackError('channel_not_found');
  return channel;
}

function offset(cursor: string | undefined, total: number): number {
  if (!cursor) return 0;
  const match = /^offset:(\d+)$/.exec(Buffer.from(cursor, 'base64').toString());
  if (!match || Number(match[1]) >= total) throw new SlackError('invalid_cursor');
  return Number(match[1]);
}

function about(channel: Channel, bot: string): NonNullable<ConversationsInfoResponse['channel']> {
  const { id, name, im, is_archived, is_private } = channel;
  // The types of @slack/web-api leave `user` out, which a direct message has.
  if (im) return { id, is_im: true, user: im, is_archived } as { id: string };
  return { id, name, is_channel: !is_private, is_im: false, is_private, is_archived, is_member: channel.members.has(bot) };
}
