/** Slack, as one of the people in the sandbox's workspace sees it. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { act as ask } from '../ask.ts';
import { useLive } from '../live.ts';
import { type Do, DoContext } from './doing.ts';
import { ModalWindow } from './modal.tsx';
import './composer.css';
import './modal.css';
import './message.css';
import './pane.css';
import { People } from './people.tsx';
import { ReaderContext, useReaderOf } from './reader.ts';
import { StageContext } from './window.tsx';
import { Workspace } from './workspace.tsx';

export function SlackPane({ user, onUser }: { user: string; onUser: (user: string) => void }) {
  const reader = useReaderOf(user);
  const modal = useLive((live) => (live.hello?.user === user ? live.modal : null));
  const [wrong, setWrong] = useState('');
  const [stage, setStage] = useState<HTMLDivElement | null>(null);
  const workspace = useRef<HTMLDivElement>(null);
  const last = useRef<HTMLElement | null>(null);

  useEffect(() => {
    const note = ({ target }: FocusEvent) => {
      if (target instanceof HTMLElement && workspace.current?.contains(target)) last.current = target;
    };
    document.addEventListener('focusin', note);
    return () => document.removeEventListener('focusin', note);
  }, []);

  const act = useCallback<Do>(
    async (action) => {
      try {
        await ask(user, action);
        setWrong('');
        return true;
      } catch (error) {
        setWrong(error instanceof Error ? error.message : String(error));
        return false;
      }
    },
    [user],
  );
  const staged = useMemo(
    () => ({
      stage,
      // What opened the window may be gone: an approved request has no buttons any more.
      back: () => {
        const { activeElement } = document;
        if (activeElement && activeElement !== document.body && !stage?.contains(activeElement)) return false;
        const was = last.current?.isConnected ? last.current : undefined;
        return was ?? workspace.current?.querySelector<HTMLElement>('.slack-box input, [role=log]') ?? false;
      },
    }),
    [stage],
  );
  return (
    <ReaderContext value={reader}>
      <DoContext value={act}>
        <StageContext value={staged}>
          <section aria-label="Slack" className="pane slack">
            <div className="pane-head">
              <h2>Slack</h2>
              <People user={user} onUser={onUser} />
            </div>
            {wrong !== '' && (
              <div className="slack-alert" role="alert">
                <p>{wrong}</p>
                <button type="button" className="slack-button" onClick={() => setWrong('')}>
                  Dismiss
                </button>
              </div>
            )}
            <div className="slack-stage" ref={setStage}>
              <div ref={workspace} className="slack-workspace" inert={modal !== null}>
                <Workspace key={user} user={user} />
              </div>
              <ModalWindow modal={modal} />
            </div>
          </section>
        </StageContext>
      </DoContext>
    </ReaderContext>
  );
}
