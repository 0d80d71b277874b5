/** A message, and the replies to it. */
import { memo, useId, useState } from 'react';
import { Avatar } from './avatar.tsx';
import { Blocks } from './blocks.tsx';
import { timeOf } from './dates.ts';
import { useReader } from './reader.ts';
import type { Message } from './shapes.ts';
import { Text } from './text.tsx';

const MARKUP = 'mrkdwn';

export const MessageView = memo(function MessageView({ message }: { message: Message }) {
  const { names, bot, slackbot, timeZone } = useReader();
  const { user, ts, text, blocks, ephemeral, edited } = message;
  const author = user === slackbot ? 'Slackbot' : (names[user] ?? user);
  const at = new Date(Number(ts) * 1000);
  return (
    <article className={ephemeral ? 'slack-message ephemeral' : 'slack-message'}>
      <Avatar id={user} name={author} />
      <div className="slack-said">
        <p className="slack-by">
          <strong>{author}</strong>
          {(user === bot || user === slackbot) && <span className="slack-badge">APP</span>}
          <time dateTime={at.toISOString()}>{timeOf(at, timeZone)}</time>
          {ephemeral && <span className="slack-only">Only visible to you</span>}
        </p>
        {blocks.length > 0 ? (
          <Blocks blocks={blocks} ts={ts} />
        ) : (
          <p className="slack-text">
            <Text of={{ type: MARKUP, text }} />
          </p>
        )}
        {edited && <p className="slack-edited">(edited)</p>}
      </div>
    </article>
  );
});

interface ThreadProps {
  message: Message;
  replies: Message[];
}

/** A row of the conversation. */
export const Thread = memo(
  function Thread({ message, replies }: ThreadProps) {
    const [open, setOpen] = useState(false);
    const id = useId();
    const { timeZone } = useReader();
    const last = replies.at(-1);
    return (
      <li className="slack-row">
        <MessageView message={message} />
        {last && (
          <button type="button" className="slack-replies" aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
            {replies.length === 1 ? '1 reply' : `${replies.length} replies`}
            <span className="quiet"> last {timeOf(new Date(Number(last.ts) * 1000), timeZone)}</span>
          </button>
        )}
        {last && (
          <ol id={id} className="slack-thread" hidden={!open}>
            {open &&
              replies.map((reply) => (
                <li key={reply.ts}>
                  <MessageView message={reply} />
                </li>
              ))}
          </ol>
        )}
      </li>
    );
  },
  // Threads are gathered anew with each event; a row is drawn again when one of its own messages is another.
  (before, after) =>
    before.message === after.message &&
    before.replies.length === after.replies.length &&
    before.replies.every((reply, index) => reply === after.replies[index]),
);
