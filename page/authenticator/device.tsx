import { useEffect, useState } from 'react';
import type { Device } from '../../sandbox/page/wire.ts';
import { useCode } from './code-now.ts';
import { copy } from './copy.ts';
import { ShowQr } from './qr.tsx';

const STEP_SECONDS = 30;
/** How long it stands there that something was copied. */
const SAID_MS = 3_000;

/** One person's MFA device: what it shows, and what can be done with it. */
export function DeviceCard({ device }: { device: Device }) {
  const { owner, spent } = device;
  const now = useCode(device);
  const [said, say] = useState('');
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(() => say(''), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const copied = (code: string, words: string) =>
    copy(code).then(
      () => say(words),
      (error: Error) => say(error.message),
    );
  const used = now !== undefined && now.code === spent;
  return (
    <article className="authenticator-device" aria-label={`${owner}’s device`}>
      <div className="authenticator-top">
        <h3 className="authenticator-owner">{owner}</h3>
        {used && <span className="authenticator-used">used: wait for the next one</span>}
      </div>
      <div className="authenticator-shown">
        <p className={used ? 'authenticator-code used' : 'authenticator-code'}>
          <span className="hidden-visually">Code </span>
          {now ? `${now.code.slice(0, 3)} ${now.code.slice(3)}` : '––– –––'}
        </p>
        <Countdown left={now?.left ?? 0} />
      </div>
      <div className="authenticator-buttons">
        <button type="button" className="button" disabled={!now} onClick={() => now && copied(now.code, 'Copied')}>
          Copy {owner}’s code
        </button>
        <ShowQr device={device} />
        <button
          type="button"
          className="button"
          aria-label={`Copy the code just used, ${owner}’s`}
          title={spent ? undefined : 'No code of this device was used yet'}
          disabled={!spent}
          onClick={() => spent && copied(spent, 'Copied: the code just used')}
        >
          Copy the code just used
        </button>
      </div>
      <p className="authenticator-said" aria-live="polite">
        {said}
      </p>
    </article>
  );
}

/** A ring that empties with the code's thirty seconds, a second a step. */
function Countdown({ left }: { left: number }) {
  const around = 2 * Math.PI * 10;
  return (
    <svg
      className={left <= 5 ? 'authenticator-ring late' : 'authenticator-ring'}
      viewBox="0 0 28 28"
      role="img"
      aria-label={`${left} seconds left`}
    >
      <circle className="authenticator-track" cx="14" cy="14" r="10" />
      <circle
        className="authenticator-left"
        cx="14"
        cy="14"
        r="10"
        strokeDasharray={around}
        strokeDashoffset={around * (1 - Math.min(1, left / STEP_SECONDS))}
        transform="rotate(-90 14 14)"
      />
      <text x="14" y="14" textAnchor="middle" dominantBaseline="central">
        {left}
      </text>
    </svg>
  );
}
