/**
 * `npm run bench`: measures the packaged bundles and the ways through them, prints the tables, and writes docs/performance.md.
 *
 *   node bench/run.ts [--quick]     --quick: a few runs, to see that it works; writes nothing
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startSandbox } from '../test/helpers/sandbox.ts';
import { measureBundles } from './bundles.ts';
import { measureGuards } from './guard.ts';
import { measureCodes, measureCommands } from './latency.ts';
import { measureLoad } from './load.ts';
import { machine, page, tables } from './report.ts';
import { joined } from './tables.ts';

const PAGE = path.resolve(import.meta.dirname, '../docs/performance.md');

async function main(): Promise<void> {
  const { quick } = parseArgs({ options: { quick: { type: 'boolean', default: false } } }).values;
  const runs = quick
    ? { imports: 3, commands: 10, codes: 3, crowds: [20], guarded: 50, checks: 2 }
    : { imports: 25, commands: 200, codes: 60, crowds: [50, 100, 200, 400], guarded: 1000, checks: 5 };
  const here = machine();
  say(`bench: ${here.cpu}, Node ${here.node}, load average ${here.load}`);
  say(`bench: importing each bundle ${runs.imports} times …`);
  const bundles = await measureBundles(runs.imports);
  const { commands, codes } = await latencies(runs);
  const loads = [];
  for (const people of runs.crowds) {
    say(`bench: ${people} people at once …`);
    loads.push(await measureLoad(people));
  }
  say(`bench: checking the guards of ${runs.guarded} buckets …`);
  const guards = await measureGuards(runs.guarded, runs.checks);
  const results = { bundles, commands, codes, loads, guards };
  process.stdout.write(`\n${tables(results)}`);
  // What other benchmarks wrote stays.
  if (!quick) writeFileSync(PAGE, joined(readFileSync(PAGE, 'utf8'), page(results, here)));
}

async function latencies(runs: { commands: number; codes: number }) {
  const sandbox = await startSandbox();
  try {
    say(`bench: ${runs.commands} slash commands …`);
    const commands = await measureCommands(sandbox, runs.commands);
    say(`bench: ${runs.codes} codes …`);
    return { commands, codes: await measureCodes(sandbox, runs.codes) };
  } finally {
    await sandbox.stop();
  }
}

/** What goes on, apart from the result. */
function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

try {
  await main();
} catch (error) {
  // fetch says what happened in the cause only.
  const { message, cause } = error as Error & { cause?: Error };
  say(`bench: ${message}${cause ? `: ${cause.message}` : ''}`);
  process.exitCode = 1;
}
