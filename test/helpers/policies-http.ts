/** Calls over HTTP with somebody's keys, by the names of IAM's actions; and which statement decided each. */
import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  CreateGrantCommand,
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyWithoutPlaintextCommand,
  GetKeyPolicyCommand,
  KMSClient,
} from '@aws-sdk/client-kms';
import { DescribeSecretCommand, GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { s3Calls } from './policies-s3.ts';

export interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

interface Decided {
  allowed: boolean;
  decidedBy: string;
}

/**
 * Makes a call and gives what decided it, as the call log tells it. Throws where the answer on the wire isn't the one that goes with it:
 * what was allowed may fail for other reasons, but is not refused; what was denied is.
 */
export async function decisionOf(call: Promise<unknown>, calls: () => Decided[] | Promise<Decided[]>): Promise<string> {
  const error = await call.then(
    () => undefined,
    (thrown: Error & { $metadata?: { httpStatusCode?: number } }) => thrown,
  );
  if (error && error.$metadata?.httpStatusCode === undefined) throw error;
  const refused = error !== undefined && /AccessDenied/.test(error.name);
  const decided = (await calls()).at(-1);
  if (!decided || decided.allowed === refused) throw new Error(`answered ${error?.name ?? 'well'}, though ${JSON.stringify(decided)}`);
  return decided.decidedBy;
}

export const NOBODY_ALLOWS = 'no statement allows it';
/** A statement of the one policy that each role and user has. */
export const allowedBy = (sid: string): string => `allowed by statement "${sid}" of policy "interlock"`;
export const deniedBy = (sid: string): string => `denied by statement "${sid}" of policy "interlock"`;

const PLACE = 'us-east-1:111122223333';
const MACHINE = `arn:aws:states:${PLACE}:stateMachine`;
/** A table, or `<table> <value>` for a row of another key than “shown”. */
const tableName = (table: string) => `interlock-sandbox-${table.split(' ')[0]}`;
const KEY_NAMES: Record<string, string[]> = {
  requests: ['requestId'],
  locks: ['bucket'],
  attempts: ['requestId', 'attempt'],
  approvers: ['approver'],
  audit: ['requestId', 'entry'],
  guards: ['bucket'],
  emptying: ['requestId', 'part'],
};

/** An item's key, which no test of a policy needs to find anything by. */
const keyOf = (where: string) => {
  const [table = '', value = 'shown'] = where.split(' ');
  return Object.fromEntries((KEY_NAMES[table] ?? []).map((name) => [name, name === 'attempt' ? { N: '1' } : { S: value }]));
};

type Send = (argument: string) => Promise<unknown>;

export interface Place {
  /** AWS's address. */
  url: string;
  /** The call log so far. */
  calls: () => Decided[] | Promise<Decided[]>;
  /** Encrypts under a key for `kms:Decrypt`, whoever may. */
  encrypt?: (keyId: string, context: Record<string, string>) => Uint8Array;
}

export interface Caller {
  /** Makes the call that IAM has this name for, and gives what decided it: `asks('dynamodb:GetItem', 'requests')`. */
  asks: (action: string, argument?: string) => Promise<string>;
  sts: STSClient;
}

/** Somebody with these keys. What is made is told to `kept`, to be closed. */
export function callerWith(
  credentials: Keys,
  { url, calls, encrypt }: Place,
  kept: <C extends { destroy(): void }>(client: C) => C,
): Caller {
  const common = { endpoint: url, region: 'us-east-1', credentials, maxAttempts: 1 };
  const db = kept(new DynamoDBClient(common));
  const kms = kept(new KMSClient(common));
  const secrets = kept(new SecretsManagerClient(common));
  const states = kept(new SFNClient(common));
  const sts = kept(new STSClient(common));
  const s3 = s3Calls(common, kept);
  const rows = (Command: new (input: never) => unknown, more: (table: string) => object): Send => {
    return (table) => db.send(new Command({ TableName: tableName(table), ...more(table) } as never) as never);
  };
  const key = (table: string) => ({ Key: keyOf(table) });
  const send: Record<string, Send> = {
    'dynamodb:GetItem': rows(GetItemCommand, key),
    'dynamodb:DeleteItem': rows(DeleteItemCommand, key),
    'dynamodb:PutItem': rows(PutItemCommand, (table) => ({ Item: keyOf(table) })),
    'dynamodb:UpdateItem': rows(UpdateItemCommand, (table) => ({
      ...key(table),
      UpdateExpression: 'SET shown = :yes',
      ExpressionAttributeValues: { ':yes': { BOOL: true } },
    })),
    'dynamodb:Scan': rows(ScanCommand, () => ({})),
    'dynamodb:BatchWriteItem': (table) =>
      db.send(new BatchWriteItemCommand({ RequestItems: { [tableName(table)]: [{ PutRequest: { Item: keyOf(table) } }] } })),
    'dynamodb:BatchGetItem': (table) =>
      db.send(new BatchGetItemCommand({ RequestItems: { [tableName(table)]: { Keys: [keyOf(table)] } } })),
    /** The table, or the table's index. */
    'dynamodb:Query': (where) => {
      const [table = '', index] = where.split('/');
      const field = index ? 'requester' : (KEY_NAMES[table]?.[0] ?? '');
      return db.send(
        new QueryCommand({
          TableName: tableName(table),
          ...(index && { IndexName: index }),
          KeyConditionExpression: '#field = :value',
          ExpressionAttributeNames: { '#field': field },
          ExpressionAttributeValues: { ':value': { S: 'shown' } },
        }),
      );
    },

    /** The key's name and the encryption context's one pair: `seal purpose=code`. */
    'kms:GenerateDataKey': (text) => kms.send(new GenerateDataKeyCommand({ ...use(text), KeySpec: 'AES_256' })),
    'kms:GenerateDataKeyWithoutPlaintext': (text) =>
      kms.send(new GenerateDataKeyWithoutPlaintextCommand({ ...use(text), KeySpec: 'AES_256' })),
    'kms:Encrypt': (text) => kms.send(new EncryptCommand({ ...use(text), Plaintext: Buffer.from('secret') })),
    'kms:Decrypt': (text) => {
      const { KeyId, EncryptionContext } = use(text);
      return kms.send(new DecryptCommand({ CiphertextBlob: encrypt?.(KeyId, EncryptionContext), EncryptionContext }));
    },
    'kms:CreateGrant': (text) =>
      kms.send(
        new CreateGrantCommand({
          KeyId: use(text).KeyId,
          GranteePrincipal: 'arn:aws:iam::111122223333:user/admin',
          Operations: ['Decrypt'],
        }),
      ),
    'kms:DescribeKey': (name) => kms.send(new DescribeKeyCommand({ KeyId: use(name).KeyId })),
    'kms:GetKeyPolicy': (name) => kms.send(new GetKeyPolicyCommand({ KeyId: use(name).KeyId })),

    'secretsmanager:GetSecretValue': (name) => secrets.send(new GetSecretValueCommand({ SecretId: `interlock/sandbox/${name}` })),
    'secretsmanager:DescribeSecret': (name) => secrets.send(new DescribeSecretCommand({ SecretId: `interlock/sandbox/${name}` })),
    'secretsmanager:PutSecretValue': (name) =>
      secrets.send(new PutSecretValueCommand({ SecretId: `interlock/sandbox/${name}`, SecretString: 'new' })),

    // A name that Step Functions refuses, after IAM was asked: nothing starts.
    'states:StartExecution': (machine) =>
      states.send(new StartExecutionCommand({ stateMachineArn: `${MACHINE}:${machine}`, name: 'no name' })),
    'states:SendTaskSuccess': () => states.send(new SendTaskSuccessCommand({ taskToken: 'guessed', output: '{}' })),
    'states:SendTaskFailure': () => states.send(new SendTaskFailureCommand({ taskToken: 'guessed' })),
    'states:DescribeStateMachine': (machine) => states.send(new DescribeStateMachineCommand({ stateMachineArn: `${MACHINE}:${machine}` })),
    'states:ListExecutions': (machine) => states.send(new ListExecutionsCommand({ stateMachineArn: `${MACHINE}:${machine}` })),
    'states:DescribeExecution': (executionArn) => states.send(new DescribeExecutionCommand({ executionArn })),
    'states:GetExecutionHistory': (executionArn) => states.send(new GetExecutionHistoryCommand({ executionArn })),
    'states:StopExecution': (executionArn) => states.send(new StopExecutionCommand({ executionArn })),

    'sts:AssumeRole': (name) =>
      sts.send(
        new AssumeRoleCommand({ RoleArn: `arn:aws:iam::111122223333:role/interlock-sandbox-${name}`, RoleSessionName: 'req-shown' }),
      ),
    'sts:GetCallerIdentity': () => sts.send(new GetCallerIdentityCommand({})),
    ...s3,
  };
  return {
    asks: (action, argument = '') => {
      const call = send[action];
      if (!call) throw new Error(`no test calls ${action} yet`);
      return decisionOf(call(argument), calls);
    },
    sts,
  };
}

/** `seal purpose=code` → the key's alias and the encryption context. */
function use(text: string): { KeyId: string; EncryptionContext: Record<string, string> } {
  const [name, pair] = text.split(' ');
  const [field = '', value = ''] = pair?.split('=') ?? [];
  return { KeyId: `alias/interlock-sandbox-${name}`, EncryptionContext: pair ? { [field]: value } : {} };
}
