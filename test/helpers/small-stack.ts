/** A small stack, and the parts of the sandbox that it is deployed into. */
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
import { Permissions } from '../../sandbox/permissions.ts';
import type { Json } from '../../sandbox/template.ts';
import { createEvents, createFlow } from '../../sandbox/wiring.ts';
import { until } from './until.ts';

export const account = '111122223333';
export const region = 'us-east-1';
const functionArn = (name: string) => `arn:aws:lambda:${region}:${account}:function:${name}`;

export const trust = (service: string) => ({
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

/** Made anew by `reset` for each test. */
export class StackBench {
  dir!: string;
  clock!: Clock;
  aws!: Aws;
  functions!: Functions;
  flow!: Flow;
  #events!: Events;
  #permissions!: Permissions;

  reset(): void {
    this.dir = mkdtempSync(path.join(tmpdir(), 'deploy-'));
    this.clock = new Clock();
    const faults = new Faults();
    const { clock, dir } = this;
    const aws = new Aws({ clock, faults, account, region, assumeRoleMfa: 'absent' });
    this.aws = aws;
    this.#permissions = new Permissions();
    this.functions = new Functions({
      ...{ clock, faults, account, region, dir },
      environment: () => ({}),
      credentials: async (roleArn, name) => {
        const { caller, ...keys } = await aws.roleSession(roleArn, name, { service: 'lambda.amazonaws.com' });
        return { ...keys, expiresAt: caller.expiresAt };
      },
    });
    const wiring = { clock, aws, functions: this.functions, permissions: this.#permissions };
    this.flow = createFlow(wiring);
    this.#events = createEvents(wiring, this.flow);
  }

  async close(): Promise<void> {
    this.#events.close();
    this.flow.close();
    await this.functions.close();
    await this.aws.close();
    this.clock.close();
    rmSync(this.dir, { recursive: true });
  }

  /** Deploys the stack, changed as a test wants it. */
  readonly deployed = (change: (resources: Record<string, Json>) => void = () => {}): Promise<Deployed> => {
    const Resources = resources();
    change(Resources);
    const { dir, clock, aws, functions, flow } = this;
    const packaged = path.join(dir, 'packaged');
    mkdirSync(packaged);
    writeFileSync(path.join(packaged, 'cloudformation-template-update-stack.json'), JSON.stringify({ Resources }));
    for (const name of ['web', 'work']) writeFileSync(path.join(packaged, `${name}.zip`), zipSync({ 'index.mjs': Buffer.from(BUNDLE) }));
    return deploy({ clock, account, region, packaged, dir, aws, functions, flow, events: this.#events, permissions: this.#permissions });
  };

  /** One execution of the stack's machine, to its end. */
  readonly run = async (input: unknown): Promise<Execution> => {
    const [machine] = this.flow.machines();
    const execution = await this.flow.start(machine?.arn ?? '', { name: 'req-1', input: JSON.stringify(input) });
    await until(() => execution.status !== 'RUNNING');
    return execution;
  };
}
