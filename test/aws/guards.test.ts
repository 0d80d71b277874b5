import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createGuards } from '../../src/aws/guards.ts';

describe('what is known of watched buckets', () => {
  it('is what the check wrote, and no row that somebody else did', async () => {
    const good = { bucket: 'a', remarks: ['One.'], digest: 'd' };
    const pages = [{ Items: [good, { bucket: 'b', remarks: [5] }], LastEvaluatedKey: { bucket: 'b' } }, { Items: [{ bucket: 'c' }] }];
    const db = { send: async () => pages.shift() } as unknown as DynamoDBDocumentClient;
    expect([...(await createGuards(db, 'guards').told())]).toEqual([['a', good]]);
  });
});
