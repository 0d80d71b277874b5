/** Runs the state machine as it is written in the sandbox's flow engine, with answers in place of functions. */
import { readFileSync } from 'node:fs';
import { type Execution, Flow, FlowError } from '../../sandbox/aws/services/step-functions/index.ts';
import { Clock } from '../../sandbox/clock.ts';
import { AskInput, DeleteInput, ElevateInput, GuardInput, InspectInput, parseInput, ReportInput } from '../../src/steps/inputs.ts';
import { aGuardChange, aRequest, someFacts } from './models.ts';

// biome-ignore lint/suspicious/noExplicitAny: the definition and what passes through it are JSON of many shapes
type Json = any;

export const DEFINITION = readFileSync('statemachine/deletion.asl.json', 'utf8');

/** What a state's function does: answers (the members that matter; the rest is filled in), fails, or is silent until the time is over. */
type Response = Record<string, Json> | { error: string; times?: number } | 'silent';

export interface FlowCase {
  name: string;
  /** Members of the request. */
  input?: Json;
  /** For each invocation, in order: the state that makes it, and what its function does. Report needs none. */
  responses: Record<string, Response>[];
  /** States in the order in which they are entered: `Begin → Inspect → …`. */
  expectPath: string;
  /** How the execution ends, and what Report is told: outcome, why, by. */
  expectOutput: { status: string; error?: string; conclusion?: Json };
}

/** What each state's function answers where a case says nothing else. */
const ANSWERS: Record<string, (payload: Json) => Json> = {
  Inspect: (payload) => ({ verdict: 'ask', why: '', facts: factsFor(payload), notes: [], refused: false, secondsLeft: 60 }),
  CheckUnchanged: (payload) => ({ verdict: 'unchanged', why: '', facts: factsFor(payload), notes: [], refused: false, secondsLeft: 50 }),
  AskApprover: () => ({
    verdict: 'approved',
    why: '',
    slackUser: 'U0ALICE',
    approver: 'alice',
    attempt: 1,
    sealedCode: 'sealed',
    auditHead: 'a',
  }),
  Elevate: ({ answer }) => ({
    verdict: 'session',
    why: '',
    sealedSession: 'sealed',
    triesLeft: 3,
    tellOperators: false,
    approver: 'alice',
    attempt: answer.attempt,
    auditHead: 'b',
  }),
  CheckDeleted: () => ({ verdict: 'gone', why: '', facts: null, changes: [], secondsLeft: 1 }),
  DeleteBucket: () => ({ verdict: 'deleted', why: '', auditHead: 'c' }),
  ChangeGuard: () => ({ verdict: 'guarded', why: '', auditHead: 'c' }),
  Rehearse: () => ({ verdict: 'rehearsed', why: 'It could read.', auditHead: 'c' }),
  Report: ({ conclusion }) => ({ outcome: conclusion.outcome }),
};

const factsFor = ({ request }: Json) => someFacts({ guardChange: request.kind === 'delete' ? null : aGuardChange() });

/** The functions' own checks of what they are given. */
const INPUTS = {
  InspectFunction: InspectInput,
  AskApproverFunction: AskInput,
  ElevateFunction: ElevateInput,
  DeleteBucketFunction: DeleteInput,
  ChangeGuardFunction: GuardInput,
  ReportFunction: ReportInput,
};

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
    async invoke(name, payload: Json, execution) {
      const state = execution.history.visits.at(-1)?.name ?? '';
      const foreseen = queue[0]?.state === state ? queue.shift()?.response : undefined;
      if (!foreseen && state !== 'Report') surprises.push(`${state} was not foreseen; next is ${queue[0]?.state}`);
      run.inputs.push({ state, input: parseInput<Json>(INPUTS[name as keyof typeof INPUTS], payload) });
      if (state === 'Report') run.conclusion = payload.conclusion;
      if (payload.taskToken) run.tokens.push(payload.taskToken);
      if (foreseen === 'silent') return payload.taskToken ? null : new Promise(() => {});
      if (typeof foreseen?.error === 'string') throw new FlowError(foreseen.error, '{}');
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
    await ended(execution, clock, advance);
    if (surprises.length > 0 || queue.length > 0)
      throw new Error([...surprises, ...queue.map(({ state }) => `${state} was not asked`)].join('; '));
    return { ...run, execution, path: execution.history.visits.map(({ name }) => name).join(' → ') };
  } finally {
    flow.close();
    clock.close();
  }
}

function repeated(state: string, response: Response): { state: string; response: Json }[] {
  const times = typeof response === 'object' && typeof response.times === 'number' ? response.times : 1;
  return Array.from({ length: times }, () => ({ state, response }));
}

/** Moves the clock on whenever nothing happens of itself: waits before retries, and the end of a task's time. */
async function ended(execution: Execution, clock: Clock, advance: number): Promise<void> {
  let [seen, idle] = [0, 0];
  while (execution.status === 'RUNNING') {
    await new Promise((turn) => setTimeout(turn, 0));
    const { length } = execution.history.events;
    idle = length === seen ? idle + 1 : 0;
    seen = length;
    if (idle > 2) clock.advance(advance);
  }
}
