import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createRecords } from '../../src/aws/records.ts';
import type { RequestRow } from '../../src/aws/requests.ts';

const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

/** Somebody else asks for a bucket whose lock such a request holds; may they? */
async function taken(row: Partial<RequestRow> | undefined, takenAt = at(-600)): Promise<boolean> {
  const lock = { bucket: 'team-scratch', requestId: 'req-holder', takenAt };
  const send = async ({ input }: { input: { TableName: string; ConditionExpression?: string } }) => {
    if (input.ConditionExpression?.startsWith('attribute_not_exists')) {
      throw Object.assign(new Error(), { name: 'ConditionalCheckFailedException' });
    }
    return { Item: input.TableName === 'locks' ? lock : row };
  };
  const { locks } = createRecords({ send } as unknown as DynamoDBDocumentClient, { requests: 'requests', locks: 'locks' });
  return (await locks.take({ bucket: 'team-scratch', requestId: 'req-new', takenAt: at(0) }, 'd')) === undefined;
}

describe('a lock', () => {
  const decided = { state: 'decided', askedAt: at(-600), expiresAt: at(-120) } as const;

  it.each<[string, Partial<RequestRow> | undefined, boolean]>([
    ['stands while its request may be decided', { ...decided, expiresAt: at(10) }, false],
    ['stands for an hour after that', { ...decided, expiresAt: at(-59) }, false],
    ['is over then', { ...decided, expiresAt: at(-61) }, true],
    ['stands while a fresh code is waited for', { ...decided, state: 'waiting', expiresAt: at(-600), until: at(-59) }, false],
    ['is over an hour after that', { ...decided, state: 'waiting', expiresAt: at(-600), until: at(-61) }, true],
    ['stands for as long as its bucket is being emptied, and says so', { ...decided, progressAt: at(-1) }, false],
    ['stands for an hour after that was said last', { ...decided, progressAt: at(-59) }, false],
    ['is over where it was said for longer no more', { ...decided, progressAt: at(-61) }, true],
    ['is over with its request, whatever was said', { ...decided, outcome: 'emptied', progressAt: at(-1) }, true],
    ['is over where its request was shown to nobody in a quarter of an hour', { ...decided, state: 'started' }, true],
  ])('%s', async (_, row, over) => {
    expect(await taken(row)).toBe(over);
  });

  it('of a request that nobody knows stands for a quarter of an hour', async () => {
    expect([await taken(undefined, at(-14)), await taken(undefined, at(-16))]).toEqual([false, true]);
  });
});
