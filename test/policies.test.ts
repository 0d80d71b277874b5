import { readFileSync } from 'node:fs';
import { type Approver, parseConfig, type Rule } from '../src/config.ts';
import { FUNCTIONS, type FunctionName } from '../src/domain/names.ts';
import * as policies from '../src/domain/policies.ts';
import { ACCOUNT, type Asked, KEYS, STAGE, stackOf } from './helpers/policies.ts';

const config = parseConfig(readFileSync('config/sandbox.yml', 'utf8'), 'config/sandbox.yml');
const stack = stackOf(config);

const table = (name: string) => `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/interlock-sandbox-${name}`;
const secret = (name: string) => `arn:aws:secretsmanager:us-east-1:${ACCOUNT}:secret:interlock/sandbox/${name}-AbCdEf`;
const MACHINE = `arn:aws:states:us-east-1:${ACCOUNT}:stateMachine:interlock-sandbox-deletion`;
const DELETION = `arn:aws:iam::${ACCOUNT}:role/interlock-sandbox-deletion`;

describe("a function's role", () => {
  const row = (action: string, name: string): Asked => ({ action: `dynamodb:${action}`, resource: table(name) });
  const turn = (action: string, key: string): Asked => ({ ...row(action, 'locks'), context: { 'dynamodb:LeadingKeys': [key] } });
  const stop = (key: string): Asked => ({ ...row('PutItem', 'emptying'), context: { 'dynamodb:LeadingKeys': [key] } });
  const read = (name: string): Asked => ({ action: 'secretsmanager:GetSecretValue', resource: secret(name) });
  const send: Asked = { action: 'states:SendTaskSuccess', resource: '*' };
  const s3 = (action: string, resource: string, resourceAccount = ACCOUNT): Asked => ({
    action: `s3:${action}`,
    resource: `arn:aws:s3:::${resource}`,
    resourceAccount,
  });

  it.each<[FunctionName, Asked[], Asked[]]>([
    [
      'slack',
      [
        { action: 'states:StartExecution', resource: MACHINE },
        send,
        read('slack/signing-secret'),
        read('slack/bot-token'),
        ...['GetItem', 'PutItem', 'UpdateItem', 'BatchGetItem'].map((action) => row(action, 'requests')),
        { action: 'dynamodb:Query', resource: `${table('requests')}/index/byRequester` },
        ...['GetItem', 'UpdateItem', 'DeleteItem', 'Scan'].map((action) => row(action, 'locks')),
        row('PutItem', 'audit'),
        {
          action: 'logs:PutLogEvents',
          resource: `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:/aws/lambda/interlock-sandbox-slack:log-stream:x`,
        },
      ],
      [
        { action: 'states:StartExecution', resource: MACHINE.replace('interlock', 'other') },
        { action: 'states:GetExecutionHistory', resource: `${MACHINE.replace('stateMachine', 'execution')}:req-1` },
        { action: 'states:DescribeExecution', resource: `${MACHINE.replace('stateMachine', 'execution')}:req-1` },
        read('approvers/alice'),
        row('Query', 'requests'),
        row('DeleteItem', 'requests'),
        row('GetItem', 'audit'),
        row('GetItem', 'attempts'),
        s3('ListBucket', 'team-scratch'),
        { action: 'sts:AssumeRole', resource: DELETION },
        {
          action: 'logs:PutLogEvents',
          resource: `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:/aws/lambda/interlock-sandbox-elevate:log-stream:x`,
        },
      ],
    ],
    [
      'inspect',
      [
        s3('GetBucketVersioning', 'team-scratch'),
        s3('ListBucketVersions', 'quick-one'),
        s3('GetBucketPolicy', 'team-scratch'),
        s3('GetLifecycleConfiguration', 'team-scratch'),
        s3('GetEncryptionConfiguration', 'quick-one'),
        { action: 's3:ListAllMyBuckets', resource: '*' },
        { action: 's3:ListAccessPoints', resource: '*' },
      ],
      [
        s3('ListBucket', 'orphan'),
        s3('ListBucket', 'team-scratch', '444455556666'),
        s3('GetObject', 'team-site/index.html'),
        s3('DeleteBucket', 'team-scratch'),
        row('GetItem', 'requests'),
        row('UpdateItem', 'requests'),
        send,
      ],
    ],
    [
      'askApprover',
      [read('slack/bot-token'), row('GetItem', 'requests'), row('UpdateItem', 'requests'), row('PutItem', 'audit')],
      [read('slack/signing-secret'), row('PutItem', 'requests'), row('GetItem', 'locks'), send],
    ],
    [
      'elevate',
      [
        read('approvers/alice'),
        read('approvers/bob'),
        ...['GetItem', 'PutItem', 'UpdateItem'].map((action) => row(action, 'attempts')),
        row('GetItem', 'approvers'),
        row('UpdateItem', 'approvers'),
        row('PutItem', 'audit'),
      ],
      [
        read('slack/bot-token'),
        read('approvers/mallory'),
        row('DeleteItem', 'attempts'),
        row('PutItem', 'approvers'),
        row('GetItem', 'requests'),
        { action: 'sts:AssumeRole', resource: DELETION },
        s3('ListBucket', 'team-scratch'),
        send,
      ],
    ],
    [
      'changeGuard',
      [turn('PutItem', 'policy:team-scratch'), turn('DeleteItem', 'policy:team-scratch'), row('PutItem', 'audit')],
      [
        turn('PutItem', 'team-scratch'),
        turn('DeleteItem', 'person:U0RIYA:1'),
        row('Scan', 'locks'),
        row('GetItem', 'audit'),
        row('GetItem', 'requests'),
        s3('PutBucketPolicy', 'team-scratch'),
        send,
      ],
    ],
    [
      'planEmptying',
      [...['GetItem', 'Query', 'PutItem', 'BatchWriteItem'].map((action) => row(action, 'emptying')), row('PutItem', 'audit')],
      [row('DeleteItem', 'emptying'), row('GetItem', 'audit'), s3('ListBucketVersions', 'team-scratch'), send],
    ],
    [
      'emptyRange',
      [...['GetItem', 'UpdateItem'].map((action) => row(action, 'emptying')), stop(`stop:req-1`)],
      [stop('req-1'), row('DeleteItem', 'emptying'), row('PutItem', 'audit'), s3('DeleteObjectVersion', 'team-scratch/a'), send],
    ],
    [
      'deleteBucket',
      [row('PutItem', 'audit')],
      [
        row('GetItem', 'audit'),
        row('GetItem', 'requests'),
        s3('DeleteBucket', 'team-scratch'),
        s3('ListBucketVersions', 'team-scratch'),
        send,
      ],
    ],
    [
      'report',
      [
        read('slack/bot-token'),
        ...['GetItem', 'UpdateItem'].map((action) => row(action, 'requests')),
        row('Query', 'attempts'),
        row('DeleteItem', 'locks'),
        row('PutItem', 'audit'),
      ],
      [
        row('PutItem', 'attempts'),
        read('slack/signing-secret'),
        row('GetItem', 'locks'),
        row('PutItem', 'locks'),
        row('DeleteItem', 'audit'),
        row('UpdateItem', 'audit'),
        send,
      ],
    ],
  ])('of %s may what its step needs and nothing beside it', async (name, allowed, denied) => {
    for (const asked of allowed) expect({ ...asked, may: await stack.may(stack.role(name), asked) }).toEqual({ ...asked, may: true });
    for (const asked of denied) expect({ ...asked, may: await stack.may(stack.role(name), asked) }).toEqual({ ...asked, may: false });
  });
});

describe('the policies of roles', () => {
  /** Every `*` with why nothing narrower will do. */
  const EXPLAINED: Record<string, string> = {
    AnswerTheFlow: 'SendTaskSuccess knows no resource type; a task token cannot be guessed',
    FindBuckets: 'ListAllMyBuckets and ListAccessPoints know no resource type that names a bucket',
    ListBuckets: 'nor does ListAllMyBuckets alone',
  };

  it('allow nothing on every resource without a reason', () => {
    const keys = { seal: KEYS.seal, history: KEYS.history, secrets: KEYS.secrets };
    const documents = [
      ...FUNCTIONS.map((name) => policies.functionPolicy(name, config, { stage: STAGE, keys })),
      policies.machinePolicy(config, { stage: STAGE, keys }),
      policies.deletionRolePermissions(config),
    ];
    const wide = documents
      .flatMap(({ Statement }) => Statement)
      .filter(({ Effect, Resource }) => Effect === 'Allow' && [Resource].flat().includes('*'));
    expect(wide.map(({ Sid }) => Sid).sort()).toEqual(Object.keys(EXPLAINED).sort());
  });

  it('fit what IAM takes for a role', () => {
    const size = (document: unknown) => JSON.stringify(document).length;
    const keys = KEYS;
    for (const name of FUNCTIONS) expect(size(policies.functionPolicy(name, config, { stage: STAGE, keys }))).toBeLessThan(10_240);
    expect(size(policies.deletionRoleTrust(config))).toBeLessThan(2048);
  });

  it('have room for twenty approvers, and for nineteen rules that each name others', () => {
    const size = (document: unknown) => JSON.stringify(document).length;
    const approvers = Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => {
        const name = `approver${index}`;
        return [name, { ...(config.approvers.alice as Approver), name, user: `arn:aws:iam::${ACCOUNT}:user/interlock-${name}` }];
      }),
    );
    const rules = Array.from({ length: 19 }, (_, index) => ({
      ...(config.rules[0] as Rule),
      buckets: `team-number-${index}-*`,
      approvers: [`approver${index}`],
    }));
    expect(size(policies.deletionRoleTrust({ ...config, approvers }))).toBeLessThan(2048);
    expect(size(policies.deletionRolePermissions({ ...config, approvers, rules }))).toBeLessThan(10_240);
  });
});
