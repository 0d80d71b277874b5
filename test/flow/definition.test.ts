import { existsSync, globSync, readFileSync } from 'node:fs';
import { checkDefinition } from '../../sandbox/aws/services/step-functions/index.ts';
import { Emptying } from '../../src/domain/emptying.ts';
import { FUNCTIONS } from '../../src/domain/names.ts';
import { Conclusion, Elevation, Hold, type Inspection, Work } from '../../src/domain/request.ts';
import * as errors from '../../src/errors.ts';
import type { emptyRange } from '../../src/steps/empty-range.ts';
import type { report } from '../../src/steps/report.ts';
import type { tellProgress } from '../../src/steps/tell-progress.ts';
import { DEFINITION } from '../helpers/flow-case.ts';

interface Handled {
  Comment?: string;
  ErrorEquals: string[];
  ResultPath?: string;
  Next?: string;
}

interface State {
  Type: string;
  Comment?: string;
  Resource?: string;
  Parameters?: { FunctionName?: string; Payload?: Record<string, unknown> } & Record<string, unknown>;
  TimeoutSeconds?: number;
  TimeoutSecondsPath?: string;
  ResultSelector?: Record<string, string>;
  Retry?: Handled[];
  Catch?: Handled[];
  ItemSelector?: Record<string, string>;
  ItemProcessor?: Inner & { ProcessorConfig?: unknown };
  Branches?: Inner[];
}
type Inner = { States: Record<string, State> };

const machine = JSON.parse(DEFINITION) as { Comment?: string; TimeoutSeconds?: number; States: Record<string, State> };
/** Those inside a Map or a Parallel too. */
const statesOf = ({ States }: Inner): [string, State][] =>
  Object.entries(States).flatMap(([name, state]) => {
    const inner = [...(state.Branches ?? []), ...(state.ItemProcessor ? [state.ItemProcessor] : [])];
    return [[name, state] as [string, State], ...inner.flatMap(statesOf)];
  });
const states = statesOf(machine);
const stateNamed = (wanted: string) => states.find(([name]) => name === wanted)?.[1];
const tasks = states.filter(([, { Type }]) => Type === 'Task');
const serverless = readFileSync('serverless.yml', 'utf8');

/**
 * Names that AWS gives (Step Functions developer guide, "Handling errors in Step Functions workflows" and "Handle transient
 * Lambda service exceptions"; Lambda's own error types for a function that died, Lambda developer guide, "Troubleshoot execution issues").
 */
const OF_AWS = [
  'States.ALL',
  'States.Timeout',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.Unknown',
  'Runtime.ExitError',
  'Sandbox.Timedout',
];

/** The names that our own classes give their errors. */
const OURS = Object.values(errors).flatMap((Class) =>
  Class === errors.InterlockError ? [] : [new (Class as typeof errors.TryAgain)('').name],
);

/** Which function works for each Task; a state of the function's own name unless the function works for two. */
const WORKS: Record<string, (typeof FUNCTIONS)[number]> = {
  Inspect: 'inspect',
  CheckUnchanged: 'inspect',
  AskApprover: 'askApprover',
  Elevate: 'elevate',
  HoldWriters: 'holdWriters',
  PlanEmptying: 'planEmptying',
  EmptyRange: 'emptyRange',
  GiveUpRange: 'emptyRange',
  TellProgress: 'tellProgress',
  ReleaseWriters: 'holdWriters',
  DeleteBucket: 'deleteBucket',
  CheckDeleted: 'inspect',
  CheckBucket: 'inspect',
  ChangeGuard: 'changeGuard',
  Rehearse: 'deleteBucket',
  Report: 'report',
};

const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const capital = (name: string) => name.replace(/^./, (letter) => letter.toUpperCase());

describe('the state machine', () => {
  it('is valid Amazon States Language', () => {
    expect(() => checkDefinition(JSON.parse(DEFINITION.replace(/\$\{(\w+)\}/g, '$1')))).not.toThrow();
  });

  it('holds no null, which a template cannot', () => {
    const holding: string[] = [];
    JSON.parse(DEFINITION, (name, value) => (value === null ? void holding.push(name) : value));
    expect(holding).toEqual([]);
  });

  it('says what it is, and ends by itself', () => {
    expect(machine.Comment).toMatch(/\w/);
    expect(machine.TimeoutSeconds).toBeGreaterThan(20 * 86_400);
  });

  test.each(tasks)(
    '%s tries again, catches everything, and takes its time only',
    (_, { Retry, Catch, TimeoutSeconds, TimeoutSecondsPath }) => {
      expect(Retry?.length).toBeGreaterThan(0);
      expect(Catch?.at(-1)?.ErrorEquals).toEqual(['States.ALL']);
      expect(TimeoutSeconds ?? TimeoutSecondsPath).toBeDefined();
    },
  );

  test.each(tasks)('%s says what it does, and why at each Retry and Catch', (_, { Comment, Retry = [], Catch = [] }) => {
    expect([Comment, ...[...Retry, ...Catch].map((handled) => handled.Comment)].filter((text) => !text || text.length < 20)).toEqual([]);
  });

  test.each(tasks)('%s keeps what failed beside what is known', (_, { Catch = [] }) => {
    expect(Catch.map(({ ResultPath }) => ResultPath).filter((path) => !/^\$\.\w+$/.test(path ?? ''))).toEqual([]);
  });

  test.each(tasks)('%s matches only errors that exist', (_, { Retry = [], Catch = [] }) => {
    const named = [...Retry, ...Catch].flatMap(({ ErrorEquals }) => ErrorEquals);
    expect(named.filter((name) => !OF_AWS.includes(name) && !OURS.includes(name))).toEqual([]);
  });

  it('tries passing faults of ours again, and no other of ours', () => {
    const retried = new Set(tasks.flatMap(([, { Retry = [] }]) => Retry.flatMap(({ ErrorEquals }) => ErrorEquals)));
    expect(OURS.filter((name) => retried.has(name))).toEqual(['TryAgain']);
  });

  test.each(states.filter(([, { Type }]) => Type === 'Choice'))('%s is a question', (name) => {
    expect(name).toMatch(/^[A-Z][A-Za-z]+\?$/);
  });

  test.each(states.filter(([, { Type }]) => Type !== 'Choice'))('%s is a verb phrase', (name) => {
    expect(name).toMatch(
      /^(Begin|Inspect|Ask|Check|Elevate|Hold|Plan|Number|Empty|Give|Leave|Tell|Release|Delete|Change|Rehearse|Wait|Conclude|Report|End)([A-Z][a-z]+)*$/,
    );
  });

  test.each(tasks)('%s is worked for by the function of its name, with a handler file of that name', (state, { Resource, Parameters }) => {
    const name = WORKS[state] ?? 'none';
    expect(FUNCTIONS).toContain(name);
    expect(Parameters?.FunctionName).toBe(`\${${capital(name)}Function}`);
    expect(existsSync(`handlers/${kebab(name)}.ts`)).toBe(true);
    expect(serverless).toMatch(new RegExp(`^  ${name}:\\n    handler: handlers/${kebab(name)}\\.handler$`, 'm'));
    expect(Resource).toBe(`arn:aws:states:::lambda:invoke${state === 'AskApprover' ? '.waitForTaskToken' : ''}`);
    expect(readFileSync(`handlers/${kebab(name)}.ts`, 'utf8')).toContain(state);
  });

  it('has a state for every function but those that Slack and the clock call, and a handler file for each function', () => {
    expect([...new Set(Object.values(WORKS)), 'slack', 'checkGuards'].sort()).toEqual([...FUNCTIONS].sort());
    expect(globSync('handlers/*.ts').sort()).toEqual(FUNCTIONS.map((name) => `handlers/${kebab(name)}.ts`).sort());
  });

  it('tells every function which execution it works for, and when its state was entered', () => {
    const children = stateNamed('EmptyRanges');
    // Each has an execution of its own, with a name that says nothing: the name comes with what it is given.
    expect(children).toMatchObject({ ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } } });
    expect(children?.ItemSelector).toMatchObject({ 'execution.$': '$$.Execution.Name', 'request.$': '$.request' });
    for (const [name, { Parameters }] of tasks) {
      const child = children?.ItemProcessor && name in children.ItemProcessor.States;
      expect(Parameters?.Payload).toMatchObject({
        'execution.$': child ? '$.execution' : '$$.Execution.Name',
        'enteredAt.$': '$$.State.EnteredTime',
        'request.$': '$.request',
      });
    }
  });

  const inspection: Record<keyof Inspection, true> = {
    verdict: true,
    why: true,
    facts: true,
    notes: true,
    refused: true,
    secondsLeft: true,
  };
  const emptied: Record<keyof Awaited<ReturnType<typeof emptyRange>>, true> = { verdict: true };
  const told: Record<keyof Awaited<ReturnType<typeof tellProgress>>, true> = { told: true, over: true };
  const reported: Record<keyof Awaited<ReturnType<typeof report>>, true> = { outcome: true };
  test.each([
    ['Inspect', Object.keys(inspection)],
    ['CheckUnchanged', Object.keys(inspection)],
    ['Elevate', Object.keys(Elevation.shape)],
    ['HoldWriters', Object.keys(Hold.shape)],
    ['PlanEmptying', Object.keys(Emptying.shape)],
    ['EmptyRange', Object.keys(emptied)],
    ['GiveUpRange', Object.keys(emptied)],
    ['TellProgress', Object.keys(told)],
    ['ReleaseWriters', Object.keys(Hold.shape)],
    ['DeleteBucket', Object.keys(Work.shape)],
    ['ChangeGuard', Object.keys(Work.shape)],
    ['Rehearse', Object.keys(Work.shape)],
    ['Report', Object.keys(reported)],
  ])('%s keeps every member of the result, under its name, and no other', (state, members) => {
    const selector = stateNamed(state)?.ResultSelector ?? {};
    expect(selector).toEqual(Object.fromEntries(members.map((member) => [`${member}.$`, `$.Payload.${member}`])));
  });

  it('keeps of a pass neither which stretches there were nor what each came to: what it carries does not grow with the bucket', () => {
    const { Parameters, ...numbering } = stateNamed('NumberRanges') ?? {};
    expect([Parameters, numbering]).toMatchObject([{ 'all.$': 'States.ArrayRange(0, $.emptying.last, 1)' }, { ResultPath: '$.ranges' }]);
    expect(stateNamed('EmptyAndTell')).toMatchObject({ ResultSelector: { ended: true }, ResultPath: '$.ranges' });
  });

  it('concludes with the same three members from wherever it comes', () => {
    const concluding = states.filter(([name]) => name.startsWith('Conclude'));
    expect(concluding.length).toBeGreaterThan(3);
    for (const [, { Parameters }] of concluding) {
      const members = Object.keys(Parameters ?? {}).map((name) => name.replace('.$', ''));
      expect(members.sort()).toEqual(Object.keys(Conclusion.shape).sort());
    }
  });

  it('names no function, key or account itself: placeholders alone, that the template fills', () => {
    const placeholders = [...new Set(DEFINITION.match(/\$\{\w+\}/g))];
    const filled = readFileSync('resources/machine.yml', 'utf8');
    expect(placeholders.filter((one) => !filled.includes(`${one.slice(2, -1)}:`))).toEqual([]);
    expect(DEFINITION).not.toMatch(/\d{12}|arn:aws:(?!states:::lambda:invoke)/);
  });
});
