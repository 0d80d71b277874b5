/**
 * `npm run bench:empty`: how fast a bucket is emptied, by this project and by whatever else is on the machine; prints the tables, and writes them to
 * docs/performance.md. Takes about ten minutes, most of it with those that are ended after half a one.
 *
 *   node bench/empty.ts [--quick | --limit]     --quick: little data, to see that it works; --limit: this project and the limit alone, at 30 ms; both write nothing
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Shape } from './emptying/keys.ts';
import { emptyByMany, emptyByPeer, emptyInOne, emptyTheSandbox, LeanS3, replayed } from './emptying/measure.ts';
import { peersHere } from './emptying/peers.ts';
import { emptyingPart, type Results, tables } from './emptying/report.ts';
import { machine } from './report.ts';
import { joined } from './tables.ts';

const PAGE = path.resolve(import.meta.dirname, '../docs/performance.md');

const MANY = { delays: [0, 30], numbers: [1, 4, 16], peers: peersHere };
const FULL = { ...MANY, count: 100_000, most: 30, workers: 400_000, sizes: [10_000, 100_000, 1_000_000, 10_000_000], sandbox: 10_000 };
const QUICK = { ...MANY, count: 10_000, most: 5, workers: 20_000, sizes: [1_000, 20_000], sandbox: 2_000 };
const LIMIT = { ...FULL, delays: [30], numbers: [], peers: () => [], sizes: [], sandbox: 2_000 };

async function main(): Promise<void> {
  const { quick, limit } = parseArgs({ options: { quick: { type: 'boolean' }, limit: { type: 'boolean' } } }).values;
  const { count, most, delays, workers, numbers, peers, sizes, sandbox } = quick ? QUICK : limit ? LIMIT : FULL;
  const here = machine();
  say(`bench: ${here.cpu}, Node ${here.node}, load average ${here.load}`);
  const results: Results = {
    count,
    most,
    workersCount: workers,
    compared: [],
    workers: [],
    sizes: [],
    sandbox: await emptyTheSandbox(sandbox),
  };
  const others = peers();
  const s3 = await LeanS3.start();
  try {
    for (const delay of delays) {
      for (const shape of ['flat', 'deep'] satisfies Shape[]) {
        const data = { shape, count, delay };
        say(`bench: ${count} versions, ${shape}, ${delay} ms …`);
        const runs = [await replayed(s3, data), await emptyInOne(s3, data)];
        for (const peer of others) {
          say(`bench:   ${peer.name} …`);
          runs.push(await emptyByPeer(s3, data, peer, most));
        }
        results.compared.push({ data, runs });
      }
    }
    for (const shape of ['even', 'skewed'] satisfies Shape[]) {
      for (const number of numbers) {
        say(`bench: ${number} workers, ${shape} …`);
        results.workers.push(await emptyByMany(s3, { shape, count: workers, delay: 30 }, number));
      }
    }
    for (const size of sizes) {
      say(`bench: ${size} versions …`);
      const data = { shape: 'flat', count: size, delay: 0 } as const;
      results.sizes.push({ limit: await replayedIfItFits(s3, size), run: await emptyInOne(s3, data) });
    }
  } finally {
    s3.stop();
  }
  process.stdout.write(`\n${tables(results)}`);
  if (!quick && !limit) writeFileSync(PAGE, joined(readFileSync(PAGE, 'utf8'), emptyingPart(results, here)));
}

/** It prepares all that it sends, which takes a tenth of a megabyte a page. */
async function replayedIfItFits(s3: LeanS3, count: number) {
  return count > 1_000_000 ? undefined : replayed(s3, { shape: 'flat', count, delay: 0 });
}

/** What goes on, apart from the result. */
function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

try {
  await main();
} catch (error) {
  say(`bench: ${(error as Error).message}`);
  process.exitCode = 1;
}
