/** Conversations at the left, the open one at the right, its message box below. */
import { Tabs } from '@base-ui/react/tabs';
import { useEffect, useState } from 'react';
import { Composer } from './composer.tsx';
import { Conversation } from './conversation.tsx';
import { useDo } from './doing.ts';
import { Home } from './home.tsx';
import { News } from './news.tsx';
import { type Place, usePlaces } from './places.ts';
import { Sidebar } from './sidebar.tsx';

const APP = 'the app';

export function Workspace({ user }: { user: string }) {
  const [name, setName] = useState('');
  const [tab, setTab] = useState('messages');
  const [open, setOpen] = useState<string | null>(null);
  const places = usePlaces(user, open);
  const current = places.find((place) => (place.app ? APP : place.name) === name) ?? places[0];
  // Known one turn later than the list of conversations is: what is in view counts as looked at.
  const inView = current?.app && tab === 'home' ? null : (current?.id ?? null);
  if (inView !== open) setOpen(inView);
  // The direct message begins to exist when it is first opened, of which Slack tells the app.
  const act = useDo();
  const isNew = current?.app === true && current.id === undefined;
  useEffect(() => {
    if (isNew) void act({ home: true });
  }, [isNew, act]);
  const choose = (place: Place) => setName(place.app ? APP : place.name);
  if (!current) return <p className="slack-nothing">Connecting to the sandbox …</p>;
  const label = current.app ? current.name : `#${current.name}`;
  return (
    <>
      <Sidebar places={places} current={current} onOpen={choose} />
      <div className="slack-main">
        {current.app ? (
          <AppTabs place={current} tab={tab} onTab={setTab} />
        ) : (
          <>
            <h3 className="slack-title">{label}</h3>
            <Conversation key={current.id} channel={current.id ?? ''} label={label} />
          </>
        )}
        {inView !== null || !current.app || tab === 'messages' ? <Composer channel={current.id} label={label} /> : null}
      </div>
      <News user={user} open={open} />
    </>
  );
}

function AppTabs({ place, tab, onTab }: { place: Place; tab: string; onTab: (tab: string) => void }) {
  const label = place.name;
  return (
    <Tabs.Root className="slack-app" value={tab} onValueChange={(value) => onTab(String(value))}>
      <div className="slack-title">
        <h3>{label}</h3>
        <Tabs.List className="slack-tabs" aria-label={label}>
          <Tabs.Tab className="slack-tab" value="home">
            Home
          </Tabs.Tab>
          <Tabs.Tab className="slack-tab" value="messages">
            Messages
          </Tabs.Tab>
        </Tabs.List>
      </div>
      {/* What scrolls in them takes focus. */}
      <Tabs.Panel className="slack-panel" value="home" tabIndex={-1}>
        <Home />
      </Tabs.Panel>
      <Tabs.Panel className="slack-panel" value="messages" tabIndex={-1}>
        <Conversation key={place.id} channel={place.id ?? ''} label={label} />
      </Tabs.Panel>
    </Tabs.Root>
  );
}
