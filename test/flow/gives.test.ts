import { CASES, type FlowCase, runCase } from '../helpers/flow-case.ts';
import { someFacts } from '../helpers/models.ts';

describe('the flow gives', () => {
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
      responses: [{ Inspect: {} }, { AskApprover: 'silent' }, { Inspect: {} }, { AskApprover: { verdict: 'rejected', sealedCode: null } }],
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
      const looks = [...(await given(again, 'Inspect')), ...(await given(again, 'CheckUnchanged')), ...(await given(again, 'AskApprover'))];
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
