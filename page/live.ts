/** What the sandbox tells, kept as the panes show it: one store, filled by the stream of `GET /sandbox/events`. */
import { useSyncExternalStore } from 'react';
import type { BucketNow, Device, ExecutionNews, Hello, SlackNews, Told, Visit } from '../sandbox/page/wire.ts';

type Message = SlackNews['messages'][number];
type Call = Told['calls'][number];

/** An execution, whole. */
export interface ExecutionNow extends Omit<ExecutionNews, 'from' | 'visits'> {
  visits: Visit[];
}

export interface Live {
  /** Whether the stream is open just now. */
  connected: boolean;
  hello: Hello | null;
  /** How far the sandbox's clock is ahead of the machine's, in milliseconds. */
  shift: number;
  /** Oldest first. */
  messages: Message[];
  modal: SlackNews['modal'];
  home: SlackNews['home'];
  channels: SlackNews['channels'];
  devices: Device[];
  buckets: BucketNow[];
  /** Oldest first, the newest KEPT. */
  calls: Call[];
  /** In the order in which they began. */
  executions: ExecutionNow[];
}

/** So many calls are kept for the tail. */
const KEPT = 2_000;

const NOTHING: Live = {
  connected: false,
  hello: null,
  shift: 0,
  messages: [],
  modal: null,
  home: null,
  channels: [],
  devices: [],
  buckets: [],
  calls: [],
  executions: [],
};

let live: Live = NOTHING;
const listeners = new Set<() => void>();

function set(change: Partial<Live>): void {
  live = { ...live, ...change };
  for (const listener of listeners) listener();
}

/** What is told in pieces, and begins anew with the stream: the next piece takes the place of what is known. */
const anew = new Set<'slack' | 'calls' | 'executions'>();
const before = <T>(part: 'slack' | 'calls' | 'executions', known: T[]): T[] => (anew.delete(part) ? [] : known);

const TAKERS: { [T in keyof Told]: (told: Told[T]) => void } = {
  hello(hello) {
    for (const part of ['slack', 'calls', 'executions'] as const) anew.add(part);
    // After a break, or for another person, what is shown stays until it is told again; after Start over nothing of it is true.
    const known = live.hello?.boot === hello.boot ? live : NOTHING;
    set({ ...known, connected: true, hello });
  },
  clock: ({ shift }) => set({ shift }),
  slack({ messages, removed, modal, home, channels }) {
    set({ messages: merged(before('slack', live.messages), messages, removed), modal, home, channels });
  },
  devices: (devices) => set({ devices }),
  buckets: (buckets) => set({ buckets }),
  calls: (calls) => set({ calls: [...before('calls', live.calls), ...calls].slice(-KEPT) }),
  executions: (news) => set({ executions: news.reduce(withNews, before('executions', live.executions)) }),
};

const at = ({ channel, ts }: { channel: string; ts: string }) => `${channel} ${ts}`;

function merged(known: Message[], news: Message[], removed: SlackNews['removed']): Message[] {
  const fresh = new Map(news.map((message) => [at(message), message]));
  const gone = new Set(removed.map(at));
  const kept = known
    .filter((message) => !gone.has(at(message)))
    .map((message) => {
      const changed = fresh.get(at(message));
      fresh.delete(at(message));
      return changed ?? message;
    });
  const all = [...kept, ...fresh.values()];
  const isOlder = (kept.at(-1)?.ts ?? '') > (news[0]?.ts ?? '');
  // Of a stream's first messages the newest come first. Slack's `ts` sorts as text.
  return isOlder ? all.sort((one, other) => (one.ts < other.ts ? -1 : 1)) : all;
}

function withNews(known: ExecutionNow[], { from, visits, ...news }: ExecutionNews): ExecutionNow[] {
  const old = known.find(({ name }) => name === news.name);
  const now = { ...news, visits: [...(old?.visits.slice(0, from) ?? []), ...visits] };
  return old ? known.map((one) => (one === old ? now : one)) : [...known, now];
}

/** Where the browser gives up, it is asked again after so many milliseconds. */
const AGAIN = 1_000;

/** Listens as this person; returns what ends that. `refused`: the sandbox has never told them anything, and won't. */
export function follow(user: string, refused: () => void): () => void {
  let source: EventSource;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let heard = false;
  const open = () => {
    source = new EventSource(`/sandbox/events?user=${encodeURIComponent(user)}`);
    for (const [event, take] of Object.entries(TAKERS)) {
      source.addEventListener(event, ({ data }: MessageEvent<string>) => (take as (told: unknown) => void)(JSON.parse(data)));
    }
    source.addEventListener('hello', () => {
      heard = true;
    });
    source.onerror = () => {
      set({ connected: false });
      // Most breaks the browser mends by itself; while the sandbox begins anew, not every browser does.
      if (source.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(open, AGAIN);
      if (!heard) refused();
    };
  };
  open();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}

/** A part of what is known; the component is drawn again when that part changes. `pick` gives the same object for the same state. */
export function useLive<T>(pick: (live: Live) => T): T {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => pick(live),
  );
}

/** The sandbox's time, in milliseconds since 1970. */
export const sandboxNow = (): number => Date.now() + live.shift;
