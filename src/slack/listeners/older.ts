/**
 * A message that was posted twice: what posts it died before it had written down where, or Slack's answer was lost. Slack has no way to post once for
 * certain, and none to look for it that the app may use: `client_msg_id` is named in two errors of chat.postMessage and is no argument of it, and
 * metadata is read with the scope of reading messages (Slack, "chat.postMessage", "conversations.history"; read November 2026). So the buttons of the
 * older one work as well, and the first click on one takes them off and says where the other is.
 */
import { EDITED } from '../client.ts';
import type { Desk } from '../desk.ts';
import { olderMessage } from '../views/notices.ts';
import type { ClickArgs } from './failures.ts';

/** Does what the click is for, and leaves one message with buttons. `which`: of those that follow a request, the one with this button. */
export function leavingOne(desk: Desk, which: 'message' | 'direct', listener: (args: ClickArgs) => Promise<void>) {
  return async (args: ClickArgs): Promise<void> => {
    // What is of no weight for what was clicked says nothing where it fails: the next click tries it again.
    const leaving = leave(desk, which, args).catch(() => undefined);
    await listener(args);
    await leaving;
  };
}

async function leave(desk: Desk, which: 'message' | 'direct', { body, action, client }: ClickArgs): Promise<void> {
  const [channel, ts] = [body.channel?.id, body.message?.ts];
  if (!channel || !ts) return;
  const stands = await desk.stands(action.value ?? '', which);
  // One that is newer may have been posted a moment ago, and be written down next. Timestamps have as many digits until 2286.
  if (stands?.channel !== channel || ts >= stands.ts) return;
  await client.chat.update({ channel, ts, ...EDITED, ...olderMessage(action.value ?? '', stands.ts) });
}
