/** DynamoDB: one document client for all tables, and what its errors mean. */
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { clientOptions, nameOf } from './clients.ts';

export function createTables(region: string, credentials?: DynamoDBClientConfig['credentials']): DynamoDBDocumentClient {
  const client = new DynamoDBClient({ ...clientOptions(region), ...(credentials && { credentials }) });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}

/** Runs a conditional write; false where the condition didn't hold, so that somebody else was first. */
export async function won(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (nameOf(error) === 'ConditionalCheckFailedException') return false;
    throw error;
  }
}
