/** Who reads: names for ids, and the day and the zone that times are told in. */
import { createContext, use, useMemo } from 'react';
import { sandboxNow, useLive } from '../live.ts';
import { dayOf } from './dates.ts';
import type { Person } from './shapes.ts';

export interface Reader {
  id: string;
  timeZone: string;
  /** `2026-11-26`, where the reader is, by the sandbox's clock. */
  today: string;
  /** Of people, the app and channels, by id. */
  names: Record<string, string>;
  people: Person[];
  bot: string;
  slackbot: string;
}

const NOBODY: Reader = { id: '', timeZone: 'UTC', today: '', names: {}, people: [], bot: '', slackbot: '' };

export const ReaderContext = createContext<Reader>(NOBODY);
export const useReader = (): Reader => use(ReaderContext);

/** The same object until something of it changes, so that messages are not drawn again for each event. */
export function useReaderOf(user: string): Reader {
  const hello = useLive((live) => live.hello);
  const person = hello?.people.find(({ name }) => name === user);
  const timeZone = person?.timeZone ?? 'UTC';
  const today = useLive(() => dayOf(sandboxNow(), timeZone));
  // The list is told anew with each event; its text is the same.
  const channels = useLive((live) =>
    JSON.stringify(live.channels.map(({ id, name, im }) => [id, im ? (live.hello?.bot.name ?? name) : name])),
  );
  return useMemo(() => {
    if (!hello) return { ...NOBODY, today };
    const people = hello.people.map(({ id, name }) => [id, name]);
    const names = Object.fromEntries([...people, [hello.bot.id, hello.bot.name], ...(JSON.parse(channels) as [string, string][])]);
    return { id: person?.id ?? '', timeZone, today, names, people: hello.people, bot: hello.bot.id, slackbot: hello.slackbot };
  }, [hello, person, timeZone, today, channels]);
}
