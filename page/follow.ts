/** The stream of `GET /sandbox/events`, for as long as the window can be seen. */
import { set, TAKERS } from './live.ts';

/** Where the browser gives up, it is asked again after so many milliseconds. */
const AGAIN = 1_000;

/** What is asked of the window: whether it can be seen, a call when that changes (until the returned function is called), and one before it is drawn next. */
export interface Sight {
  isShown: () => boolean;
  onChange: (listener: () => void) => () => void;
  beforeDrawing: (call: () => void) => void;
}

/**
 * Listens as this person; returns what ends that. `refused`: the sandbox has never told them anything, and won't.
 *
 * A browser opens six connections to a host (MDN, "Using server-sent events"), and a stream takes one for good: a seventh window would never
 * load. So a hidden one lets its stream go; shown again, it is told all anew.
 */
export function follow(user: string, refused: () => void, { isShown, onChange, beforeDrawing }: Sight): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let heard = false;
  let due: (() => void)[] = [];
  /** All that comes between two frames is shown at once: each by itself would be drawn by itself, and some would never be seen. */
  const hear = (take: () => void) => {
    if (due.push(take) > 1) return;
    beforeDrawing(() => {
      for (const one of due.splice(0)) one();
    });
  };
  const open = () => {
    source = new EventSource(`/sandbox/events?user=${encodeURIComponent(user)}`);
    for (const [event, take] of Object.entries(TAKERS)) {
      source.addEventListener(event, (told) => {
        const value = JSON.parse(String((told as MessageEvent).data));
        hear(() => (take as (told: unknown) => void)(value));
      });
    }
    source.addEventListener('hello', () => {
      heard = true;
    });
    source.onerror = () => {
      set({ connected: false });
      // Most breaks the browser mends by itself; while the sandbox begins anew, not every browser does.
      if (source?.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(open, AGAIN);
      if (!heard) refused();
    };
  };
  const close = () => {
    clearTimeout(timer);
    source?.close();
    source = undefined;
    due = [];
  };
  const change = () => {
    close();
    if (isShown()) open();
  };
  const off = onChange(change);
  change();
  return () => {
    off();
    close();
  };
}
