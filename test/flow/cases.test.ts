import { globSync, readFileSync } from 'node:fs';
import { PLAN_VERDICTS, STRETCH_ENDS } from '../../src/domain/emptying.ts';
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

    describe('to those who empty', () => {
      const all = CASES.find(({ name }) => name === 'empties stretches beside each other, and plans again however they end') as FlowCase;
      const again = CASES.find(({ name }) => name.startsWith('asks for a fresh code where the session ended')) as FlowCase;
      const anew = CASES.find(({ name }) => name === 'empties again what was written before the deletion') as FlowCase;
      const given = async (one: FlowCase, state: string) => (await runCase(one)).inputs.filter((each) => each.state === state);

      it('the pass, each stretch once, and the name of the execution that they work for', async () => {
        const workers = await given(all, 'EmptyRange');
        expect(workers.map(({ input }) => [input.execution, input.pass, input.range, input.giveUp]).sort()).toEqual(
          Array.from({ length: 9 }, (_, range) => ['req-abcdefghij23', 1, range, false]),
        );
      });

      it('what the plan before said, and what a deletion found', async () => {
        const plans = (await given(anew, 'PlanEmptying')).map(({ input }) => [
          input.before?.verdict,
          input.before?.pass,
          input.work?.verdict,
        ]);
        expect(plans).toEqual([
          [undefined, undefined, undefined],
          ['empty', 1, 'notEmpty'],
          ['divided', 2, 'notEmpty'],
        ]);
        expect((await given(anew, 'DeleteBucket')).map(({ input }) => input.emptying.pass)).toEqual([1, 3]);
      });

      it('how far it is, to the looks and the asking after a session that ended', async () => {
        const looks = [
          ...(await given(again, 'Inspect')),
          ...(await given(again, 'CheckUnchanged')),
          ...(await given(again, 'AskApprover')),
        ];
        expect(looks.map(({ state, input }) => [state, input.emptying?.verdict, input.emptying?.left])).toEqual(
          ['Inspect', 'CheckUnchanged', 'AskApprover'].flatMap((state) => [
            [state, undefined, undefined],
            [state, 'sessionEnded', 7],
          ]),
        );
      });

      it('what went to the report', async () => {
        const [reported] = await given(all, 'Report');
        expect(reported?.input).toMatchObject({ conclusion: { outcome: 'emptied' }, emptying: { verdict: 'emptied' }, work: null });
      });

      it('the bounds of no stretch: they stand in the table', async () => {
        const { execution } = await runCase(all);
        expect(JSON.stringify(execution.history.visits)).not.toMatch(/"(after|upTo)"/);
      });
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
