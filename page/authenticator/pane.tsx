import { useLive } from '../live.ts';

export function AuthenticatorPane() {
  const live = useLive((all) => all);
  return (
    <section aria-label="Authenticator" className="pane">
      <h2>Authenticator</h2>
      <pre>{JSON.stringify(live, null, 1).slice(0, 2000)}</pre>
    </section>
  );
}
