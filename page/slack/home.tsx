/** The app's Home tab; the app is told that it was opened, and publishes what stands there. */
import { useEffect } from 'react';
import { useLive } from '../live.ts';
import { Blocks } from './blocks.tsx';
import { useDo } from './doing.ts';

export function Home() {
  const act = useDo();
  const home = useLive((live) => live.home);
  useEffect(() => void act({ home: true }), [act]);
  return home ? (
    <div className="slack-home" aria-live="polite">
      <Blocks blocks={home.blocks} />
    </div>
  ) : (
    <p className="slack-nothing">The app hasn’t published a Home tab yet.</p>
  );
}
