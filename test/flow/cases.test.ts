import { PLAN_VERDICTS, STRETCH_ENDS } from '../../src/domain/emptying.ts';
import { Answer, Elevation, FOUND, Work } from '../../src/domain/request.ts';
import * as errors from '../../src/errors.ts';
import { CASES, DEFINITION, type FlowCase, runCase } from '../helpers/flow-case.ts';

type State = {
  Type: string;
  Next?: string;
  Default?: string;
  Choices?: { Next: string }[];
  Catch?: { Next: string }[];
  Retry?: { ErrorEquals: string[] }[];
  Branches?: Machine[];
  ItemProcessor?: Machine;
};
type Machine = { States: Record<string, State> };

/** Those inside others too. */
const statesOf = ({ States }: Machine): [string, State][] =>
  Object.entries(States).flatMap(([name, state]) => {
    const inner = [...(state.Branches ?? []), ...(state.ItemProcessor ? [state.ItemProcessor] : [])];
    return [[name, state] as [string, State], ...inner.flatMap(statesOf)];
  });
const STATES = statesOf(JSON.parse(DEFINITION));

/** What may come of a session, whatever it was taken for. */
const FAILING = ['refused', 'stopped', 'failed'] satisfies Work['verdict'][];

/** The cases that go through states which the deletion doesn't. */
const STORIES: Record<string, string> = {
  Rehearse: 'rehearses where a rehearsal was asked for',
  ChangeGuard: 'puts the guard on',
  CheckDeleted: 'looks for the bucket where the answer to its deletion was lost',
  HoldWriters: 'empties a bucket and deletes it',
  PlanEmptying: 'deletes a bucket in which there was nothing to be emptied',
  EmptyRange: 'empties a bucket and deletes it',
  TellProgress: 'empties a bucket and deletes it',
  ReleaseWriters: 'empties a bucket that stays',
  CheckBucket: 'empties a bucket and deletes it',
  GiveUpRange: 'gives a stretch up where its worker meets what nobody foresaw, and plans again',
};

/** Each two states that follow each other; those in brackets among themselves. */
function waysOf(path: string): string[] {
  const inside = /^(.*) \[([^[\]]*)\](.*)$/.exec(path);
  if (inside) return [...waysOf(`${inside[1]}${inside[3]}`), ...(inside[2]?.split(' | ').flatMap(waysOf) ?? [])];
  return path.split(' | ').flatMap((one) => {
    const names = one.split(' → ');
    return names.slice(1).map((name, index) => `${names[index]} → ${name}`);
  });
}

const wordOf = (response: unknown): unknown => {
  const { verdict, held } = response as { verdict?: string; held?: boolean };
  return verdict ?? held;
};

describe('the flow', () => {
  test.each(CASES.map((one) => [one.name, one] as const))('%s', async (_, { expectPath, expectOutput, ...one }) => {
    const { execution, path, conclusion, tokens } = await runCase(one);
    expect(path).toBe(expectPath);
    const { status, error } = execution;
    expect({ status, ...(error && { error }), conclusion }).toEqual(expectOutput);
    const told = JSON.stringify(execution.history.visits);
    expect(tokens.filter((token) => told.includes(token))).toEqual([]);
  });

  it.each<[string, object]>([
    ['a verdict', { verdict: undefined }],
    ['a verdict in words', { verdict: 7 }],
    ['whom it is of, of an approval', { slackUser: undefined }],
    ['whom it is of, of a rejection', { verdict: 'rejected', slackUser: undefined }],
    ['a reason, of a rejection', { verdict: 'rejected', why: undefined }],
    ['a reason in words, of a cancellation', { verdict: 'cancelled', why: null }],
  ])('reports an answer without %s as one that isn’t ours', async (_, answer) => {
    const { path, conclusion } = await runCase({ responses: [{ Inspect: {} }, { AskApprover: answer }] });
    expect(path).toContain('Approved? → ConcludeForeignAnswer → Report');
    expect(conclusion).toEqual({ outcome: 'failed', why: 'ForeignAnswer', by: '' });
  });

  it('goes every way that the state machine has, in these cases', () => {
    const ways = STATES.flatMap(([name, { Next, Default, Choices = [], Catch = [] }]) =>
      [Next, Default, ...Choices.map((choice) => choice.Next), ...Catch.map((one) => one.Next)].flatMap((next) =>
        next ? [`${name} → ${next}`] : [],
      ),
    );
    const gone = new Set(CASES.flatMap(({ expectPath }) => waysOf(expectPath)));
    expect(ways.filter((way) => !gone.has(way))).toEqual([]);
  });

  it('meets every word that a function may answer, in these cases', () => {
    const verdicts: Record<string, readonly string[]> = {
      Inspect: ['ask', 'refused', 'expired', 'stopped'],
      CheckUnchanged: ['ask', 'unchanged', 'refused', 'expired', 'stopped'],
      AskApprover: Answer.shape.verdict.options,
      Elevate: Elevation.shape.verdict.options,
      HoldWriters: ['true', 'false'],
      PlanEmptying: PLAN_VERDICTS,
      EmptyRange: STRETCH_ENDS,
      GiveUpRange: ['failed'] satisfies (typeof STRETCH_ENDS)[number][],
      ReleaseWriters: ['true', 'false'],
      DeleteBucket: ['deleted', 'notEmpty', ...FAILING],
      CheckDeleted: FOUND,
      CheckBucket: FOUND,
      ChangeGuard: ['guarded', 'unguarded', ...FAILING],
      Rehearse: ['rehearsed', ...FAILING],
    };
    const usual: Record<string, string> = {
      Inspect: 'ask',
      CheckUnchanged: 'unchanged',
      AskApprover: 'approved',
      Elevate: 'session',
      HoldWriters: 'true',
      PlanEmptying: 'divided',
      EmptyRange: 'done',
      GiveUpRange: 'failed',
      ReleaseWriters: 'false',
      DeleteBucket: 'deleted',
      CheckDeleted: 'gone',
      CheckBucket: 'there',
      ChangeGuard: 'guarded',
      Rehearse: 'rehearsed',
    };
    const said = new Set(
      CASES.flatMap(({ responses }) => responses.flatMap((one) => Object.entries(one))).map(([state, response]) =>
        typeof response === 'object' && 'error' in response ? '' : `${state} ${wordOf(response) ?? usual[state]}`,
      ),
    );
    const works = [...(verdicts.DeleteBucket ?? []), ...(verdicts.ChangeGuard ?? []), ...(verdicts.Rehearse ?? [])];
    expect([...new Set(works)].sort()).toEqual([...Work.shape.verdict.options].sort());
    expect(
      Object.entries(verdicts)
        .flatMap(([state, all]) => all.map((one) => `${state} ${one}`))
        .filter((one) => !said.has(one)),
    ).toEqual([]);
  });

  const tasks = STATES.filter(([, state]) => state.Type === 'Task');
  const retried = tasks.flatMap(([name, { Retry = [] }]) =>
    Retry.flatMap(({ ErrorEquals }) => ErrorEquals.map((error) => [name, error] as const)),
  );
  test.each(retried)('runs %s again after %s, and goes on as if nothing had been', async (state, error) => {
    const story = STORIES[state] ?? 'deletes an approved bucket';
    const usual = CASES.find(({ name }) => name === story);
    const { input, responses = [], expectPath } = usual as FlowCase;
    const failing = [...responses, { Report: {} }].flatMap((one) => (state in one ? [{ [state]: { error } }, one] : [one]));
    const { path, execution, inputs } = await runCase({ input, responses: failing });
    expect(path).toBe(expectPath);
    expect(execution.status).toBe('SUCCEEDED');
    expect(inputs.filter((one) => one.state === state)).toHaveLength(2);
  });

  test.each(Object.keys(errors).filter((name) => name !== 'InterlockError' && name !== 'TryAgain'))(
    'tries nothing again after %s',
    async (error) => {
      const { inputs } = await runCase({ responses: [{ Inspect: { error } }] });
      expect(inputs.map(({ state }) => state)).toEqual(['Inspect', 'Report']);
    },
  );

  it('ends with an error that no state catches where a function says too much, so that the rule for bad ends reports it', async () => {
    const { execution, conclusion } = await runCase({ responses: [{ Inspect: { why: 'x'.repeat(300_000) } }] });
    expect([execution.status, execution.error, conclusion]).toEqual(['FAILED', 'States.DataLimitExceeded', undefined]);
  });

  it.each([
    ['is there, where nobody takes it off', { error: 'Unexpected' }, true],
    ['is not, where that is done', {}, false],
  ])(
    'tells at the end that the statement against late writers, of which it isn’t known whether it was put in, %s',
    async (_, release, held) => {
      const responses: FlowCase['responses'] = [
        ...[{ Inspect: {} }, { AskApprover: {} }, { CheckUnchanged: {} }, { Elevate: {} }, { HoldWriters: { error: 'Unexpected' } }],
        ...[{ PlanEmptying: { verdict: 'stopped' } }, { ReleaseWriters: release }],
      ];
      const { inputs } = await runCase({ input: { kind: 'empty' }, responses });
      expect(inputs.at(-1)).toMatchObject({
        state: 'Report',
        input: { went: held ? expect.stringContaining('InterlockLateWriters may still be in') : '' },
      });
    },
  );

  it('ends by itself when it takes longer than all windows and retries together', async () => {
    const responses: FlowCase['responses'] = [{ Inspect: { secondsLeft: 99_999_999 } }, { AskApprover: 'silent' }];
    const { execution } = await runCase({ responses }, 1_900_800);
    expect([execution.status, execution.error]).toEqual(['TIMED_OUT', 'States.Timeout']);
  });

  it('takes nothing from its input but the request and its seal', async () => {
    const { inputs } = await runCase({ responses: [{ Inspect: { verdict: 'refused' } }] });
    expect(Object.keys(inputs[0]?.input)).toEqual([
      'execution',
      'enteredAt',
      'request',
      'step',
      'sealedRequest',
      'shown',
      'answer',
      'elevation',
      'emptying',
    ]);
  });
});
