/** The emoji that the product names, drawn, so that they look alike everywhere; a name that isn't here stays a name. */
import type { ReactNode } from 'react';

const RED = 'var(--slack-red)';
const GREEN = 'var(--slack-green)';
const AMBER = 'var(--slack-amber)';
const GREY = 'var(--slack-grey)';
const OCTAGON = 'M5.2 1h5.6L15 5.2v5.6L10.8 15H5.2L1 10.8V5.2z';
const GLASS = 'M4 1.5h8M4 14.5h8M5 2v2.2L8 8l3-3.8V2M5 14v-2.2L8 8l3 3.8V14';
const line = (d: string, stroke: string, width = 1.6) => (
  <path d={d} fill="none" stroke={stroke} strokeWidth={width} strokeLinecap="round" strokeLinejoin="round" />
);

const DRAWN: Record<string, ReactNode> = {
  warning: (
    <>
      <path d="M8 1.2 15.4 14.4H.6z" fill={AMBER} />
      {line('M8 6v4M8 12.3v.1', 'var(--slack-ink)')}
    </>
  ),
  white_check_mark: (
    <>
      <rect x="1" y="1" width="14" height="14" rx="3" fill={GREEN} />
      {line('m4.4 8.3 2.5 2.6 4.8-5.6', 'var(--slack-paper)', 2)}
    </>
  ),
  no_entry: (
    <>
      <circle cx="8" cy="8" r="7" fill={RED} />
      <rect x="3.6" y="6.6" width="8.8" height="2.8" rx=".6" fill="var(--slack-paper)" />
    </>
  ),
  octagonal_sign: <path d={OCTAGON} fill={RED} stroke="var(--slack-paper)" />,
  x: line('m3 3 10 10M13 3 3 13', RED, 2.6),
  leftwards_arrow_with_hook: line('M5.5 3 2.2 6.3l3.3 3.3M2.6 6.3h7.7a3.4 3.4 0 0 1 0 6.8H7', GREY, 1.9),
  hourglass: (
    <>
      <path d="M5.6 13.6 8 10.6l2.4 3z" fill={AMBER} />
      {line(GLASS, GREY, 1.4)}
    </>
  ),
  hourglass_flowing_sand: (
    <>
      <path d="M6 4.4h4L8 7zM6.6 13.6 8 12l1.4 1.6z" fill={AMBER} stroke={AMBER} />
      {line(GLASS, GREY, 1.4)}
    </>
  ),
  lock: (
    <>
      <rect x="2.8" y="7" width="10.4" height="7.6" rx="1.6" fill={AMBER} />
      {line('M5 7V4.8a3 3 0 0 1 6 0V7', GREY, 1.7)}
    </>
  ),
  wrench: line('m3 13 5.6-5.6M9 7.2a3.3 3.3 0 0 1 4-4.6L10.8 4.9l.4 1.5 1.5.4 2-2.1A3.3 3.3 0 0 1 9 7.2', GREY, 2),
  rotating_light: (
    <>
      <path d="M4 12V8.4a4 4 0 0 1 8 0V12z" fill={RED} />
      {line('M2.6 13.6h10.8M8 1v1.4M2.2 3.6l1 1M13.8 3.6l-1 1', GREY, 1.5)}
    </>
  ),
  shield: <path d="M8 1 2.4 3v4.6c0 3.4 2.3 5.9 5.6 7.4 3.3-1.5 5.6-4 5.6-7.4V3z" fill={GREY} />,
};

/** What people are fond of, as characters. */
const CHARACTERS: Record<string, string> = { tada: '🎉', '+1': '👍', heart: '❤️', pray: '🙏', eyes: '👀', bucket: '🪣' };

export function Emoji({ name }: { name: string }) {
  const drawn = Object.hasOwn(DRAWN, name) ? DRAWN[name] : undefined;
  const label = name.replaceAll('_', ' ');
  if (drawn)
    return (
      <svg className="slack-emoji" role="img" aria-label={label} viewBox="0 0 16 16">
        {drawn}
      </svg>
    );
  if (Object.hasOwn(CHARACTERS, name))
    return (
      <span role="img" aria-label={label}>
        {CHARACTERS[name]}
      </span>
    );
  return `:${name}:`;
}
