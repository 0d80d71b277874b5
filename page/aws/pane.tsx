import { useLive } from '../live.ts';

export function AwsPane() {
  const live = useLive((all) => all);
  return (
    <section aria-label="AWS" className="pane">
      <h2>AWS</h2>
      <pre>{JSON.stringify(live, null, 1).slice(0, 2000)}</pre>
    </section>
  );
}
