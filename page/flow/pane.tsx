import { useLive } from '../live.ts';

export function FlowPane() {
  const live = useLive((all) => all);
  return (
    <section aria-label="Flow" className="pane">
      <h2>Flow</h2>
      <pre>{JSON.stringify(live, null, 1).slice(0, 2000)}</pre>
    </section>
  );
}
