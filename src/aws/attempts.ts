/**
 * What became of each code: *started* before the one call that spends it, its result after. A function that is run again
 * finds out whether the call was made, and never sends a code twice.
 */
import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { Elevation } from '../domain/request.ts';
import { won } from './tables.ts';

export interface Attempts {
  /** Marks the attempt as started. `mine`: go on; else the result there is, undefined where it never came. */
  begin(requestId: string, attempt: number, startedAt: string): Promise<{ mine: true } | { mine: false; result: Elevation | undefined }>;
  /** Keeps the result (its session is sealed). */
  finish(requestId: string, attempt: number, result: Elevation): Promise<void>;
  /** Counts a refused code of this request; gives how many there are now. */
  countRefusal(requestId: string, attempt: number): Promise<number>;
}

export function createAttempts(db: DynamoDBDocumentClient, table: string): Attempts {
  const key = (requestId: string, attempt: number) => ({ TableName: table, Key: { requestId, attempt } });
  return {
    async begin(requestId, attempt, startedAt) {
      const put = new PutCommand({
        TableName: table,
        Item: { requestId, attempt, startedAt },
        ConditionExpression: 'attribute_not_exists(requestId)',
      });
      if (await won(db.send(put))) return { mine: true };
      const { Item } = await db.send(new GetCommand({ ...key(requestId, attempt), ConsistentRead: true }));
      return { mine: false, result: Item?.result === undefined ? undefined : Elevation.parse(Item.result) };
    },

    async finish(requestId, attempt, result) {
      const values = { ':result': result };
      await db.send(
        new UpdateCommand({
          ...key(requestId, attempt),
          UpdateExpression: 'SET #result = :result',
          ExpressionAttributeNames: { '#result': 'result' },
          ExpressionAttributeValues: values,
        }),
      );
    },

    // Attempt 0 is never asked: its row holds the request's refusals, as a set, so that counting one twice changes nothing.
    async countRefusal(requestId, attempt) {
      const update = new UpdateCommand({
        ...key(requestId, 0),
        UpdateExpression: 'ADD refusals :attempt',
        ExpressionAttributeValues: { ':attempt': new Set([attempt]) },
        ReturnValues: 'ALL_NEW',
      });
      const { Attributes } = await db.send(update);
      const refusals = Attributes?.refusals as Set<number> | undefined;
      return refusals?.size ?? 1;
    },
  };
}
