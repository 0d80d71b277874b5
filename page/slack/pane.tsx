import { useLive } from '../live.ts';

export function SlackPane(_: { user: string; onUser: (user: string) => void }) {
  const live = useLive((all) => all);
  return (
    <section aria-label="Slack" className="pane">
      <h2>Slack</h2>
      <pre>{JSON.stringify(live, null, 1).slice(0, 2000)}</pre>
    </section>
  );
}
