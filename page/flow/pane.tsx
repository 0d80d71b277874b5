/** The state machine, and the chosen execution on its way through it. */
import { useEffect, useMemo, useState } from 'react';
import { machine } from '../ask.ts';
import { useLive } from '../live.ts';
import './pane.css';
import { Details } from './details.tsx';
import { ExecutionSelect } from './executions.tsx';
import { detours, type FlowGraph, graphOf, mainOf } from './graph.ts';
import { GraphView } from './graph-view.tsx';
import { drawingOf } from './layout.ts';
import { DARK, litUp } from './lit.ts';
import { Now } from './now.tsx';
import { VisitList } from './visit-list.tsx';

const NO_VISITS: never[] = [];

export function FlowPane() {
  const { graph, wrong } = useGraph();
  const executions = useLive((live) => live.executions);
  const [chosen, setChosen] = useState<string | null>(null);
  const [isList, setList] = useState(false);
  const [isWhole, setWhole] = useState(false);
  const [opened, setOpened] = useState<string | null>(null);
  const execution = executions.find(({ name }) => name === chosen) ?? executions.at(-1);
  const visits = execution?.visits ?? NO_VISITS;

  const aside = graph ? detours(graph, visits).join(' ') : '';
  const drawing = useMemo(() => {
    if (!graph) return null;
    return drawingOf(isWhole ? graph : mainOf(graph, new Set(aside.split(' ').filter(Boolean))));
  }, [graph, isWhole, aside]);
  const lit = useMemo(() => (graph && execution ? litUp(graph, execution) : DARK), [graph, execution]);

  return (
    <section aria-label="Flow" className="pane flow">
      <div className="pane-head">
        <h2>Flow</h2>
        <ExecutionSelect executions={executions} shown={execution} onChoose={setChosen} />
        <Now execution={execution} now={lit.now} />
        <label className="flow-toggle">
          <input type="checkbox" checked={isWhole} onChange={({ target }) => setWhole(target.checked)} /> Errors and endings
        </label>
        <fieldset className="flow-views" aria-label="View">
          <button type="button" aria-pressed={!isList} onClick={() => setList(false)}>
            Graph
          </button>
          <button type="button" aria-pressed={isList} onClick={() => setList(true)}>
            List
          </button>
        </fieldset>
      </div>
      {!execution && (
        <p className="flow-nothing">
          When someone asks for a bucket to be deleted, the way of that request lights up here, state by state.
        </p>
      )}
      {wrong && (
        <p className="flow-wrong" role="alert">
          {wrong}
        </p>
      )}
      <div className="flow-content">
        {isList ? (
          <VisitList key={execution?.name} graph={graph} visits={visits} isRunning={execution?.status === 'RUNNING'} onOpen={setOpened} />
        ) : (
          drawing && <GraphView drawing={drawing} lit={lit} opened={opened} onOpen={setOpened} />
        )}
        {opened !== null && (
          <Details
            // Not by the execution too: one that begins meanwhile would take the focus to here.
            key={opened}
            execution={execution}
            state={graph?.nodes.find(({ name }) => name === opened)}
            onClose={() => setOpened(null)}
          />
        )}
      </div>
    </section>
  );
}

/** The deployed definition, read once each time that the sandbox begins. */
function useGraph(): { graph: FlowGraph | null; wrong: string } {
  const boot = useLive((live) => live.hello?.boot);
  const [read, setRead] = useState<{ graph: FlowGraph | null; wrong: string }>({ graph: null, wrong: '' });
  useEffect(() => {
    if (boot === undefined) return;
    let isOver = false;
    const take = (taken: typeof read) => {
      if (!isOver) setRead(taken);
    };
    machine().then(
      ({ definition }) => take({ graph: graphOf(definition), wrong: '' }),
      (error: Error) => take({ graph: null, wrong: error.message }),
    );
    return () => {
      isOver = true;
    };
  }, [boot]);
  return read;
}
