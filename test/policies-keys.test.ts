import { readFileSync } from 'node:fs';
import { parseConfig } from '../src/config.ts';
import { FUNCTIONS } from '../src/domain/names.ts';
import * as policies from '../src/domain/policies.ts';
import { ACCOUNT, type Asked, KEYS, STAGE, stackOf } from './helpers/policies.ts';

const config = parseConfig(readFileSync('config/sandbox.yml', 'utf8'), 'config/sandbox.yml');
const stack = stackOf(config);

const secret = (name: string) => `arn:aws:secretsmanager:us-east-1:${ACCOUNT}:secret:interlock/sandbox/${name}-AbCdEf`;
const MACHINE = `arn:aws:states:us-east-1:${ACCOUNT}:stateMachine:interlock-sandbox-deletion`;

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
