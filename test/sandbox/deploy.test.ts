import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { zipSync } from 'fflate';
import { Aws } from '../../sandbox/aws/aws.ts';
import type { Execution, Flow } from '../../sandbox/aws/services/step-functions/index.ts';
import { Clock } from '../../sandbox/clock.ts';
import { type Deployed, deploy } from '../../sandbox/deploy.ts';
import type { Events } from '../../sandbox/events.ts';
import { Faults } from '../../sandbox/faults.ts';
import { Functions } from '../../sandbox/functions.ts';
import type { Request } from '../../sandbox/http.ts';
import { Permissions } from '../../sandbox/permissions.ts';
import type { Json } from '../../sandbox/template.ts';
import { createEvents, createFlow } from '../../sandbox/wiring.ts';
import { until } from '../helpers/until.ts';

const account = '111122223333';
const region = 'us-east-1';
const functionArn = (name: string) => `arn:aws:lambda:${region}:${account}:function:${name}`;

const trust = (service: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
});
const role = (RoleName: string, service: string, ...Statement: Json[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    RoleName,
    AssumeRolePolicyDocument: trust(service),
    Policies: [{ PolicyName: 'own', PolicyDocument: { Version: '2012-10-17', Statement } }],
  },
});

const lambda = (name: string) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    FunctionName: `stack-${name}`,
    Code: { S3Bucket: { Ref: 'Bucket' }, S3Key: `some/where/${name}.zip` },
    Handler: 'index.handler',
    Role: { 'Fn::GetAtt': ['FunctionRole', 'Arn'] },
    Environment: { Variables: { KEY: { 'Fn::GetAtt': ['Key', 'Arn'] } } },
    Timeout: 5,
  },
});

/** A stack as small as one can be that has everything: an API, two functions, a machine with a key, a rule. */
function resources(): Record<string, Json> {
  return {
    Bucket: { Type: 'AWS::S3::Bucket' },
    LogGroup: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/aws/lambda/stack-web' } },
    FunctionRole: role('stack-function', 'lambda.amazonaws.com', { Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: '*' }),
    MachineRole: role(
      'stack-machine',
      'states.amazonaws.com',
      { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: functionArn('stack-work') },
      { Effect: 'Allow', Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: '*' },
    ),
    Key: {
      Type: 'AWS::KMS::Key',
      Properties: {
        KeyPolicy: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'kms:*', Resource: '*' }],
        },
      },
    },
    KeyAlias: { Type: 'AWS::KMS::Alias', Properties: { AliasName: 'alias/stack', TargetKeyId: { Ref: 'Key' } } },
    Secret: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'stack/secret', KmsKeyId: { 'Fn::GetAtt': ['Key', 'Arn'] } } },
    SecretPolicy: {
      Type: 'AWS::SecretsManager::ResourcePolicy',
      Properties: { SecretId: { Ref: 'Secret' }, ResourcePolicy: { Statement: [] } },
    },
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        TableName: 'stack-rows',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        SSESpecification: { SSEEnabled: true },
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      },
    },
    WebFunction: lambda('web'),
    WorkFunction: lambda('work'),
    Machine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        StateMachineName: 'stack-machine',
        RoleArn: { 'Fn::GetAtt': ['MachineRole', 'Arn'] },
        Definition: {
          StartAt: 'Work',
          States: {
            Work: {
              Type: 'Task',
              Resource: 'arn:aws:states:::lambda:invoke',
              Parameters: { FunctionName: '${Work}', 'Payload.$': '$' },
              OutputPath: '$.Payload',
              End: true,
            },
          },
        },
        DefinitionSubstitutions: { Work: 'stack-work' },
        EncryptionConfiguration: { Type: 'CUSTOMER_MANAGED_KMS_KEY', KmsKeyId: { 'Fn::GetAtt': ['Key', 'Arn'] } },
      },
    },
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        Name: 'ended-badly',
        EventPattern: { source: ['aws.states'], detail: { status: ['FAILED', 'ABORTED'] } },
        Targets: [{ Id: 'work', Arn: { 'Fn::GetAtt': ['WorkFunction', 'Arn'] } }],
      },
    },
    RulePermission: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: { Ref: 'WorkFunction' },
        Principal: 'events.amazonaws.com',
        SourceArn: { 'Fn::GetAtt': ['Rule', 'Arn'] },
      },
    },
    Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'stack', ProtocolType: 'HTTP' } },
    Stage: { Type: 'AWS::ApiGatewayV2::Stage', Properties: { ApiId: { Ref: 'Api' }, StageName: '$default' } },
    Integration: {
      Type: 'AWS::ApiGatewayV2::Integration',
      Properties: {
        ApiId: { Ref: 'Api' },
        IntegrationType: 'AWS_PROXY',
        IntegrationUri: { 'Fn::GetAtt': ['WebFunction', 'Arn'] },
        PayloadFormatVersion: '2.0',
      },
    },
    Route: {
      Type: 'AWS::ApiGatewayV2::Route',
      Properties: { ApiId: { Ref: 'Api' }, RouteKey: 'POST /web', Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'Integration' }]] } },
    },
    ApiPermission: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        FunctionName: { 'Fn::GetAtt': ['WebFunction', 'Arn'] },
        Principal: 'apigateway.amazonaws.com',
        SourceArn: { 'Fn::Sub': 'arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*' },
      },
    },
  };
}

const BUNDLE = `
export const handler = async (event) => {
  if (event.body === 'text') return { plain: true };
  if (event.body === 'boom') throw new Error('boom');
  if (event.version === '2.0') return { statusCode: 201, headers: { 'X-Mine': 'yes' }, body: JSON.stringify(event) };
  console.log(JSON.stringify(event));
  if (event.fail) throw Object.assign(new Error('as asked'), { name: 'AsAsked' });
  return { ...event, key: process.env.KEY, key2: process.env.AWS_ACCESS_KEY_ID?.slice(0, 4) };
};`;

describe('a stack deployed into the sandbox', () => {
  let dir: string;
  let clock: Clock;
  let aws: Aws;
  let functions: Functions;
  let flow: Flow;
  let events: Events;
  let permissions: Permissions;

  beforeEach(() => {
    dir = mkdtempSync(path.join(tmpdir(), 'deploy-'));
    clock = new Clock();
    const faults = new Faults();
    aws = new Aws({ clock, faults, account, region, assumeRoleMfa: 'absent' });
    permissions = new Permissions();
    functions = new Functions({
      ...{ clock, faults, account, region, dir },
      environment: () => ({}),
      credentials: async (roleArn, name) => {
        const { caller, ...keys } = await aws.roleSession(roleArn, name, { service: 'lambda.amazonaws.com' });
        return { ...keys, expiresAt: caller.expiresAt };
      },
    });
    const wiring = { clock, aws, functions, permissions };
    flow = createFlow(wiring);
    events = createEvents(wiring, flow);
  });

  afterEach(async () => {
    events.close();
    flow.close();
    await functions.close();
    await aws.close();
    clock.close();
    rmSync(dir, { recursive: true });
  });

  async function deployed(change: (resources: Record<string, Json>) => void = () => {}): Promise<Deployed> {
    const Resources = resources();
    change(Resources);
    const packaged = path.join(dir, 'packaged');
    mkdirSync(packaged);
    writeFileSync(path.join(packaged, 'cloudformation-template-update-stack.json'), JSON.stringify({ Resources }));
    for (const name of ['web', 'work']) writeFileSync(path.join(packaged, `${name}.zip`), zipSync({ 'index.mjs': Buffer.from(BUNDLE) }));
    return deploy({ clock, account, region, packaged, dir, aws, functions, flow, events, permissions });
  }

  async function run(input: unknown): Promise<Execution> {
    const [machine] = flow.machines();
    const execution = await flow.start(machine?.arn ?? '', { name: 'req-1', input: JSON.stringify(input) });
    await until(() => execution.status !== 'RUNNING');
    return execution;
  }

  const post = (body: string, contentType = 'text/plain', rawPath = '/web'): Request => ({
    ...{ method: 'POST', path: rawPath, rawPath, query: new URLSearchParams('a=1'), rawQuery: 'a=1', sourceIp: '127.0.0.1' },
    headers: { 'content-type': contentType, cookie: 'a=1; b=2', 'user-agent': 'test' },
    body: Buffer.from(body),
  });

  it('has its tables, keys, secrets and roles', async () => {
    const { resources: made } = await deployed();
    const keyArn = made.get('Key')?.attributes?.Arn ?? '';
    expect(aws.kms.find('alias/stack', region).arn).toBe(keyArn);
    expect(aws.secrets.get('stack/secret')).toMatchObject({ kmsKeyArn: keyArn, policy: { Statement: [] }, versions: [] });
    expect(aws.iam.roles.get('stack-machine')?.policies).toHaveLength(1);
    expect(await aws.dynamodb.run('ListTables', {})).toMatchObject({ TableNames: ['stack-rows'] });
    expect(functions.list().map(({ name, alias, timeoutSeconds }) => [name, alias, timeoutSeconds])).toEqual([
      ['stack-web', 'web', 5],
      ['stack-work', 'work', 5],
    ]);
  });

  it("runs its functions with the template's environment and their role's credentials", async () => {
    const { resources: made } = await deployed();
    expect(await functions.invoke('stack-work', { a: 1 })).toEqual({ a: 1, key: made.get('Key')?.attributes?.Arn, key2: 'ASIA' });
  });

  it("runs its machine as the machine's role, on the call log", async () => {
    await deployed();
    expect(await run({ a: 1 })).toMatchObject({ status: 'SUCCEEDED', output: expect.stringContaining('"a":1') });
    const told = aws.calls.list().map(({ principal, action, allowed }) => `${principal.split(':').at(-1)} ${action} ${allowed}`);
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
    expect(functions.logs('work')).toHaveLength(0);
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
    await until(() => functions.logs('work').length === 2);
    expect(JSON.parse(functions.logs('work')[1] ?? '')).toMatchObject({
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
    expect(functions.logs('work')).toHaveLength(1);
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
    clock.advance(301);
    await until(() => functions.logs('work').length === 1);
    expect(JSON.parse(functions.logs('work')[0] ?? '')).toMatchObject({ 'detail-type': 'Scheduled Event', source: 'aws.events' });
    clock.advance(300);
    await until(() => functions.logs('work').length === 2);
  });
});
