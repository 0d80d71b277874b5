/** The four panes: on one screen where there is room, else one at a time, behind tabs. */
import { Tabs } from '@base-ui/react/tabs';
import { type ReactNode, useEffect, useState, useSyncExternalStore } from 'react';
import './panes.css';

export const PANES = ['Slack', 'Authenticator', 'AWS', 'Flow'] as const;
export type PaneName = (typeof PANES)[number];

const roomy = matchMedia('(min-width: 1100px)');

const useRoom = () =>
  useSyncExternalStore(
    (listener) => {
      roomy.addEventListener('change', listener);
      return () => roomy.removeEventListener('change', listener);
    },
    () => roomy.matches,
  );

export function Panes({ panes, toured }: { panes: Record<PaneName, ReactNode>; toured: PaneName | undefined }) {
  const room = useRoom();
  const [shown, setShown] = useState<PaneName>('Slack');
  useEffect(() => {
    if (toured) setShown(toured);
  }, [toured]);
  // The same tree either way: what somebody has typed survives a window that is made narrower.
  return (
    <main className="panes-main">
      <Tabs.Root className="panes-tabs" value={shown} onValueChange={(value: PaneName) => setShown(value)}>
        {!room && (
          <Tabs.List className="panes-list" aria-label="Panes">
            {PANES.map((name) => (
              <Tabs.Tab
                key={name}
                value={name}
                id={`tab-${name}`}
                aria-controls={`pane-${name}`}
                className="panes-tab"
                data-toured={name === toured || undefined}
              >
                {name}
              </Tabs.Tab>
            ))}
          </Tabs.List>
        )}
        <div className={room ? 'panes' : 'panes-one'} data-toured={toured}>
          {PANES.map((name) => (
            <div
              key={name}
              className="panes-cell"
              data-pane={name}
              hidden={!room && name !== shown}
              {...(!room && { role: 'tabpanel', id: `pane-${name}`, 'aria-labelledby': `tab-${name}` })}
            >
              {panes[name]}
            </div>
          ))}
        </div>
      </Tabs.Root>
    </main>
  );
}
