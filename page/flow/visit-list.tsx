/** The visited states as text, in their order. */
import { memo } from 'react';
import type { Visit } from '../../sandbox/page/wire.ts';
import { clockOf, durationOf } from './times.ts';

export function VisitList({ visits, onOpen }: { visits: Visit[]; onOpen: (name: string) => void }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keyboard, before there is anything to focus in it too.
    <section className="flow-list" aria-label="Visited states" tabIndex={0}>
      {visits.length === 0 ? (
        <p className="quiet">No state was visited yet.</p>
      ) : (
        <ol>
          {visits.map((visit, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: visits are only ever added at the end.
            <Row key={at} number={at + 1} {...visit} onOpen={onOpen} />
          ))}
        </ol>
      )}
    </section>
  );
}

const Row = memo(function Row({
  number,
  name,
  type,
  enteredAt,
  exitedAt,
  onOpen,
}: Visit & { number: number; onOpen: (name: string) => void }) {
  return (
    <li>
      <span className="flow-number" aria-hidden="true">
        {number}
      </span>
      <button type="button" onClick={() => onOpen(name)}>
        {name}
      </button>
      <span className="quiet">
        {type}, entered <time dateTime={enteredAt}>{clockOf(enteredAt)}</time>
        {exitedAt === null ? ', not left' : `, left after ${durationOf(enteredAt, exitedAt)}`}
      </span>
    </li>
  );
});
