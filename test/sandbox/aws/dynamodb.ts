import {
  BatchGetItemCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { ACCOUNT, ALLOW_ALL, failure, policy, type Running, startAws } from '../../helpers/sandbox-aws.ts';

const TABLE = `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/requests`;

describe('DynamoDB', () => {
  let run: Running;
  let client: DynamoDBClient;
  beforeAll(async () => {
    run = await startAws();
    client = run.dynamodb(run.user('admin', ALLOW_ALL));
    await run.aws.dynamodb.createTable({
      TableName: 'requests',
      AttributeDefinitions: [
        { AttributeName: 'requestId', AttributeType: 'S' },
        { AttributeName: 'requester', AttributeType: 'S' },
        { AttributeName: 'createdAt', AttributeType: 'S' },
      ],
      KeySchema: [{ AttributeName: 'requestId', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'byRequester',
          KeySchema: [
            { AttributeName: 'requester', KeyType: 'HASH' },
            { AttributeName: 'createdAt', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      DeletionProtectionEnabled: true,
      SSESpecification: { Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    });
  });
  afterAll(async () => {
    await run.close();
    expect(run.aws.problems).toEqual([]);
  });
  const item = (id: string, more: object = {}) => ({ requestId: { S: id }, requester: { S: 'U0RIYA' }, createdAt: { S: id }, ...more });
  const query = (from: DynamoDBClient) =>
    from.send(
      new QueryCommand({
        TableName: 'requests',
        IndexName: 'byRequester',
        KeyConditionExpression: '#who = :who',
        ExpressionAttributeNames: { '#who': 'requester' },
        ExpressionAttributeValues: { ':who': { S: 'U0RIYA' } },
        ScanIndexForward: false,
      }),
    );

  it('writes, reads, changes, finds and deletes items', async () => {
    for (const id of ['a1', 'a2', 'a3'])
      await client.send(
        new PutItemCommand({
          TableName: 'requests',
          Item: item(id, { note: { M: { é: { L: [{ N: '1.5' }, { BOOL: true }, { NULL: true }] } } } }),
        }),
      );
    expect(
      (await client.send(new GetItemCommand({ TableName: 'requests', Key: { requestId: { S: 'a1' } }, ConsistentRead: true }))).Item?.note,
    ).toEqual({ M: { é: { L: [{ N: '1.5' }, { BOOL: true }, { NULL: true }] } } });
    const updated = await client.send(
      new UpdateItemCommand({
        TableName: 'requests',
        Key: { requestId: { S: 'a1' } },
        UpdateExpression: 'SET tries = if_not_exists(tries, :zero) + :one',
        ExpressionAttributeValues: { ':zero': { N: '0' }, ':one': { N: '1' } },
        ReturnValues: 'UPDATED_NEW',
      }),
    );
    expect(updated.Attributes).toEqual({ tries: { N: '1' } });
    expect((await query(client)).Items?.map(({ requestId }) => requestId?.S)).toEqual(['a3', 'a2', 'a1']);
    expect((await client.send(new ScanCommand({ TableName: 'requests' }))).Count).toBe(3);
    const batch = await client.send(
      new BatchGetItemCommand({ RequestItems: { requests: { Keys: [{ requestId: { S: 'a2' } }, { requestId: { S: 'zz' } }] } } }),
    );
    expect(batch.Responses?.requests).toHaveLength(1);
    await client.send(new DeleteItemCommand({ TableName: 'requests', Key: { requestId: { S: 'a3' } } }));
    expect((await client.send(new GetItemCommand({ TableName: 'requests', Key: { requestId: { S: 'a3' } } }))).Item).toBeUndefined();
  });

  it('lets one of many conditional writes win', async () => {
    const put = (by: number) =>
      client.send(
        new PutItemCommand({
          TableName: 'requests',
          Item: item('raced', { by: { N: String(by) } }),
          ConditionExpression: 'attribute_not_exists(requestId)',
        }),
      );
    const outcomes = await Promise.allSettled([1, 2, 3, 4, 5].map(put));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected')
        expect(outcome.reason).toMatchObject({ name: 'ConditionalCheckFailedException', message: 'The conditional request failed' });
  });

  it('remembers what protects a table, and keeps to it', async () => {
    expect((await client.send(new DescribeTableCommand({ TableName: 'requests' }))).Table).toMatchObject({
      TableArn: TABLE,
      TableStatus: 'ACTIVE',
      DeletionProtectionEnabled: true,
    });
    expect((await client.send(new DescribeTimeToLiveCommand({ TableName: 'requests' }))).TimeToLiveDescription).toEqual({
      TimeToLiveStatus: 'ENABLED',
      AttributeName: 'expiresAt',
    });
    const { ContinuousBackupsDescription: backups } = await client.send(new DescribeContinuousBackupsCommand({ TableName: 'requests' }));
    expect(backups?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus).toBe('ENABLED');
    expect(await failure(client.send(new DeleteTableCommand({ TableName: 'requests' })))).toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('protected against deletion'),
    });
    expect((await client.send(new ListTablesCommand())).TableNames).toEqual(['requests']);
  });

  it('says what is wrong with an input, and what it does not serve', async () => {
    expect((await failure(client.send(new GetItemCommand({ TableName: 'nothing', Key: { id: { S: 'x' } } })))).name).toBe(
      'ResourceNotFoundException',
    );
    expect((await failure(client.send(new GetItemCommand({ TableName: 'requests', Key: { wrong: { S: 'x' } } })))).name).toBe(
      'ValidationException',
    );
    expect((await failure(client.send(new DescribeContinuousBackupsCommand({ TableName: 'nothing' })))).name).toBe(
      'TableNotFoundException',
    );
    expect((await failure(client.send(new TransactWriteItemsCommand({ TransactItems: [] })))).name).toBe('UnknownOperationException');
    await expect(run.aws.dynamodb.createTable({ TableName: 'x', AttributeDefinitions: [], KeySchema: [] })).rejects.toThrow(
      'at least 3 characters',
    );
  });

  it('asks IAM by table, by index and by item', async () => {
    const may = (Action: string | string[], Resource: string, Condition?: object) =>
      run.dynamodb(
        run.user(`user-${run.aws.iam.users.size}`, policy({ Effect: 'Allow', Action, Resource, ...(Condition && { Condition }) })),
      );
    const put = (from: DynamoDBClient, id: string) => from.send(new PutItemCommand({ TableName: 'requests', Item: item(id) }));
    await put(may('dynamodb:PutItem', TABLE), 'b1');
    expect(await failure(put(may('dynamodb:PutItem', `${TABLE}-other`), 'b1'))).toMatchObject({
      name: 'AccessDeniedException',
      status: 400,
      message: expect.stringContaining(`on resource: ${TABLE} because`),
    });
    await query(may('dynamodb:Query', `${TABLE}/index/byRequester`));
    expect((await failure(query(may('dynamodb:Query', TABLE)))).name).toBe('AccessDeniedException');
    const own = { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['mine'] } };
    await put(may('dynamodb:*', TABLE, own), 'mine');
    expect((await failure(put(may('dynamodb:*', TABLE, own), 'yours'))).name).toBe('AccessDeniedException');
    const get = (from: DynamoDBClient, id: string) =>
      from.send(
        new QueryCommand({
          TableName: 'requests',
          KeyConditionExpression: 'requestId = :id',
          ExpressionAttributeValues: { ':id': { S: id } },
        }),
      );
    await get(may('dynamodb:Query', TABLE, own), 'mine');
    expect((await failure(get(may('dynamodb:Query', TABLE, own), 'yours'))).name).toBe('AccessDeniedException');
  });
});
