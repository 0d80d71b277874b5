/** The records of an emptying: the last plan, its stretches and how far each is, and whether somebody stopped it. Nothing of it says what is deleted from where. */
import { BatchWriteCommand, type DynamoDBDocumentClient, GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { Emptying, Progress, STRETCH_ENDS, type StretchEnd, untouched } from '../../domain/emptying.ts';
import type { Stretch } from '../../domain/key-space.ts';
import { STOPS } from '../../domain/names.ts';
import { type Rest, Sweep } from '../../domain/sweep.ts';
import { TryAgain } from '../../errors.ts';
import { unless } from '../clients.ts';
import { won } from '../tables.ts';

/** What the last pass is: its result, how often all that was seen had gone; and of a purge, how far it is. */
const Plan = z.object({ result: Emptying, rounds: z.int(), sweep: Sweep });
export type Plan = z.infer<typeof Plan>;

const StretchRow = z.object({
  after: z.string(),
  upTo: z.string().nullable(),
  progress: Progress,
  end: z.enum(STRETCH_ENDS).nullable(),
});
/** A stretch, how far it is, and how it ended; null while it hasn't. */
export type StretchRow = z.infer<typeof StretchRow>;

/** The stretches of a pass, by who planned it. */
export type Planned = Pick<Emptying, 'pass' | 'run'>;

/** Which stretch, and who works on it: one run of a function. */
export interface Working extends Planned {
  stretch: number;
  worker: string;
}

/** Who stopped it (Slack user id), or which fault made it useless to go on (''). */
const Stop = z.object({ by: z.string(), why: z.string() });
export type Stop = z.infer<typeof Stop>;

export type Plans = ReturnType<typeof createPlans>;

/** The most that one BatchWriteItem takes (DynamoDB API Reference, BatchWriteItem). */
const BATCH = 25;

/** Rows are kept for so long after they were written, for whoever asks what went: DynamoDB drops them later. */
const KEPT_SECONDS = 90 * 86_400;

/** Under a key of its own, so that who may only stop can be held to that by its policy. */
const stopOf = (requestId: string): string => `${STOPS}${requestId}`;

/** @param now milliseconds since 1970 */
export function createPlans(db: DynamoDBDocumentClient, table: string, now: () => number = Date.now) {
  const all = ({ pass, run }: Planned) => `${String(pass).padStart(4, '0')}-${run}-`;
  const name = (planned: Planned, stretch: number) => `${all(planned)}${String(stretch).padStart(4, '0')}`;
  const key = (requestId: string, part: string) => ({ TableName: table, Key: { requestId, part } });
  const until = () => Math.floor(now() / 1000) + KEPT_SECONDS;
  const get = async (requestId: string, part: string) =>
    (await db.send(new GetCommand({ ...key(requestId, part), ConsistentRead: true }))).Item;

  async function writeAll(items: Record<string, unknown>[]): Promise<void> {
    for (let at = 0; at < items.length; at += BATCH) {
      let RequestItems: Record<string, { PutRequest: { Item: Record<string, unknown> } }[]> | undefined = {
        [table]: items.slice(at, at + BATCH).map((Item) => ({ PutRequest: { Item } })),
      };
      // What DynamoDB had no capacity for comes back, to be sent again (BatchWriteItem, UnprocessedItems).
      while (RequestItems && Object.keys(RequestItems).length > 0) {
        const { UnprocessedItems }: { UnprocessedItems?: unknown } = await db.send(new BatchWriteCommand({ RequestItems }));
        RequestItems = UnprocessedItems as typeof RequestItems;
      }
    }
  }

  return {
    /** The last plan; undefined before the first. */
    async last(requestId: string): Promise<Plan | undefined> {
      const item = await get(requestId, 'plan');
      return item && Plan.parse(item);
    },

    /**
     * Writes the stretches of a pass, then the plan that has them: whoever finds the plan finds them all. Gives the plan that stands: of two runs
     * at once that of the first, whose stretches may be at work by now.
     */
    async plan(
      requestId: string,
      plan: Plan,
      stretches: readonly (Stretch & Partial<Rest> & { cuts?: readonly string[] })[],
    ): Promise<Plan> {
      const { result } = plan;
      const rows = stretches.map((one, at) => {
        const { after, upTo } = one;
        return { part: name(result, at), after, upTo, progress: untouched(one), end: null };
      });
      await writeAll(rows.map((row) => ({ requestId, ...row, until: until() })));
      const put = new PutCommand({
        TableName: table,
        Item: { requestId, part: 'plan', ...plan, until: until() },
        ConditionExpression: 'attribute_not_exists(requestId) OR #result.#pass < :pass',
        ExpressionAttributeNames: { '#result': 'result', '#pass': 'pass' },
        ExpressionAttributeValues: { ':pass': result.pass },
      });
      return (await won(db.send(put))) ? plan : Plan.parse(await get(requestId, 'plan'));
    },

    async stretches(requestId: string, planned: Planned): Promise<StretchRow[]> {
      const rows: StretchRow[] = [];
      let ExclusiveStartKey: Record<string, unknown> | undefined;
      do {
        const answer = await db.send(
          new QueryCommand({
            TableName: table,
            ConsistentRead: true,
            KeyConditionExpression: 'requestId = :id AND begins_with(part, :all)',
            ExpressionAttributeValues: { ':id': requestId, ':all': all(planned) },
            ExclusiveStartKey,
          }),
        );
        rows.push(...(answer.Items ?? []).map((item) => StretchRow.parse(item)));
        ExclusiveStartKey = answer.LastEvaluatedKey;
      } while (ExclusiveStartKey);
      return rows;
    },

    /** Makes the stretch this worker's, which no other one's account is kept of from then on; gives it as it is by then, undefined where there is none of that number. */
    async take(requestId: string, { stretch, worker, ...planned }: Working): Promise<StretchRow | undefined> {
      const update = new UpdateCommand({
        ...key(requestId, name(planned, stretch)),
        UpdateExpression: 'SET #worker = :worker',
        ConditionExpression: 'attribute_exists(requestId)',
        ExpressionAttributeNames: { '#worker': 'worker' },
        ExpressionAttributeValues: { ':worker': worker },
        ReturnValues: 'ALL_NEW',
      });
      const taken = await unless('ConditionalCheckFailedException', db.send(update));
      return taken && StretchRow.parse(taken.Attributes);
    },

    /** Keeps how far a stretch is, and how it ended, where it has. Throws TryAgain where another worker has it by now. */
    async note(requestId: string, { stretch, worker, ...planned }: Working, progress: Progress, end: StretchEnd | null): Promise<void> {
      const update = new UpdateCommand({
        ...key(requestId, name(planned, stretch)),
        UpdateExpression: 'SET #progress = :progress, #end = :end',
        ConditionExpression: '#worker = :worker',
        ExpressionAttributeNames: { '#progress': 'progress', '#end': 'end', '#worker': 'worker' },
        ExpressionAttributeValues: { ':progress': progress, ':end': end, ':worker': worker },
      });
      if (!(await won(db.send(update)))) throw new TryAgain('Another worker has this stretch by now, and goes on with it.');
    },

    /** Has all workers end after what they have begun; says whether it was this that did. */
    stop(requestId: string, stop: Stop): Promise<boolean> {
      const Item = { requestId: stopOf(requestId), part: 'stop', ...stop, until: until() };
      return won(db.send(new PutCommand({ TableName: table, Item, ConditionExpression: 'attribute_not_exists(requestId)' })));
    },

    async stopped(requestId: string): Promise<Stop | undefined> {
      const item = await get(stopOf(requestId), 'stop');
      return item && Stop.parse(item);
    },
  };
}
