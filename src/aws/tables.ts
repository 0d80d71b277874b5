/** DynamoDB: one document client for all tables, and what its errors mean. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { clientOptions, nameOf } from './clients.ts';

export function createTables(region: string): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient(clientOptions(region)), { marshallOptions: { removeUndefinedValues: true } });
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
