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
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and need not have anything to focus
    <section className="slack-home" aria-label="Home" aria-live="polite" tabIndex={0}>
      <Blocks blocks={home.blocks} />
    </section>
  ) : (
    <p className="slack-nothing">The app hasn’t published a Home tab yet.</p>
  );
}
