/**
 * One process that empties as EmptyRange and PlanEmptying do, told what to do by the process that forked it: `divide`, or `empty` with stretches,
 * one after the other. It answers each with the seconds that it took.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { divideBucket, emptyingClient, whatIsLeft } from '../../src/aws/emptying/division.ts';
import { createPace } from '../../src/aws/emptying/pace.ts';
import { emptyStretch } from '../../src/aws/emptying/stretch.ts';
import { untouched } from '../../src/domain/emptying.ts';
import type { Stretch } from '../../src/domain/key-space.ts';
import { BUCKET } from './keys.ts';

export type Order =
  | { do: 'divide' }
  /** `tableMs`: how long the table takes to keep an account, or to say whether somebody stopped it. */
  | { do: 'empty'; stretches: Stretch[]; tableMs: number };

export interface Answer {
  seconds: number;
  stretches: Stretch[];
  removed: number;
  /** Of the whole process so far: processor time, and the most memory that it held. */
  cpu: number;
  megabytes: number;
}

const { env } = process;
// What counts is the key: neither S3 here asks for a session.
const NO_TOKEN = { sessionToken: '', givenAt: '', expiresAt: '' };
const pace = createPace();
const place = {
  s3: emptyingClient('us-east-1', {
    accessKeyId: env.AWS_ACCESS_KEY_ID ?? '',
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? '',
    ...NO_TOKEN,
  }),
  bucket: BUCKET,
  account: '111122223333',
};

/** As PlanEmptying does. */
async function divide(): Promise<Stretch[]> {
  const left = await whatIsLeft(place, pace, { uploads: true });
  return left.more ? divideBucket(place, pace, { left, lone: true }) : [{ after: '', upTo: null }];
}

/** As EmptyRange does, for one stretch after the other. Throws where one isn't done. */
async function empty(stretches: Stretch[], tableMs: number): Promise<number> {
  const table = async () => void (tableMs > 0 && (await sleep(tableMs)));
  const mayGoOn = async () => {
    await table();
    return undefined;
  };
  let removed = 0;
  for (const stretch of stretches) {
    const { end, progress } = await emptyStretch({
      removal: { ...place, pace },
      stretch,
      progress: untouched(stretch),
      mayGoOn,
      note: table,
    });
    if (end !== 'done') throw new Error(`a stretch ended with ${end}`);
    removed += progress.done.versions;
  }
  return removed;
}

async function obey(order: Order): Promise<Answer> {
  const from = performance.now();
  const stretches = order.do === 'divide' ? await divide() : [];
  const removed = order.do === 'empty' ? await empty(order.stretches, order.tableMs) : 0;
  const seconds = (performance.now() - from) / 1000;
  const { user, system } = process.cpuUsage();
  return { seconds, stretches, removed, cpu: (user + system) / 1e6, megabytes: process.resourceUsage().maxRSS / 1000 };
}

process.on('message', async (order: Order) => process.send?.(await obey(order)));
process.on('disconnect', () => process.exit());
process.send?.('ready');
