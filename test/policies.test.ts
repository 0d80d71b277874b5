import { readFileSync } from 'node:fs';
import { parseConfig } from '../src/config.ts';
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

describe('the key SEAL', () => {
  const asked = (action: string, purpose: string): Asked => ({
    action: `kms:${action}`,
    resource: KEYS.seal,
    context: { 'kms:EncryptionContext:purpose': purpose },
    resourcePolicy: policies.sealKeyPolicy(config, { stage: STAGE }),
    kind: 'key',
  });

  it.each(FUNCTIONS)('seals and opens for %s its own purposes only', async (name) => {
    const { seals, opens }: { seals: readonly string[]; opens: readonly string[] } = policies.SEALS[name];
    for (const purpose of ['request', 'taskToken', 'code', 'session', 'toldEnd', 'toldRefusal', 'other']) {
      expect([purpose, await stack.may(stack.role(name), asked('GenerateDataKey', purpose))]).toEqual([purpose, seals.includes(purpose)]);
      expect([purpose, await stack.may(stack.role(name), asked('Decrypt', purpose))]).toEqual([purpose, opens.includes(purpose)]);
    }
  });

  it('is closed to administrators, root and the other roles, whatever their own policies say', async () => {
    for (const caller of [stack.user('admin'), stack.root, stack.role('machine'), stack.role('report'), stack.role('tellProgress')]) {
      for (const action of ['Decrypt', 'GenerateDataKey', 'Encrypt', 'ReEncryptFrom', 'CreateGrant']) {
        expect(await stack.may(caller, asked(action, 'session'))).toBe(false);
      }
    }
  });

  it('lets no function make a grant', async () => {
    for (const name of FUNCTIONS) expect([name, await stack.may(stack.role(name), asked('CreateGrant', 'session'))]).toEqual([name, false]);
  });

  it("is administered by those whom the account's policies allow", async () => {
    expect(await stack.may(stack.user('admin'), asked('ScheduleKeyDeletion', 'session'))).toBe(true);
    expect(await stack.may(stack.role('slack'), asked('ScheduleKeyDeletion', 'code'))).toBe(false);
  });
});

describe('the key HISTORY', () => {
  const asked = (action: string, machine: string, via?: string): Asked => ({
    action: `kms:${action}`,
    resource: KEYS.history,
    context: { 'kms:EncryptionContext:aws:states:stateMachineArn': machine, ...(via && { 'kms:ViaService': via }) },
    resourcePolicy: policies.historyKeyPolicy(config, { stage: STAGE }),
    kind: 'key',
  });
  const states = 'states.us-east-1.amazonaws.com';

  it("is used by the machine's role for its own machine only", async () => {
    expect(await stack.may(stack.role('machine'), asked('GenerateDataKey', MACHINE))).toBe(true);
    expect(await stack.may(stack.role('machine'), asked('Decrypt', MACHINE))).toBe(true);
    expect(await stack.may(stack.role('machine'), asked('Decrypt', `${MACHINE}-other`))).toBe(false);
    // Of the executions of its Distributed Map, whose machine is called so.
    expect(await stack.may(stack.role('machine'), asked('GenerateDataKey', `${MACHINE}/EmptyRanges`))).toBe(true);
    expect(await stack.may(stack.user('admin'), asked('Decrypt', `${MACHINE}/EmptyRanges`, states))).toBe(true);
    expect(await stack.may(stack.user('admin'), asked('Decrypt', `${MACHINE}-other/EmptyRanges`, states))).toBe(false);
  });

  it('is read through Step Functions by whoever has kms:Decrypt, and by no function', async () => {
    expect(await stack.may(stack.user('admin'), asked('Decrypt', MACHINE, states))).toBe(true);
    expect(await stack.may(stack.user('admin'), asked('Decrypt', MACHINE))).toBe(false);
    expect(await stack.may(stack.user('admin'), asked('GenerateDataKey', MACHINE))).toBe(false);
    for (const name of FUNCTIONS) expect(await stack.may(stack.role(name), asked('Decrypt', MACHINE, states))).toBe(false);
  });
});

describe('the key SECRETS', () => {
  const asked = (
    action: string,
    context: Record<string, string> = { 'kms:ViaService': 'secretsmanager.us-east-1.amazonaws.com' },
  ): Asked => ({
    action: `kms:${action}`,
    resource: KEYS.secrets,
    context,
    resourcePolicy: policies.secretsKeyPolicy(config, { stage: STAGE }),
    kind: 'key',
  });

  it('decrypts for elevate, through Secrets Manager', async () => {
    expect(await stack.may(stack.role('elevate'), asked('Decrypt'))).toBe(true);
    expect(await stack.may(stack.role('elevate'), asked('Decrypt', {}))).toBe(false);
    expect(await stack.may(stack.role('slack'), asked('Decrypt'))).toBe(false);
  });

  it('encrypts for an operator who writes a key, and decrypts for none', async () => {
    const tried = {
      'kms:ViaService': 'secretsmanager.us-east-1.amazonaws.com',
      'kms:EncryptionContext:SecretVersionId': 'RequestToValidateKeyAccess',
    };
    expect(await stack.may(stack.user('admin'), asked('GenerateDataKey'))).toBe(true);
    expect(await stack.may(stack.user('admin'), asked('Decrypt', tried))).toBe(true);
    expect(await stack.may(stack.user('admin'), asked('Decrypt'))).toBe(false);
    expect(await stack.may(stack.root, asked('Decrypt'))).toBe(false);
  });
});

describe("an approver's secret", () => {
  const asked = (action: string): Asked => ({
    action: `secretsmanager:${action}`,
    resource: secret('approvers/alice'),
    resourcePolicy: policies.approverSecretPolicy(config, { stage: STAGE }),
    kind: 'secret',
  });

  it('is read by elevate alone and written by operators', async () => {
    expect(await stack.may(stack.role('elevate'), asked('GetSecretValue'))).toBe(true);
    expect(await stack.may(stack.user('admin'), asked('GetSecretValue'))).toBe(false);
    expect(await stack.may(stack.root, asked('GetSecretValue'))).toBe(false);
    expect(await stack.may(stack.user('admin'), asked('PutSecretValue'))).toBe(true);
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
});
