/**
 * Makes docs/screenshots/: the sandbox's page at three moments of the main job, light and dark.
 *
 *   npm run screenshots
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret, TOTP } from 'otpauth';
import { startSandbox } from '../sandbox/sandbox.ts';
import { launchBrowser } from '../test/helpers/browser.ts';
import { openWindow } from '../test/helpers/window.ts';
import { ROOT } from './setup.mjs';

const OUT = join(ROOT, 'docs', 'screenshots');
const BUCKET = 'team-scratch';

const browser = await launchBrowser();
mkdirSync(OUT, { recursive: true });
try {
  for (const theme of ['light', 'dark']) await shoot(theme);
} finally {
  await browser.close();
}

/** Each theme has a sandbox of its own, so that both show the same. */
async function shoot(theme) {
  const dir = mkdtempSync(join(tmpdir(), 'interlock-screenshots-'));
  const sandbox = await startSandbox({ port: 0, awsPort: 0, slackPort: 0, dir, assumeRoleMfa: 'absent' });
  try {
    const window = await openWindow(browser, sandbox, 'riya', { colorScheme: theme, reducedMotion: 'reduce' });
    const shot = (name) => window.page.screenshot({ path: join(OUT, `${name}-${theme}.png`) });
    await window.ask(BUCKET, 'The trial is over, nothing reads it any more');
    await window.be('alice');
    await window.message(BUCKET).getByRole('button', { name: 'Approve with MFA code' }).click();
    const { seed } = JSON.parse(readFileSync(join(dir, 'mfa.json'), 'utf8')).alice;
    const code = new TOTP({ secret: Secret.fromBase32(seed) }).generate({ timestamp: sandbox.clock.now() });
    await window.modal.getByRole('textbox', { name: 'MFA code' }).fill(code);
    await window.modal.getByRole('textbox', { name: 'Bucket name' }).fill(BUCKET);
    await shot('approve');
    await window.modal.getByRole('button', { name: 'Delete for good' }).click();
    await window.message(BUCKET).getByText('was deleted, approved').first().waitFor();
    await window.modal.getByRole('button', { name: 'Dismiss' }).click();
    await window.modal.waitFor({ state: 'detached' });
    await shot('deleted');
    const aws = window.pane('AWS');
    await aws.getByRole('tab', { name: 'Break in' }).click();
    await aws.getByRole('button', { name: 'Delete as administrator' }).click();
    await aws.getByText('AccessDenied').first().waitFor();
    await shot('break-in');
    process.stdout.write(`screenshots: approve, deleted and break-in, ${theme}\n`);
  } finally {
    await sandbox.close();
    rmSync(dir, { recursive: true, force: true });
  }
}
