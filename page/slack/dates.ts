/** Times in the reader's own zone, as Slack writes them in English. */

const formats = new Map<string, Intl.DateTimeFormat>();

function format(at: Date, timeZone: string, options: Intl.DateTimeFormatOptions, locale = 'en-US'): string {
  const key = `${locale} ${timeZone} ${JSON.stringify(options)}`;
  const known = formats.get(key) ?? new Intl.DateTimeFormat(locale, { timeZone, ...options });
  formats.set(key, known);
  return known.format(at);
}

/** `2026-11-26`, where the reader is. */
export const dayOf = (milliseconds: number, zone: string): string =>
  format(new Date(milliseconds), zone, { year: 'numeric', month: '2-digit', day: '2-digit' }, 'en-CA');

/** `9:05 PM`. */
export const timeOf = (at: Date, zone: string): string => format(at, zone, { hour: 'numeric', minute: '2-digit' }).replace(/\s/g, ' ');

/** `Thursday, November 26`. */
export const longDayOf = (at: Date, zone: string): string => format(at, zone, { weekday: 'long', month: 'long', day: 'numeric' });

const DAY = 86_400_000;

/** "today", "yesterday", "tomorrow"; undefined for another day. `today` as dayOf gives it. */
export function nearDay(day: string, today: string): 'today' | 'yesterday' | 'tomorrow' | undefined {
  const away = Math.round((Date.parse(day) - Date.parse(today)) / DAY);
  return away === 0 ? 'today' : away === -1 ? 'yesterday' : away === 1 ? 'tomorrow' : undefined;
}

const LONG: Intl.DateTimeFormatOptions = { month: 'long', year: 'numeric' };
const SHORT: Intl.DateTimeFormatOptions = { month: 'short', day: 'numeric', year: 'numeric' };

/** The tokens of `<!date^…>` (Slack, "Formatting message text", Date formatting); undefined where one isn't known: the fallback holds then. */
export function dateText(seconds: number, pattern: string, { timeZone, today }: { timeZone: string; today: string }): string | undefined {
  const at = new Date(seconds * 1000);
  const day = dayOf(at.getTime(), timeZone);
  const long = () => {
    const [month, year] = format(at, timeZone, LONG).split(' ');
    return `${month} ${ordinal(Number(day.slice(8)))}, ${year}`;
  };
  const tokens: Record<string, () => string> = {
    date_num: () => day,
    date_slash: () => format(at, timeZone, { year: 'numeric', month: '2-digit', day: '2-digit' }),
    date: long,
    date_short: () => format(at, timeZone, SHORT),
    date_long: () => `${format(at, timeZone, { weekday: 'long' })}, ${long()}`,
    time: () => timeOf(at, timeZone),
    time_secs: () => format(at, timeZone, { hour: 'numeric', minute: '2-digit', second: '2-digit' }).replace(/\s/g, ' '),
  };
  let known = true;
  const text = pattern.replace(/\{(\w+)\}/g, (_, token: string) => {
    const plain = token.replace(/_pretty$/, '');
    const write = Object.hasOwn(tokens, plain) ? tokens[plain] : undefined;
    if (!write) known = false;
    return (token !== plain && nearDay(day, today)) || (write?.() ?? '');
  });
  return known ? text : undefined;
}

function ordinal(day: number): string {
  const ending = day % 100 >= 11 && day % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][day % 10] ?? 'th');
  return `${day}${ending}`;
}
