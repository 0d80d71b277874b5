/** Above the panes: what this is, the sandbox's time, and what moves it. */
import { AlertDialog } from '@base-ui/react/alert-dialog';
import { useEffect, useState } from 'react';
import { advance, startOver } from '../ask.ts';
import { sandboxNow, useLive } from '../live.ts';
import { THEMES, type Theme, useTheme } from './theme.ts';
import { BEGINS } from './tour.tsx';
import './header.css';

const HALF_A_DAY = 12 * 60 * 60;

export function Header({ onTour }: { onTour: () => void }) {
  const [problem, setProblem] = useState('');
  const attempt = (what: Promise<unknown>) => {
    setProblem('');
    what.catch((error: Error) => setProblem(error.message));
  };
  return (
    <header className="header">
      <h1 className="header-name">
        <Mark /> Interlock <span className="quiet">sandbox</span>
      </h1>
      <p className="header-what quiet">AWS and Slack, on this machine alone.</p>
      <Connection />
      <SandboxTime />
      <button type="button" className="button" onClick={() => attempt(advance(HALF_A_DAY))}>
        Half a day later
      </button>
      <StartOver attempt={attempt} />
      <button id={BEGINS} type="button" className="button" onClick={onTour}>
        Tour
      </button>
      <ThemeChoice />
      {problem && (
        <p role="alert" className="header-problem">
          {problem}
        </p>
      )}
    </header>
  );
}

function Mark() {
  return (
    <svg viewBox="0 0 26 16" width="26" height="16" aria-hidden="true">
      <circle cx="9" cy="8" r="6" fill="none" stroke="var(--accent)" strokeWidth="2.4" />
      <circle cx="17" cy="8" r="6" fill="none" stroke="var(--busy)" strokeWidth="2.4" />
    </svg>
  );
}

function Connection() {
  const connected = useLive((live) => live.connected);
  return (
    <p role="status" className={connected ? 'header-live' : 'header-live lost'}>
      {connected ? 'live' : 'connecting…'}
    </p>
  );
}

const TIME = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

function SandboxTime() {
  const shift = useLive((live) => live.shift);
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  const now = sandboxNow();
  return (
    <p className="header-time">
      <time dateTime={new Date(now).toISOString()}>{TIME.format(now)}</time>
      {shift > 0 && <span className="quiet"> ({ahead(shift)} ahead)</span>}
    </p>
  );
}

function ahead(ms: number): string {
  const hours = Math.round(ms / 3_600_000);
  return hours >= 48 ? `${Math.round(hours / 24)} days` : hours >= 1 ? `${hours} h` : `${Math.round(ms / 60_000)} min`;
}

function StartOver({ attempt }: { attempt: (what: Promise<unknown>) => void }) {
  const boot = useLive((live) => live.hello?.boot);
  const [open, setOpen] = useState(false);
  /** The run of the sandbox that was asked to end; another one says hello when that is done. */
  const [ending, setEnding] = useState<string>();
  const isUnderWay = ending !== undefined && ending === boot;
  const begin = () => {
    setEnding(boot);
    const asked = startOver().catch((error: Error) => {
      setEnding(undefined);
      throw error;
    });
    attempt(asked);
  };
  return (
    <AlertDialog.Root open={open} onOpenChange={(next) => setOpen(next && !isUnderWay)}>
      <AlertDialog.Trigger className="button" aria-disabled={isUnderWay} aria-busy={isUnderWay}>
        {isUnderWay ? 'Starting over…' : 'Start over'}
      </AlertDialog.Trigger>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="backdrop" />
        <AlertDialog.Popup className="popup">
          <AlertDialog.Title className="popup-title">Start over?</AlertDialog.Title>
          <AlertDialog.Description>
            All messages, requests and executions are forgotten, and the buckets are as they were. It takes a few seconds.
          </AlertDialog.Description>
          <div className="popup-buttons">
            <AlertDialog.Close className="button">Keep everything</AlertDialog.Close>
            <AlertDialog.Close className="button primary" onClick={begin}>
              Start over
            </AlertDialog.Close>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

function ThemeChoice() {
  const [theme, setTheme] = useTheme();
  return (
    <label className="header-theme">
      <span className="hidden-visually">Colours</span>
      <select className="button" value={theme} onChange={({ target }) => setTheme(target.value as Theme)}>
        {THEMES.map((one) => (
          <option key={one} value={one}>
            {one === 'system' ? 'Colours: system' : one}
          </option>
        ))}
      </select>
    </label>
  );
}
