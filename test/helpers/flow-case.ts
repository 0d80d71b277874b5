/** Runs the state machine as it is written in the sandbox's flow engine, with answers in place of functions. */
import { globSync, readFileSync } from 'node:fs';
import * as z from 'zod';
import { type Execution, Flow, FlowError } from '../../sandbox/aws/services/step-functions/index.ts';
import { Clock } from '../../sandbox/clock.ts';
import { NONE } from '../../src/domain/emptying.ts';
import { isGuardKind } from '../../src/domain/request.ts';
import {
  AskInput,
  DeleteInput,
  ElevateInput,
  GuardInput,
  HoldInput,
  InspectInput,
  PlanInput,
  parseInput,
  RangeInput,
  ReportInput,
  TellInput,
} from '../../src/steps/inputs.ts';
import { aGuardChange, anAnswer, anElevation, aRequest, someFacts } from './models.ts';

// biome-ignore lint/suspicious/noExplicitAny: the definition and what passes through it are JSON of many shapes
type Json = any;

export const DEFINITION = readFileSync('statemachine/deletion.asl.json', 'utf8');

/**
 * What a state's function does: answers (the members that matter; the rest is filled in), fails, or is silent until the time is over. `asWhole`: it isn't the
 * worker that fails but the Map around it, in a way that no Catch inside takes (in AWS, `States.ExceedToleratedFailureThreshold`; the runner has none).
 */
type Response = Record<string, Json> | { error: string; times?: number; asWhole?: true } | 'silent';

export interface FlowCase {
  name: string;
  /** Members of the request. */
  input?: Json;
  /**
   * For each invocation, in order: the state that makes it, and what its function does. Report needs none; those who empty and tell beside each other
   * neither, and what they do is said before what follows them.
   */
  responses: Record<string, Response>[];
  /** States in the order in which they are entered: `Begin → Inspect → …`; in brackets what goes on side by side: `EmptyAndTell [EmptyRanges […] | TellProgress]`. */
  expectPath: string;
  /** How the execution ends, and what Report is told: outcome, why, by. */
  expectOutput: { status: string; error?: string; conclusion?: Json };
}

export const CASES = globSync('test/flow/cases/*.json')
  .sort()
  .flatMap((file) => JSON.parse(readFileSync(file, 'utf8')) as FlowCase[]);

/** What each state's function answers where a case says nothing else. */
const ANSWERS: Record<string, (payload: Json) => Json> = {
  Inspect: (payload) => ({ verdict: 'ask', why: '', facts: factsFor(payload), notes: [], refused: false, secondsLeft: 60 }),
  CheckUnchanged: (payload) => ({ verdict: 'unchanged', why: '', facts: factsFor(payload), notes: [], refused: false, secondsLeft: 50 }),
  AskApprover: () => anAnswer(),
  Elevate: ({ answer }) => anElevation({ attempt: answer.attempt }),
  CheckBucket: () => ({ verdict: 'there', why: '', facts: null, changes: [], secondsLeft: 1 }),
  CheckDeleted: () => ({ verdict: 'gone', why: '', facts: null, changes: [], secondsLeft: 1 }),
  HoldWriters: () => ({ held: true, why: '' }),
  PlanEmptying: ({ before, answer, enteredAt }) => ({
    verdict: 'divided',
    why: '',
    at: enteredAt,
    pass: (before.pass ?? 0) + 1,
    run: 'r',
    last: 0,
    done: NONE,
    least: false,
    left: 0,
    by: '',
    attempt: answer.attempt,
    auditHead: 'c',
  }),
  EmptyRange: () => ({ verdict: 'done' }),
  GiveUpRange: () => ({ verdict: 'failed' }),
  TellProgress: () => ({ told: 1, over: true }),
  ReleaseWriters: () => ({ held: false, why: '' }),
  DeleteBucket: () => ({ verdict: 'deleted', why: '', auditHead: 'c' }),
  ChangeGuard: () => ({ verdict: 'guarded', why: '', auditHead: 'c' }),
  Rehearse: () => ({ verdict: 'rehearsed', why: 'It could read.', auditHead: 'c' }),
  Report: ({ conclusion }) => ({ outcome: conclusion.outcome }),
};

const factsFor = ({ request }: Json) => someFacts({ guardChange: isGuardKind(request.kind) ? aGuardChange() : null });

/** The functions' own checks of what they are given, and which state gives it. */
const FUNCTIONS: Record<string, [z.ZodType, (payload: Json) => string]> = {
  InspectFunction: [
    InspectInput,
    ({ step }) => ({ inspect: 'Inspect', check: 'CheckUnchanged', find: 'CheckDeleted', between: 'CheckBucket' })[step as string] ?? '',
  ],
  AskApproverFunction: [AskInput, () => 'AskApprover'],
  ElevateFunction: [ElevateInput, () => 'Elevate'],
  HoldWritersFunction: [HoldInput, ({ hold }) => (hold ? 'HoldWriters' : 'ReleaseWriters')],
  PlanEmptyingFunction: [PlanInput, () => 'PlanEmptying'],
  EmptyRangeFunction: [RangeInput, ({ giveUp }) => (giveUp ? 'GiveUpRange' : 'EmptyRange')],
  TellProgressFunction: [TellInput, () => 'TellProgress'],
  DeleteBucketFunction: [DeleteInput, ({ rehearse }) => (rehearse ? 'Rehearse' : 'DeleteBucket')],
  ChangeGuardFunction: [GuardInput, () => 'ChangeGuard'],
  ReportFunction: [ReportInput, () => 'Report'],
};

/** What needs no word in a case: how often it comes, and in which order, stands in the path. */
const UNSAID = ['Report', 'EmptyRange', 'GiveUpRange', 'TellProgress'];

export interface Run {
  execution: Execution;
  /** As in a case's `expectPath`. */
  path: string;
  /** What Report was told, last. */
  conclusion?: Json;
  /** What each function was given, checked by its schema. */
  inputs: { state: string; input: Json }[];
  tokens: string[];
}

/** Runs a case to its end. Throws where the flow asks a function for something that the case doesn't foresee. */
export async function runCase({ input, responses }: Pick<FlowCase, 'input' | 'responses'>, advance = 10): Promise<Run> {
  const clock = new Clock();
  const queue = responses.flatMap((one) => Object.entries(one)).flatMap(([state, response]) => repeated(state, response));
  const run: Pick<Run, 'inputs' | 'tokens' | 'conclusion'> = { inputs: [], tokens: [] };
  const surprises: string[] = [];
  const flow: Flow = new Flow({
    clock,
    account: '111122223333',
    region: 'us-east-1',
    async invoke(name, payload: Json) {
      const [schema, stateOf] = FUNCTIONS[name] ?? [z.never(), () => ''];
      const state = stateOf(payload);
      // What goes on side by side comes in any order.
      const at = queue.findIndex((one) => (UNSAID.includes(state) ? one.state === state : !UNSAID.includes(one.state)));
      const foreseen = queue[at]?.state === state ? queue.splice(at, 1)[0]?.response : undefined;
      if (!foreseen && !UNSAID.includes(state)) surprises.push(`${state} was not foreseen; next is ${queue[0]?.state}`);
      run.inputs.push({ state, input: parseInput<Json>(schema, payload) });
      if (state === 'Report') run.conclusion = payload.conclusion;
      if (payload.taskToken) run.tokens.push(payload.taskToken);
      if (foreseen === 'silent') return payload.taskToken ? null : new Promise(() => {});
      if (typeof foreseen?.error === 'string') throw foreseen.asWhole ? wholeError(foreseen.error) : new FlowError(foreseen.error, '{}');
      const answer = { ...ANSWERS[state]?.(payload), ...foreseen };
      if (!payload.taskToken) return answer;
      flow.tokens.find(payload.taskToken).succeed(JSON.stringify(answer));
      return null;
    },
  });
  try {
    const roleArn = 'arn:aws:iam::111122223333:role/interlock-sandbox-machine';
    const definition = JSON.parse(DEFINITION.replace(/\$\{(\w+)\}/g, '$1'));
    const { arn } = flow.createMachine({ name: 'interlock-sandbox-deletion', roleArn, definition });
    const request = aRequest(input);
    const execution = await flow.start(arn, { name: request.requestId, input: JSON.stringify({ request, sealedRequest: 'sealed' }) });
    await ended(execution, clock, advance, () => surprises.length > 0);
    if (surprises.length > 0 || queue.length > 0)
      throw new Error([...surprises, ...queue.map(({ state }) => `${state} was not asked`)].join('; '));
    return { ...run, execution, path: pathOf(execution.history.visits) };
  } finally {
    flow.close();
    clock.close();
  }
}

type Visit = Execution['history']['visits'][number];

/** The states that tell how far it is. */
const TELLING = /^(Tell\w+|AllTold\?)$/;

/** What goes on side by side is told in the order in which it is written, whichever was first. */
function pathOf(visits: readonly Visit[]): string {
  const path: string[] = [];
  let inside: Visit[] = [];
  const beside = () => {
    const telling = inside.filter(({ name }) => TELLING.test(name)).map(({ name }) => name);
    const ranges = Map.groupBy(
      inside.filter(({ name }) => name.endsWith('Range')),
      ({ input }) => JSON.parse(input).range as number,
    );
    const emptying = [...ranges].sort(([a], [b]) => a - b).map(([, range]) => range.map(({ name }) => name).join(' → '));
    path.push(`${path.pop()} [EmptyRanges [${emptying.join(' | ')}] | ${telling.join(' → ')}]`);
    inside = [];
  };
  for (const visit of visits) {
    if (/^(EmptyRanges|\w+Range)$/.test(visit.name) || TELLING.test(visit.name)) {
      inside.push(visit);
      continue;
    }
    if (inside.length > 0) beside();
    path.push(visit.name);
  }
  return path.join(' → ');
}

/** The runner asks of an error whether a state may take it: the first one may not. */
function wholeError(name: string): FlowError {
  let asked = 0;
  return Object.defineProperty(new FlowError(name, '{}', true), 'isCatchable', { get: () => asked++ > 0 });
}

function repeated(state: string, response: Response): { state: string; response: Json }[] {
  const times = typeof response === 'object' && typeof response.times === 'number' ? response.times : 1;
  return Array.from({ length: times }, () => ({ state, response }));
}

/** Moves the clock on whenever nothing happens of itself: waits before retries, and the end of a task's time. */
async function ended(execution: Execution, clock: Clock, advance: number, enough: () => boolean): Promise<void> {
  let [seen, idle] = [0, 0];
  while (execution.status === 'RUNNING' && !enough()) {
    await new Promise((turn) => setTimeout(turn, 0));
    const { length } = execution.history.events;
    idle = length === seen ? idle + 1 : 0;
    seen = length;
    if (idle > 2) clock.advance(advance);
  }
}
