import { useEffect, useState } from 'react';
import { AuthenticatorPane } from './authenticator/pane.tsx';
import { AwsPane } from './aws/pane.tsx';
import { FlowPane } from './flow/pane.tsx';
import { follow } from './live.ts';
import { SlackPane } from './slack/pane.tsx';

export function App() {
  const [user, setUser] = useState(() => new URLSearchParams(location.search).get('as') ?? 'riya');
  useEffect(() => follow(user), [user]);
  return (
    <main className="panes">
      <SlackPane user={user} onUser={setUser} />
      <AuthenticatorPane />
      <AwsPane />
      <FlowPane />
    </main>
  );
}
