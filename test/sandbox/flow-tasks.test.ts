import { FlowError } from '../../sandbox/aws/services/step-functions/index.ts';
import { end, FlowBench, find, lambda, output, waiting } from '../helpers/flow-bench.ts';
import { until } from '../helpers/until.ts';

describe('a task of an execution', () => {
  const t = new FlowBench();
  const { deploy, run, start, token } = t;
  beforeEach(() => t.reset());
  afterEach(() => t.close());

  describe('with a function to call', () => {
    it('wraps the answer as AWS does, and hands it on', async () => {
      t.work = () => ({ fine: true });
      const execution = await run(
        { Work: lambda({ ResultSelector: { 'fine.$': '$.Payload.fine', 'code.$': '$.StatusCode' }, ResultPath: '$.work' }) },
        { a: 1 },
      );
      expect(output(execution)).toEqual({ a: 1, work: { fine: true, code: 200 } });
      expect(t.calls).toEqual([{ name: 'work', payload: { a: 1 } }]);
    });

    it('tells the state what it asks of the context', async () => {
      const Parameters = {
        FunctionName: 'work',
        Payload: {
          'id.$': '$$.Execution.Id',
          'name.$': '$$.Execution.Name',
          'input.$': '$$.Execution.Input',
          'started.$': '$$.Execution.StartTime',
          'state.$': '$$.State.Name',
          'entered.$': '$$.State.EnteredTime',
          'machine.$': '$$.StateMachine.Id',
          nested: [{ 'token.$': '$$.Task.Token' }],
          'said.$': "States.Format('{} of {}', $.a, $$.Execution.Name)",
        },
      };
      t.clock.advance(86_400);
      const arn = deploy({ Work: lambda({ Parameters }) });
      const execution = await end(await start(arn, { a: 1 }, 'req-1'));
      expect(t.calls[0]?.payload).toEqual({
        id: execution.arn,
        name: 'req-1',
        input: { a: 1 },
        started: execution.startDate.toISOString(),
        state: 'Work',
        entered: find(execution, 'TaskStateEntered')?.timestamp?.toISOString(),
        machine: arn,
        nested: [{ token: expect.stringMatching(/^[A-Za-z0-9+/=]{600,}$/) }],
        said: '1 of req-1',
      });
      expect(Math.abs(execution.startDate.getTime() - t.clock.now())).toBeLessThan(5000);
    });

    it("catches a function's error by its type, with its payload as the cause", async () => {
      t.work = () => {
        throw new FlowError('BucketGone', JSON.stringify({ errorType: 'BucketGone', errorMessage: 'no such bucket' }));
      };
      const Catch = [
        { ErrorEquals: ['Other'], Next: 'Wrong' },
        { ErrorEquals: ['BucketGone'], ResultPath: '$.failure', Next: 'Caught' },
      ];
      const execution = await run({ Work: lambda({ Catch }), Wrong: { Type: 'Fail' }, Caught: { Type: 'Succeed' } }, { a: 1 });
      expect(output(execution)).toEqual({
        a: 1,
        failure: { Error: 'BucketGone', Cause: '{"errorType":"BucketGone","errorMessage":"no such bucket"}' },
      });
    });

    it('fails with the error that nothing catches', async () => {
      t.work = () => {
        throw new FlowError('Lambda.AWSLambdaException', 'not authorized');
      };
      expect(await run({ Work: lambda() })).toMatchObject({
        status: 'FAILED',
        error: 'Lambda.AWSLambdaException',
        cause: 'not authorized',
      });
    });

    it('tries again after the seconds that Retry gives, by the clock, and no more often', async () => {
      t.work = () => {
        throw new FlowError('TryAgain', '');
      };
      const Retry = [{ ErrorEquals: ['TryAgain'], IntervalSeconds: 100, BackoffRate: 3, MaxAttempts: 2 }];
      const execution = await start(deploy({ Work: lambda({ Retry }) }));
      await until(() => t.calls.length === 1);
      t.clock.advance(99);
      await new Promise(setImmediate);
      expect(t.calls).toHaveLength(1);
      t.clock.advance(2);
      await until(() => t.calls.length === 2);
      t.clock.advance(301);
      await end(execution);
      expect(t.calls).toHaveLength(3);
      expect(execution).toMatchObject({ status: 'FAILED', error: 'TryAgain' });
    });

    it('leaves a timeout to those who name it: States.TaskFailed takes every other error', async () => {
      const Catch = [
        { ErrorEquals: ['States.TaskFailed'], Next: 'Failed' },
        { ErrorEquals: ['States.ALL'], Next: 'TimedOut' },
      ];
      const Retry = [{ ErrorEquals: ['States.TaskFailed'], MaxAttempts: 3 }];
      const states = { Work: lambda({ TimeoutSeconds: 5, Catch, Retry }), Failed: { Type: 'Succeed' }, TimedOut: { Type: 'Succeed' } };
      t.work = () => new Promise(() => {});
      const execution = await start(deploy(states));
      await until(() => t.calls.length === 1);
      t.clock.advance(6);
      await end(execution);
      expect(execution.history.visits.at(-1)?.name).toBe('TimedOut');
      expect(t.calls).toHaveLength(1);
    });
  });

  describe('waiting for a token', () => {
    it('goes on with what the token brings, and takes it once only', async () => {
      const execution = await start(deploy({ Ask: waiting() }));
      await until(() => t.calls.length === 1);
      const given = token();
      t.flow.tokens.find(given).succeed('{"approved": true}');
      await end(execution);
      expect(output(execution)).toEqual({ approved: true });
      expect(() => t.flow.tokens.find(given)).toThrow("Task Timed Out: 'Provided task does not exist anymore'");
    });

    it('gives each entry a token of its own, and forgets the one before', async () => {
      const Catch = [{ ErrorEquals: ['States.Timeout'], ResultPath: '$.timeout', Next: 'Ask' }];
      const execution = await start(deploy({ Ask: waiting({ TimeoutSecondsPath: '$.seconds', Catch }) }), { seconds: 60 });
      await until(() => t.calls.length === 1);
      const first = token();
      t.clock.advance(61);
      await until(() => t.calls.length === 2);
      expect(token()).not.toBe(first);
      expect(() => t.flow.tokens.find(first)).toThrow(expect.objectContaining({ code: 'TaskTimedOut' }));
      t.flow.tokens.find(token()).succeed('1');
      expect((await end(execution)).status).toBe('SUCCEEDED');
    });

    it('knows no token that it did not give', () => {
      expect(() => t.flow.tokens.find('made up')).toThrow(expect.objectContaining({ code: 'InvalidToken' }));
      expect(() => t.flow.tokens.find(undefined)).toThrow(expect.objectContaining({ code: 'InvalidToken' }));
    });

    it('fails as the token says', async () => {
      const execution = await start(deploy({ Ask: waiting() }));
      await until(() => t.calls.length === 1);
      t.flow.tokens.find(token()).fail('Rejected', 'not this one');
      expect(await end(execution)).toMatchObject({ status: 'FAILED', error: 'Rejected', cause: 'not this one' });
    });

    it('fails when the function that was to ask fails', async () => {
      t.work = () => {
        throw new FlowError('SlackDown', 'no answer');
      };
      const execution = await run({ Ask: waiting() });
      expect(execution).toMatchObject({ status: 'FAILED', error: 'SlackDown' });
      expect(() => t.flow.tokens.find(token())).toThrow(expect.objectContaining({ code: 'TaskTimedOut' }));
    });

    it('ends without a heartbeat, and waits on with one', async () => {
      const execution = await start(deploy({ Ask: waiting({ HeartbeatSeconds: 60 }) }));
      await until(() => t.calls.length === 1);
      t.clock.advance(50);
      t.flow.tokens.find(token()).heartbeat();
      t.clock.advance(50);
      await new Promise(setImmediate);
      expect(execution.status).toBe('RUNNING');
      t.clock.advance(20);
      expect(await end(execution)).toMatchObject({ status: 'FAILED', error: 'States.HeartbeatTimeout' });
    });

    it.each([0, -1, 1.5, '60', null, 100_000_000])('ends at once where the timeout is %p, and nothing catches that', async (seconds) => {
      const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }];
      const execution = await run({ Ask: waiting({ TimeoutSecondsPath: '$.seconds', Catch }), Caught: { Type: 'Succeed' } }, { seconds });
      expect(execution).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
      expect(t.calls).toHaveLength(0);
    });

    it('waits for weeks', async () => {
      const execution = await start(deploy({ Ask: waiting({ TimeoutSeconds: 40 * 86_400 }) }));
      await until(() => t.calls.length === 1);
      t.clock.advance(39 * 86_400);
      await new Promise(setImmediate);
      expect(execution.status).toBe('RUNNING');
      t.clock.advance(86_400);
      expect(await end(execution)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    });
  });
});
