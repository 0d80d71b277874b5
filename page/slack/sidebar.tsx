import { Avatar } from './avatar.tsx';
import type { Place } from './places.ts';
import { useReader } from './reader.ts';

interface SidebarProps {
  places: Place[];
  current: Place | undefined;
  onOpen: (place: Place) => void;
}

export function Sidebar({ places, current, onOpen }: SidebarProps) {
  const list = (label: string, app: boolean) => (
    <div className="slack-places">
      <h3 className="slack-places-title">{label}</h3>
      <ul>
        {places
          .filter((place) => place.app === app)
          .map((place) => (
            <li key={place.id ?? place.name}>
              <Entry place={place} isCurrent={place === current} onOpen={onOpen} />
            </li>
          ))}
      </ul>
    </div>
  );
  return (
    <nav className="slack-sidebar" aria-label="Conversations">
      {list('Channels', false)}
      {list('Apps', true)}
    </nav>
  );
}

function Entry({ place, isCurrent, onOpen }: { place: Place; isCurrent: boolean; onOpen: (place: Place) => void }) {
  const { bot } = useReader();
  const { name, app, unread } = place;
  return (
    <button
      type="button"
      className={unread > 0 ? 'slack-place unread' : 'slack-place'}
      aria-current={isCurrent ? 'true' : undefined}
      onClick={() => onOpen(place)}
    >
      {app ? <Avatar id={bot} name={name} /> : <span aria-hidden="true">#</span>}
      <span className="slack-place-name">{name}</span>
      {unread > 0 && (
        <span className="slack-unread">
          {unread > 99 ? '99+' : unread}
          <span className="hidden-visually"> new</span>
        </span>
      )}
    </button>
  );
}
