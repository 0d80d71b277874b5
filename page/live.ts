/** What the sandbox tells, kept as the panes show it: one store, filled by the stream of `GET /sandbox/events`; of what there is much, the newest. */
import { useSyncExternalStore } from 'react';
import {
  type BucketNow,
  type Device,
  type ExecutionNews,
  type Hello,
  KEPT,
  keptOf,
  type SlackNews,
  type Told,
  type Visit,
} from '../sandbox/page/wire.ts';

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
  /** Oldest first. */
  calls: Call[];
  /** In the order in which they began. */
  executions: ExecutionNow[];
}

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

export function set(change: Partial<Live>): void {
  live = { ...live, ...change };
  for (const listener of listeners) listener();
}

/** What is told in pieces, and begins anew with the stream: the next piece takes the place of what is known. */
const anew = new Set<'slack' | 'calls' | 'executions'>();
const before = <T>(part: 'slack' | 'calls' | 'executions', known: T[]): T[] => (anew.delete(part) ? [] : known);

/** What each event does. */
export const TAKERS: { [T in keyof Told]: (told: Told[T]) => void } = {
  hello(hello) {
    for (const part of ['calls', 'executions'] as const) anew.add(part);
    // The same person's messages are told in two parts, and those that were removed too: what is shown stays where it is.
    if (live.hello?.user !== hello.user) anew.add('slack');
    // After a break, or for another person, what is shown stays until it is told again; after Start over nothing of it is true.
    const known = live.hello?.boot === hello.boot ? live : NOTHING;
    set({ ...known, connected: true, hello });
  },
  clock: ({ shift }) => set({ shift }),
  slack({ messages, removed, modal, home, channels }) {
    set({ messages: keptOf(merged(before('slack', live.messages), messages, removed)), modal, home, channels });
  },
  devices: (devices) => set({ devices }),
  buckets: (buckets) => set({ buckets }),
  calls: (calls) => set({ calls: [...before('calls', live.calls), ...calls].slice(-KEPT.calls) }),
  executions: (news) => set({ executions: news.reduce(withNews, before('executions', live.executions)).slice(-KEPT.executions) }),
};

const at = ({ channel, ts }: { channel: string; ts: string }) => `${channel} ${ts}`;

function merged(known: Message[], news: Message[], removed: SlackNews['removed']): Message[] {
  const fresh = new Map(news.map((message) => [at(message), message]));
  const gone = new Set(removed.map(at));
  const kept = known
    .filter((message) => !gone.has(at(message)))
    .map((message) => {
      const told = fresh.get(at(message));
      fresh.delete(at(message));
      // What is the same is not drawn again.
      return told && JSON.stringify(told) !== JSON.stringify(message) ? told : message;
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

/** What is known now. */
export const liveNow = (): Live => live;

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
