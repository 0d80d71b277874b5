/** The page in a browser, as people use it. One browser and one sandbox for all. */
import { CreateBucketCommand, ListBucketsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import type { Browser, Locator } from 'playwright-core';
import { launchBrowser } from '../helpers/browser.ts';
import { type Sandbox, startSandbox, until } from '../helpers/sandbox.ts';
import { openWindow, type Windowed } from '../helpers/window.ts';
import { panes } from './panes.ts';

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
  /** The code as it is copied from the approver's device, once that shows it. */
  const copied = async ({ pane, page }: Windowed, code: string): Promise<string> => {
    const device = pane('Authenticator').getByRole('article', { name: 'alice’s device' });
    await device.getByText(`${code.slice(0, 3)} ${code.slice(3)}`).waitFor();
    await device.getByRole('button', { name: 'Copy alice’s code' }).click();
    await device.getByText('Copied').waitFor();
    return page.evaluate('navigator.clipboard.readText()');
  };
  /** Tries to break in; gives what stands there then. */
  const tried = async ({ pane }: Windowed, button: string): Promise<string | null> => {
    await pane('AWS').getByRole('tab', { name: 'Break in' }).click();
    await pane('AWS').getByRole('button', { name: button }).click();
    await pane('AWS')
      .getByText(/^AWS (refused|did it)\.$/)
      .waitFor();
    return pane('AWS').getByRole('tabpanel').textContent();
  };
  const gone = (name: string) => until(async () => !(await buckets()).includes(name), `${name} to be gone`);

  // First: the longer the conversations and the calls are, the longer axe looks at them.
  it('has no fault that axe finds, in any view, light and dark', async () => {
    const name = await bucket('team-axe');
    const window = await open();
    const { page, slack, modal, pane } = window;
    const found: Record<string, string[]> = {};
    const look = async (view: string) => {
      found[view] = await window.faults();
    };
    await slack.getByRole('textbox', { name: 'Message' }).fill('/');
    await look('the commands');
    await window.type(`/delete-bucket ${name}`);
    await modal.waitFor();
    await look('asking');
    await modal.getByRole('button', { name: 'Ask for approval' }).click();
    await modal.getByText('Please complete this required field.').waitFor();
    await look('a field at fault');
    await modal.getByRole('textbox', { name: 'Reason' }).fill('looked at');
    await modal.getByRole('button', { name: 'Ask for approval' }).click();
    await modal.waitFor({ state: 'detached' });
    await window.be('alice');
    await window.message(name).waitFor();
    await pane('AWS').getByRole('tab', { name: 'Calls' }).click();
    await look('a request, and calls');
    await window.message(name).getByRole('button', { name: 'Approve with MFA code' }).click();
    await modal.waitFor();
    await look('approving');
    await modal.getByRole('button', { name: 'Dismiss' }).click();
    await slack.getByRole('button', { name: /^Interlock/ }).click();
    await slack.getByRole('tab', { name: 'Home' }).click();
    await slack.getByRole('heading', { name: 'Interlock' }).last().waitFor();
    await tried(window, 'Delete as administrator');
    await look('Home, and a try to break in');
    await pane('Authenticator').getByRole('button', { name: 'Show QR code' }).first().click();
    await page.getByRole('dialog').waitFor();
    await look('a QR code');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Start over' }).click();
    await look('Start over');
    await page.keyboard.press('Escape');
    await page.setViewportSize({ width: 800, height: 700 });
    for (const tab of ['Slack', 'Authenticator', 'AWS', 'Flow']) {
      await page.getByRole('tab', { name: tab, exact: true }).click();
      await look(`${tab}, by itself`);
    }
    // Nothing of it waits for the tests that follow.
    await sandbox.act('riya', { click: 'Cancel request' });
    await sandbox.seen('alice', ({ messages }) => messages.some(({ text }) => text.includes('*cancelled*')), 'that it was cancelled');
    expect(Object.entries(found).filter(([, faults]) => faults.length > 0)).toEqual([]);
  });

  it('takes a request from the command to the deleted bucket, with a wrong code on the way', async () => {
    const name = await bucket('team-zebra');
    const window = await open();
    await window.ask(name, 'the trial is over');
    await window.be('alice');
    const right = await sandbox.code('alice');
    const wrong = String((Number(right) + 1) % 1_000_000).padStart(6, '0');
    await window.approve(name, wrong);
    await window.modal.getByText('AWS refused the code').waitFor();
    await window.giveCode(name, await copied(window, right));
    await gone(name);
    await window.message(name).getByText('was deleted, approved').first().waitFor();
    await window.pane('AWS').getByText(`${name} is deleted.`).waitFor({ state: 'attached' });
    const [row, pane] = await Promise.all([window.pane('AWS').getByRole('row', { name }).boundingBox(), window.pane('AWS').boundingBox()]);
    expect((row?.y ?? Number.NaN) + (row?.height ?? 0)).toBeLessThanOrEqual((pane?.y ?? 0) + (pane?.height ?? 0));
    // The same code once more: AWS knows it.
    expect(await tried(window, 'Replay the code')).toContain('MultiFactorAuthentication failed with invalid MFA one time pass code');
  });

  it.each([
    ['Delete as administrator', 'The administrator may do everything in this account'],
    ['Delete with alice’s key, no code', 'The key alone can do nothing but ask for a session'],
    ['Take the guard off', 'denies its own removal too'],
  ])('is refused by AWS: %s', async (button, words) => {
    const window = await open();
    const answer = await tried(window, button);
    for (const said of ['AWS refused.', 'AccessDenied: ', 'explicit deny', words]) expect(answer).toContain(said);
    expect(await buckets()).toContain('guarded-ledger');
    // And so the calls say it.
    await window.pane('AWS').getByRole('tab', { name: 'Calls' }).click();
    await window.pane('AWS').getByText('InterlockGuardPrincipal').first().waitFor();
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
    await riya.message(name).getByText('was deleted, approved').first().waitFor();
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
    // Its flow ended well, and nothing is gone.
    await window.tour.getByText('Step 1 of 4').waitFor();
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

  it('is gone through with the keyboard alone, and the tour says what comes next, to the deleted bucket', async () => {
    const window = await open();
    const { page, modal, slack, tour } = window;
    const focused = async (wanted: Locator): Promise<boolean> => (await wanted.and(page.locator(':focus')).count()) > 0;
    /** Goes there by Tab, as far as it takes, and presses Enter. */
    const press = async (role: 'button' | 'textbox', name: string | RegExp, key?: string) => {
      const wanted = page.getByRole(role, { name });
      for (let steps = 0; steps < 60; steps += 1) {
        if (await focused(wanted)) break;
        await page.keyboard.press('Tab');
      }
      if (key === undefined) await page.keyboard.press('Enter');
      else await page.keyboard.type(key);
    };
    await tour.getByText('Step 1 of 4').waitFor();
    await press('textbox', 'Message', '/delete-bucket team-scratch');
    await page.keyboard.press('Enter');
    await modal.waitFor();
    await press('textbox', 'Reason', 'the tour says so');
    await press('button', 'Ask for approval');
    await modal.waitFor({ state: 'detached' });
    await tour.getByText('Step 2 of 4').waitFor();
    await press('button', 'Be alice');
    // Focus goes on from where the button was.
    expect(await focused(tour.locator('*'))).toBe(true);
    await press('button', 'Approve with MFA code');
    await modal.waitFor();
    await tour.getByText('Step 3 of 4').waitFor();
    await press('textbox', 'MFA code', await sandbox.code('alice'));
    await press('textbox', 'Bucket name', 'team-scratch');
    await press('button', 'Delete for good');
    await tour.getByText('team-scratch is gone').waitFor();
    expect(await focused(slack.locator('*'))).toBe(true);
    await press('button', 'Close the tour');
    expect(await focused(page.getByRole('button', { name: 'Tour', exact: true }))).toBe(true);
    expect(await buckets()).not.toContain('team-scratch');
  });

  it('shows where the flow is when its tab is opened later', async () => {
    const { page, pane } = await open('riya', { viewport: { width: 800, height: 700 } });
    await page.getByText('live', { exact: true }).waitFor();
    await page.getByRole('tab', { name: 'Flow', exact: true }).click();
    const view = await pane('Flow').boundingBox();
    const state = await pane('Flow')
      .getByRole('button', { name: /^Inspect,/ })
      .boundingBox();
    expect(state?.y).toBeGreaterThan(view?.y ?? Number.NaN);
    expect(state?.y).toBeLessThan((view?.y ?? Number.NaN) + (view?.height ?? Number.NaN));
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
    await sandbox.s3().send(new PutObjectCommand({ Bucket: name, Key: '\u202egnp.exe<img src=x>', Body: 'x' }));
    await window.pane('AWS').getByRole('tab', { name: 'Calls' }).click();
    await window.pane('AWS').getByText('[U+202E]gnp.exe<img src=x>').first().waitFor();
    expect(await window.pane('AWS').locator('img').count()).toBe(0);
  });

  panes({ sandbox: () => sandbox, open, bucket });

  // Last: nothing is as it was after it.
  it('moves the clock on, past a request’s end, and begins anew', async () => {
    const name = await bucket('team-later');
    const window = await open();
    const { page, slack } = window;
    await window.ask(name, 'nobody answers');
    await page.getByRole('button', { name: 'Half a day later' }).click();
    await page.getByText('(12 h ahead)').waitFor();
    await window
      .message(name)
      .getByText(/expired/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Start over' }).click();
    const held = Promise.withResolvers<void>();
    await page.route('**/sandbox/start-over', (route) => held.promise.then(() => route.continue()));
    await page.getByRole('alertdialog').getByRole('button', { name: 'Start over' }).click();
    // Pressed once more, it asks nothing.
    await page.getByRole('button', { name: 'Starting over…' }).dispatchEvent('click');
    await page.getByRole('alertdialog').waitFor({ state: 'detached' });
    held.resolve();
    await slack.getByText('Nothing was said here yet.').waitFor();
    await page.getByText('(12 h ahead)').waitFor({ state: 'detached' });
    await window.pane('AWS').getByRole('rowheader', { name: 'team-scratch' }).waitFor();
    expect(await window.pane('AWS').getByRole('rowheader', { name }).count()).toBe(0);
    // What the browser couldn't reach meanwhile.
    window.wrong.length = 0;
  });
});
