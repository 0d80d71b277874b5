import { useDeferredValue, useMemo, useState } from 'react';
import { KEPT } from '../../sandbox/page/wire.ts';
import { useLive } from '../live.ts';
import { useTail } from '../shell/tail.ts';
import { CallRow } from './call-row.tsx';
import { KINDS, type Kind, wanted } from './filter.ts';

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
  const newest = `newest ${all.toLocaleString('en')}`;
  return shown === all ? newest : `${shown.toLocaleString('en')} of ${newest}`;
}
