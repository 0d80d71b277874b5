/** What a state was given, and what it gave, each time that it was visited. */
import { useEffect, useRef, useState } from 'react';
import { execution as ask, type ExecutionDetail } from '../ask.ts';
import type { ExecutionNow } from '../live.ts';
import type { FlowNode } from './graph.ts';
import { Json } from './json.tsx';
import { clockOf, durationOf } from './times.ts';
import './details.css';

type DetailedVisit = ExecutionDetail['states'][number];

/** So many visits are shown, the newest ones: a Map has one for each of its items. */
const MOST = 20;

interface Props {
  execution: ExecutionNow | undefined;
  state: FlowNode | undefined;
  onClose: () => void;
}

export function Details({ execution, state, onClose }: Props) {
  const head = useRef<HTMLHeadingElement>(null);
  const before = useRef<Element | null>(null);
  const { visits, wrong } = useVisits(execution, state?.name ?? '');
  useEffect(() => {
    before.current = document.activeElement;
    head.current?.focus();
  }, []);
  const close = () => {
    onClose();
    if (before.current instanceof HTMLElement || before.current instanceof SVGElement) before.current.focus();
  };
  if (!state) return null;
  const numbered = (visits ?? []).map((visit, at) => ({ visit, number: at + 1 }));
  const more = numbered.length - MOST;
  return (
    <aside className="flow-details" aria-label={`State ${state.name}`} onKeyDown={({ key }) => key === 'Escape' && close()}>
      <div className="flow-details-head">
        <h3 ref={head} tabIndex={-1}>
          {state.name}
        </h3>
        <span className="quiet">{state.type}</span>
        <button type="button" className="button" onClick={close}>
          Close
        </button>
      </div>
      {state.comment && <p className="quiet">{state.comment}</p>}
      {wrong && <p role="alert">{wrong}</p>}
      {visits?.length === 0 && <p>This execution {execution?.status === 'RUNNING' ? 'has not come here yet' : 'did not come here'}.</p>}
      {!execution && <p>Nothing has come here yet.</p>}
      {more > 0 && (
        <p className="quiet">
          The newest {MOST} visits; {more} earlier ones are left out.
        </p>
      )}
      {numbered.slice(-MOST).map(({ visit, number }) => (
        <VisitDetails key={number} visit={visit} number={number} />
      ))}
    </aside>
  );
}

function VisitDetails({ visit: { enteredAt, exitedAt, input, output }, number }: { visit: DetailedVisit; number: number }) {
  return (
    <div className="flow-visit">
      <h4>Visit {number}</h4>
      <p className="quiet">
        Entered {clockOf(enteredAt)}
        {exitedAt === undefined ? ', not left' : `, left ${clockOf(exitedAt)}, after ${durationOf(enteredAt, exitedAt)}`}
      </p>
      <Json title="Input" value={input} />
      {output !== undefined && <Json title="Output" value={output} />}
    </div>
  );
}

/** Between two questions: a Map's items begin and end by hundreds, and each answer holds all of them. */
const PAUSE = 1_000;

/** Asked for when it is opened, and again with what begins or ends. */
function useVisits(execution: ExecutionNow | undefined, state: string): { visits: DetailedVisit[] | null; wrong: string } {
  const [read, setRead] = useState<{ visits: DetailedVisit[] | null; wrong: string }>({ visits: null, wrong: '' });
  const name = execution?.name;
  const known = execution?.visits.filter((visit) => visit.name === state);
  const mark = useNowAndThen(`${known?.length} ${known?.filter(({ exitedAt }) => exitedAt !== null).length} ${execution?.status}`);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the mark says that there is something new to ask for.
  useEffect(() => {
    if (name === undefined) return;
    let isOver = false;
    ask(name).then(
      ({ states }) => isOver || setRead({ visits: states.filter((visit) => visit.name === state), wrong: '' }),
      (error: Error) => isOver || setRead(({ visits }) => ({ visits, wrong: error.message })),
    );
    return () => {
      isOver = true;
    };
  }, [name, state, mark]);
  return read;
}

/** What it is now; another value at most once in a PAUSE. */
function useNowAndThen(value: string): string {
  const [shown, show] = useState(value);
  const last = useRef(0);
  useEffect(() => {
    const next = () => {
      last.current = performance.now();
      show(value);
    };
    const timer = setTimeout(next, Math.max(0, last.current + PAUSE - performance.now()));
    return () => clearTimeout(timer);
  }, [value]);
  return shown;
}
