/** The sandbox's EventBridge: rules that match events or come round by the clock, and call functions that let them. */
import { randomUUID } from 'node:crypto';
import type { Clock } from './clock.ts';
import type { Json } from './template.ts';

export interface EventRule {
  arn: string;
  pattern?: Json;
  /** `rate(5 minutes)`. */
  schedule?: string;
  targets: { arn: string; input?: string }[];
}

export interface EventsOptions {
  clock: Clock;
  account: string;
  region: string;
  /** Calls a function asynchronously, if its permissions let this rule. */
  call: (functionArn: string, event: unknown, ruleArn: string) => void;
}

export class Events {
  readonly #options: EventsOptions;
  readonly #rules: EventRule[] = [];
  #closed = false;

  constructor(options: EventsOptions) {
    this.#options = options;
  }

  /** Throws an Error for a pattern or a schedule that the sandbox doesn't know. */
  addRule(rule: EventRule): void {
    if (rule.pattern !== undefined) checkPattern(rule.pattern, rule.arn);
    if (rule.schedule !== undefined) this.#schedule(rule, seconds(rule.schedule, rule.arn));
    this.#rules.push(rule);
  }

  /** Brings one event to the rules that it matches. */
  put(source: string, detailType: string, resources: string[], detail: Json): void {
    const { account, region, clock } = this.#options;
    const time = clock
      .date()
      .toISOString()
      .replace(/\.\d+Z$/, 'Z');
    const event = { version: '0', id: randomUUID(), 'detail-type': detailType, source, account, time, region, resources, detail };
    for (const rule of this.#rules) if (rule.pattern !== undefined && matchesPattern(rule.pattern, event)) this.#call(rule, event);
  }

  close(): void {
    this.#closed = true;
  }

  #call(rule: EventRule, event: Json): void {
    if (this.#closed) return;
    for (const { arn, input } of rule.targets) this.#options.call(arn, input === undefined ? event : JSON.parse(input), rule.arn);
  }

  #schedule(rule: EventRule, period: number): void {
    const { account, region, clock } = this.#options;
    clock.at(clock.now() + period * 1000, () => {
      if (this.#closed) return;
      const event = {
        version: '0',
        id: randomUUID(),
        'detail-type': 'Scheduled Event',
        source: 'aws.events',
        account,
        time: clock.date().toISOString(),
        region,
      };
      this.#call(rule, { ...event, resources: [rule.arn], detail: {} });
      this.#schedule(rule, period);
    });
  }
}

/**
 * Whether an event matches a pattern (EventBridge user guide, "Event patterns"): every field of the pattern is there with one of
 * its values; an array in the event matches with any of its items.
 */
export function matchesPattern(pattern: Json, event: Json): boolean {
  return Object.entries<Json>(pattern).every(([field, wanted]) => {
    const value = event?.[field];
    if (!Array.isArray(wanted)) return value !== null && typeof value === 'object' && matchesPattern(wanted, value);
    const values = Array.isArray(value) ? value : [value];
    return wanted.some((each) => values.some((found) => matchesValue(each, found)));
  });
}

function matchesValue(wanted: Json, found: unknown): boolean {
  if (wanted === null || typeof wanted !== 'object') return wanted === found;
  if ('exists' in wanted) return (found !== undefined) === wanted.exists;
  return typeof found === 'string' && found.startsWith(wanted.prefix);
}

function checkPattern(pattern: Json, ruleArn: string): void {
  for (const wanted of Object.values<Json>(pattern)) {
    if (!Array.isArray(wanted)) {
      checkPattern(wanted, ruleArn);
      continue;
    }
    for (const each of wanted) {
      const known = each === null || typeof each !== 'object' || (Object.keys(each).length === 1 && ('prefix' in each || 'exists' in each));
      if (!known) throw new Error(`rule ${ruleArn}: the sandbox doesn't match ${JSON.stringify(each)}`);
    }
  }
}

/** `rate(1 minute)`, `rate(12 hours)`, … in seconds. */
function seconds(schedule: string, ruleArn: string): number {
  const [, value, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(schedule) ?? [];
  if (!value || !unit) throw new Error(`rule ${ruleArn}: the sandbox doesn't know the schedule ${schedule}`);
  return Number(value) * { minute: 60, hour: 3600, day: 86_400 }[unit as 'minute' | 'hour' | 'day'];
}
