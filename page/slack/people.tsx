/** Who one is. */
import { useLive } from '../live.ts';
import { Avatar } from './avatar.tsx';

export function People({ user, onUser }: { user: string; onUser: (user: string) => void }) {
  const hello = useLive((live) => live.hello);
  const part = (name: string) => (hello?.approvers.includes(name) ? 'approves' : name === 'mallory' ? 'nobody special' : 'asks');
  return (
    <fieldset className="slack-people">
      <legend className="hidden-visually">You are</legend>
      {hello?.people.map(({ id, name, realName }) => (
        <button key={id} type="button" className="slack-person" title={realName} aria-pressed={name === user} onClick={() => onUser(name)}>
          <Avatar id={id} name={realName} />
          <span className="slack-person-words">
            <span>{name}</span> <span className="slack-part">{part(name)}</span>
          </span>
        </button>
      ))}
    </fieldset>
  );
}
