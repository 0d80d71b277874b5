import { useReader } from './reader.ts';

/** Initials in a colour of one's own; the app has its two rings. */
export function Avatar({ id, name }: { id: string; name: string }) {
  const { people, bot } = useReader();
  if (id === bot)
    return (
      <svg className="slack-avatar app" viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="6" cy="8" r="3.6" />
        <circle cx="10" cy="8" r="3.6" />
      </svg>
    );
  const place = people.findIndex((person) => person.id === id);
  const initials = name
    .split(' ')
    .map((word) => word.charAt(0))
    .join('')
    .slice(0, 2);
  return (
    <span className={`slack-avatar of-${place + 1}`} aria-hidden="true">
      {initials}
    </span>
  );
}
