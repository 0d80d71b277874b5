/**
 * Locks: one open request a bucket, three open requests a person. A lock belongs to a request and is freed with it; one whose
 * request is over, or should be by far, is taken over.
 */
import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, paginateScan, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { won } from './tables.ts';

export interface Lock {
  /** A bucket's name, or a person's slot (`person:U…:1`); names of buckets have no colon. */
  bucket: string;
  requestId: string;
  /** When it was last taken, ISO 8601. */
  takenAt: string;
}

export type Locks = ReturnType<typeof createLocks>;

/** Open requests that one person may have at a time. */
export const OPEN_EACH = 3;

/** `isOver` says whether the request that holds a lock has ended. */
export function createLocks(db: DynamoDBDocumentClient, TableName: string, isOver: (holder: Lock) => Promise<boolean>) {
  const key = (bucket: string) => ({ TableName, Key: { bucket } });

  const takes = ({ bucket, requestId, takenAt }: Lock, by: string, takers: string, condition: string, more: Record<string, string> = {}) =>
    won(
      db.send(
        new UpdateCommand({
          ...key(bucket),
          UpdateExpression: `SET requestId = :requestId, takenAt = :takenAt${takers}`,
          ConditionExpression: condition,
          ExpressionAttributeValues: { ':requestId': requestId, ':takenAt': takenAt, ':by': new Set([by]), ...more },
        }),
      ),
    );

  /** For the first time, or once more for the same request; each delivery of it that takes it is written down. */
  const takeFree = (lock: Lock, by: string) =>
    takes(lock, by, ' ADD takers :by', 'attribute_not_exists(requestId) OR requestId = :requestId');

  const takeOver = (lock: Lock, by: string, { requestId, takenAt }: Lock) =>
    takes(lock, by, ', takers = :by', 'requestId = :holder AND takenAt = :since', { ':holder': requestId, ':since': takenAt });

  /** Takes a lock for a request, once more for the same one; gives the lock that stands in the way when it is another's. */
  async function take(lock: Lock, by: string): Promise<Lock | undefined> {
    if (await takeFree(lock, by)) return undefined;
    const { Item } = await db.send(new GetCommand({ ...key(lock.bucket), ConsistentRead: true }));
    const holder = Item as Lock | undefined;
    if (!holder) return take(lock, by);
    if ((await isOver(holder)) && (await takeOver(lock, by, holder))) return undefined;
    return holder;
  }

  const remove = (bucket: string, requestId: string, more = '') =>
    won(
      db.send(
        new DeleteCommand({
          ...key(bucket),
          ConditionExpression: `requestId = :requestId${more}`,
          ExpressionAttributeValues: { ':requestId': requestId },
        }),
      ),
    );

  const leave = (bucket: string, requestId: string, by: string) =>
    won(
      db.send(
        new UpdateCommand({
          ...key(bucket),
          UpdateExpression: 'DELETE takers :by',
          ConditionExpression: 'requestId = :requestId',
          ExpressionAttributeValues: { ':requestId': requestId, ':by': new Set([by]) },
        }),
      ),
    );

  return {
    take,

    /** Takes one of a person's slots for a request; false when others hold all of them. */
    async takeSlot(user: string, lock: Omit<Lock, 'bucket'>, by: string): Promise<boolean> {
      for (const bucket of slotsOf(user)) if (!(await take({ bucket, ...lock }, by))) return true;
      return false;
    },

    /** Frees what a request holds: its bucket and its requester's slot. */
    async free(bucket: string, user: string, requestId: string): Promise<void> {
      await Promise.all([bucket, ...slotsOf(user)].map((lock) => remove(lock, requestId)));
    },

    /** A delivery came to nothing for certain: frees what no other delivery of the same request has taken. */
    async giveBack(bucket: string, user: string, requestId: string, by: string): Promise<void> {
      const back = async (lock: string) => {
        if (await leave(lock, requestId, by)) await remove(lock, requestId, ' AND attribute_not_exists(takers)');
      };
      await Promise.all([bucket, ...slotsOf(user)].map(back));
    },

    /** All open requests, by their buckets. */
    async open(): Promise<Pick<Lock, 'bucket' | 'requestId'>[]> {
      const open: Pick<Lock, 'bucket' | 'requestId'>[] = [];
      for await (const { Items = [] } of paginateScan({ client: db }, { TableName })) {
        // Turns at a bucket's policy stand in the table too, and are of no request; people's slots are of the same requests.
        const locks = (Items as Partial<Lock>[]).filter(({ bucket }) => bucket?.includes(':') === false);
        open.push(...locks.flatMap(({ bucket = '', requestId }) => (requestId ? [{ bucket, requestId }] : [])));
      }
      return open;
    },
  };
}

const slotsOf = (user: string) => Array.from({ length: OPEN_EACH }, (_, index) => `person:${user}:${index + 1}`);
