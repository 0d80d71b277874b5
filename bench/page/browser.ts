/** What is measured in the browser, with the probe that runs in the page. Times run inside the browser: driving it costs nothing of them. */
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { Sandbox } from '../../test/helpers/sandbox.ts';
import { openWindow, type Windowed } from '../../test/helpers/window.ts';
import { type Summary, summarize } from '../statistics.ts';

const PROBE = path.join(import.meta.dirname, 'probe.js');

interface Probe {
  arm(type: string, selector: string, text?: string): void;
  answered(): Promise<number>;
  watch(): void;
  watched(): number[];
}
declare global {
  /** Of the page. */
  var probe: Probe;
}

/** How evenly frames came, in milliseconds. */
export interface Frames extends Summary {
  longest: number;
}

/** A window as this person, with the probe in it. */
export async function openProbed(browser: Browser, sandbox: Pick<Sandbox, 'urls'>, as = 'riya'): Promise<Windowed> {
  const window = await openWindow(browser, sandbox, as);
  await window.page.addScriptTag({ path: PROBE });
  await window.slack.getByRole('textbox', { name: 'Message' }).waitFor();
  return window;
}

/** Milliseconds from the event that `act` brings about until `selector` shows it; see the probe. */
export async function timed(
  page: Page,
  act: () => Promise<void>,
  event: 'click' | 'keydown',
  selector: string,
  text?: string,
): Promise<number> {
  await page.evaluate(([type, of, words]) => probe.arm(type, of, words), [event, selector, text] as [string, string, string | undefined]);
  await act();
  return page.evaluate(() => probe.answered());
}

/** The frames while `act` goes on. */
export async function framesOf(page: Page, act: () => Promise<unknown>): Promise<Frames> {
  await page.evaluate(() => probe.watch());
  await act();
  const frames = await page.evaluate(() => probe.watched());
  return { ...summarize(frames), longest: Math.max(...frames) };
}

const MODAL = '.slack [role=dialog]';

/** From Enter after a typed command until its modal shows. */
export async function commandToModal(window: Windowed, bucket: string): Promise<number> {
  const box = window.slack.getByRole('textbox', { name: 'Message' });
  await box.fill(`/delete-bucket ${bucket}`);
  const ms = await timed(window.page, () => box.press('Enter'), 'keydown', MODAL);
  await dismiss(window);
  return ms;
}

/** From the click on a request's button until its modal shows. */
export async function buttonToModal(window: Windowed, bucket: string): Promise<number> {
  const button = window.message(bucket).getByRole('button', { name: 'Approve with MFA code' });
  const ms = await timed(window.page, () => button.click(), 'click', MODAL);
  await dismiss(window);
  return ms;
}

async function dismiss({ modal }: Windowed): Promise<void> {
  await modal.getByRole('button', { name: 'Dismiss' }).click();
  await modal.waitFor({ state: 'detached' });
}

/** From the click on one of the tries until AWS's answer to it shows; two take turns, so that each answer is another than the one before. */
export async function breakInToAnswer({ page, pane }: Windowed, turn: number): Promise<number> {
  const aws = pane('AWS');
  await aws.getByRole('tab', { name: 'Break in' }).click();
  const button = aws.getByRole('button', { name: turn % 2 === 0 ? 'Delete as administrator' : /no code$/ });
  return timed(page, () => button.click(), 'click', '.aws-answer');
}

/** From the click on a person until a message shows that only they see. */
export async function personToMessages({ page, slack }: Windowed, name: string, only: string): Promise<number> {
  const button = slack.getByRole('group', { name: 'You are' }).getByRole('button', { name: new RegExp(`^${name}`) });
  return timed(page, () => button.click(), 'click', '.slack-message.ephemeral', only);
}

/** Pixels that one turn of the wheel scrolls. */
export const TURN = 2_000;

/** Frames while a list is scrolled by wheel from its end to its beginning; each turn waits for the one before. */
export async function scrollThrough(page: Page, selector: string): Promise<Frames> {
  const list = page.locator(selector);
  const box = await list.boundingBox();
  if (!box) throw new Error(`${selector} doesn't show`);
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  const isDone = () => list.evaluate((element) => (element as unknown as { scrollTop: number }).scrollTop === 0);
  return framesOf(page, async () => {
    while (!(await isDone())) await page.mouse.wheel(0, -TURN);
  });
}
