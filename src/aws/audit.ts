/**
 * Writes the audit trail. The roles may put entries and nothing else. IAM can't ask for the condition that is put here, so a
 * compromised function could overwrite an entry: the hashes of those after it, and point-in-time recovery, show it.
 */
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { type AuditEntry, auditEntry } from '../domain/audit.ts';
import { won } from './tables.ts';

export interface Audit {
  /** Puts an entry unless one of that name is there; gives the entry's hash, the head for the next one, and whether it was put now. */
  record(entry: Omit<AuditEntry, 'hash'>): Promise<{ head: string; first: boolean }>;
}

export function createAudit(tables: DynamoDBDocumentClient, table: string): Audit {
  return {
    async record(entry) {
      const item = auditEntry(entry);
      const put = new PutCommand({ TableName: table, Item: item, ConditionExpression: 'attribute_not_exists(requestId)' });
      const first = await won(tables.send(put));
      return { head: item.hash, first };
    },
  };
}
