/** A window with the page, and what a person does in it; found as a screen reader finds it, by roles and names. */
import { createRequire } from 'node:module';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import type { Sandbox } from './sandbox.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

export type Windowed = Awaited<ReturnType<typeof openWindow>>;

/** Opens the page as this person. `wrong` gathers what the browser complains of. */
export async function openWindow(browser: Browser, { urls }: Pick<Sandbox, 'urls'>, as = 'riya', options: BrowserContextOptions = {}) {
  // The page's policy keeps axe out too.
  const context = await browser.newContext({
    bypassCSP: true,
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
    ...options,
  });
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: urls.page });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const wrong: string[] = [];
  page.on('pageerror', (error) => wrong.push(error.message));
  page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
  await page.goto(`${urls.page}/?as=${as}`);
  const slack = page.getByRole('region', { name: 'Slack' });
  const modal = slack.getByRole('dialog');
  const pane = (name: string) => page.getByRole('region', { name, exact: true });

  return {
    page,
    slack,
    modal,
    pane,
    tour: page.getByRole('complementary', { name: 'Tour' }),
    wrong,
    be: (name: string) =>
      slack
        .getByRole('group', { name: 'You are' })
        .getByRole('button', { name: new RegExp(`^${name}`) })
        .click(),
    async type(text: string): Promise<void> {
      const box = slack.getByRole('textbox', { name: 'Message' });
      await box.fill(text);
      await box.press('Enter');
    },
    /** The newest message in the conversation that holds this text. */
    message: (text: string | RegExp): Locator => slack.getByRole('article').filter({ hasText: text }).last(),
    async ask(bucket: string, reason: string): Promise<void> {
      await this.type(`/delete-bucket ${bucket}`);
      await modal.getByRole('textbox', { name: 'Reason' }).fill(reason);
      await modal.getByRole('button', { name: 'Ask for approval' }).click();
      await modal.waitFor({ state: 'detached' });
    },
    async approve(bucket: string, code: string): Promise<void> {
      await this.message(bucket).getByRole('button', { name: 'Approve with MFA code' }).click();
      await this.giveCode(bucket, code);
    },
    async giveCode(bucket: string, code: string): Promise<void> {
      await modal.getByRole('textbox', { name: 'MFA code' }).fill(code);
      await modal.getByRole('textbox', { name: 'Bucket name' }).fill(bucket);
      await modal.getByRole('button', { name: 'Delete for good' }).click();
    },
    /** What axe finds: all its rules in light, and what depends on colours in dark. */
    async faults(): Promise<string[]> {
      const found: string[] = [];
      for (const [colorScheme, rules] of [
        ['light', undefined],
        ['dark', ['color-contrast']],
      ] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        found.push(...(await scan(page, rules)).map((fault) => `${colorScheme}: ${fault}`));
      }
      return found;
    },
    close: () => context.close(),
  };
}

async function scan(page: Page, rules: readonly string[] | undefined): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.addScriptTag({ path: AXE });
  return page.evaluate(async (runOnly) => {
    const { axe } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: { id: string; nodes: { target: unknown; failureSummary?: string }[] }[] }> };
    };
    const { violations } = await axe.run({ resultTypes: ['violations'], ...(runOnly && { runOnly }) });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} at ${target}: ${failureSummary ?? ''}`));
  }, rules);
}
