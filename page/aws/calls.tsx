import { useDeferredValue, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { KEPT } from '../../sandbox/page/wire.ts';
import { useLive } from '../live.ts';
import { CallRow } from './call-row.tsx';
import { KINDS, type Kind, wanted } from './filter.ts';

/** So near to the end, in pixels, counts as at the end. */
const NEAR = 40;

/** The tail of calls: stays at the newest unless somebody scrolled away from it. */
export function Calls() {
  const all = useLive((live) => live.calls);
  const [kind, setKind] = useState<Kind>('all');
  const [text, setText] = useState('');
  // Typing and clicks go first, where thousands are drawn.
  const [calls, by, sought] = [useDeferredValue(all), useDeferredValue(kind), useDeferredValue(text.trim())];
  const shown = useMemo(() => calls.filter((call) => wanted(call, by, sought)), [calls, by, sought]);
  const { list, atEnd, scrolled, toEnd } = useTail(shown);
  return (
    <>
      <div className="aws-filter">
        <label>
          <span className="hidden-visually">Which calls</span>
          <select className="button" value={kind} onChange={({ target }) => setKind(target.value as Kind)}>
            {KINDS.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
        <input
          type="search"
          className="aws-search"
          aria-label="Calls with this text"
          placeholder="principal, action, bucket, statement…"
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
        <span className="quiet aws-count">{countOf(shown.length, all.length)}</span>
        {!atEnd && (
          <button type="button" className="button" onClick={toEnd}>
            Newest
          </button>
        )}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and may be without rows */}
      <section className="pane-body" ref={list} onScroll={scrolled} tabIndex={0} aria-label="All calls">
        {shown.length === 0 ? (
          <p className="aws-none quiet">{all.length === 0 ? 'No call yet.' : 'No such call.'}</p>
        ) : (
          <ol className="aws-calls">
            {shown.map((call) => (
              <CallRow key={call.eventId} call={call} />
            ))}
          </ol>
        )}
      </section>
    </>
  );
}

function countOf(shown: number, all: number): string {
  if (all < KEPT.calls) return shown.toLocaleString('en');
  const newest = `the newest ${all.toLocaleString('en')}`;
  return shown === all ? newest : `${shown.toLocaleString('en')} of ${newest}`;
}

/** Follows the end of a list that grows there. */
function useTail(shown: unknown[]) {
  const list = useRef<HTMLElement>(null);
  const follows = useRef(true);
  const [atEnd, setAtEnd] = useState(true);
  const toEnd = () => {
    follows.current = true;
    setAtEnd(true);
    list.current?.scrollTo({ top: list.current.scrollHeight });
  };
  const scrolled = () => {
    const { scrollHeight = 0, scrollTop = 0, clientHeight = 0 } = list.current ?? {};
    follows.current = scrollHeight - scrollTop - clientHeight < NEAR;
    setAtEnd(follows.current);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is what makes the list longer
  useLayoutEffect(() => {
    if (follows.current) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [shown]);
  return { list, atEnd, scrolled, toEnd };
}
