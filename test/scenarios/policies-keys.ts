import { FUNCTIONS } from '../../src/domain/names.ts';
import type { Caller } from '../helpers/policies-http.ts';
import { allowedBy, NOBODY_ALLOWS } from '../helpers/policies-http.ts';
import { roleArn } from '../helpers/policies-stack.ts';
import { stack } from '../helpers/shared-stack.ts';
import { until } from '../helpers/until.ts';

const ADMINISTRATOR = { Version: '2012-10-17', Statement: [{ Sid: 'All', Effect: 'Allow', Action: '*', Resource: '*' }] };
const MACHINE = 'arn:aws:states:us-east-1:111122223333:stateMachine:interlock-sandbox-deletion';
const NOBODY_ELSE = `denied by statement "NobodyElse" of the key's policy`;
const keysSay = (sid: string, own: string) => `allowed by statement "${sid}" of the key's policy and statement ${own}`;
/** The administrator's one statement, which has no name. */
const ADMINS = '1 of policy "administrator"';

/** Somebody widens a role's own policy as far as it goes. */
function widened<T>(role: string, act: () => Promise<T>): Promise<T> {
  const policies = stack.sandbox.aws.iam.roles.get(`interlock-sandbox-${role}`)?.policies ?? [];
  policies.push({ name: 'widened', document: ADMINISTRATOR });
  return act().finally(() => policies.pop());
}

describe('the key SEAL', () => {
  const PURPOSES = ['request', 'taskToken', 'code', 'session', 'toldEnd', 'toldRefusal', 'other'];
  const USES = ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:GenerateDataKeyWithoutPlaintext', 'kms:Encrypt'];

  it.each(['admin', 'root'] as const)('is administered by %s (Administration) and never used (NobodyElse)', async (who) => {
    const { asks } = stack[who];
    for (const action of ['kms:DescribeKey', 'kms:GetKeyPolicy']) {
      expect(await asks(action, 'seal')).toMatch(/^allowed by statement "Administration" of the key's policy and /);
    }
    for (const action of USES) {
      for (const purpose of PURPOSES) expect([action, await asks(action, `seal purpose=${purpose}`)]).toEqual([action, NOBODY_ELSE]);
      expect(await asks(action, 'seal')).toBe(NOBODY_ELSE);
    }
    expect(await asks('kms:CreateGrant', 'seal')).toBe(NOBODY_ELSE);
  });

  it.each([
    ['slack', ['code', 'request'], ['taskToken']],
    ['inspect', [], ['request']],
    ['askApprover', ['taskToken', 'toldRefusal'], ['toldRefusal']],
    ['elevate', ['session'], ['code']],
    ['holdWriters', [], ['session']],
    ['planEmptying', [], ['session']],
    ['emptyRange', [], ['session']],
    ['deleteBucket', [], ['session']],
    ['changeGuard', [], ['session']],
    ['report', ['toldEnd', 'toldRefusal'], ['toldEnd', 'toldRefusal']],
  ])('holds %s to its purposes even where its own policy is widened to everything', async (role, seals, opens) => {
    const { asks } = await stack.role(role);
    const sid = `${role[0]?.toUpperCase()}${role.slice(1)}`;
    await widened(role, async () => {
      for (const purpose of PURPOSES) {
        const sealed = (seals as string[]).includes(purpose) ? expect.stringContaining(`"${sid}Seals" of the key's policy`) : NOBODY_ALLOWS;
        const opened = (opens as string[]).includes(purpose) ? expect.stringContaining(`"${sid}Opens" of the key's policy`) : NOBODY_ALLOWS;
        expect([purpose, await asks('kms:GenerateDataKey', `seal purpose=${purpose}`)]).toEqual([purpose, sealed]);
        expect([purpose, await asks('kms:Decrypt', `seal purpose=${purpose}`)]).toEqual([purpose, opened]);
      }
      expect(await asks('kms:GenerateDataKey', 'seal')).toBe(NOBODY_ALLOWS);
      expect(await asks('kms:Encrypt', 'seal purpose=code')).toBe(NOBODY_ALLOWS);
      expect(await asks('kms:CreateGrant', 'seal')).toBe(NOBODY_ALLOWS);
    });
  });

  it.each([
    ['tellProgress', 'lambda.amazonaws.com'],
    ['checkGuards', 'lambda.amazonaws.com'],
    ['machine', 'states.amazonaws.com'],
  ])('is closed to %s, whatever its own policy says (NobodyElse)', async (role, service) => {
    const { asks } = await stack.role(role, service);
    await widened(role, async () => {
      for (const action of USES) expect(await asks(action, 'seal purpose=session')).toBe(NOBODY_ELSE);
      expect(await asks('kms:CreateGrant', 'seal')).toBe(NOBODY_ELSE);
    });
  });
});

describe('the key HISTORY', () => {
  const context = `history aws:states:stateMachineArn=${MACHINE}`;
  let machine: Caller;
  beforeAll(async () => {
    machine = await stack.role('machine', 'states.amazonaws.com');
  });

  it('encrypts for the machine’s role, with the machine as context (MachineEncrypts, EncryptHistory)', async () => {
    for (const action of ['kms:Decrypt', 'kms:GenerateDataKey']) {
      expect(await machine.asks(action, context)).toBe(keysSay('MachineEncrypts', '"EncryptHistory" of policy "interlock"'));
      expect(await machine.asks(action, `${context}-other`)).toBe(NOBODY_ALLOWS);
      expect(await machine.asks(action, 'history')).toBe(NOBODY_ALLOWS);
    }
    await widened('machine', async () => expect(await machine.asks('kms:Decrypt', `${context}-other`)).toBe(NOBODY_ALLOWS));
  });

  it('lets no other machine work with it', async () => {
    const { flow } = stack.sandbox;
    const keyArn = stack.sandbox.aws.kms.find('alias/interlock-sandbox-history', 'us-east-1').arn;
    const definition = { StartAt: 'End', States: { End: { Type: 'Succeed' as const } } };
    const { arn } = flow.createMachine({ name: 'other', roleArn: roleArn('machine'), definition, keyArn });
    await expect(flow.start(arn, {})).rejects.toMatchObject({ code: 'KmsAccessDeniedException' });
  });

  it('is read through Step Functions by those who may decrypt, and by nobody directly (OperatorsThroughStepFunctions)', async () => {
    const reader = stack.user('reader', {
      Version: '2012-10-17',
      Statement: [
        { Sid: 'Reads', Effect: 'Allow', Action: 'states:*', Resource: '*' },
        { Sid: 'Decrypts', Effect: 'Allow', Action: 'kms:Decrypt', Resource: '*' },
      ],
    });
    const looker = stack.user('looker', {
      Version: '2012-10-17',
      Statement: [{ Sid: 'Reads', Effect: 'Allow', Action: 'states:*', Resource: '*' }],
    });
    const { arn } = await stack.sandbox.flow.start(MACHINE, { name: 'req-shown', input: '{}' });
    for (const [action, on] of [
      ['states:DescribeStateMachine', 'interlock-sandbox-deletion'],
      ['states:DescribeExecution', arn],
      ['states:GetExecutionHistory', arn],
    ] as const) {
      expect(await reader.asks(action, on)).toBe(allowedBy('Reads'));
      expect(await stack.admin.asks(action, on)).toBe(`allowed by statement ${ADMINS}`);
      expect(await looker.asks(action, on)).toBe(NOBODY_ALLOWS);
    }
    for (const { asks } of [reader, stack.admin, stack.root]) expect(await asks('kms:Decrypt', context)).toBe(NOBODY_ALLOWS);
  });

  it.each(['slack', 'inspect', 'askApprover', 'elevate', 'deleteBucket', 'changeGuard', 'report', 'checkGuards'])(
    'is nothing to %s',
    async (role) => {
      const { asks } = await stack.role(role);
      expect(await asks('kms:Decrypt', context)).toBe(NOBODY_ALLOWS);
      await widened(role, async () => expect(await asks('kms:Decrypt', context)).toBe(NOBODY_ALLOWS));
    },
  );

  it('is administered by the account (Administration)', async () => {
    expect(await stack.admin.asks('kms:DescribeKey', 'history')).toBe(keysSay('Administration', ADMINS));
    expect(await machine.asks('kms:DescribeKey', 'history')).toBe(NOBODY_ALLOWS);
  });
});

describe('an approver’s key in its secret, under the key SECRETS', () => {
  it('is read by elevate, through Secrets Manager (ElevateReads, DecryptApproversKeys)', async () => {
    const { asks } = await stack.role('elevate');
    expect(await asks('secretsmanager:GetSecretValue', 'approvers/alice')).toBe(allowedBy('ReadApproversKeys'));
    expect(await asks('kms:Decrypt', 'secrets SecretVersionId=1')).toBe(NOBODY_ALLOWS);
    await widened('elevate', async () => expect(await asks('kms:Decrypt', 'secrets SecretVersionId=1')).toBe(NOBODY_ALLOWS));
  });

  it('needs elevate’s right on the key beside that on the secret', async () => {
    const { asks } = await stack.role('elevate');
    const { policies } = stack.sandbox.aws.iam.roles.get('interlock-sandbox-elevate') ?? { policies: [] };
    const [whole] = policies as [{ name: string; document: { Statement: { Sid: string }[] } }];
    const without = { ...whole.document, Statement: whole.document.Statement.filter(({ Sid }) => Sid !== 'DecryptApproversKeys') };
    policies[0] = { name: 'interlock', document: without };
    expect(await asks('secretsmanager:GetSecretValue', 'approvers/alice')).toBe(NOBODY_ALLOWS);
    policies[0] = whole;
  });

  it.each(['admin', 'root'] as const)('is written by %s and never read (OperatorsWrite, OperatorsAreTried, ElevateAlone)', async (who) => {
    const { asks } = stack[who];
    expect(await asks('secretsmanager:PutSecretValue', 'approvers/bob')).toMatch(/^allowed by /);
    expect(await asks('secretsmanager:DescribeSecret', 'approvers/bob')).toMatch(/^allowed by /);
    expect(await asks('secretsmanager:GetSecretValue', 'approvers/bob')).toBe(`denied by statement "ElevateAlone" of the secret's policy`);
    for (const action of ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:Encrypt']) {
      expect(await asks(action, 'secrets SecretVersionId=RequestToValidateKeyAccess')).toBe(NOBODY_ALLOWS);
    }
  });

  it('stays closed to operators by its key alone, where a secret’s own policy is gone', async () => {
    stack.sandbox.aws.secrets.setPolicy('interlock/sandbox/approvers/alice', undefined);
    expect(await stack.admin.asks('secretsmanager:GetSecretValue', 'approvers/alice')).toBe(NOBODY_ALLOWS);
  });
});

describe('Slack’s secrets', () => {
  it.each([
    ['slack/signing-secret', ['slack']],
    ['slack/bot-token', ['slack', 'askApprover', 'tellProgress', 'report', 'checkGuards']],
  ])('%s is written by operators, and read by the functions that work with it alone (FunctionsAlone)', async (secret, readers) => {
    const refused = `denied by statement "FunctionsAlone" of the secret's policy`;
    for (const { asks } of [stack.admin, stack.root]) {
      expect(await asks('secretsmanager:PutSecretValue', secret)).toMatch(/^allowed by /);
      expect(await asks('secretsmanager:GetSecretValue', secret)).toBe(refused);
    }
    for (const name of FUNCTIONS) {
      const { asks } = await stack.role(name);
      const read = () => asks('secretsmanager:GetSecretValue', secret);
      const reads = readers.includes(name);
      expect([name, await read()]).toEqual([name, reads ? allowedBy('ReadSlackSecrets') : refused]);
      await widened(name, async () =>
        expect([name, await read()]).toEqual([name, reads ? expect.stringMatching(/^allowed by /) : refused]),
      );
    }
  });
});

describe('the machine’s role', () => {
  /** What decides it when a machine with this role calls a function. */
  async function invoking(name: string): Promise<string | undefined> {
    const { aws, flow } = stack.sandbox;
    const Parameters = { FunctionName: `interlock-sandbox-${name}`, Payload: {} };
    const call = { Type: 'Task' as const, Resource: 'arn:aws:states:::lambda:invoke', Parameters, TimeoutSeconds: 10, End: true as const };
    const definition = { StartAt: 'Call', States: { Call: call } };
    const { arn } = flow.createMachine({ name: `calls-${name}`, roleArn: roleArn('machine'), definition });
    await flow.start(arn, {});
    const record = () =>
      aws.calls.list().find(({ action, resource }) => action === 'lambda:InvokeFunction' && resource.endsWith(`-${name}`));
    await until(() => record() !== undefined);
    return record()?.decidedBy;
  }

  it('invokes the flow’s functions and not the one that Slack calls (InvokeFunctions)', async () => {
    expect(await invoking('inspect')).toBe(allowedBy('InvokeFunctions'));
    expect(await invoking('slack')).toBe(NOBODY_ALLOWS);
  });

  it('starts executions of the flow, and of no other machine (StartStretches)', async () => {
    const { asks } = await stack.role('machine', 'states.amazonaws.com');
    expect(await asks('states:StartExecution', 'interlock-sandbox-deletion')).toBe(allowedBy('StartStretches'));
    expect(await asks('states:StartExecution', 'other')).toBe(NOBODY_ALLOWS);
  });

  it('is nobody’s but Step Functions’ (StepFunctions)', async () => {
    expect(await stack.admin.asks('sts:AssumeRole', 'machine')).toBe(NOBODY_ALLOWS);
    await expect(stack.role('machine', 'lambda.amazonaws.com')).rejects.toThrow('not authorized to perform: sts:AssumeRole');
  });
});
