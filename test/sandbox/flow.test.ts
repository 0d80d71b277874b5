import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { checkDefinition, type Execution, Flow, FlowError, type InvokeLambda } from '../../sandbox/aws/services/step-functions/index.ts';
import { Clock } from '../../sandbox/clock.ts';
import { until } from '../helpers/until.ts';

// biome-ignore lint/suspicious/noExplicitAny: definitions, inputs and outputs are JSON of many shapes
type Json = any;

const lambda = (more: Json = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Parameters: { FunctionName: 'work', 'Payload.$': '$' },
  End: true,
  ...more,
});

const waiting = (more: Json = {}) =>
  lambda({
    Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
    Parameters: { FunctionName: 'ask', Payload: { 'token.$': '$$.Task.Token' } },
    ...more,
  });

describe('an execution of the sandbox', () => {
  let clock: Clock;
  let flow: Flow;
  let calls: { name: string; payload: Json }[];
  let work: (payload: Json, attempt: number) => unknown;
  let mayStart: (() => Promise<void>) | undefined;

  beforeEach(() => {
    clock = new Clock();
    calls = [];
    work = (payload) => payload;
    mayStart = undefined;
    const invoke: InvokeLambda = async (name, payload) => {
      calls.push({ name, payload });
      return work(payload, calls.length);
    };
    flow = new Flow({ clock, account: '111122223333', region: 'us-east-1', invoke, mayStart: async () => mayStart?.() });
  });

  afterEach(() => {
    flow.close();
    clock.close();
  });

  function deploy(states: Json, more: Json = {}): string {
    // Without the members that are undefined.
    const definition = JSON.parse(JSON.stringify({ StartAt: Object.keys(states)[0], States: states, ...more }));
    return flow.createMachine({ name: 'machine', roleArn: 'arn:aws:iam::111122223333:role/machine', definition }).arn;
  }

  const start = (arn: string, input: Json = {}, name?: string) => flow.start(arn, { input: JSON.stringify(input), ...(name && { name }) });

  async function end(execution: Execution): Promise<Execution> {
    await until(() => execution.status !== 'RUNNING');
    return execution;
  }

  const run = async (states: Json, input: Json = {}, more: Json = {}) => end(await start(deploy(states, more), input));
  const output = (execution: Execution): Json => JSON.parse(execution.output ?? 'null');
  const types = (execution: Execution) => execution.history.events.map((event) => event.type);
  const find = (execution: Execution, type: HistoryEvent['type']) => execution.history.events.find((event) => event.type === type);
  const token = (): string => calls.at(-1)?.payload.token;

  describe('with a function to call', () => {
    it('wraps the answer as AWS does, and hands it on', async () => {
      work = () => ({ fine: true });
      const execution = await run(
        { Work: lambda({ ResultSelector: { 'fine.$': '$.Payload.fine', 'code.$': '$.StatusCode' }, ResultPath: '$.work' }) },
        { a: 1 },
      );
      expect(output(execution)).toEqual({ a: 1, work: { fine: true, code: 200 } });
      expect(calls).toEqual([{ name: 'work', payload: { a: 1 } }]);
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
      clock.advance(86_400);
      const arn = deploy({ Work: lambda({ Parameters }) });
      const execution = await end(await start(arn, { a: 1 }, 'req-1'));
      expect(calls[0]?.payload).toEqual({
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
      expect(Math.abs(execution.startDate.getTime() - clock.now())).toBeLessThan(5000);
    });

    it("catches a function's error by its type, with its payload as the cause", async () => {
      work = () => {
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
      work = () => {
        throw new FlowError('Lambda.AWSLambdaException', 'not authorized');
      };
      expect(await run({ Work: lambda() })).toMatchObject({
        status: 'FAILED',
        error: 'Lambda.AWSLambdaException',
        cause: 'not authorized',
      });
    });

    it('tries again after the seconds that Retry gives, by the clock, and no more often', async () => {
      work = () => {
        throw new FlowError('TryAgain', '');
      };
      const Retry = [{ ErrorEquals: ['TryAgain'], IntervalSeconds: 100, BackoffRate: 3, MaxAttempts: 2 }];
      const execution = await start(deploy({ Work: lambda({ Retry }) }));
      await until(() => calls.length === 1);
      clock.advance(99);
      await new Promise(setImmediate);
      expect(calls).toHaveLength(1);
      clock.advance(2);
      await until(() => calls.length === 2);
      clock.advance(301);
      await end(execution);
      expect(calls).toHaveLength(3);
      expect(execution).toMatchObject({ status: 'FAILED', error: 'TryAgain' });
    });

    it('leaves a timeout to those who name it: States.TaskFailed takes every other error', async () => {
      const Catch = [
        { ErrorEquals: ['States.TaskFailed'], Next: 'Failed' },
        { ErrorEquals: ['States.ALL'], Next: 'TimedOut' },
      ];
      const Retry = [{ ErrorEquals: ['States.TaskFailed'], MaxAttempts: 3 }];
      const states = { Work: lambda({ TimeoutSeconds: 5, Catch, Retry }), Failed: { Type: 'Succeed' }, TimedOut: { Type: 'Succeed' } };
      work = () => new Promise(() => {});
      const execution = await start(deploy(states));
      await until(() => calls.length === 1);
      clock.advance(6);
      await end(execution);
      expect(execution.history.visits.at(-1)?.name).toBe('TimedOut');
      expect(calls).toHaveLength(1);
    });
  });

  describe('waiting for a token', () => {
    it('goes on with what the token brings, and takes it once only', async () => {
      const execution = await start(deploy({ Ask: waiting() }));
      await until(() => calls.length === 1);
      const given = token();
      flow.tokens.find(given).succeed('{"approved": true}');
      await end(execution);
      expect(output(execution)).toEqual({ approved: true });
      expect(() => flow.tokens.find(given)).toThrow("Task Timed Out: 'Provided task does not exist anymore'");
    });

    it('gives each entry a token of its own, and forgets the one before', async () => {
      const Catch = [{ ErrorEquals: ['States.Timeout'], ResultPath: '$.timeout', Next: 'Ask' }];
      const execution = await start(deploy({ Ask: waiting({ TimeoutSecondsPath: '$.seconds', Catch }) }), { seconds: 60 });
      await until(() => calls.length === 1);
      const first = token();
      clock.advance(61);
      await until(() => calls.length === 2);
      expect(token()).not.toBe(first);
      expect(() => flow.tokens.find(first)).toThrow(expect.objectContaining({ code: 'TaskTimedOut' }));
      flow.tokens.find(token()).succeed('1');
      expect((await end(execution)).status).toBe('SUCCEEDED');
    });

    it('knows no token that it did not give', () => {
      expect(() => flow.tokens.find('made up')).toThrow(expect.objectContaining({ code: 'InvalidToken' }));
      expect(() => flow.tokens.find(undefined)).toThrow(expect.objectContaining({ code: 'InvalidToken' }));
    });

    it('fails as the token says', async () => {
      const execution = await start(deploy({ Ask: waiting() }));
      await until(() => calls.length === 1);
      flow.tokens.find(token()).fail('Rejected', 'not this one');
      expect(await end(execution)).toMatchObject({ status: 'FAILED', error: 'Rejected', cause: 'not this one' });
    });

    it('fails when the function that was to ask fails', async () => {
      work = () => {
        throw new FlowError('SlackDown', 'no answer');
      };
      const execution = await run({ Ask: waiting() });
      expect(execution).toMatchObject({ status: 'FAILED', error: 'SlackDown' });
      expect(() => flow.tokens.find(token())).toThrow(expect.objectContaining({ code: 'TaskTimedOut' }));
    });

    it('ends without a heartbeat, and waits on with one', async () => {
      const execution = await start(deploy({ Ask: waiting({ HeartbeatSeconds: 60 }) }));
      await until(() => calls.length === 1);
      clock.advance(50);
      flow.tokens.find(token()).heartbeat();
      clock.advance(50);
      await new Promise(setImmediate);
      expect(execution.status).toBe('RUNNING');
      clock.advance(20);
      expect(await end(execution)).toMatchObject({ status: 'FAILED', error: 'States.HeartbeatTimeout' });
    });

    it.each([0, -1, 1.5, '60', null, 100_000_000])('ends at once where the timeout is %p, and nothing catches that', async (seconds) => {
      const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }];
      const execution = await run({ Ask: waiting({ TimeoutSecondsPath: '$.seconds', Catch }), Caught: { Type: 'Succeed' } }, { seconds });
      expect(execution).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
      expect(calls).toHaveLength(0);
    });

    it('waits for weeks', async () => {
      const execution = await start(deploy({ Ask: waiting({ TimeoutSeconds: 40 * 86_400 }) }));
      await until(() => calls.length === 1);
      clock.advance(39 * 86_400);
      await new Promise(setImmediate);
      expect(execution.status).toBe('RUNNING');
      clock.advance(86_400);
      expect(await end(execution)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    });
  });

  describe('from state to state', () => {
    it.each([
      [{ a: 1 }, 'Present'],
      [{}, 'Absent'],
    ])('sees whether %j has a member', async (input, expected) => {
      const states = {
        Choose: { Type: 'Choice', Choices: [{ Variable: '$.a', IsPresent: false, Next: 'Absent' }], Default: 'Present' },
        Absent: { Type: 'Succeed' },
        Present: { Type: 'Succeed' },
      };
      expect((await run(states, input)).history.visits.at(-1)?.name).toBe(expected);
    });

    it('waits by the clock', async () => {
      const execution = await start(deploy({ Wait: { Type: 'Wait', SecondsPath: '$.seconds', End: true } }), { seconds: 3600 });
      await until(() => types(execution).includes('WaitStateEntered'));
      clock.advance(3599);
      await new Promise(setImmediate);
      expect(execution.status).toBe('RUNNING');
      clock.advance(2);
      await end(execution);
      expect(output(execution)).toEqual({ seconds: 3600 });
      expect(types(execution)).toEqual(['ExecutionStarted', 'WaitStateEntered', 'WaitStateExited', 'ExecutionSucceeded']);
    });

    it.each([
      [
        { Error: 'Refused', Cause: 'no rule' },
        { error: 'Refused', cause: 'no rule' },
      ],
      [{}, { error: undefined, cause: undefined }],
      [{ Error: 'Refused' }, { error: 'Refused', cause: undefined }],
      [
        { ErrorPath: '$.why', CausePath: "States.Format('because of {}', $.why)" },
        { error: 'rain', cause: 'because of rain' },
      ],
    ])('fails as a Fail state with %j says', async (state, expected) => {
      expect(await run({ End: { Type: 'Fail', ...state } }, { why: 'rain' })).toMatchObject({ status: 'FAILED', ...expected });
    });

    it('passes a result that is false, empty or null', async () => {
      for (const Result of [false, 0, '', null]) expect(output(await run({ Pass: { Type: 'Pass', Result, End: true } }))).toBe(Result);
    });

    it('puts a result in place of the input where ResultPath is the whole', async () => {
      expect(output(await run({ Pass: { Type: 'Pass', Result: { b: 2 }, ResultPath: '$', End: true } }, { a: 1 }))).toEqual({ b: 2 });
    });

    it('runs the items of a Map, each with tokens and times of its own', async () => {
      const Each = {
        Type: 'Map',
        ItemsPath: '$.items',
        ItemProcessor: {
          StartAt: 'Work',
          States: { Work: lambda({ Parameters: { FunctionName: 'work', Payload: { 'item.$': '$', 'run.$': '$$.Execution.Name' } } }) },
        },
        ResultSelector: { 'done.$': '$[*].Payload.item' },
        End: true,
      };
      const arn = deploy({ Each });
      const execution = await end(await start(arn, { items: [1, 2] }, 'req-1'));
      expect(output(execution)).toEqual({ done: [1, 2] });
      expect(calls.map(({ payload }) => payload)).toEqual([
        { item: 1, run: 'req-1' },
        { item: 2, run: 'req-1' },
      ]);
      expect(types(execution)).toEqual(expect.arrayContaining(['MapStateEntered', 'MapStateExited', 'TaskStateEntered']));
    });

    it('ends where a state would hand on more than 256 KiB as UTF-8, and nothing catches that', async () => {
      work = () => 'ü'.repeat(131_073);
      const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }];
      expect(await run({ Work: lambda({ Catch }), Caught: { Type: 'Succeed' } })).toMatchObject({
        status: 'FAILED',
        error: 'States.DataLimitExceeded',
      });
    });

    it('ends where states add up to more than 256 KiB', async () => {
      work = () => 'x'.repeat(100_000);
      const states = {
        One: lambda({ ResultPath: '$.one', End: undefined, Next: 'Two' }),
        Two: lambda({ Parameters: { FunctionName: 'work' }, ResultPath: '$.two', End: undefined, Next: 'Three' }),
        Three: lambda({ Parameters: { FunctionName: 'work' }, ResultPath: '$.three' }),
      };
      const execution = await run(states);
      expect(execution).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
    });

    it('ends when the whole machine runs out of time', async () => {
      const execution = await start(deploy({ Ask: waiting() }, { TimeoutSeconds: 100 }));
      await until(() => calls.length === 1);
      clock.advance(101);
      expect(await end(execution)).toMatchObject({ status: 'TIMED_OUT', error: 'States.Timeout' });
      expect(() => flow.tokens.find(token())).toThrow(expect.objectContaining({ code: 'TaskTimedOut' }));
      expect(types(execution).at(-1)).toBe('ExecutionTimedOut');
    });

    it('stops when it is told to, and does nothing more', async () => {
      const execution = await start(deploy({ Ask: waiting({ End: undefined, Next: 'Work' }), Work: lambda() }));
      await until(() => types(execution).includes('TaskSubmitted'));
      execution.abort('Stopped', 'by an operator');
      expect(execution).toMatchObject({ status: 'ABORTED', error: 'Stopped', cause: 'by an operator' });
      const { length } = execution.history.events;
      await new Promise(setImmediate);
      await new Promise(setImmediate);
      expect(execution.history.events).toHaveLength(length);
      expect(calls).toHaveLength(1);
      expect(() => flow.tokens.find(token())).toThrow(expect.objectContaining({ code: 'TaskTimedOut' }));
    });
  });

  it('writes the history that AWS would', async () => {
    const states = {
      Begin: { Type: 'Pass', Next: 'Choose' },
      Choose: { Type: 'Choice', Choices: [{ Variable: '$.a', NumericEquals: 1, Next: 'Ask' }] },
      Ask: waiting({ TimeoutSeconds: 60, End: undefined, Next: 'Done' }),
      Done: { Type: 'Succeed' },
    };
    const execution = await start(deploy(states), { a: 1 });
    await until(() => types(execution).includes('TaskSubmitted'));
    flow.tokens.find(token()).succeed('"yes"');
    await end(execution);
    expect(types(execution)).toEqual([
      'ExecutionStarted',
      'PassStateEntered',
      'PassStateExited',
      'ChoiceStateEntered',
      'ChoiceStateExited',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSubmitted',
      'TaskSucceeded',
      'TaskStateExited',
      'SucceedStateEntered',
      'SucceedStateExited',
      'ExecutionSucceeded',
    ]);
    expect(execution.history.events.map(({ id, previousEventId }) => [id, previousEventId])).toEqual(
      types(execution).map((_, index) => [index + 1, index]),
    );
    expect(find(execution, 'TaskScheduled')?.taskScheduledEventDetails).toEqual({
      resourceType: 'lambda',
      resource: 'invoke.waitForTaskToken',
      region: 'us-east-1',
      parameters: JSON.stringify({ FunctionName: 'ask', Payload: { token: token() } }),
      timeoutInSeconds: 60,
      heartbeatInSeconds: undefined,
    });
    // The token stands there and nowhere else.
    const others = execution.history.events.filter(({ type }) => type !== 'TaskScheduled' && type !== 'TaskSubmitted');
    expect(JSON.stringify(others)).not.toContain(token().slice(0, 40));
  });

  describe('when it is started', () => {
    it('FC-49: gives the running one for the same name and input, and refuses the name otherwise', async () => {
      const arn = deploy({ Ask: waiting() });
      const first = await start(arn, { a: 1 }, 'req-1');
      expect(await start(arn, { a: 1 }, 'req-1')).toBe(first);
      await expect(start(arn, { a: 2 }, 'req-1')).rejects.toMatchObject({ code: 'ExecutionAlreadyExists' });
      first.abort();
      await expect(start(arn, { a: 1 }, 'req-1')).rejects.toMatchObject({ code: 'ExecutionAlreadyExists' });
    });

    it('starts one of two that come at once', async () => {
      mayStart = () => new Promise((resolve) => setImmediate(resolve));
      const arn = deploy({ Ask: waiting() });
      const [first, second] = await Promise.all([start(arn, {}, 'req-1'), start(arn, {}, 'req-1')]);
      expect(second).toBe(first);
      await until(() => calls.length === 1);
      expect(types(first).filter((type) => type === 'ExecutionStarted')).toHaveLength(1);
    });

    it.each([
      ['a b', 'InvalidName'],
      ['a/b', 'InvalidName'],
      ['a:b', 'InvalidName'],
      ['x'.repeat(81), 'ValidationException'],
      ['', 'ValidationException'],
    ])('FC-49: refuses the name %p', async (name, code) => {
      await expect(flow.start(deploy({ Work: lambda() }), { name })).rejects.toMatchObject({ code });
    });

    it.each([
      ['{', 'InvalidExecutionInput'],
      [JSON.stringify('x'.repeat(262_144)), 'ValidationException'],
    ])('refuses input that is no JSON, or too much', async (input, code) => {
      await expect(flow.start(deploy({ Work: lambda() }), { input })).rejects.toMatchObject({ code });
    });

    it('names a machine that is not there, and an ARN that is none', async () => {
      const missing = 'arn:aws:states:us-east-1:111122223333:stateMachine:other';
      await expect(flow.start(missing, {})).rejects.toMatchObject({ code: 'StateMachineDoesNotExist' });
      await expect(flow.start('other', {})).rejects.toMatchObject({ code: 'InvalidArn' });
    });

    it('leaves the name free when the role may not start it', async () => {
      mayStart = () => Promise.reject(new Error('no key'));
      const arn = deploy({ Work: lambda() });
      await expect(start(arn, {}, 'req-1')).rejects.toThrow('no key');
      mayStart = undefined;
      expect((await end(await start(arn, {}, 'req-1'))).status).toBe('SUCCEEDED');
    });

    it('tells of its start and its end', async () => {
      const told: string[] = [];
      flow.on(({ name, status }) => told.push(`${name} ${status}`));
      await end(await start(deploy({ Work: lambda() }), {}, 'req-1'));
      expect(told).toEqual(['req-1 RUNNING', 'req-1 SUCCEEDED']);
    });
  });

  it('comes of a valid definition only', () => {
    expect(() => checkDefinition({ StartAt: 'Work', States: { Work: { ...lambda(), End: undefined, Next: 'Nowhere' } } })).toThrow(
      /definition is invalid/,
    );
  });

  describe('of a definition at fault', () => {
    it.each([
      [
        'a resource that is not served',
        { Work: lambda({ Resource: 'arn:aws:states:::sqs:sendMessage' }) },
        /state Work: .*sqs:sendMessage/,
      ],
      [
        'a token inside a function',
        { Work: lambda({ Parameters: { FunctionName: 'work', Payload: { 'a.$': "States.Format('{}', $$.Task.Token)" } } }) },
        /state Work: .*Task\.Token/,
      ],
    ])('is refused: %s', (_, states, message) => {
      expect(() => deploy(states)).toThrow(message);
    });
  });
});
