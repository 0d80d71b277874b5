/** The visited states as text, in their order. */
import { memo, useMemo } from 'react';
import type { Visit } from '../../sandbox/page/wire.ts';
import { useTail } from '../shell/tail.ts';
import type { FlowGraph } from './graph.ts';
import { rowsOf, type VisitRow } from './rows.ts';
import { clockOf, durationOf } from './times.ts';
import './visit-list.css';

interface Props {
  graph: FlowGraph | null;
  visits: Visit[];
  /** As it opens: then where it is comes into view; what is over is read from its beginning. */
  isRunning: boolean;
  onOpen: (name: string) => void;
}

export const VisitList = memo(function VisitList({ graph, visits, isRunning, onOpen }: Props) {
  const parents = useMemo(() => new Map(graph?.nodes.map(({ name, parent }) => [name, parent])), [graph]);
  const rows = useMemo(() => rowsOf(visits, parents), [visits, parents]);
  const { list, scrolled } = useTail(rows, isRunning);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keyboard, before there is anything to focus in it too.
    <section className="flow-list" aria-label="Visited states" tabIndex={0} ref={list} onScroll={scrolled}>
      {rows.length === 0 ? (
        <p className="quiet">No state was visited yet.</p>
      ) : (
        <ol>
          {rows.map((row, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows are only ever added at the end.
            <Row key={at} number={at + 1} {...row} onOpen={onOpen} />
          ))}
        </ol>
      )}
    </section>
  );
});

const Row = memo(function Row({ number, onOpen, ...row }: VisitRow & { number: number; onOpen: (name: string) => void }) {
  const { name, count } = row;
  return (
    <li>
      <span className="flow-number" aria-hidden="true">
        {number}
      </span>
      <button type="button" onClick={() => onOpen(name)}>
        {name}
      </button>
      {count > 1 && <span className="flow-times">{count.toLocaleString('en')} times</span>}
      <span className="quiet">
        <When {...row} />
      </span>
    </li>
  );
});

function When({ type, count, open, enteredAt, exitedAt }: VisitRow) {
  const entered = <time dateTime={enteredAt}>{clockOf(enteredAt)}</time>;
  if (count === 1) {
    return (
      <>
        {type}, entered {entered}
        {exitedAt === null ? ', not left' : `, left after ${durationOf(enteredAt, exitedAt)}`}
      </>
    );
  }
  return (
    <>
      {type}, first entered {entered}
      {open > 0 && `, ${open} not left`}
      {open === 0 && exitedAt !== null && `, the last left ${durationOf(enteredAt, exitedAt)} later`}
    </>
  );
}
