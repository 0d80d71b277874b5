/** The page's port: Slack's request URL, a person's view of Slack, and what the sandbox tells and takes. */
import type { HttpApi } from './api.ts';
import type { Aws } from './aws/aws.ts';
import type { CallLog } from './aws/calls.ts';
import type { Execution, Flow } from './aws/services/step-functions/index.ts';
import type { Clock } from './clock.ts';
import { FAULT_KINDS, type FaultKind, type Faults } from './faults.ts';
import { fill } from './fill.ts';
import type { Functions } from './functions.ts';
import { HttpError, json, parseBody, type Reply, type Request } from './http.ts';
import { breakIn } from './page/break-in.ts';
import { pageFile } from './page/files.ts';
import { stream } from './page/stream.ts';
import type { Hello } from './page/wire.ts';
import type { Seeded } from './seed.ts';
import type { Signal } from './signal.ts';
import type { Slack } from './slack/slack.ts';
import { ActError } from './slack/types.ts';

export interface Parts {
  clock: Clock;
  faults: Faults;
  aws: Pick<Aws, 'account' | 'region' | 'calls' | 'iam' | 'mfa' | 'serves' | 's3'>;
  slack: Slack;
  flow: Flow;
  functions: Functions;
  /** Known once the stack is deployed. */
  apis: () => HttpApi[];
  /** Another one each time that the sandbox begins. */
  boot: string;
  /** The slash commands of the app's manifest. */
  commands: Hello['commands'];
  /** People's names by the serials of their MFA devices. */
  devices: ReadonlyMap<string, string>;
  seeded: Seeded;
  /** Rings when buckets were changed past AWS. */
  filled: Signal;
  /** Where AWS is. */
  endpoint: () => string;
  /** Ends everything and begins anew; undefined where nobody can. */
  startOver?: (() => void) | undefined;
}

type Route = (parts: Parts, request: Request, name: string) => Reply | Promise<Reply>;

/** Longest jump of the clock that is taken: ten years. */
const LONGEST_ADVANCE = 315_360_000;
/** How long a jump waits for functions that are at work. */
const QUIET_SECONDS = 5;

const ROUTES: [method: string, path: RegExp, route: Route][] = [
  [
    'GET',
    /^\/()$/,
    ({ slack }, request) =>
      // A browser gets the page, where it is built; curl is told what there is.
      (String(request.headers.accept).includes('text/html') ? pageFile(request) : undefined) ?? {
        status: 200,
        headers: { 'content-type': 'text/plain; charset=utf-8' },
        body: help(slack),
      },
  ],
  ['GET', /^\/sandbox\/(events)$/, events],
  ['GET', /^\/sandbox\/(machine)$/, ({ flow }) => json(200, machineOf(flow))],
  [
    'POST',
    /^\/sandbox\/(break-in)$/,
    async (parts, request) => json(200, await breakIn({ ...parts, endpoint: parts.endpoint() }, parseBody(request))),
  ],
  ['POST', /^\/sandbox\/(start-over)$/, ({ startOver }) => startedOver(startOver)],
  [
    'GET',
    /^\/sandbox\/slack\/([^/]+)$/,
    ({ slack }, { query }, user) => json(200, slack.view(known(slack, user), newest(query.get('newest')))),
  ],
  [
    'POST',
    /^\/sandbox\/slack\/([^/]+)$/,
    async ({ slack }, request, user) => json(200, await slack.act(known(slack, user), parseBody(request))),
  ],
  ['GET', /^\/sandbox\/aws\/(calls)$/, ({ aws }, { query }) => json(200, callsSince(aws.calls, query.get('since')))],
  ['GET', /^\/sandbox\/flow\/(.+)$/, ({ flow }, _, name) => json(200, flowOf(flow, name))],
  ['GET', /^\/sandbox\/(clock)$/, ({ clock }) => json(200, { now: clock.date().toISOString() })],
  ['POST', /^\/sandbox\/(clock)$/, async (parts, request) => json(200, await advance(parts, parseBody(request)))],
  ['POST', /^\/sandbox\/(fill)$/, ({ aws, filled }, request) => json(200, filledBy(filled, fill(aws.s3, parseBody(request))))],
  ['POST', /^\/sandbox\/(faults)$/, (parts, request) => json(200, setFault(parts, parseBody(request)))],
];

/** What the page's port answers. Throws HttpError with a sentence for what it can't. */
export async function answer(parts: Parts, request: Request): Promise<Reply> {
  for (const api of parts.apis()) {
    const reply = await api.answer(request);
    if (reply) return reply;
  }
  const here = ROUTES.filter(([, path]) => path.test(request.path));
  const found = here.find(([method]) => method === request.method);
  const file = here.length === 0 ? pageFile(request) : undefined;
  if (file) return file;
  if (!found) {
    if (here.length > 0) throw new HttpError(405, `${request.path} takes ${here.map(([method]) => method).join(' and ')}`);
    throw new HttpError(404, `there is nothing at ${request.method} ${request.path}; GET / says what there is`);
  }
  const [, path, route] = found;
  try {
    return await route(parts, request, path.exec(request.path)?.[1] ?? '');
  } catch (error) {
    if (error instanceof ActError) throw new HttpError(400, error.message);
    throw error;
  }
}

function events(parts: Parts, { query }: Request): Reply {
  const user = known(parts.slack, query.get('user') ?? '');
  const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store' };
  return { status: 200, headers, stream: (response) => stream(parts, user, response) };
}

function machineOf(flow: Flow) {
  const [machine] = flow.machines();
  if (!machine) throw new HttpError(404, 'there is no state machine yet');
  return { name: machine.name, definition: JSON.parse(machine.definition) };
}

function startedOver(startOver: (() => void) | undefined): Reply {
  if (!startOver) throw new HttpError(404, 'this sandbox can’t start over; npm start can');
  startOver();
  return json(202, { startingOver: true });
}

function filledBy<T>(filled: Signal, said: T): T {
  filled.ring();
  return said;
}

function known(slack: Slack, user: string): string {
  const people = slack.people();
  if (people.some(({ id, name }) => id === user || name === user)) return user;
  throw new HttpError(404, `there is no ${user} in this workspace; there are ${people.map(({ name }) => name).join(', ')}`);
}

function newest(count: string | null): number | undefined {
  if (count === null) return undefined;
  if (!/^[1-9]\d{0,5}$/.test(count)) throw new HttpError(400, 'newest must be a number of messages, 1 or more');
  return Number(count);
}

function callsSince(calls: CallLog, since: string | null) {
  if (since === null) return calls.list();
  const from = /^\d+$/.test(since) ? Number(since) : Date.parse(since);
  if (Number.isNaN(from)) throw new HttpError(400, 'since must be a time, in ISO 8601 or in milliseconds since 1970');
  return calls.list().filter(({ time }) => Date.parse(time) >= from);
}

/** States entered, with times; neither parameters nor token, which the history alone holds. */
function flowOf(flow: Flow, name: string) {
  const execution: Execution | undefined = flow.find(name);
  if (!execution) throw new HttpError(404, `there is no execution ${name}`);
  const { arn, status, startDate, stopDate, error, cause, history } = execution;
  const states = history.visits.map(({ name: state, type, enteredAt, exitedAt, input, output }) => ({
    name: state,
    type,
    enteredAt,
    exitedAt,
    input: JSON.parse(input),
    output: output === undefined ? undefined : JSON.parse(output),
  }));
  return { name: execution.name, executionArn: arn, status, startDate, stopDate, error, cause, states };
}

async function advance({ clock, functions }: Parts, { advance: seconds, ...others }: Record<string, unknown>) {
  refuseOthers(others, 'advance');
  if (typeof seconds !== 'number' || !(seconds >= 0) || seconds > LONGEST_ADVANCE) {
    throw new HttpError(400, `advance must be a number of seconds from 0 to ${LONGEST_ADVANCE}`);
  }
  // A jump of the clock is no slowness: what a function is doing just now doesn't run out of time by it.
  await functions.quiet(QUIET_SECONDS);
  clock.advance(seconds);
  return { now: clock.date().toISOString() };
}

function setFault({ faults, functions, aws, slack }: Parts, { clear, target, kind, times = 1, error, ...others }: Record<string, unknown>) {
  if (clear === true) {
    faults.clear();
    return { cleared: true };
  }
  refuseOthers(others, 'target, kind, times, error, clear');
  const isFunction = functions.list().some(({ name, alias }) => name === target || alias === target);
  if (typeof target !== 'string' || !(isFunction || aws.serves(target) || slack.serves(target))) {
    const names = functions.list().map(({ alias }) => alias);
    throw new HttpError(
      400,
      `target must be an AWS action (sts:AssumeRole) or a Slack method (chat.update) that the sandbox serves, or a function (${names.join(', ')})`,
    );
  }
  if (!FAULT_KINDS.includes(kind as FaultKind)) throw new HttpError(400, `kind must be one of ${FAULT_KINDS.join(', ')}`);
  if (typeof times !== 'number' || !Number.isInteger(times) || times < 1 || times > 1_000_000) {
    throw new HttpError(400, 'times must be a whole number of 1 or more');
  }
  if (error !== undefined && (typeof error !== 'string' || !/^\w{1,100}$/.test(error)))
    throw new HttpError(400, 'error must be the name of an error, like OperationAborted or message_not_found');
  if (error !== undefined && (isFunction || kind !== 'error'))
    throw new HttpError(
      400,
      'error goes with the kind error, and with an AWS action or a Slack method; other faults have no choice of errors',
    );
  const fault = { target, kind: kind as FaultKind, times, ...(error === undefined ? {} : { error }) };
  faults.add(fault);
  return fault;
}

function refuseOthers(others: Record<string, unknown>, known: string): void {
  const [first] = Object.keys(others);
  if (first !== undefined) throw new HttpError(400, `there is no ${first} here; known: ${known}`);
}

const help = (slack: Slack) => `Interlock's sandbox: AWS and Slack on this machine, with the packaged stack deployed into it.

POST /slack/events            Slack's request URL
GET  /sandbox/slack/<user>    what ${slack
  .people()
  .map(({ name }) => name)
  .join(', ')} see: messages, modal, home
POST /sandbox/slack/<user>    do one thing as them: {"command": "/delete-bucket", "text": "team-scratch"},
                              {"click": "<button>", "ts"?: "<message>"}, {"submit": {"<label>": <value>}}, {"close": true}, {"home": true}
GET  /sandbox/aws/calls       the AWS calls since the start (?since=<time>)
GET  /sandbox/flow/<name>     an execution's states
GET  /sandbox/clock           the sandbox's time
POST /sandbox/clock           {"advance": <seconds>}
POST /sandbox/faults          {"target": "<aws action, slack method or function>", "kind": "${FAULT_KINDS.join('|')}", "times": 1}
                              {"clear": true}
GET  /sandbox/events?user=…   what the page hears, as server-sent events
GET  /sandbox/machine         the state machine's definition
POST /sandbox/break-in        {"try": "delete-as-administrator", "bucket": "<name>"}: a try to break in, and AWS's answer
POST /sandbox/start-over      everything anew
POST /sandbox/fill            {"bucket": "<name>", "objects": 1000, "versions": 3, "markers": 10}: generated objects, a marker on every tenth
`;
