import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createRecords } from '../../src/aws/records.ts';
import type { RequestRow } from '../../src/aws/requests.ts';
import { statusOf } from '../../src/steps/status.ts';
import { aConfig, aRequest, aRule } from '../helpers/models.ts';

const config = aConfig({ rules: [aRule({ buckets: 'team-*' }), aRule({ buckets: 'other-*', approvers: ['bob'] })] });

interface Asked {
  TableName: string;
  RequestItems?: Record<string, { Keys: { requestId: string }[] }>;
}

/** Tables with so many open requests of each bucket's kind; `most`: so many rows come in one answer. Gives what somebody's status is, and what was asked of DynamoDB. */
async function statusFor(user: string, open: Record<string, number> = { 'team-': 2, 'other-': 3 }, most = 100) {
  const rows = Object.entries(open).flatMap(([prefix, count]) =>
    Array.from({ length: count }, (_, at): RequestRow => {
      return { ...aRequest({ requestId: `req-${prefix}${at}`, bucket: `${prefix}${at}` }), state: 'waiting', attempt: 1 };
    }),
  );
  const asked: string[] = [];
  let [under, together] = [0, 0];
  const send = async ({ input, constructor: { name } }: { input: Asked; constructor: { name: string } }) => {
    asked.push(name);
    under += 1;
    together = Math.max(together, under);
    await new Promise((resolve) => setImmediate(resolve));
    under -= 1;
    if (name === 'QueryCommand') return { Items: rows.filter(({ requester }) => requester === user) };
    const slot = { bucket: 'person:U0RIYA:1', requestId: rows[0]?.requestId };
    if (name === 'ScanCommand') return { Items: [...rows, slot, { bucket: 'policy:team-1' }] };
    const Keys = input.RequestItems?.requests?.Keys ?? [];
    const found = rows.filter(({ requestId }) => Keys.slice(0, most).some((key) => key.requestId === requestId));
    const UnprocessedKeys = Keys.length > most ? { requests: { Keys: Keys.slice(most) } } : {};
    return { Responses: { requests: found }, UnprocessedKeys };
  };
  const db = Object.assign(DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' })), { send });
  const parts = { config, ...createRecords(db, { requests: 'requests', locks: 'locks' }) };
  const status = await statusOf({ user, team: config.slack.team }, parts);
  return { mine: status.mine.length, forMe: status.forMe.map(({ request }) => request.bucket), asked, together };
}

describe('what waits for somebody', () => {
  it('is looked for where they approve anything, and one question answers who only asks', async () => {
    expect(await statusFor('U0RIYA')).toMatchObject({ mine: 5, forMe: [], asked: ['QueryCommand'] });
  });

  it('is read of the buckets that they approve, and of no other', async () => {
    expect(await statusFor('U0ALICE')).toMatchObject({
      forMe: ['team-0', 'team-1'],
      asked: ['QueryCommand', 'ScanCommand', 'BatchGetCommand'],
    });
    expect((await statusFor('U0ALICE', { 'other-': 3 })).asked).toEqual(['QueryCommand', 'ScanCommand']);
    expect((await statusFor('U0BOB')).forMe).toHaveLength(5);
  });

  it('is read at once where it is much', async () => {
    const { forMe, asked, together } = await statusFor('U0ALICE', { 'team-': 450 });
    expect([forMe.length, asked.filter((name) => name === 'BatchGetCommand').length, together]).toEqual([450, 5, 5]);
  });

  it('is whole where DynamoDB gives less than was asked for', async () => {
    expect((await statusFor('U0ALICE', { 'team-': 90 }, 40)).forMe).toHaveLength(90);
  });

  it('is nothing for people of another workspace', async () => {
    expect(await statusOf({ user: 'U0ALICE', team: 'T0OTHER' }, { config } as never)).toEqual({ mine: [], forMe: [] });
  });
});
