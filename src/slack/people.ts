/** What Slack knows of people who ask: members of the approvals channel, members of user groups. */
import type { WebClient } from '@slack/web-api';
import { isGroup, type Standing } from '../domain/rules.ts';

/** Pages of a thousand members that are read before giving up: Slack waits three seconds for the answer (conversations.members, `limit`). */
const PAGES = 5;

/**
 * Somebody's standing, as far as it matters: `named` are the rule's requesters, undefined where all members of the channel may ask. Guests, whom
 * others than operators may have invited to the channel, are no members of it in this; a rule may name them.
 * Throws Slack's errors: who can't be looked up can't ask.
 */
export async function standingOf(client: WebClient, channel: string, user: string, named: string[] | undefined): Promise<Standing> {
  if (!named) {
    const [member, guest] = await Promise.all([isMember(client, channel, user), isGuest(client, user)]);
    return { inChannel: member && !guest, groups: [] };
  }
  if (named.includes(user)) return { inChannel: false, groups: [] };
  const found = await Promise.all(
    named.filter(isGroup).map(async (group) => ((await membersOf(client, group)).includes(user) ? [group] : [])),
  );
  return { inChannel: false, groups: found.flat() };
}

async function isMember(client: WebClient, channel: string, user: string): Promise<boolean> {
  let cursor: string | undefined;
  for (let page = 0; page < PAGES; page++) {
    const { members, response_metadata } = await client.conversations.members({ channel, limit: 1000, ...(cursor && { cursor }) });
    if (members?.includes(user)) return true;
    cursor = response_metadata?.next_cursor;
    if (!cursor) return false;
  }
  return false;
}

/** Multi-channel guests are restricted, single-channel guests ultra-restricted (Slack, "User object"; read November 2026). */
async function isGuest(client: WebClient, user: string): Promise<boolean> {
  const { user: found } = await client.users.info({ user });
  return found?.is_restricted === true || found?.is_ultra_restricted === true;
}

async function membersOf(client: WebClient, usergroup: string): Promise<string[]> {
  const { users } = await client.usergroups.users.list({ usergroup });
  return users ?? [];
}
