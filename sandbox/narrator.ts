/** What the demo prints: what people see in Slack, which state the flow is in, each AWS call with the statement that decided. */
import type { CallRecord } from './aws/calls.ts';
import type { Sandbox } from './sandbox.ts';
import { render } from './slack/render.ts';

const color = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code: number, text: string) => (color ? `\u001b[${code}m${text}\u001b[0m` : text);
const say = (line: string) => process.stdout.write(`${line}\n`);

export class Narrator {
  readonly #sandbox: Sandbox;
  readonly #end: () => void;
  #told = 0;
  /** What `inspect` reads; the second time each is no news. */
  readonly #reads = new Set<string>();
  #again = 0;

  /** Tells each call and each state as it comes, until `end`. */
  constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
    const off = sandbox.aws.calls.on((record) => this.#call(record));
    const timer = setInterval(() => this.#states(), 20);
    this.#end = () => {
      clearInterval(timer);
      off();
      this.#states();
    };
  }

  end(): void {
    this.#end();
  }

  heading(text: string): void {
    this.#states();
    this.#fold();
    say(`\n${paint(1, text)}`);
  }

  /** Shows what somebody sees, set in. */
  show(who: string, item: Parameters<typeof render>[0]): void {
    say(paint(36, `  Slack, ${who} sees:`));
    for (const line of render(item, this.#sandbox.slack.names()).split('\n')) say(paint(36, `    │ ${line}`));
  }

  #states(): void {
    const visits = execution(this.#sandbox)?.history.visits ?? [];
    if (visits.length > this.#told) this.#fold();
    for (const { name } of visits.slice(this.#told)) say(paint(33, `  flow   ${name}`));
    this.#told = visits.length;
  }

  #call(record: CallRecord): void {
    this.#states();
    const { principal, action, allowed } = record;
    const isRead = /\/(?:interlock-sandbox-)?inspect$/.test(principal) && action.startsWith('s3:') && allowed;
    if (isRead && this.#reads.has(action)) {
      this.#again += 1;
      return;
    }
    if (isRead) this.#reads.add(action);
    this.#fold();
    say(lineOf(record));
  }

  /** One line for the reads that were held back. */
  #fold(): void {
    if (this.#again > 0) say(`  AWS    inspect looks again: ${this.#again} ${this.#again === 1 ? 'read' : 'reads'}, all allowed`);
    this.#again = 0;
  }
}

/** The first execution; the demo has one. */
export const execution = (sandbox: Sandbox) => sandbox.flow.machines().flatMap((machine) => sandbox.flow.executions(machine.arn))[0];

/** A call in a line: who, what, on what, allowed or denied, and by which statement. */
function lineOf({ principal, action, resource, mfa, allowed, decidedBy, errorCode }: CallRecord): string {
  const who = short(principal)
    .replace(/^(?:assumed-role|user)\//, '')
    .replace(/^(\w+)\/(?:interlock-sandbox-)?\1$/, '$1');
  const verdict = allowed ? (errorCode ? paint(33, errorCode) : paint(32, 'allowed')) : paint(31, 'DENIED');
  const why = decidedBy.replace(/^(?:allowed|denied) by /, '').replaceAll(' of policy "interlock"', '');
  return `  AWS    ${who.padEnd(13)} ${action} ${short(resource)}${mfa ? ' [MFA]' : ''} ${verdict}: ${why}`;
}

/** An ARN without what is the same everywhere here. */
const short = (arn: string) =>
  arn
    .replace(/^arn:aws:\w+:[\w-]*:\d*:/, '')
    .replaceAll('interlock-sandbox-', '')
    .replace(/^(table|role|function|secret)[:/]/, '');
