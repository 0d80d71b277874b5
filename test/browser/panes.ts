/** What the panes do in a browser beyond the main job; in the windows and the sandbox of page.test.ts. */
import type { Locator } from 'playwright-core';
import type { Sandbox } from '../helpers/sandbox.ts';
import { approve, ask } from '../helpers/story.ts';
import type { Windowed } from '../helpers/window.ts';

interface Here {
  sandbox: () => Sandbox;
  open: (as?: string, options?: object) => Promise<Windowed>;
  /** Makes it. */
  bucket: (name: string) => Promise<string>;
}

const isFocused = async (wanted: Locator): Promise<boolean> => (await wanted.and(wanted.page().locator(':focus')).count()) > 0;

export function panes({ sandbox, open, bucket }: Here): void {
  it('asks before a click that wants it, and says in Slack’s words that the app didn’t answer in time', async () => {
    const { slack, page } = await open();
    const { urls, slack: app } = sandbox();
    const text = (words: string) => ({ type: 'plain_text', text: words });
    const confirm = { title: text('Really?'), text: text('It can’t be undone.'), confirm: text('Yes'), deny: text('No') };
    const button = { type: 'button', action_id: 'unknown', text: text('Do it'), confirm };
    await fetch(`${urls.slack}/api/chat.postMessage`, {
      method: 'POST',
      headers: { authorization: `Bearer ${app.botToken}`, 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ channel: app.channel, text: 'asks first', blocks: [{ type: 'actions', elements: [button] }] }),
    });
    const clicks: string[] = [];
    page.on('request', (request) => request.method() === 'POST' && clicks.push(request.postData() ?? ''));
    await sandbox().fault({ target: 'slack', kind: 'slow', times: 1 });
    const [does, dialog] = [slack.getByRole('button', { name: 'Do it' }), slack.getByRole('dialog', { name: 'Really?' })];
    for (const answer of ['No', 'Yes']) {
      await does.click();
      await dialog.getByText('It can’t be undone.').waitFor();
      expect(clicks).toEqual([]);
      await dialog.getByRole('button', { name: answer }).click();
      await dialog.waitFor({ state: 'detached' });
      expect(await isFocused(does)).toBe(true);
    }
    await slack.getByText('Operation timed out. Apps need to respond within 3 seconds.').waitFor();
    expect(clicks).toEqual([expect.stringContaining('"click":"Do it"')]);
  });

  describe('with one request that bob approved, and one that waits', () => {
    let over = '';
    let waits = '';
    beforeAll(async () => {
      over = await ask(sandbox(), await bucket('team-looked-at'));
      await approve(sandbox(), over, 'team-looked-at', 'bob');
      await sandbox().ended(over);
      await sandbox().act('bob', { close: true });
      // Not riya: she has as many open as one may.
      waits = await ask(sandbox(), await bucket('team-waits'), { by: 'alice' });
    });

    it('copies the code just used, which AWS refuses for another request', async () => {
      const window = await open('bob');
      const device = window.pane('Authenticator').getByRole('article', { name: 'bob’s device' });
      await device.getByRole('button', { name: 'Copy the code just used, bob’s' }).click();
      await device.getByText('Copied: the code just used').waitFor();
      const copied = await window.page.evaluate<string>('navigator.clipboard.readText()');
      expect(sandbox().codes).toContain(copied);
      await window.approve('team-waits', copied);
      await window.modal.getByText('AWS refused the code').waitFor();
    });

    it('shows what each state was given and gave, of the one that is over too', async () => {
      // So low that the list of states scrolls.
      const { page, pane, faults } = await open('riya', { viewport: { width: 1440, height: 340 } });
      const flow = pane('Flow');
      const list = flow.getByRole('region', { name: 'Visited states' });
      const scrolled = () => list.evaluate((element) => (element as unknown as { scrollTop: number }).scrollTop);
      await flow.getByRole('button', { name: 'List' }).click();
      await list.getByRole('button', { name: 'AskApprover' }).first().waitFor();
      // What runs is followed; what is over is read from its beginning.
      expect(await scrolled()).toBeGreaterThan(0);
      const select = flow.getByRole('combobox', { name: 'Execution' });
      const choose = async (id: string) => {
        const options = await select.locator('option').allTextContents();
        await select.selectOption({ label: options.find((option) => option.includes(id)) ?? '' });
      };
      await choose(over);
      await flow.getByText('succeeded', { exact: true }).first().waitFor();
      expect(await scrolled()).toBe(0);
      const state = list.getByRole('button', { name: 'Elevate' });
      await state.click();
      const details = flow.getByRole('complementary', { name: 'State Elevate' });
      await details.getByRole('region', { name: 'Input', exact: true }).getByText('team-looked-at').waitFor();
      await details.getByRole('region', { name: 'Output', exact: true }).getByText('sealed,').first().waitFor();
      expect(await faults()).toEqual([]);
      await page.keyboard.press('Escape');
      await details.waitFor({ state: 'detached' });
      expect(await isFocused(state)).toBe(true);
      await choose(waits);
      await list.getByRole('button', { name: 'EndDone' }).waitFor({ state: 'detached' });
    });
  });

  it('works where the browser may remember nothing, and takes the stream up again when it is shown', async () => {
    const { page, tour } = await open();
    await page.addInitScript(() => {
      for (const name of ['localStorage', 'sessionStorage']) {
        Object.defineProperty(globalThis, name, {
          get: () => {
            throw new DOMException('Access is denied for this document.', 'SecurityError');
          },
        });
      }
    });
    await page.reload();
    await tour.getByRole('button', { name: /the tour$/ }).click();
    await tour.waitFor({ state: 'detached' });
    await page.getByRole('combobox', { name: 'Colours' }).selectOption('dark');
    await page.locator('html[data-theme=dark]').waitFor();
    const show = (state: string) =>
      page.evaluate(
        `Object.defineProperty(document, 'visibilityState', { configurable: true, value: '${state}' }); document.dispatchEvent(new Event('visibilitychange'))`,
      );
    await show('hidden');
    const asked = page.waitForRequest(/\/sandbox\/events/);
    await show('visible');
    await asked;
  });
}
