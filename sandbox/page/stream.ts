/** The page's stream of server-sent events (HTML standard, "Server-sent events"): all that is kept when it begins, then what changes. */
import type { ServerResponse } from 'node:http';
import type { Parts } from '../routes.ts';
import { SLACKBOT } from '../slack/workspace.ts';
import { bucketsNow, devicesNow, executionNews, type Place } from './told.ts';
import { type Hello, KEPT, keptOf, type SlackNews, type Told } from './wire.ts';

/** Changes within so many milliseconds are told together. */
const TOGETHER = 20;
/** Of the messages before it began, so many of the newest are told at once; the others follow when these are on their way. */
const MESSAGES = 100;
/** A window that lost the stream asks again after so many milliseconds. */
const RETRY = 500;

const placeOf = ({ channel, ts }: { channel: string; ts: string }) => `${channel} ${ts}`;

/** Tells `response` what `user` (a name) sees, until it closes. */
export function stream(parts: Parts, user: string, response: ServerResponse): void {
  const { slack, clock, aws, flow } = parts;
  const told: Partial<Record<keyof Told, string>> = {};
  const say = <T extends keyof Told>(event: T, value: Told[T]) => response.write(`event: ${event}\ndata: ${JSON.stringify(value)}\n\n`);
  /** Says what is always told whole, where it is another than before. */
  const sayWhole = <T extends keyof Told>(event: T, value: Told[T]) => {
    const text = JSON.stringify(value);
    if (told[event] === text) return;
    told[event] = text;
    say(event, value);
  };
  const place: Place = new Map();
  let change = -1;
  let calls = aws.calls.list().slice(-KEPT.calls);
  let timer: NodeJS.Timeout | undefined;
  let older: SlackNews['messages'] = [];
  const flush = () => {
    // Who doesn't read is told when they do, and nothing piles up for them: what has changed is found out only then.
    if (response.writableNeedDrain) return;
    sayWhole('clock', { shift: clock.shift() });
    const isFirst = change < 0;
    const { messages: fresh, removed, change: reached, modal, home } = slack.since(user, Math.max(change, 0));
    const gone = new Set(removed.map(placeOf));
    const messages = keptOf([...older.filter((message) => !gone.has(placeOf(message))), ...fresh]);
    older = isFirst ? messages.splice(0, Math.max(messages.length - MESSAGES, 0)) : [];
    const channels = slack.channels(user).map(({ id, name, im }) => ({ id, name, im: im !== undefined }));
    const before = JSON.stringify({ modal, home, channels });
    if (messages.length > 0 || reached !== change || told.slack !== before) say('slack', { messages, removed, modal, home, channels });
    change = reached;
    told.slack = before;
    if (calls.length > 0) say('calls', calls);
    calls = [];
    sayWhole('devices', devicesNow(aws, parts.devices, clock.now()));
    sayWhole('buckets', bucketsNow(aws));
    const executions = executionNews(flow, place);
    if (executions.length > 0) say('executions', executions);
    if (older.length > 0) soon();
  };
  const soon = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      flush();
    }, TOGETHER);
  };
  const offs = [
    slack.changed.on(soon),
    clock.moved.on(soon),
    flow.changed.on(soon),
    parts.filled.on(soon),
    aws.calls.on((record) => {
      calls.push(record);
      if (calls.length > KEPT.calls) calls.shift();
      soon();
    }),
  ];
  // Codes change by themselves.
  const tick = setInterval(soon, 10_000);
  response.on('drain', soon);
  response.on('close', () => {
    for (const off of offs) off();
    clearTimeout(timer);
    clearInterval(tick);
  });
  response.write(`retry: ${RETRY}\n\n`);
  say('hello', hello(parts, user));
  flush();
}

function hello({ slack, aws, boot, commands, devices }: Parts, user: string): Hello {
  const people = slack.people().map(({ id, name, real_name, tz }) => ({ id, name, realName: real_name, timeZone: tz }));
  const { bot, home } = slack.ids();
  return {
    boot,
    account: aws.account,
    region: aws.region,
    people,
    user,
    bot: { id: bot, name: 'Interlock' },
    slackbot: SLACKBOT,
    home,
    commands,
    approvers: [...devices.values()].filter((name) => people.some((person) => person.name === name)),
  };
}
