/** What people were last told of watched buckets, in DynamoDB: a row for each that is not as it should be. Written by the daily check alone. */
import { DeleteCommand, type DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';

export interface Guards {
  /** Remarks by bucket. */
  told(): Promise<Map<string, string[]>>;
  tell(bucket: string, remarks: string[], at: string): Promise<void>;
  forget(bucket: string): Promise<void>;
}

/** Throws the SDK's errors. */
export function createGuards(db: DynamoDBDocumentClient, TableName: string): Guards {
  return {
    async told() {
      const told = new Map<string, string[]>();
      let ExclusiveStartKey: Record<string, unknown> | undefined;
      do {
        const page = await db.send(new ScanCommand({ TableName, ConsistentRead: true, ...(ExclusiveStartKey && { ExclusiveStartKey }) }));
        for (const { bucket, remarks } of (page.Items ?? []) as { bucket: string; remarks: string[] }[]) told.set(bucket, remarks);
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey);
      return told;
    },
    async tell(bucket, remarks, at) {
      await db.send(new PutCommand({ TableName, Item: { bucket, remarks, at } }));
    },
    async forget(bucket) {
      await db.send(new DeleteCommand({ TableName, Key: { bucket } }));
    },
  };
}
