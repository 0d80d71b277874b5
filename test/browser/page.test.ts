/** The page in a browser, as people use it. One browser and one sandbox for all. */
import { CreateBucketCommand, ListBucketsCommand } from '@aws-sdk/client-s3';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../helpers/browser.ts';
import { type Sandbox, startSandbox, until } from '../helpers/sandbox.ts';
import { openWindow, type Windowed } from '../helpers/window.ts';

const browser = await launchBrowser().catch((error: Error) => {
  // In CI it has to run; elsewhere it is said aloud.
  if (process.env.CI) throw error;
  process.stderr.write(`SKIPPED: the tests in a browser; ${error.message}\n`);
  return undefined;
});

(browser ? describe : describe.skip)('the page', () => {
  let sandbox: Sandbox;
  const windows: Windowed[] = [];

  beforeAll(async () => {
    sandbox = await startSandbox();
  });
  afterEach(async () => {
    const wrong = windows.flatMap((one) => one.wrong);
    await Promise.all(windows.splice(0).map((one) => one.close()));
    // A modal stays before a person until it is closed, in whatever window.
    for (const user of ['riya', 'alice', 'bob']) while ((await sandbox.see(user)).modal) await sandbox.act(user, { close: true });
    expect(wrong).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await sandbox?.stop();
  });

  const open = async (...args: [as?: string, options?: object]): Promise<Windowed> => {
    const opened = await openWindow(browser as Browser, sandbox, ...args);
    windows.push(opened);
    return opened;
  };
  const bucket = async (name: string): Promise<string> => {
    await sandbox.s3().send(new CreateBucketCommand({ Bucket: name }));
    return name;
  };
  const buckets = async () => (await sandbox.s3().send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name) ?? [];
  const gone = (name: string) => until(async () => !(await buckets()).includes(name), `${name} to be gone`);

  it('takes a request from the command to the deleted bucket, with a wrong code on the way', async () => {
    const name = await bucket('team-happy');
    const window = await open();
    await window.ask(name, 'the trial is over');
    await window.be('alice');
    const right = await sandbox.code('alice');
    const wrong = String((Number(right) + 1) % 1_000_000).padStart(6, '0');
    await window.approve(name, wrong);
    await window.modal.getByText('AWS refused the code').waitFor();
    await window.giveCode(name, right);
    await gone(name);
    await window.message(name).getByText('Deleted').first().waitFor();
  });

  it('goes on after a reload in the middle, as the person that one was', async () => {
    const name = await bucket('team-reload');
    const window = await open();
    await window.ask(name, 'a reload comes');
    await window.be('alice');
    await window.message(name).getByRole('button', { name: 'Approve with MFA code' }).click();
    await window.modal.waitFor();
    await window.page.reload();
    // The modal is there still, as Slack keeps it.
    await window.giveCode(name, await sandbox.code('alice'));
    await gone(name);
  });

  it('is two people in two windows: of two approvers one wins, and the other reads who', async () => {
    const name = await bucket('team-two');
    const riya = await open();
    await riya.ask(name, 'two may say yes');
    const [alice, bob] = await Promise.all([open('alice'), open('bob')]);
    await bob.message(name).getByRole('button', { name: 'Approve with MFA code' }).click();
    await bob.modal.waitFor();
    await alice.approve(name, await sandbox.code('alice'));
    await gone(name);
    await bob.giveCode(name, await sandbox.code('bob'));
    await bob.slack.getByText(/alice/).last().waitFor();
    await riya.message(name).getByText('Deleted').first().waitFor();
  });

  it('rejects with a reason, which the requester reads', async () => {
    const name = await bucket('team-reject');
    const window = await open();
    await window.ask(name, 'may it go');
    await window.be('alice');
    await window.message(name).getByRole('button', { name: 'Reject' }).click();
    await window.modal.getByRole('textbox').first().fill('we still need it');
    await window.modal.getByRole('button', { name: 'Reject' }).click();
    await window.be('riya');
    await window.message(name).getByText('we still need it').first().waitFor();
    expect(await buckets()).toContain(name);
  });

  it('cancels, from the direct message', async () => {
    const name = await bucket('team-cancel');
    const window = await open();
    await window.ask(name, 'a mistake');
    await window.slack.getByRole('button', { name: /^Interlock/ }).click();
    await window.message(name).getByRole('button', { name: 'Cancel request' }).click();
    await window
      .message(name)
      .getByText(/cancelled/i)
      .first()
      .waitFor();
    expect(await buckets()).toContain(name);
  });

  it('shows hostile text as it was typed, and nothing of it as markup', async () => {
    const name = await bucket('team-hostile');
    const window = await open();
    await window.ask(name, '<img src=x onerror="document.title=1"> *bold* <https://evil.example|click> <!channel> \u202egnp.exe');
    const message = window.message(name);
    await message
      .getByText('<img src=x onerror="document.title=1"> *bold* <https://evil.example|click> <!channel> [U+202E]gnp.exe')
      .waitFor();
    expect(await message.locator('img[src="x"], a[href*="evil"]').count()).toBe(0);
    expect(await window.page.title()).not.toBe('1');
  });
});
