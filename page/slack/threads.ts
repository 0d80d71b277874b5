/** Which messages of a conversation answer which, and on what days they were said. */
import { dayOf } from './dates.ts';
import type { Message } from './shapes.ts';

export interface Row {
  message: Message;
  replies: Message[];
  /** Set on the first message of a day. */
  day?: string;
}

const NONE: Message[] = [];

/** Oldest first; an answer to a message that isn't there stands by itself. */
export function rowsOf(messages: Message[], channel: string, timeZone: string): Row[] {
  const here = messages.filter((message) => message.channel === channel);
  const parents = new Set(here.filter(({ ts, thread_ts = ts }) => thread_ts === ts).map(({ ts }) => ts));
  const isReply = ({ ts, thread_ts }: Message) => thread_ts !== undefined && thread_ts !== ts && parents.has(thread_ts);
  const replies = new Map<string, Message[]>();
  for (const message of here) {
    if (!isReply(message) || !message.thread_ts) continue;
    const before = replies.get(message.thread_ts);
    if (before) before.push(message);
    else replies.set(message.thread_ts, [message]);
  }
  let day = '';
  return here
    .filter((message) => !isReply(message))
    .map((message) => {
      const said = dayOf(Number(message.ts) * 1000, timeZone);
      const row: Row = { message, replies: replies.get(message.ts) ?? NONE };
      if (said !== day) row.day = said;
      day = said;
      return row;
    });
}
