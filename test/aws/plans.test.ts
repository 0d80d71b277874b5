import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createPlans } from '../../src/aws/emptying/plans.ts';
import { UNTOUCHED } from '../../src/domain/emptying.ts';
import { BEGUN } from '../../src/domain/sweep.ts';
import { aPlan, progress, tally } from '../helpers/emptying-steps.ts';

const ID = 'req-abcdefghij23';
const NOW = Date.parse('2026-11-02T09:00:00.000Z');

type Item = Record<string, unknown> & { requestId: string; part: string };
// biome-ignore lint/suspicious/noExplicitAny: commands of five kinds
type Command = { constructor: { name: string }; input: any };

/** A table that takes so many items of a batch at a time, and gives so many rows a page. */
function table({ takes = 25, page = 1000 } = {}) {
  const items = new Map<string, Item>();
  const sent: string[] = [];
  const put = (item: Item) => items.set(`${item.requestId}/${item.part}`, structuredClone(item));
  const send = async ({ constructor: { name }, input }: Command): Promise<object> => {
    sent.push(name);
    switch (name) {
      case 'GetCommand':
        return { Item: items.get(`${input.Key.requestId}/${input.Key.part}`) };
      case 'PutCommand':
        {
          const there = items.get(`${input.Item.requestId}/${input.Item.part}`) as { result?: { pass: number } } | undefined;
          const isLater = (there?.result?.pass ?? 0) < (input.ExpressionAttributeValues?.[':pass'] ?? 0);
          if (input.ConditionExpression && there && !isLater) {
            throw Object.assign(new Error(), { name: 'ConditionalCheckFailedException' });
          }
        }
        put(input.Item);
        return {};
      case 'BatchWriteCommand': {
        const [[name_, requests]] = Object.entries(input.RequestItems) as [[string, { PutRequest: { Item: Item } }[]]];
        expect(requests.length).toBeLessThanOrEqual(25);
        for (const { PutRequest } of requests.slice(0, takes)) put(PutRequest.Item);
        const left = requests.slice(takes);
        return { UnprocessedItems: left.length > 0 ? { [name_]: left } : {} };
      }
      case 'UpdateCommand': {
        const item = items.get(`${input.Key.requestId}/${input.Key.part}`);
        const { ':progress': progress, ':end': end, ':worker': worker } = input.ExpressionAttributeValues;
        const takes = input.ConditionExpression === 'attribute_exists(requestId)';
        if (takes ? !item : item?.worker !== worker) throw Object.assign(new Error(), { name: 'ConditionalCheckFailedException' });
        Object.assign(item ?? {}, takes ? { worker } : { progress, end });
        return { Attributes: item };
      }
      default: {
        const { ':id': id, ':all': begins } = input.ExpressionAttributeValues;
        const all = [...items.values()].filter((item) => item.requestId === id && item.part.startsWith(begins));
        const from = Number(input.ExclusiveStartKey?.at ?? 0);
        const Items = all.sort((a, b) => (a.part < b.part ? -1 : 1)).slice(from, from + page);
        return { Items, ...(from + page < all.length && { LastEvaluatedKey: { at: from + page } }) };
      }
    }
  };
  return { plans: createPlans({ send } as unknown as DynamoDBDocumentClient, 'emptying', () => NOW), items, sent };
}

const stretches = Array.from({ length: 128 }, (_, at) => ({ after: at === 0 ? '' : `k${at}`, upTo: at === 127 ? null : `k${at + 1}` }));
const of = (pass: number, run = 'r') => ({ pass, run });
const plan = (pass: number, last = 127, run = 'r') => ({ result: aPlan({ pass, last, run }), rounds: 1, sweep: BEGUN });

describe('the records of an emptying', () => {
  it.each([
    ['at once', {}],
    ['by and by, where the table has no room for more', { takes: 7, page: 30 }],
  ])('hold a plan and all its stretches, in order, taken %s', async (_, how) => {
    const { plans, sent } = table(how);
    expect(await plans.last(ID)).toBeUndefined();
    expect(await plans.plan(ID, plan(1), stretches)).toEqual(plan(1));
    expect(sent.at(-1)).toBe('PutCommand');
    expect(await plans.last(ID)).toEqual(plan(1));
    expect(await plans.stretches(ID, of(1))).toEqual(stretches.map((one) => ({ ...one, progress: UNTOUCHED, end: null })));
    expect(await plans.take(ID, { ...of(1), stretch: 127, worker: 'w' })).toMatchObject({ after: 'k127', upTo: null });
    expect(await plans.take(ID, { ...of(1), stretch: 128, worker: 'w' })).toBeUndefined();
  });

  it('keep each pass by itself, and each request', async () => {
    const { plans } = table();
    await plans.plan(ID, plan(1), stretches);
    await plans.plan(ID, plan(2, 0), stretches.slice(0, 1));
    await plans.plan('req-other', plan(1, 0), stretches.slice(0, 1));
    expect([
      (await plans.stretches(ID, of(1))).length,
      (await plans.stretches(ID, of(2))).length,
      (await plans.stretches(ID, of(3))).length,
    ]).toEqual([128, 1, 0]);
    expect((await plans.last(ID))?.result.pass).toBe(2);
  });

  it('hold one plan of two that are made of a pass at once, with its own stretches, at which workers may be by then', async () => {
    const { plans } = table();
    await plans.plan(ID, plan(1), stretches);
    await plans.plan(ID, plan(2, 1, 'one'), stretches.slice(0, 2));
    const working = { ...of(2, 'one'), stretch: 0, worker: 'w' };
    await plans.take(ID, working);
    expect(await plans.plan(ID, plan(2, 0, 'other'), stretches.slice(5, 6))).toEqual(plan(2, 1, 'one'));
    expect(await plans.last(ID)).toEqual(plan(2, 1, 'one'));
    await plans.note(ID, working, progress({ done: tally({ versions: 3 }) }), 'done');
    expect((await plans.stretches(ID, of(2, 'one'))).map(({ after, end }) => [after, end])).toEqual([
      ['', 'done'],
      ['k1', null],
    ]);
  });

  it('hold how far a stretch is, and how it ended', async () => {
    const { plans } = table();
    await plans.plan(ID, plan(1, 1), stretches.slice(0, 2));
    const sofar = progress({ done: tally({ versions: 3 }), parts: [{ after: 'k', upTo: null, begun: null }] });
    const first = { ...of(1), stretch: 1, worker: 'first' };
    await plans.take(ID, first);
    await plans.note(ID, first, sofar, null);
    const second = { ...first, worker: 'second' };
    expect(await plans.take(ID, second)).toMatchObject({ progress: sofar, end: null });
    // Whoever had it before keeps no account any more.
    await expect(plans.note(ID, first, UNTOUCHED, 'more')).rejects.toMatchObject({ name: 'TryAgain' });
    await plans.note(ID, second, sofar, 'done');
    expect((await plans.stretches(ID, of(1))).map(({ progress, end }) => [progress, end])).toEqual([
      [UNTOUCHED, null],
      [sofar, 'done'],
    ]);
  });

  it('hold who stopped it first, under a key that is no plan’s', async () => {
    const { plans, items } = table();
    expect(await plans.stopped(ID)).toBeUndefined();
    expect(await plans.stop(ID, { by: 'U0RIYA', why: '' })).toBe(true);
    expect(await plans.stop(ID, { by: '', why: 'denied' })).toBe(false);
    expect(await plans.stopped(ID)).toMatchObject({ by: 'U0RIYA' });
    expect([...items.values()].map(({ requestId }) => requestId)).toEqual([`stop:${ID}`]);
  });

  it('go by themselves, ninety days after they were written', async () => {
    const { plans, items } = table();
    await plans.plan(ID, plan(1, 0), stretches.slice(0, 1));
    await plans.stop(ID, { by: 'U0RIYA', why: '' });
    expect([...items.values()].map(({ until }) => until)).toEqual([1, 2, 3].map(() => NOW / 1000 + 90 * 86_400));
  });
});
