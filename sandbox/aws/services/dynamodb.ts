import { AwsError, type Call, type Operation, type Question, type Service } from '../service.ts';
import type { DynamoStore } from './dynamodb-store.ts';

type Json = Record<string, unknown>;

/** The sandbox's DynamoDB: IAM asked by table and index, the JSON handed to the store as it is. */
export function createDynamoDb(store: DynamoStore): Service {
  const tableArn = (call: Call, table: string): string =>
    table.startsWith('arn:') ? table : `arn:aws:dynamodb:${call.region}:${call.account}:table/${table}`;

  const question = (call: Call, action: string, table: string, index?: unknown, keys: string[] = []): Question => ({
    action: `dynamodb:${action}`,
    resource: tableArn(call, table) + (typeof index === 'string' ? `/index/${index}` : ''),
    resourceAccount: call.account,
    ...(keys.length > 0 && { context: { 'dynamodb:LeadingKeys': keys } }),
  });

  /** An operation on the table (and index) that the input names. */
  const onTable = (action: string, run: (input: Json) => Promise<Json> = (input) => store.run(action, input)): Operation<Json, Json> => ({
    questions: (input, call) => {
      const table = String(input.TableName ?? '');
      return [question(call, action, table, input.IndexName, leadingKeys(store.settings(table)?.hashKey, input))];
    },
    run: (input) => run(input),
  });

  const batch = (action: string): Operation<Json, Json> => ({
    questions: (input, call) => Object.keys((input.RequestItems ?? {}) as Json).map((table) => question(call, action, table)),
    run: (input) => store.run(action, input),
  });

  const settingsOf = (input: Json) => {
    const settings = store.settings(String(input.TableName ?? ''));
    if (!settings) throw new AwsError('TableNotFoundException', `Table not found: ${input.TableName}`);
    return settings;
  };

  return {
    name: 'dynamodb',
    protocol: 'awsJson1_0',
    target: 'DynamoDB_20120810',
    operations: {
      GetItem: onTable('GetItem'),
      PutItem: onTable('PutItem'),
      UpdateItem: onTable('UpdateItem'),
      DeleteItem: onTable('DeleteItem'),
      Query: onTable('Query'),
      Scan: onTable('Scan'),
      BatchGetItem: batch('BatchGetItem'),
      BatchWriteItem: batch('BatchWriteItem'),
      DescribeTable: onTable('DescribeTable', async (input) => {
        const output = (await store.run('DescribeTable', input)) as { Table: Json };
        return {
          Table: { ...output.Table, DeletionProtectionEnabled: store.settings(String(input.TableName))?.deletionProtection ?? false },
        };
      }),
      CreateTable: onTable('CreateTable', (input) => store.createTable(input as never)),
      DeleteTable: onTable('DeleteTable', async (input) => {
        if (store.settings(String(input.TableName))?.deletionProtection) {
          throw new AwsError(
            'ValidationException',
            'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
          );
        }
        return store.run('DeleteTable', input);
      }),
      DescribeTimeToLive: onTable('DescribeTimeToLive', async (input) => {
        const { timeToLive } = settingsOf(input);
        return {
          TimeToLiveDescription: timeToLive ? { TimeToLiveStatus: 'ENABLED', AttributeName: timeToLive } : { TimeToLiveStatus: 'DISABLED' },
        };
      }),
      DescribeContinuousBackups: onTable('DescribeContinuousBackups', async (input) => ({
        ContinuousBackupsDescription: {
          ContinuousBackupsStatus: 'ENABLED',
          PointInTimeRecoveryDescription: { PointInTimeRecoveryStatus: settingsOf(input).pointInTimeRecovery ? 'ENABLED' : 'DISABLED' },
        },
      })),
      ListTables: {
        questions: (_: Json, call: Call) => [{ action: 'dynamodb:ListTables', resource: '*', resourceAccount: call.account }],
        run: (input: Json) => store.run('ListTables', input),
      },
    },
  };
}

/** The partition key's values, for `dynamodb:LeadingKeys`: of a key or an item, and of a query whose condition names it. */
function leadingKeys(hashKey: string | undefined, input: Json): string[] {
  if (hashKey === undefined) return [];
  const holder = (input.Key ?? input.Item) as Record<string, Json> | undefined;
  const value = holder?.[hashKey] ?? queried(hashKey, input);
  const text = value && Object.values(value)[0];
  return typeof text === 'string' ? [text] : [];
}

function queried(hashKey: string, input: Json): Json | undefined {
  const names = (input.ExpressionAttributeNames ?? {}) as Record<string, string>;
  for (const [, name = '', placeholder = ''] of String(input.KeyConditionExpression ?? '').matchAll(/([\w#.-]+)\s*=\s*(:\w+)/g)) {
    if ((names[name] ?? name) === hashKey) return ((input.ExpressionAttributeValues ?? {}) as Record<string, Json>)[placeholder];
  }
  return undefined;
}
