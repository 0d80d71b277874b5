/** What a device shows at the moment, by the sandbox's clock. */
import { useEffect, useState } from 'react';
import type { Device } from '../../sandbox/page/wire.ts';
import { sandboxNow, useLive } from '../live.ts';

export interface CodeNow {
  code: string;
  /** Whole seconds until the next one. */
  left: number;
}

/** Undefined for the moment in which the codes that were told are over and new ones aren't there yet. */
export function useCode({ codes }: Device): CodeNow | undefined {
  // Where the clock is moved on, what is shown changes at once.
  useLive((live) => live.shift);
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), 500);
    return () => clearInterval(timer);
  }, []);
  const now = sandboxNow();
  const shown = codes.find(({ from, until }) => from <= now && now < until);
  return shown && { code: shown.code, left: Math.ceil((shown.until - now) / 1000) };
}
