/** What the page is measured with: a page that loads, a sandbox that starts, and much to show. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { HeadBucketCommand } from '@aws-sdk/client-s3';
import type { Browser } from 'playwright-core';
import type { Sandbox, SlackMessage } from '../../test/helpers/sandbox.ts';
import { openWindow } from '../../test/helpers/window.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const BUILT = path.join(ROOT, '.page');

/** Bytes of all files that the first view loads. */
export interface Size {
  files: number;
  plain: number;
  gzip: number;
  brotli: number;
}

/** What the browser loads of the built page before somebody does something. */
export async function sizeOf(browser: Browser, sandbox: Pick<Sandbox, 'urls'>): Promise<Size> {
  const window = await openWindow(browser, sandbox);
  try {
    await window
      .pane('Flow')
      .getByRole('button', { name: /^Begin/ })
      .waitFor();
    const entries = await window.page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
    const names = ['/index.html', ...entries.map((name) => new URL(name).pathname)];
    const files = [...new Set(names)].map((name) => path.join(BUILT, name)).filter((file) => existsSync(file));
    const bytes = (ending: string) => files.reduce((sum, file) => sum + statSync(file + ending).size, 0);
    return { files: files.length, plain: bytes(''), gzip: bytes('.gz'), brotli: bytes('.br') };
  } finally {
    await window.close();
  }
}

/** `npm start` as its script runs it, until it is `ready`. */
export async function startAsUsersDo() {
  const dir = mkdtempSync(path.join(tmpdir(), 'interlock-page-'));
  const ports = { SANDBOX_PORT: '0', SANDBOX_AWS_PORT: '0', SANDBOX_SLACK_PORT: '0' };
  const began = performance.now();
  const child = spawn(process.execPath, ['scripts/run.mjs', 'start'], { cwd: ROOT, env: { ...process.env, ...ports, SANDBOX_DIR: dir } });
  const kill = () => child.kill('SIGTERM');
  process.once('exit', kill);
  await ready(child);
  const ms = performance.now() - began;
  return {
    ms,
    urls: JSON.parse(readFileSync(path.join(dir, 'endpoints.json'), 'utf8')) as Sandbox['urls'],
    async stop(): Promise<void> {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
      process.off('exit', kill);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function ready(child: ChildProcess): Promise<void> {
  let output = '';
  return new Promise((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      output += chunk.toString();
      if (/^ready$/m.test(output)) resolve();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('exit', (code) => reject(new Error(`npm start ended with ${code}: ${output}`)));
  });
}

/** So many messages in the channel like this one, said by the app. */
export async function saySoMany(sandbox: Sandbox, { text, blocks }: SlackMessage, count: number): Promise<void> {
  await eachOf(count, (at) => say(sandbox, 'chat.postMessage', { text: `${text} (${at})`, blocks }));
}

/** Something in the channel that this person alone sees. */
export async function whisper(sandbox: Sandbox, user: string, text: string): Promise<void> {
  await say(sandbox, 'chat.postEphemeral', { user: sandbox.slack.users[user], text });
}

async function say({ urls, slack }: Sandbox, method: string, body: object): Promise<void> {
  const response = await fetch(`${urls.slack}/api/${method}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${slack.botToken}`, 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ channel: slack.channel, ...body }),
  });
  const said = (await response.json()) as { ok: boolean; error?: string };
  if (!said.ok) throw new Error(`${method} answered ${said.error}`);
}

/** So many calls of AWS. */
export async function callSoOften(sandbox: Sandbox, bucket: string, count: number): Promise<void> {
  const s3 = sandbox.s3();
  await eachOf(count, () => s3.send(new HeadBucketCommand({ Bucket: bucket })));
  s3.destroy();
}

/** Does it so often, a few at a time. */
async function eachOf(count: number, work: (at: number) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < count; at += 10) {
    await Promise.all(Array.from({ length: Math.min(10, count - at) }, (_, index) => work(at + index)));
  }
}
