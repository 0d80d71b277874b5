/**
 * `npm run bench:page`: how large the sandbox's page is, how soon it answers, and how it copes with much; prints the tables, and writes them to
 * docs/performance.md.
 *
 *   node bench/page.ts [--quick]     --quick: a few runs, to see that it works; writes nothing
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../test/helpers/browser.ts';
import { type Sandbox, startSandbox } from '../test/helpers/sandbox.ts';
import { ask, waiting } from '../test/helpers/story.ts';
import { breakInToAnswer, buttonToModal, commandToModal, framesOf, openProbed, personToMessages, scrollThrough } from './page/browser.ts';
import { callSoOften, saySoMany, sizeOf, startAsUsersDo, whisper } from './page/prepare.ts';
import { pagePart, type Results, tables } from './page/report.ts';
import { machine } from './report.ts';
import { type Summary, summarize } from './statistics.ts';
import { joined } from './tables.ts';

const PAGE = path.resolve(import.meta.dirname, '../docs/performance.md');

const FULL = { starts: 5, clicks: 30, many: 1_000, versions: 50_000 };
const QUICK = { starts: 1, clicks: 5, many: 200, versions: 5_000 };

/** Runs that are not counted: functions load, and V8 compiles what is hot. */
const WARM_UP = 5;
/** To ask for, and never deleted. */
const BUCKET = 'team-scratch';
/** Whose request waits for an approver. */
const ASKED = 'team-asked';

async function main(): Promise<void> {
  const { quick } = parseArgs({ options: { quick: { type: 'boolean', default: false } } }).values;
  const here = machine();
  say(`bench: ${here.cpu}, Node ${here.node}, load average ${here.load}`);
  const browser = await launchBrowser();
  try {
    const results = await measure(browser, quick ? QUICK : FULL);
    process.stdout.write(`\n${tables(results)}`);
    if (!quick) writeFileSync(PAGE, joined(readFileSync(PAGE, 'utf8'), pagePart(results, here)));
  } finally {
    await browser.close();
  }
}

async function measure(browser: Browser, { starts, clicks, many, versions }: typeof FULL): Promise<Results> {
  say(`bench: npm start, ${starts} times …`);
  const started = await starting(browser, starts);
  const sandbox = await startSandbox();
  try {
    const size = await sizeOf(browser, sandbox);
    await sandbox.s3().send(new CreateBucketCommand({ Bucket: ASKED }));
    const request = await ask(sandbox, ASKED);
    const message = await waiting(sandbox, request);
    for (const name of ['riya', 'alice']) await whisper(sandbox, name, only(name));
    say(`bench: ${clicks} clicks of each kind …`);
    const few = await clicking(browser, sandbox, clicks);
    const breakIn = await breakingIn(browser, sandbox, clicks);
    say(`bench: ${many} messages and ${many} calls …`);
    await saySoMany(sandbox, message, many);
    await callSoOften(sandbox, BUCKET, many);
    // The list shows the newest messages first of all: what is looked for is among them.
    for (const name of ['riya', 'alice']) await whisper(sandbox, name, only(name));
    const scrolled = await scrolling(browser, sandbox);
    const crowded = { messages: many, calls: many, ...(await clicking(browser, sandbox, clicks)), ...scrolled };
    say(`bench: emptying ${versions} versions …`);
    const emptying = await whileEmptied(browser, sandbox, versions);
    return { size, ...started, ...few, breakIn, many: crowded, emptying };
  } finally {
    await sandbox.stop();
  }
}

async function starting(browser: Browser, runs: number): Promise<{ start: Summary; cold: Summary }> {
  const start: number[] = [];
  const cold: number[] = [];
  for (let run = 0; run < runs; run++) {
    const sandbox = await startAsUsersDo();
    start.push(sandbox.ms);
    try {
      const window = await openProbed(browser, sandbox);
      cold.push(await commandToModal(window, BUCKET));
      await window.close();
    } finally {
      await sandbox.stop();
    }
  }
  return { start: summarize(start), cold: summarize(cold) };
}

async function clicking(browser: Browser, sandbox: Sandbox, runs: number): Promise<Pick<Results, 'command' | 'button' | 'person'>> {
  const riya = await openProbed(browser, sandbox);
  const command = await warm(runs, () => commandToModal(riya, BUCKET));
  const person = await warm(runs, (run) => {
    const name = run % 2 === 0 ? 'riya' : 'alice';
    return personToMessages(riya, name, only(name));
  });
  await riya.close();
  const alice = await openProbed(browser, sandbox, 'alice');
  const button = await warm(runs, () => buttonToModal(alice, ASKED));
  await alice.close();
  return { command, button, person };
}

async function breakingIn(browser: Browser, sandbox: Sandbox, runs: number): Promise<Summary> {
  const window = await openProbed(browser, sandbox);
  const times = await warm(runs, (run) => breakInToAnswer(window, run));
  await window.close();
  return times;
}

async function scrolling(browser: Browser, sandbox: Sandbox): Promise<Pick<Results['many'], 'slack' | 'aws'>> {
  const window = await openProbed(browser, sandbox);
  const slack = await scrollThrough(window.page, '[role=log]');
  await window.pane('AWS').getByRole('tab', { name: 'Calls' }).click();
  const aws = await scrollThrough(window.page, '[aria-label="All calls"]');
  await window.close();
  return { slack, aws };
}

/** The Flow pane follows; and somebody asks for another bucket meanwhile. */
async function whileEmptied(browser: Browser, sandbox: Sandbox, versions: number): Promise<Results['emptying']> {
  const name = 'team-emptied';
  await sandbox.s3().send(new CreateBucketCommand({ Bucket: name }));
  await sandbox.fill({ bucket: name, objects: versions });
  const request = await ask(sandbox, name, { empty: true });
  const { ts } = await waiting(sandbox, request);
  await sandbox.act('alice', { click: 'Approve with MFA code', ts });
  const window = await openProbed(browser, sandbox);
  const code = await sandbox.code('alice');
  const began = performance.now();
  const command: number[] = [];
  const frames = await framesOf(window.page, async () => {
    await sandbox.act('alice', { submit: { 'MFA code': code, 'Bucket name': name } });
    let isOver = false;
    const ended = sandbox.ended(request, 600).finally(() => {
      isOver = true;
    });
    do command.push(await commandToModal(window, BUCKET));
    while (!isOver);
    await ended;
  });
  const seconds = (performance.now() - began) / 1000;
  await window.close();
  return { versions, seconds, command: summarize(command), frames };
}

/** What is measured so often, after the runs that don't count. */
async function warm(runs: number, once: (run: number) => Promise<number>): Promise<Summary> {
  const times: number[] = [];
  for (let run = -WARM_UP; run < runs; run++) {
    const ms = await once(run + WARM_UP + 1);
    if (run >= 0) times.push(ms);
  }
  return summarize(times);
}

const only = (name: string): string => `Only ${name} reads this.`;

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
