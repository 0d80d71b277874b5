import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { Clock } from '../../sandbox/clock.ts';
import { Faults } from '../../sandbox/faults.ts';
import { type FunctionDefinition, FunctionFailed, Functions, LambdaError } from '../../sandbox/functions.ts';
import { until } from '../helpers/until.ts';

const root = path.resolve('test/fixtures/functions');

describe('a function of the sandbox', () => {
  let clock: Clock;
  let faults: Faults;
  let dir: string;
  let functions: Functions;
  let credentialsTaken: number;

  beforeEach(() => {
    clock = new Clock();
    faults = new Faults();
    credentialsTaken = 0;
    dir = mkdtempSync(path.join(tmpdir(), 'functions-'));
    functions = new Functions({
      clock,
      faults,
      account: '111122223333',
      region: 'us-east-1',
      dir,
      environment: () => ({ AWS_ENDPOINT_URL: 'http://127.0.0.1:1', SLACK_API_URL: 'http://127.0.0.1:2/api/' }),
      credentials: async () => {
        credentialsTaken += 1;
        return {
          accessKeyId: `ASIA${credentialsTaken}`,
          secretAccessKey: 'secret',
          sessionToken: 'token',
          expiresAt: clock.now() + 3_600_000,
        };
      },
    });
  });

  afterEach(async () => {
    await functions.close();
    clock.close();
    rmSync(dir, { recursive: true });
  });

  function deploy(more: Partial<FunctionDefinition> = {}): void {
    functions.add({
      name: 'interlock-test-echo',
      alias: 'echo',
      arn: 'arn:aws:lambda:us-east-1:111122223333:function:interlock-test-echo',
      roleArn: 'arn:aws:iam::111122223333:role/echo',
      root,
      handler: 'handlers/echo.handler',
      environment: { REQUESTS_TABLE: 'interlock-test-requests' },
      timeoutSeconds: 10,
      memoryMb: 512,
      ...more,
    });
  }

  // biome-ignore lint/suspicious/noExplicitAny: what the fixture answers
  const call = (event: unknown = {}): Promise<any> => functions.invoke('echo', event);

  it('answers by name, by short name, by ARN and by qualified ARN', async () => {
    deploy();
    for (const name of [
      'echo',
      'interlock-test-echo',
      'interlock-test-echo:$LATEST',
      'arn:aws:lambda:us-east-1:111122223333:function:interlock-test-echo',
      'arn:aws:lambda:us-east-1:111122223333:function:interlock-test-echo:$LATEST',
    ]) {
      expect(await functions.invoke(name, { a: 1 })).toMatchObject({ event: { a: 1 } });
    }
    await expect(functions.invoke('nobody', {})).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  });

  it("sees the template's environment, its role's credentials and Lambda's variables, and nothing of this process", async () => {
    process.env.AWS_PROFILE = 'real';
    process.env.AWS_ACCESS_KEY_ID = 'AKIAREAL';
    deploy();
    const { env, cwd, context } = await call();
    delete process.env.AWS_PROFILE;
    delete process.env.AWS_ACCESS_KEY_ID;
    expect(env).toMatchObject({
      REQUESTS_TABLE: 'interlock-test-requests',
      AWS_ACCESS_KEY_ID: 'ASIA1',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'token',
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_NAME: 'interlock-test-echo',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      SLACK_API_URL: 'http://127.0.0.1:2/api/',
      LAMBDA_TASK_ROOT: root,
      HOME: root,
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
    });
    expect(env).not.toHaveProperty('AWS_PROFILE');
    expect(env).not.toHaveProperty('JEST_WORKER_ID');
    expect(cwd).toBe(root);
    expect(context).toMatchObject({ name: 'interlock-test-echo', id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(context.left).toBeGreaterThan(0);
  });

  it("lives in the sandbox's time, whichever way it asks", async () => {
    deploy();
    clock.advance(36_000);
    const { now, newDate, called, fixed, same } = await call();
    expect(Math.abs(now - clock.now())).toBeLessThan(2000);
    expect(Math.abs(Date.parse(newDate) - clock.now())).toBeLessThan(2000);
    expect(Math.abs(Date.parse(called) - clock.now())).toBeLessThan(3000);
    expect(fixed).toBe('1970-01-01T00:00:00.000Z');
    expect(same).toBe(true);
    clock.advance(3);
    expect((await call()).now).toBeGreaterThanOrEqual(now + 3000);
  });

  it('stays warm from one event to the next, and starts anew when its credentials run out', async () => {
    deploy();
    expect((await call()).count).toBe(1);
    expect((await call()).count).toBe(2);
    clock.advance(3600);
    const fresh = await call();
    expect(fresh.count).toBe(1);
    expect(fresh.env.AWS_ACCESS_KEY_ID).toBe('ASIA2');
  });

  it('is frozen between events: what a handler leaves behind goes on with the next one', async () => {
    deploy();
    deploy({ name: 'interlock-test-other', alias: 'other' });
    let asked: ServerResponse | undefined;
    const server = createServer((_, response) => {
      asked = response;
    }).listen(0, '127.0.0.1');
    await once(server.unref(), 'listening');
    await call({ leave: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
    while (!asked) await call();
    asked.end();
    await functions.invoke('other', {});
    expect(functions.logs('echo')).toEqual([]);
    while (functions.logs('echo').length === 0) await call();
    expect(functions.logs('echo')).toEqual(['heard']);
    server.close();
  });

  it('runs one event at a time in an environment, and takes more environments for more events', async () => {
    deploy();
    const waited = () => functions.invoke('echo', { wait: 50 }, { waitedFor: true }) as Promise<{ count: number }>;
    const answers = await Promise.all([waited(), waited(), waited()]);
    expect(answers.map((answer) => answer.count)).toEqual([1, 1, 1]);
  });

  it('throttles beyond its reserved concurrency', async () => {
    deploy({ concurrency: 1 });
    const [first, second] = await Promise.allSettled([call({ wait: 50 }), call()]);
    expect(first.status).toBe('fulfilled');
    expect(second).toMatchObject({ reason: { code: 'TooManyRequestsException' } });
  });

  it('waits for a free environment within what it may, in which a laptop has fewer than AWS', async () => {
    deploy({ concurrency: 12 });
    const answers = await Promise.all(Array.from({ length: 12 }, () => call({ wait: 20 })));
    expect(answers).toHaveLength(12);
  }, 20_000);

  it('runs no more at a time than there are processors, but at once what a person waits for', async () => {
    const names = Array.from({ length: 2 * availableParallelism() }, (_, index) => `busy-${index}`);
    for (const name of names) deploy({ name, alias: name, timeoutSeconds: 60 });
    deploy();
    void Promise.allSettled(names.map((name) => functions.invoke(name, { log: 'began', hang: true })));
    const begun = () => names.filter((name) => functions.logs(name).includes('began')).length;
    await until(() => begun() >= availableParallelism(), 30);
    await functions.invoke('echo', {}, { waitedFor: true });
    expect(begun()).toBe(availableParallelism());
  });

  it('answers null where the handler answers nothing', async () => {
    deploy({ handler: 'handlers/echo.nothing' });
    expect(await call()).toBeNull();
  });

  it.each([
    ['an error', { throw: { name: 'TryAgain', message: 'later' } }, { errorType: 'TryAgain', errorMessage: 'later' }],
    ['a thrown text', { throwText: 'oh' }, { errorType: 'string', errorMessage: 'oh' }],
    ['an exit', { exit: 3 }, { errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('exit status 3') }],
    [
      'an exit without a reason',
      { exit: 0 },
      { errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('without providing a reason') },
    ],
  ])('reports %s as Lambda does, and answers the next event', async (_, event, payload) => {
    deploy();
    const failure = await call(event).catch((error) => error);
    expect(failure).toBeInstanceOf(FunctionFailed);
    expect(failure.payload).toMatchObject(payload);
    expect(await call()).toMatchObject({ event: {} });
  });

  it.each([
    [
      'a bundle that fails while it is loaded',
      'handlers/broken.handler',
      { errorType: 'ConfigError', errorMessage: 'the configuration is wrong' },
    ],
    ['a bundle that is missing', 'handlers/missing.handler', { errorType: 'Runtime.ImportModuleError' }],
    [
      'a handler that is missing',
      'handlers/echo.other',
      { errorType: 'Runtime.HandlerNotFound', errorMessage: 'handlers/echo.other is undefined or not exported' },
    ],
  ])('reports %s', async (_, handler, payload) => {
    deploy({ handler });
    await expect(call()).rejects.toMatchObject({ payload });
  });

  it('is loaded anew after its bundle failed to load, as Lambda begins with a new environment', async () => {
    deploy({ handler: 'handlers/twice.handler', environment: { LOADED: path.join(dir, 'loaded') } });
    await expect(call()).rejects.toMatchObject({ payload: { errorMessage: 'not yet' } });
    expect(await call()).toEqual({ count: 1 });
    expect(await call()).toEqual({ count: 2 });
    expect(credentialsTaken).toBe(2);
  });

  it('is stopped when its time is over', async () => {
    deploy({ timeoutSeconds: 2 });
    await expect(call({ hang: true })).rejects.toMatchObject({
      payload: { errorType: 'Sandbox.Timedout', errorMessage: expect.stringMatching(/Task timed out after 2\.00 seconds$/) },
    });
    expect((await call()).count).toBe(1);
  });

  it('keeps what it wrote in a log of its own', async () => {
    deploy();
    await call({ log: 'first line\nsecond line' });
    expect(functions.logs('echo')).toEqual(['first line', 'second line']);
    expect(readFileSync(path.join(dir, 'logs/echo.log'), 'utf8')).toBe('first line\nsecond line\n');
  });

  it('says so when Lambda may not assume its role', async () => {
    functions = new Functions({
      ...{ clock, faults, account: '111122223333', region: 'us-east-1', dir, environment: () => ({}) },
      credentials: async () => {
        throw new Error('no trust');
      },
    });
    deploy();
    await expect(call()).rejects.toMatchObject({ code: 'AccessDeniedException' });
    expect(functions.logs('echo').join()).toContain('no trust');
  });

  describe('with a fault', () => {
    it.each([
      ['throttle', LambdaError, { code: 'TooManyRequestsException' }],
      ['error', LambdaError, { code: 'ServiceException' }],
      ['lost-answer', LambdaError, { code: 'SdkClientException' }],
      ['crash-before', FunctionFailed, { payload: { errorType: 'Runtime.ExitError' } }],
      ['crash-after', FunctionFailed, { payload: { errorType: 'Runtime.ExitError' } }],
    ] as const)('fails with %s as often as it was asked to', async (kind, type, shape) => {
      deploy();
      faults.add({ target: 'echo', kind, times: 1 });
      const failure = await call({ log: 'ran' }).catch((error) => error);
      expect(failure).toBeInstanceOf(type);
      expect(failure).toMatchObject(shape);
      expect(functions.logs('echo')).toEqual(['crash-after', 'lost-answer'].includes(kind) ? ['ran'] : []);
      expect(await call()).toMatchObject({ event: {} });
    });
  });

  it('is tried again when an asynchronous event fails, after one and two minutes', async () => {
    deploy();
    faults.add({ target: 'echo', kind: 'throttle', times: 2 });
    functions.invokeAsync('echo', { log: 'done' });
    await seen(/failed/, 1);
    clock.advance(60);
    await seen(/failed/, 2);
    clock.advance(120);
    await seen(/^done$/, 1);
  });

  const seen = (pattern: RegExp, times: number) => until(() => functions.logs('echo').filter((line) => pattern.test(line)).length >= times);
});
