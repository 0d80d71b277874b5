import { memo, useId, useState } from 'react';
import { plain } from '../plain.ts';
import { type Call, mfaWords, shortPrincipal, shortResource } from './filter.ts';

/** One call on one line; opened, all that is known of it. */
export const CallRow = memo(function CallRow({ call }: { call: Call }) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const { time, principal, action, resource, mfa, allowed, decidedBy } = call;
  return (
    <li className={allowed ? 'aws-call' : 'aws-call denied'}>
      <button
        type="button"
        className="aws-call-line"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        <span className="aws-call-top">
          <time dateTime={time}>{clock(time)}</time>
          <span className="aws-call-who" title={principal}>
            {plain(shortPrincipal(principal))}
          </span>
          <span className="aws-call-mfa">MFA {mfaWords(mfa)}</span>
          <span className={allowed ? 'aws-mark good' : 'aws-mark bad'}>{allowed ? 'allowed' : 'denied'}</span>
        </span>
        <span className="aws-call-what">
          <strong>{action}</strong> <span title={resource}>{plain(shortResource(resource))}</span>
        </span>
        <span className="aws-call-why">{plain(decidedBy)}</span>
      </button>
      {open && <Details id={id} call={call} />}
    </li>
  );
});

function Details({ id, call }: { id: string; call: Call }) {
  return (
    <dl id={id} className="aws-call-all">
      {Object.entries(call).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value === null ? 'absent' : plain(String(value))}</dd>
        </div>
      ))}
    </dl>
  );
}

const format = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const clock = (time: string) => format.format(new Date(time));
