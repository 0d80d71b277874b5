/**
 * Locks: one open request a bucket, three open requests a person. A lock belongs to a request and is freed with it; one whose
 * request is over, or should be by far, is taken over.
 */
import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { won } from './tables.ts';

export interface Lock {
  /** A bucket's name, or a person's slot (`person:U…:1`); names of buckets have no colon. */
  bucket: string;
  requestId: string;
  /** ISO 8601. */
  takenAt: string;
}

export type Locks = ReturnType<typeof createLocks>;

/** Open requests that one person may have at a time. */
export const OPEN_EACH = 3;

/** `isOver` says whether the request that holds a lock has ended. */
export function createLocks(db: DynamoDBDocumentClient, TableName: string, isOver: (holder: Lock) => Promise<boolean>) {
  const put = (lock: Lock, mine: string) =>
    won(
      db.send(
        new PutCommand({
          TableName,
          Item: lock,
          ConditionExpression: 'attribute_not_exists(#bucket) OR #requestId IN (:mine, :own)',
          ExpressionAttributeNames: { '#bucket': 'bucket', '#requestId': 'requestId' },
          ExpressionAttributeValues: { ':mine': mine, ':own': lock.requestId },
        }),
      ),
    );

  /** Takes a lock for a request, once more for the same one; gives the lock that stands in the way when it is another's. */
  async function take(lock: Lock): Promise<Lock | undefined> {
    if (await put(lock, lock.requestId)) return undefined;
    const { Item } = await db.send(new GetCommand({ TableName, Key: { bucket: lock.bucket }, ConsistentRead: true }));
    const holder = Item as Lock | undefined;
    if (!holder) return take(lock);
    if ((await isOver(holder)) && (await put(lock, holder.requestId))) return undefined;
    return holder;
  }

  const remove = (bucket: string, requestId: string) =>
    won(
      db.send(
        new DeleteCommand({
          TableName,
          Key: { bucket },
          ConditionExpression: 'requestId = :requestId',
          ExpressionAttributeValues: { ':requestId': requestId },
        }),
      ),
    );

  return {
    take,

    /** Takes one of a person's slots for a request; false when others hold all of them. */
    async takeSlot(user: string, requestId: string, takenAt: string): Promise<boolean> {
      for (const bucket of slotsOf(user)) if (!(await take({ bucket, requestId, takenAt }))) return true;
      return false;
    },

    /** Frees what a request holds: its bucket and its requester's slot. */
    async free(bucket: string, user: string, requestId: string): Promise<void> {
      await Promise.all([bucket, ...slotsOf(user)].map((lock) => remove(lock, requestId)));
    },

    /** The ids of all open requests. */
    async requestIds(): Promise<string[]> {
      const ids = new Set<string>();
      let ExclusiveStartKey: Record<string, unknown> | undefined;
      do {
        const page = await db.send(new ScanCommand({ TableName, ...(ExclusiveStartKey && { ExclusiveStartKey }) }));
        // Turns at a bucket's policy stand in the table too, and are of no request.
        for (const { requestId } of (page.Items ?? []) as Partial<Lock>[]) if (requestId) ids.add(requestId);
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey);
      return [...ids];
    },
  };
}

const slotsOf = (user: string) => Array.from({ length: OPEN_EACH }, (_, index) => `person:${user}:${index + 1}`);
