/** The conversations that the person is in, and what in them they haven't looked at. */
import { useEffect, useMemo, useState } from 'react';
import { useLive } from '../live.ts';
import type { Message } from './shapes.ts';

export interface Place {
  /** The channel's id; undefined for a direct message that nobody has written in yet. */
  id: string | undefined;
  name: string;
  /** The direct message with the app. */
  app: boolean;
  unread: number;
}

/** By start of the sandbox, person and channel: the newest that was looked at. Kept while the page is, whoever one is meanwhile. */
const seen = new Map<string, string>();

/** `open`: the id of the conversation in view, null where its messages aren't. */
export function usePlaces(user: string, open: string | null | undefined): Place[] {
  const hello = useLive((live) => live.hello);
  const channels = useLive((live) => live.channels);
  const messages = useLive((live) => live.messages);
  const isMine = hello?.user === user;
  const newest = useMemo(() => newestOf(messages), [messages]);
  const keyOf = (channel: string) => `${hello?.boot} ${user} ${channel}`;
  const key = isMine && open ? keyOf(open) : undefined;
  const last = newest.get(open ?? '');
  const [, drawAgain] = useState(0);
  useEffect(() => {
    if (key === undefined || last === undefined || seen.get(key) === last) return;
    seen.set(key, last);
    drawAgain((count) => count + 1);
  }, [key, last]);
  // Everybody is in a channel. Before these are told, the app would be the only place, and it would be told that somebody looks at it.
  if (!isMine || !hello || channels.length === 0) return [];
  const unreadIn = (channel: string) => {
    if (channel === open) return 0;
    const until = seen.get(keyOf(channel)) ?? '';
    return messages.filter((message) => message.channel === channel && message.ts > until).length;
  };
  const rooms = channels.filter(({ im }) => !im).map(({ id, name }) => ({ id, name, app: false, unread: unreadIn(id) }));
  const direct = channels.find(({ im }) => im)?.id;
  return [...rooms, { id: direct, name: hello.bot.name, app: true, unread: direct ? unreadIn(direct) : 0 }];
}

function newestOf(messages: Message[]): Map<string, string> {
  const newest = new Map<string, string>();
  for (const { channel, ts } of messages) if (ts > (newest.get(channel) ?? '')) newest.set(channel, ts);
  return newest;
}
