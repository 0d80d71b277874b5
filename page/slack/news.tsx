/** Says aloud what is new elsewhere than in the messages in view, which say themselves. */
import { useEffect, useRef, useState } from 'react';
import { useLive } from '../live.ts';
import { useReader } from './reader.ts';
import { spoken } from './text.tsx';

export function News({ user, open }: { user: string; open: string | null | undefined }) {
  const boot = useLive((live) => (live.hello?.user === user && live.channels.length > 0 ? live.hello.boot : undefined));
  const messages = useLive((live) => live.messages);
  const reader = useReader();
  const [said, setSaid] = useState('');
  const last = useRef<{ who: string; ts: string }>({ who: '', ts: '' });
  useEffect(() => {
    const newest = messages.at(-1);
    if (boot === undefined) return;
    const who = `${boot} ${user}`;
    // What was there before one came is no news.
    const isNew = newest && last.current.who === who && newest.ts > last.current.ts;
    last.current = { who, ts: newest?.ts ?? '' };
    if (isNew && newest.channel !== open) setSaid(`New in ${reader.names[newest.channel]}: ${spoken(newest.text, reader)}`);
  }, [messages, boot, user, open, reader]);
  return (
    <p className="hidden-visually" aria-live="polite">
      {said}
    </p>
  );
}
