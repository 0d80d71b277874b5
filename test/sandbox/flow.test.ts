import { checkDefinition } from '../../sandbox/aws/services/step-functions/index.ts';
import { end, FlowBench, find, lambda, output, types, waiting } from '../helpers/flow-bench.ts';
import { until } from '../helpers/until.ts';

describe('an execution of the sandbox', () => {
  const t = new FlowBench();
  const { deploy, run, start, token } = t;
  beforeEach(() => t.reset());
  afterEach(() => t.close());

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
      t.clock.advance(3599);
      await new Promise(setImmediate);
      expect(execution.status).toBe('RUNNING');
      t.clock.advance(2);
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
      expect(t.calls.map(({ payload }) => payload)).toEqual([
        { item: 1, run: 'req-1' },
        { item: 2, run: 'req-1' },
      ]);
      expect(types(execution)).toEqual(expect.arrayContaining(['MapStateEntered', 'MapStateExited', 'TaskStateEntered']));
    });

    it('ends where a state would hand on more than 256 KiB as UTF-8, and nothing catches that', async () => {
      t.work = () => 'ü'.repeat(131_073);
      const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }];
      expect(await run({ Work: lambda({ Catch }), Caught: { Type: 'Succeed' } })).toMatchObject({
        status: 'FAILED',
        error: 'States.DataLimitExceeded',
      });
    });

    it('ends where states add up to more than 256 KiB', async () => {
      t.work = () => 'x'.repeat(100_000);
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
      await until(() => t.calls.length === 1);
      t.clock.advance(101);
      expect(await end(execution)).toMatchObject({ status: 'TIMED_OUT', error: 'States.Timeout' });
      expect(() => t.flow.tokens.find(token())).toThrow(expect.objectContaining({ code: 'TaskTimedOut' }));
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
      expect(t.calls).toHaveLength(1);
      expect(() => t.flow.tokens.find(token())).toThrow(expect.objectContaining({ code: 'TaskTimedOut' }));
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
    t.flow.tokens.find(token()).succeed('"yes"');
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
      t.mayStart = () => new Promise((resolve) => setImmediate(resolve));
      const arn = deploy({ Ask: waiting() });
      const [first, second] = await Promise.all([start(arn, {}, 'req-1'), start(arn, {}, 'req-1')]);
      expect(second).toBe(first);
      await until(() => t.calls.length === 1);
      expect(types(first).filter((type) => type === 'ExecutionStarted')).toHaveLength(1);
    });

    it.each([
      ['a b', 'InvalidName'],
      ['a/b', 'InvalidName'],
      ['a:b', 'InvalidName'],
      ['x'.repeat(81), 'ValidationException'],
      ['', 'ValidationException'],
    ])('FC-49: refuses the name %p', async (name, code) => {
      await expect(t.flow.start(deploy({ Work: lambda() }), { name })).rejects.toMatchObject({ code });
    });

    it.each([
      ['{', 'InvalidExecutionInput'],
      [JSON.stringify('x'.repeat(262_144)), 'ValidationException'],
    ])('refuses input that is no JSON, or too much', async (input, code) => {
      await expect(t.flow.start(deploy({ Work: lambda() }), { input })).rejects.toMatchObject({ code });
    });

    it('names a machine that is not there, and an ARN that is none', async () => {
      const missing = 'arn:aws:states:us-east-1:111122223333:stateMachine:other';
      await expect(t.flow.start(missing, {})).rejects.toMatchObject({ code: 'StateMachineDoesNotExist' });
      await expect(t.flow.start('other', {})).rejects.toMatchObject({ code: 'InvalidArn' });
    });

    it('leaves the name free when the role may not start it', async () => {
      t.mayStart = () => Promise.reject(new Error('no key'));
      const arn = deploy({ Work: lambda() });
      await expect(start(arn, {}, 'req-1')).rejects.toThrow('no key');
      t.mayStart = undefined;
      expect((await end(await start(arn, {}, 'req-1'))).status).toBe('SUCCEEDED');
    });

    it('tells of its start and its end', async () => {
      const told: string[] = [];
      t.flow.on(({ name, status }) => told.push(`${name} ${status}`));
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
