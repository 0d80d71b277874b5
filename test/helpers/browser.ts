/** A browser for tests, screenshots and benchmarks: the Chromium that npm brought, or the system's. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import chromium from '@sparticuz/chromium';
import type { Browser, BrowserType } from 'playwright-core';

// As CommonJS: what it loads is large, and read once so.
const { chromium: playwright } = createRequire(import.meta.url)('playwright-core') as { chromium: BrowserType };

/** Nothing of its own accord goes out. */
const QUIET = ['--disable-background-networking', '--disable-sync', '--no-first-run', '--disable-component-update'];

/**
 * What is made for functions that open one page: all in one process ends with the first window that is closed, and a graphics card that is
 * made up by the processor takes seconds for what the processor draws at once by itself.
 */
const NOT_HERE = /^--(single-process|in-process-gpu|ignore-gpu-blocklist|use-gl|use-angle|enable-unsafe-swiftshader)(=|$)/;
const ARGS = [...chromium.args.filter((arg) => !NOT_HERE.test(arg)), '--disable-gpu'];

/** Where a system's own lies. */
const SYSTEM = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** Rejects with what each of them said, where none starts. */
export async function launchBrowser(): Promise<Browser> {
  const said: string[] = [];
  for (const find of [packaged, async () => SYSTEM.find((file) => existsSync(file))]) {
    try {
      const executablePath = await find();
      if (executablePath === undefined) continue;
      return await playwright.launch({ executablePath, args: [...ARGS, ...QUIET], headless: true });
    } catch (error) {
      said.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new Error(`no Chromium starts here: ${said.join('; ') || 'npm’s is for Linux on x64, and there is none of the system’s'}`);
}

/** Built for one kind of machine. */
const packaged = async () => (process.platform === 'linux' && process.arch === 'x64' ? chromium.executablePath() : undefined);
