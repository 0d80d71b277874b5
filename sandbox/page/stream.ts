/** The page's stream of server-sent events (HTML standard, "Server-sent events"): all there is when it begins, then what changes. */
import type { ServerResponse } from 'node:http';
import type { Parts } from '../routes.ts';
import { SLACKBOT } from '../slack/workspace.ts';
import { bucketsNow, devicesNow, executionNews, type Place } from './told.ts';
import type { Hello, Told } from './wire.ts';

/** Changes within so many milliseconds are told together. */
const TOGETHER = 20;
/** Of the calls before it began, the newest so many. */
const CALLS = 1_000;
/** A window that lost the stream asks again after so many milliseconds. */
const RETRY = 500;

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
  let calls = aws.calls.list().slice(-CALLS);
  const flush = () => {
    sayWhole('clock', { shift: clock.shift() });
    const { messages, removed, change: reached, modal, home } = slack.since(user, Math.max(change, 0));
    const channels = slack.channels(user).map(({ id, name, im }) => ({ id, name, im: im !== undefined }));
    const before = JSON.stringify({ modal, home, channels });
    if (reached !== change || told.slack !== before) say('slack', { messages, removed, modal, home, channels });
    change = reached;
    told.slack = before;
    const fresh = calls;
    calls = [];
    if (fresh.length > 0) say('calls', fresh);
    sayWhole('devices', devicesNow(aws, parts.devices, clock.now()));
    sayWhole('buckets', bucketsNow(aws));
    const executions = executionNews(flow, place);
    if (executions.length > 0) say('executions', executions);
  };
  let timer: NodeJS.Timeout | undefined;
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
      soon();
    }),
  ];
  // Codes change by themselves.
  const tick = setInterval(soon, 10_000);
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
