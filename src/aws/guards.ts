/** What is known of watched buckets, in DynamoDB: a row for each, with what people were last told of it. Written by the daily check alone. */
import { DeleteCommand, type DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Told } from '../domain/guard-drift.ts';

export interface Guards {
  /** What is known, by bucket. A row that is none of the check's own making counts for nothing: that bucket is told of as one that is new. */
  told(): Promise<Map<string, Told>>;
  tell(bucket: string, what: Told, at: string): Promise<void>;
  forget(bucket: string): Promise<void>;
}

const Row = z.object({ bucket: z.string(), remarks: z.array(z.string()), digest: z.string().optional() });

/** Throws the SDK's errors. */
export function createGuards(db: DynamoDBDocumentClient, TableName: string): Guards {
  return {
    async told() {
      const told = new Map<string, Told>();
      let ExclusiveStartKey: Record<string, unknown> | undefined;
      do {
        const page = await db.send(new ScanCommand({ TableName, ConsistentRead: true, ...(ExclusiveStartKey && { ExclusiveStartKey }) }));
        for (const { data } of (page.Items ?? []).map((item) => Row.safeParse(item))) if (data) told.set(data.bucket, data);
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey);
      return told;
    },
    async tell(bucket, { remarks, digest }, at) {
      await db.send(new PutCommand({ TableName, Item: { bucket, remarks, at, ...(digest !== undefined && { digest }) } }));
    },
    async forget(bucket) {
      await db.send(new DeleteCommand({ TableName, Key: { bucket } }));
    },
  };
}
