/**
 * Turns at a bucket's policy: our own writers, the command and the functions, wait for each other, since S3 has no condition on a policy write.
 * A turn is a row of the locks' table that ends by itself, so that a writer that died blocks nobody for long.
 */
import { randomUUID } from 'node:crypto';
import { DeleteCommand, type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { won } from './tables.ts';

export interface PolicyTurn {
  /** Too little of the turn is left to write: the next one may begin. */
  isOver(): boolean;
  /** Frees the turn, where it is still this writer's. */
  end(): Promise<void>;
}

export interface PolicyTurns {
  /**
   * Waits for a turn at a bucket's policy; undefined where others hold it all the while. Throws the SDK's errors.
   * @param writer whose turn it is: a request that died in its turn and is run again takes it over at once. Without it the turn is this call's alone.
   */
  take(bucket: string, pause: (ms: number) => Promise<void>, writer?: string): Promise<PolicyTurn | undefined>;
}

/**
 * How long a turn lasts, and how long before its end nothing is written any more, in milliseconds. The flow's five runs wait longer than a turn: a
 * command that died in one doesn't cost an approver the code.
 */
export const TURN = 60_000;
const MARGIN = 10_000;

/** How often a turn is asked for, and how long is waited in between: some twenty seconds, most changes take one. */
export const TRIES = 40;
export const PAUSE = 500;

/**
 * Turns in the locks' table of a stage (`interlock-<stage>-locks`), keyed `policy:<bucket>`: names of buckets have no colon. Needs
 * `dynamodb:PutItem` and `dynamodb:DeleteItem` on it.
 * @param now milliseconds since 1970; writers' clocks may be apart by less than a turn
 */
export function createPolicyTurns(db: DynamoDBDocumentClient, TableName: string, now: () => number = Date.now): PolicyTurns {
  const take = (bucket: string, writer: string, until: number): Promise<boolean> =>
    won(
      db.send(
        new PutCommand({
          TableName,
          Item: { bucket: turnKey(bucket), writer, until },
          // A put whose answer was lost is sent again, and is this writer's own; so is the turn in which a run of the same request died.
          ConditionExpression: 'attribute_not_exists(#bucket) OR #until < :now OR #writer = :writer',
          ExpressionAttributeNames: { '#bucket': 'bucket', '#until': 'until', '#writer': 'writer' },
          ExpressionAttributeValues: { ':now': now(), ':writer': writer },
        }),
      ),
    );
  const end = (bucket: string, writer: string, until: number): Promise<boolean> =>
    won(
      db.send(
        new DeleteCommand({
          TableName,
          Key: { bucket: turnKey(bucket) },
          // A run that is thought dead and lives frees no turn that a later run of its request has taken over.
          ConditionExpression: '#writer = :writer AND #until = :until',
          ExpressionAttributeNames: { '#writer': 'writer', '#until': 'until' },
          ExpressionAttributeValues: { ':writer': writer, ':until': until },
        }),
      ),
    );
  return {
    async take(bucket, pause, writer = randomUUID()) {
      for (let tries = 0; tries < TRIES; tries++) {
        if (tries > 0) await pause(PAUSE);
        const until = now() + TURN;
        if (!(await take(bucket, writer, until))) continue;
        return {
          isOver: () => now() > until - MARGIN,
          end: async () => {
            // One that can't be freed ends by itself.
            await end(bucket, writer, until).catch(() => false);
          },
        };
      }
      return undefined;
    },
  };
}

export const turnKey = (bucket: string): string => `policy:${bucket}`;
