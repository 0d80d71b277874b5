/**
 * What became of each code: *started* before the one call that spends it, its result after; or at once that it is not used. A function that is run again
 * finds out whether the call was made, and never sends a code twice. Elevate alone writes here: whose code was used is known from
 * this where the flow can't say it any more.
 */
import { type DynamoDBDocumentClient, GetCommand, PutCommand, paginateQuery, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { Answer, Elevation, Request } from '../domain/request.ts';
import { won } from './tables.ts';

/** A code that was given: for what, and whose, as the flow held it. */
const Begun = z.object({
  request: Request,
  approver: Answer.shape.approver.unwrap(),
  slackUser: Answer.shape.slackUser,
  attempt: z.int().positive(),
});
export type Begun = z.infer<typeof Begun>;

/** `result` is undefined where it never came. */
const Spent = Begun.extend({ startedAt: z.iso.datetime(), result: Elevation.optional() });
export type Spent = z.infer<typeof Spent>;

export interface Attempts {
  /**
   * Claims the attempt: marks it as started, or as ended, where its code is not sent (`result`). `mine`: go on; else the result there is, undefined where
   * it never came.
   */
  begin(code: Begun, startedAt: string, result?: Elevation): Promise<{ mine: true } | { mine: false; result: Elevation | undefined }>;
  /** Keeps the result (its session is sealed), unless a run beside this one has kept another; gives the one that stands. */
  finish(requestId: string, attempt: number, result: Elevation): Promise<Elevation>;
  /** Counts a refused code of this request; gives how many there are now. */
  countRefusal(requestId: string, attempt: number): Promise<number>;
}

export function createAttempts(db: DynamoDBDocumentClient, table: string): Attempts {
  const key = (requestId: string, attempt: number) => ({ TableName: table, Key: { requestId, attempt } });
  return {
    async begin({ request, approver, slackUser, attempt }, startedAt, result) {
      const { requestId } = request;
      const put = new PutCommand({
        TableName: table,
        Item: { requestId, attempt, startedAt, request, approver, slackUser, ...(result && { result }) },
        ConditionExpression: 'attribute_not_exists(requestId)',
      });
      if (await won(db.send(put))) return { mine: true };
      const { Item } = await db.send(new GetCommand({ ...key(requestId, attempt), ConsistentRead: true }));
      return { mine: false, result: Item?.result === undefined ? undefined : Elevation.parse(Item.result) };
    },

    async finish(requestId, attempt, result) {
      const update = new UpdateCommand({
        ...key(requestId, attempt),
        UpdateExpression: 'SET #result = if_not_exists(#result, :result)',
        ExpressionAttributeNames: { '#result': 'result' },
        ExpressionAttributeValues: { ':result': result },
        ReturnValues: 'ALL_NEW',
      });
      const { Attributes } = await db.send(update);
      return Elevation.parse(Attributes?.result);
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

/** The codes that `elevate` got for a request, the last one last. Whoever answers the flow may count askings as they like: all are looked at. */
export async function allSpent(db: DynamoDBDocumentClient, table: string, requestId: string): Promise<Spent[]> {
  const query = {
    TableName: table,
    KeyConditionExpression: 'requestId = :requestId',
    ExpressionAttributeValues: { ':requestId': requestId },
    ConsistentRead: true,
  };
  const spent: Spent[] = [];
  for await (const { Items = [] } of paginateQuery({ client: db }, query)) {
    spent.push(...Items.flatMap((item) => Spent.safeParse(item).data ?? []));
  }
  return spent.filter(({ request }) => request.requestId === requestId).sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
}
