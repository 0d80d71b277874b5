/** How approvers' codes have fared, in DynamoDB: written by `elevate` alone, and by an operator who unlocks. */
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { NO_TRIES, type Tries, type Wait } from '../domain/tries.ts';
import { TryAgain } from '../errors.ts';
import { won } from './tables.ts';

export interface Approvers {
  /** Changes what is there by `change`, unless that gives something else than tries; two at once take turns. Throws TryAgain where they never get one. */
  change<Result extends Tries | Wait>(approver: string, change: (tries: Tries) => Result): Promise<Result>;
}

/** Turns that are taken at the same row before giving up. */
const TURNS = 10;

export function createApprovers(db: DynamoDBDocumentClient, TableName: string): Approvers {
  const read = async (approver: string) => {
    const { Item } = await db.send(new GetCommand({ TableName, Key: { approver }, ConsistentRead: true }));
    return { tries: (Item?.tries as Tries | undefined) ?? NO_TRIES, version: (Item?.version as number | undefined) ?? 0 };
  };
  return {
    async change(approver, change) {
      for (let turn = 0; turn < TURNS; turn++) {
        const { tries, version } = await read(approver);
        const changed = change(tries);
        if ('why' in changed) return changed;
        const update = new UpdateCommand({
          TableName,
          Key: { approver },
          UpdateExpression: 'SET tries = :tries, version = :next',
          ConditionExpression: 'attribute_not_exists(version) OR version = :version',
          ExpressionAttributeValues: { ':tries': changed, ':version': version, ':next': version + 1 },
        });
        if (await won(db.send(update))) return changed;
      }
      throw new TryAgain('Several codes of one approver were counted at once; it is tried again.');
    },
  };
}
