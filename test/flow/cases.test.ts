import { globSync, readFileSync } from 'node:fs';
import { Answer, Elevation, FOUND, Work } from '../../src/domain/request.ts';
import * as errors from '../../src/errors.ts';
import { DEFINITION, type FlowCase, runCase } from '../helpers/flow-case.ts';
import { someFacts } from '../helpers/models.ts';

const CASES = globSync('test/flow/cases/*.json')
  .sort()
  .flatMap((file) => JSON.parse(readFileSync(file, 'utf8')) as FlowCase[]);

type State = {
  Type: string;
  Next?: string;
  Default?: string;
  Choices?: { Next: string }[];
  Catch?: { Next: string }[];
  Retry?: { ErrorEquals: string[] }[];
};
const STATES = Object.entries(JSON.parse(DEFINITION).States as Record<string, State>);

/** What may come of a session, whatever it was taken for. */
const FAILING = Work.shape.verdict.options.filter((verdict) => !['deleted', 'guarded', 'unguarded', 'rehearsed'].includes(verdict));

/** The cases that go through states which the deletion doesn't. */
const STORIES: Record<string, string> = {
  Rehearse: 'rehearses where a rehearsal was asked for',
  ChangeGuard: 'puts the guard on',
  CheckDeleted: 'looks for the bucket where the answer to its deletion was lost',
};

/** Each two states that follow each other. */
function waysOf(path: string): string[] {
  const names = path.split(' → ');
  return names.slice(1).map((name, index) => `${names[index]} → ${name}`);
}

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
      DeleteBucket: ['deleted', ...FAILING],
      CheckDeleted: FOUND,
      ChangeGuard: ['guarded', 'unguarded', ...FAILING],
      Rehearse: ['rehearsed', ...FAILING],
    };
    const usual: Record<string, string> = {
      Inspect: 'ask',
      CheckUnchanged: 'unchanged',
      AskApprover: 'approved',
      Elevate: 'session',
      DeleteBucket: 'deleted',
      CheckDeleted: 'gone',
      ChangeGuard: 'guarded',
      Rehearse: 'rehearsed',
    };
    const said = new Set(
      CASES.flatMap(({ responses }) => responses.flatMap((one) => Object.entries(one))).map(([state, response]) =>
        typeof response === 'object' && 'error' in response ? '' : `${state} ${(response as { verdict?: string }).verdict ?? usual[state]}`,
      ),
    );
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
    ]);
  });

  describe('gives', () => {
    it('the facts that the approver was shown to the look before the code is spent', async () => {
      const { inputs } = await runCase({
        responses: [
          { Inspect: { facts: someFacts({ region: 'eu-central-1' }) } },
          { AskApprover: {} },
          { CheckUnchanged: { verdict: 'refused' } },
        ],
      });
      expect(inputs.find(({ state }) => state === 'CheckUnchanged')?.input).toMatchObject({
        step: 'check',
        shown: { facts: { region: 'eu-central-1' } },
      });
      expect(inputs.find(({ state }) => state === 'Inspect')?.input).toMatchObject({ step: 'inspect', shown: null });
    });

    it('why the last code gave no session to the next asking', async () => {
      const { inputs } = await runCase({
        responses: [
          { Inspect: {} },
          { AskApprover: {} },
          { CheckUnchanged: {} },
          { Elevate: { verdict: 'askAgain', why: 'AWS refused the code.', sealedSession: null } },
          { Inspect: {} },
          { AskApprover: { verdict: 'rejected', sealedCode: null } },
        ],
      });
      const asked = inputs.filter(({ state }) => state === 'AskApprover').map(({ input }) => input.elevation?.why);
      expect(asked).toEqual([undefined, 'AWS refused the code.']);
    });

    it('each asking a token of its own', async () => {
      const { tokens } = await runCase({
        responses: [
          { Inspect: {} },
          { AskApprover: 'silent' },
          { Inspect: {} },
          { AskApprover: { verdict: 'rejected', sealedCode: null } },
        ],
      });
      expect(new Set(tokens).size).toBe(2);
    });

    it('the report what the session and the deletion came to', async () => {
      const all = CASES.find(({ name }) => name === 'deletes an approved bucket') as FlowCase;
      const { inputs } = await runCase(all);
      expect(inputs.at(-1)?.input).toMatchObject({
        requestId: 'req-abcdefghij23',
        conclusion: { outcome: 'deleted', by: 'U0ALICE' },
        elevation: { verdict: 'session' },
        work: { verdict: 'deleted' },
      });
    });
  });
});
