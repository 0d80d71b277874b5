/** The messages of a conversation: the newest at the bottom, and in view unless one has scrolled up. */
import { Fragment, memo, startTransition, useEffect, useMemo, useRef, useState } from 'react';
import { KEPT } from '../../sandbox/page/wire.ts';
import { useLive } from '../live.ts';
import { longDayOf, nearDay } from './dates.ts';
import { Thread } from './message.tsx';
import { useReader } from './reader.ts';
import { rowsOf } from './threads.ts';

/** So near to the bottom counts as at the bottom. */
const NEAR = 24;
/** More than fit in view, and soon drawn: older ones follow, as many at a time, when nothing else is to be done. */
const NEWEST = 40;

export const Conversation = memo(function Conversation({ channel, label }: { channel: string; label: string }) {
  const messages = useLive((live) => live.messages);
  const { timeZone } = useReader();
  const rows = useMemo(() => rowsOf(messages, channel, timeZone), [messages, channel, timeZone]);
  const isFull = messages.filter((message) => message.channel === channel).length >= KEPT.messages;
  const most = useMore(rows.length);
  const isThere = useArrived();
  const scroller = useStuck();
  return (
    <div
      ref={scroller}
      className="slack-scroll"
      role="log"
      aria-label={`Messages in ${label}`}
      aria-live={isThere ? 'polite' : 'off'}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and its messages need not have anything to focus
      tabIndex={0}
    >
      {rows.length === 0 && <p className="slack-nothing">Nothing was said here yet.</p>}
      {isFull && <p className="slack-nothing">Only the newest {KEPT.messages.toLocaleString('en')} messages are shown.</p>}
      <ol className="slack-messages">
        {rows.slice(-most).map(({ message, replies, day }) => (
          <Fragment key={`${message.ts} ${message.ephemeral}`}>
            {day && <Day day={day} />}
            <Thread message={message} replies={replies} />
          </Fragment>
        ))}
      </ol>
    </div>
  );
});

/** How many of so many rows are drawn. What is drawn in one go begins anew with whatever else comes, and where much comes, never ends. */
function useMore(all: number): number {
  const [most, setMost] = useState(NEWEST);
  useEffect(() => {
    if (most < all) startTransition(() => setMost(most + NEWEST));
  }, [most, all]);
  return most;
}

function Day({ day }: { day: string }) {
  const { today } = useReader();
  const near = nearDay(day, today);
  const words = near === 'today' || near === 'yesterday' ? near.charAt(0).toUpperCase() + near.slice(1) : longDayOf(new Date(day), 'UTC');
  return (
    <li className="slack-day">
      <span>{words}</span>
    </li>
  );
}

/** What was said before one came is no news: for so many milliseconds nothing is read out. */
const ARRIVING = 2_000;

function useArrived(): boolean {
  const [isThere, setThere] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setThere(true), ARRIVING);
    return () => clearTimeout(timer);
  }, []);
  return isThere;
}

function useStuck() {
  const scroller = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const box = scroller.current;
    const list = box?.lastElementChild;
    if (!box || !list) return;
    let stuck = true;
    let before = 0;
    const toBottom = () => {
      if (stuck) box.scrollTop = box.scrollHeight;
    };
    const scrolled = () => {
      // Rows that come into view grow to their true heights: only going up is leaving the bottom.
      if (box.scrollHeight - box.scrollTop - box.clientHeight < NEAR) stuck = true;
      else if (box.scrollTop < before) stuck = false;
      before = box.scrollTop;
    };
    const sizes = new ResizeObserver(toBottom);
    sizes.observe(list);
    sizes.observe(box);
    box.addEventListener('scroll', scrolled, { passive: true });
    toBottom();
    return () => {
      sizes.disconnect();
      box.removeEventListener('scroll', scrolled);
    };
  }, []);
  return scroller;
}
