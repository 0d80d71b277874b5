/** The part of docs/performance.md about the sandbox's page. */
import type { Machine } from '../report.ts';
import type { Summary } from '../statistics.ts';
import { round, table } from '../tables.ts';
import { type Frames, TURN } from './browser.ts';
import type { Size } from './prepare.ts';

export interface Results {
  size: Size;
  /** Milliseconds until `npm start` is ready. */
  start: Summary;
  /** The first click of all, after such a start. */
  cold: Summary;
  command: Summary;
  button: Summary;
  breakIn: Summary;
  person: Summary;
  /** With so many messages and calls there. */
  many: { messages: number; calls: number; command: Summary; button: Summary; person: Summary; slack: Frames; aws: Frames };
  /** While so many versions are emptied. */
  emptying: { versions: number; seconds: number; command: Summary; frames: Frames };
}

const PAGE_KB = 250;
const ANSWER_MS = 150;
const READY_MS = 5000;
/** Three frames of a screen that draws sixty a second: what is longer is seen as a stop. */
const SMOOTH_MS = 50;

interface Aim {
  what: string;
  measured: number;
  limit: number;
  unit: 'KB' | 'ms';
}

function aims({ size, start, command, button, breakIn, person, many }: Results): Aim[] {
  const answer = (what: string, { median }: Summary): Aim => ({ what: `${what}: median`, measured: median, limit: ANSWER_MS, unit: 'ms' });
  const scroll = (what: string, { p99 }: Summary): Aim => ({
    what: `${what}: 99 of 100 frames`,
    measured: p99,
    limit: SMOOTH_MS,
    unit: 'ms',
  });
  const full = `with ${count(many.messages)} messages and ${count(many.calls)} calls`;
  return [
    { what: 'the page, compressed with gzip', measured: size.gzip / 1000, limit: PAGE_KB, unit: 'KB' },
    { what: '`npm start` ready: median', measured: start.median, limit: READY_MS, unit: 'ms' },
    answer('a typed command to its modal', command),
    answer('an approver’s button to its modal', button),
    answer('a try to break in to AWS’s answer', breakIn),
    answer('another person to their messages', person),
    answer(`${full}, a typed command to its modal`, many.command),
    answer(`${full}, an approver’s button to its modal`, many.button),
    answer(`${full}, another person to their messages`, many.person),
    scroll(`scrolling through ${count(many.messages)} messages`, many.slack),
    scroll(`scrolling through ${count(many.calls)} calls`, many.aws),
  ];
}

/** The tables, as they are printed too. */
export function tables(results: Results): string {
  const { size, start, cold, command, button, breakIn, person, many, emptying } = results;
  const inTime = aims(results).map(({ what, measured, limit, unit }) => [
    what,
    `${round(measured)} ${unit}`,
    `under ${limit} ${unit}`,
    measured < limit ? 'met' : 'MISSED',
  ]);
  const kilobytes = [size.plain, size.gzip, size.brotli].map((bytes) => (bytes / 1000).toFixed(1));
  const full = `, with ${count(many.messages)} messages and ${count(many.calls)} calls`;
  const emptied = `while ${count(emptying.versions)} versions are emptied`;
  return `${table(['aim', 'measured', 'wanted', ''], inTime)}
${table(['the first view', 'plain (KB)', 'gzip', 'brotli'], [[`${size.files} files`, ...kilobytes]])}
${table(
  ['until it shows (ms)', 'best', 'median', 'p99', 'runs'],
  [
    ['`npm start` on a set-up clone, until `ready`', ...times(start)],
    ['after that, the very first command to its modal', ...times(cold)],
    ['a typed command to its modal', ...times(command)],
    ['an approver’s button to its modal', ...times(button)],
    ['a try to break in to AWS’s answer', ...times(breakIn)],
    ['another person to their messages', ...times(person)],
    [`a typed command to its modal${full}`, ...times(many.command)],
    [`an approver’s button to its modal${full}`, ...times(many.button)],
    [`another person to their messages${full}`, ...times(many.person)],
    [`a typed command to its modal, ${emptied}`, ...times(emptying.command)],
  ],
)}
${table(
  ['frames (ms)', 'median', 'p99', 'longest', 'frames'],
  [
    [`scrolling through ${count(many.messages)} messages`, ...frames(many.slack)],
    [`scrolling through ${count(many.calls)} calls`, ...frames(many.aws)],
    [`the Flow pane ${emptied}, in ${round(emptying.seconds)} s`, ...frames(emptying.frames)],
  ],
)}`;
}

/** The whole part. */
export function pagePart(results: Results, { date, cpu, memory, node, load }: Machine): string {
  const missed = aims(results).filter(({ measured, limit }) => measured >= limit);
  return `
## The page

Written by \`npm run bench:page\` on ${date}: ${cpu}, ${memory}, Node ${node}, load average ${load} when it began. Times are milliseconds.

${tables(results)}
${missed.length === 0 ? 'Nothing misses its aim.' : `Missed: ${missed.map(({ what }) => what).join('; ')}.`}

- *The first view* is all that the browser loads of the built page before somebody does something. Over plain HTTP browsers take gzip; brotli is what it would be over HTTPS.
- *Until it shows* runs inside the browser: from the time that the browser gave the event until the frame is drawn in which the answer stands. In between are the page, its request, the signed
  request to the handlers, what they ask of Slack and AWS, and the stream that tells the page. Browser, sandbox and handlers share the machine's processors, and the browser draws without a graphics
  card.
- Functions are warm, and the first runs aren't counted, but for *the very first command*: that one comes right after a start, when the function has to be loaded too.
- *Scrolling* turns the wheel by ${TURN} pixels again and again, from the end of the list to its beginning, and notes each frame. Messages are requests with all their blocks.
- *While versions are emptied* the Flow pane follows the execution that empties the bucket, of whose passes, stretches and progress the stream tells hundreds of states.
`;
}

const count = (number: number): string => number.toLocaleString('en-US');
const times = ({ min, median, p99, count: runs }: Summary): string[] => [round(min), round(median), round(p99), String(runs)];
const frames = ({ median, p99, longest, count: all }: Frames): string[] => [round(median), round(p99), round(longest), String(all)];
