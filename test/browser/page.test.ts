/** The page in a browser, as people use it. */
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../helpers/browser.ts';

describe('x', () => {
  let b: Browser;
  beforeAll(async () => {
    b = await launchBrowser();
  });
  afterAll(() => b.close());
  it('y', async () => {
    const page = await b.newPage();
    await page.setContent('<h1>Hi</h1>');
    expect(await page.textContent('h1')).toBe('Hi');
  });
});
