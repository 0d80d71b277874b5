/** Requests and their locks together: a lock is over when its request is. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { untilOf } from '../domain/window.ts';
import { createLocks, type Lock, type Locks } from './locks.ts';
import { createRequests, type Requests } from './requests.ts';

/** A request that has not been shown to anybody by then never will be: nothing was started, or what was started has failed. */
const START_MS = 15 * 60_000;
/** After the window nothing is at work for long: the last step ends, and the report. */
const END_MS = 60 * 60_000;

export function createRecords(
  db: DynamoDBDocumentClient,
  tables: { requests: string; locks: string },
): { requests: Requests; locks: Locks } {
  const requests = createRequests(db, tables.requests);
  const isOver = async ({ requestId, takenAt }: Lock): Promise<boolean> => {
    const row = await requests.get(requestId);
    if (row?.outcome) return true;
    // An emptying may go on long after the window; it says so all the while.
    if (row && row.state !== 'started')
      return Date.now() > Math.max(Date.parse(untilOf(row)), Date.parse(row.progressAt ?? row.askedAt)) + END_MS;
    return Date.now() > Date.parse(takenAt) + START_MS;
  };
  return { requests, locks: createLocks(db, tables.locks, isOver) };
}
