import { useCallback, useEffect, useMemo, useState } from 'react';
import { AuthenticatorPane } from './authenticator/pane.tsx';
import { AwsPane } from './aws/pane.tsx';
import { FlowPane } from './flow/pane.tsx';
import { follow, type Sight } from './follow.ts';
import { Header } from './shell/header.tsx';
import { Panes } from './shell/panes.tsx';
import { Tour, useTour } from './shell/tour.tsx';
import { SlackPane } from './slack/pane.tsx';

const FIRST = 'riya';

const SIGHT: Sight = {
  isShown: () => document.visibilityState === 'visible',
  onChange: (listener) => {
    document.addEventListener('visibilitychange', listener);
    return () => document.removeEventListener('visibilitychange', listener);
  },
  beforeDrawing: (call) => void requestAnimationFrame(call),
};

export function App() {
  const [user, setUser] = useUser();
  const tour = useTour(user);
  useEffect(() => follow(user, () => setUser(FIRST), SIGHT), [user, setUser]);
  // The tour looks at all that goes on; what is the same for React isn't drawn with it.
  const header = useMemo(() => <Header onTour={tour.begin} />, [tour.begin]);
  const panes = useMemo(
    () => ({
      Slack: <SlackPane user={user} onUser={setUser} />,
      Authenticator: <AuthenticatorPane />,
      AWS: <AwsPane />,
      Flow: <FlowPane />,
    }),
    [user, setUser],
  );
  return (
    <>
      {header}
      <Panes toured={tour.pane} panes={panes} />
      <Tour tour={tour} onUser={setUser} />
    </>
  );
}

/** The person whom this window is; kept in the address, so that a reload stays who it was, and two windows can be two people. */
function useUser(): [string, (user: string) => void] {
  const [user, set] = useState(() => new URLSearchParams(location.search).get('as') ?? FIRST);
  const change = useCallback((next: string) => {
    history.replaceState(null, '', `?as=${encodeURIComponent(next)}`);
    set(next);
  }, []);
  return [user, change];
}
