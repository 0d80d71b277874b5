/** Times of executions, in words. */

const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** `14:03:59`, in the reader's time zone. */
export const clockOf = (iso: string): string => CLOCK.format(new Date(iso));

/** `340 ms`, `4.2 s`, `3 min 5 s`, `2 h 10 min`. */
export function durationOf(from: string, until: string): string {
  const ms = new Date(until).getTime() - new Date(from).getTime();
  if (ms < 1000) return `${ms} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  return minutes < 60 ? `${minutes} min ${Math.floor((ms % 60_000) / 1000)} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const STATUS: Record<string, string> = {
  RUNNING: 'running',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  TIMED_OUT: 'timed out',
  ABORTED: 'aborted',
};

export const statusOf = (status: string): string => STATUS[status] ?? status;
