import type { Deployed } from '../../sandbox/deploy.ts';
import type { Request } from '../../sandbox/http.ts';
import type { Json } from '../../sandbox/template.ts';
import { account, region, StackBench, trust } from '../helpers/small-stack.ts';
import { until } from '../helpers/until.ts';

describe('a stack deployed into the sandbox', () => {
  const t = new StackBench();
  const { deployed, run } = t;
  beforeEach(() => t.reset());
  afterEach(() => t.close());

  const post = (body: string, contentType = 'text/plain', rawPath = '/web'): Request => ({
    ...{ method: 'POST', path: rawPath, rawPath, query: new URLSearchParams('a=1'), rawQuery: 'a=1', sourceIp: '127.0.0.1' },
    headers: { 'content-type': contentType, cookie: 'a=1; b=2', 'user-agent': 'test' },
    body: Buffer.from(body),
  });

  it('has its tables, keys, secrets and roles', async () => {
    const { resources: made } = await deployed();
    const keyArn = made.get('Key')?.attributes?.Arn ?? '';
    expect(t.aws.kms.find('alias/stack', region).arn).toBe(keyArn);
    expect(t.aws.secrets.get('stack/secret')).toMatchObject({ kmsKeyArn: keyArn, policy: { Statement: [] }, versions: [] });
    expect(t.aws.iam.roles.get('stack-machine')?.policies).toHaveLength(1);
    expect(await t.aws.dynamodb.run('ListTables', {})).toMatchObject({ TableNames: ['stack-rows'] });
    expect(t.functions.list().map(({ name, alias, timeoutSeconds }) => [name, alias, timeoutSeconds])).toEqual([
      ['stack-web', 'web', 5],
      ['stack-work', 'work', 5],
    ]);
  });

  it("runs its functions with the template's environment and their role's credentials", async () => {
    const { resources: made } = await deployed();
    expect(await t.functions.invoke('stack-work', { a: 1 })).toEqual({ a: 1, key: made.get('Key')?.attributes?.Arn, key2: 'ASIA' });
  });

  it("runs its machine as the machine's role, on the call log", async () => {
    await deployed();
    expect(await run({ a: 1 })).toMatchObject({ status: 'SUCCEEDED', output: expect.stringContaining('"a":1') });
    const told = t.aws.calls.list().map(({ principal, action, allowed }) => `${principal.split(':').at(-1)} ${action} ${allowed}`);
    expect(told).toEqual(
      expect.arrayContaining([
        'assumed-role/stack-machine/req-1 kms:GenerateDataKey true',
        'assumed-role/stack-machine/req-1 kms:Decrypt true',
        'assumed-role/stack-machine/req-1 lambda:InvokeFunction true',
      ]),
    );
  });

  it("fails the execution where the machine's role may not call the function", async () => {
    await deployed((template) => template.MachineRole.Properties.Policies[0].PolicyDocument.Statement.shift());
    const execution = await run({});
    expect(execution).toMatchObject({
      status: 'FAILED',
      error: 'Lambda.AWSLambdaException',
      cause: expect.stringContaining('lambda:InvokeFunction'),
    });
    expect(t.functions.logs('work')).toHaveLength(0);
  });

  it("starts nothing where the machine's role may not use its key", async () => {
    await deployed((template) => template.MachineRole.Properties.Policies[0].PolicyDocument.Statement.pop());
    await expect(run({})).rejects.toMatchObject({ code: 'KmsAccessDeniedException' });
  });

  it('starts nothing where the role does not trust Step Functions', async () => {
    await deployed((template) => {
      template.MachineRole.Properties.AssumeRolePolicyDocument = trust('lambda.amazonaws.com');
    });
    await expect(run({})).rejects.toMatchObject({ code: 'AccessDeniedException' });
  });

  it("names a function's error by its type, with its payload as the cause", async () => {
    await deployed();
    const execution = await run({ fail: true });
    expect(execution).toMatchObject({ status: 'FAILED', error: 'AsAsked' });
    expect(JSON.parse(execution.cause ?? '')).toMatchObject({ errorType: 'AsAsked', errorMessage: 'as asked', trace: expect.any(Array) });
  });

  it('calls the function of a rule that an ended execution matches', async () => {
    await deployed();
    await run({ fail: true });
    await until(() => t.functions.logs('work').length === 2);
    expect(JSON.parse(t.functions.logs('work')[1] ?? '')).toMatchObject({
      source: 'aws.states',
      'detail-type': 'Step Functions Execution Status Change',
      account,
      detail: {
        name: 'req-1',
        status: 'FAILED',
        executionArn: expect.stringContaining(':execution:stack-machine:req-1'),
        stopDate: expect.any(Number),
        input: null,
      },
    });
  });

  it('calls no function that does not permit the rule', async () => {
    await deployed((template) => {
      delete template.RulePermission;
    });
    await run({ fail: true });
    await new Promise(setImmediate);
    expect(t.functions.logs('work')).toHaveLength(1);
  });

  describe('answering its API', () => {
    const answer = async (deployment: Deployed, request: Request) => deployment.apis[0]?.answer(request);

    it('gives the function what API Gateway would, and the answer back', async () => {
      const reply = await answer(await deployed(), post('{"a":1}', 'application/json; charset=utf-8'));
      expect(reply).toMatchObject({ status: 201, headers: { 'x-mine': 'yes' } });
      expect(JSON.parse(String(reply?.body))).toMatchObject({
        version: '2.0',
        routeKey: 'POST /web',
        rawPath: '/web',
        rawQueryString: 'a=1',
        queryStringParameters: { a: '1' },
        cookies: ['a=1', 'b=2'],
        headers: { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'test' },
        requestContext: {
          accountId: account,
          stage: '$default',
          http: { method: 'POST', path: '/web', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
          time: expect.stringMatching(/^\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
        },
        body: '{"a":1}',
        isBase64Encoded: false,
      });
    });

    it("brings a form as base64, as Slack's come", async () => {
      const reply = await answer(await deployed(), post('a=1', 'application/x-www-form-urlencoded'));
      expect(JSON.parse(String(reply?.body))).toMatchObject({ body: Buffer.from('a=1').toString('base64'), isBase64Encoded: true });
    });

    it('takes any JSON for the body of a 200', async () => {
      expect(await answer(await deployed(), post('text'))).toMatchObject({ status: 200, body: '{"plain":true}\n' });
    });

    it('answers 500 where the function fails', async () => {
      expect(await answer(await deployed(), post('boom'))).toMatchObject({ status: 500, body: '{"message":"Internal Server Error"}\n' });
    });

    it('answers 500 where the function does not permit it', async () => {
      const deployment = await deployed((template) => {
        delete template.ApiPermission;
      });
      expect(await answer(deployment, post('text'))).toMatchObject({ status: 500 });
    });

    it('leaves other paths to others', async () => {
      expect(await answer(await deployed(), post('text', 'text/plain', '/other'))).toBeUndefined();
    });
  });

  it.each([
    [
      'a type that it has nothing for',
      (t: Json) => Object.assign(t, { Queue: { Type: 'AWS::SQS::Queue' } }),
      'resource Queue: the sandbox has no AWS::SQS::Queue',
    ],
    [
      'a managed policy',
      (t: Json) => Object.assign(t.FunctionRole.Properties, { ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] }),
      'resource FunctionRole (AWS::IAM::Role): the sandbox has no managed policies (arn:aws:iam::aws:policy/AdministratorAccess)',
    ],
    [
      'a definition at fault',
      (t: Json) => delete t.Machine.Properties.Definition.States.Work.End,
      'resource Machine (AWS::StepFunctions::StateMachine): the state machine',
    ],
    [
      'a schedule that it can not read',
      (t: Json) => Object.assign(t.Rule.Properties, { ScheduleExpression: 'cron(0 0 * * ? *)' }),
      "doesn't know the schedule cron(0 0 * * ? *)",
    ],
    [
      'a matcher that it can not match',
      (t: Json) => Object.assign(t.Rule.Properties, { EventPattern: { source: [{ suffix: 'x' }] } }),
      'doesn\'t match {"suffix":"x"}',
    ],
  ])('is refused with %s, by name', async (_, change, message) => {
    await expect(deployed(change)).rejects.toThrow(message);
  });

  it('comes round by the clock where a rule says so', async () => {
    await deployed((template) => {
      template.Rule.Properties = { ...template.Rule.Properties, EventPattern: undefined, ScheduleExpression: 'rate(5 minutes)' };
    });
    t.clock.advance(301);
    await until(() => t.functions.logs('work').length === 1);
    expect(JSON.parse(t.functions.logs('work')[0] ?? '')).toMatchObject({ 'detail-type': 'Scheduled Event', source: 'aws.events' });
    t.clock.advance(300);
    await until(() => t.functions.logs('work').length === 2);
  });
});
