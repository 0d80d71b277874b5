/** `npm run demo`: one request from the slash command to the deleted bucket, a wrong code on the way, each step as it happens. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Secret, TOTP } from 'otpauth';
import { execution, Narrator } from './narrator.ts';
import { type Sandbox, startSandbox } from './sandbox.ts';

const BUCKET = 'team-scratch';
/** Waits for what the flow does in its own time. Throws after a minute: then something is broken. */
async function until<T>(find: () => T | undefined | false, what: string): Promise<T> {
  for (const end = Date.now() + 60_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 20))) {
    const found = find();
    if (found) return found;
  }
  throw new Error(`waited in vain for ${what}`);
}

/** The six digits on alice's device, as her phone would show them. */
function codeOf(sandbox: Sandbox, dir: string): string {
  const { alice } = JSON.parse(readFileSync(path.join(dir, 'mfa.json'), 'utf8'));
  return new TOTP({ secret: Secret.fromBase32(alice.seed) }).generate({ timestamp: sandbox.clock.now() });
}

async function act(sandbox: Sandbox, who: string, action: Parameters<Sandbox['slack']['act']>[1]): Promise<void> {
  const { status, body } = await sandbox.slack.act(who, action);
  if (status !== 200) throw new Error(`the app answered ${status}: ${JSON.stringify(body)}`);
}

const modalOf = (sandbox: Sandbox, who: string) => sandbox.slack.view(who).modal;
const has = (item: unknown, text: string) => JSON.stringify(item ?? '').includes(text);

async function play(sandbox: Sandbox, dir: string, narrator: Narrator): Promise<void> {
  const heading = (text: string) => narrator.heading(text);
  const show = (who: string, item: Parameters<Narrator['show']>[1]) => narrator.show(who, item);
  heading(`1  riya types /delete-bucket ${BUCKET}`);
  await act(sandbox, 'riya', { command: '/delete-bucket', text: BUCKET });
  show('riya', modalOf(sandbox, 'riya') ?? {});

  heading('2  riya gives a reason and asks; the flow looks at the bucket and asks the approvers');
  await act(sandbox, 'riya', { submit: { Reason: 'The trial is over, nothing reads it any more' } });
  const asked = await until(
    () => sandbox.slack.view('alice').messages.find((message) => has(message, 'Approve with MFA code')),
    'the question',
  );
  show('alice', asked);
  const direct = await until(
    () => sandbox.slack.view('riya').messages.find((message) => has(message, 'Cancel request')),
    'the direct message',
  );
  show('riya', direct);

  heading('3  alice clicks Approve with MFA code, and types a wrong one');
  await act(sandbox, 'alice', { click: 'Approve with MFA code', ts: asked.ts });
  show('alice', modalOf(sandbox, 'alice') ?? {});
  const right = codeOf(sandbox, dir);
  const wrong = String((Number(right) + 1) % 1_000_000).padStart(6, '0');
  await act(sandbox, 'alice', { submit: { 'MFA code': wrong, 'Bucket name': BUCKET } });
  show('alice', modalOf(sandbox, 'alice') ?? {});
  const again = await until(() => {
    const modal = modalOf(sandbox, 'alice');
    return has(modal, 'AWS refused the code') ? (modal ?? undefined) : undefined;
  }, 'the same modal, asking again');
  show('alice', again);
  const notice = await until(
    () => sandbox.slack.view('alice').messages.find((message) => has(message, 'A code was given in your name')),
    'the notice to alice',
  );
  show('alice', notice);
  show('everybody in the channel', sandbox.slack.view('mallory').messages[0] ?? {});

  heading('4  alice types the code that her device shows; AWS gives a session for this one bucket');
  await act(sandbox, 'alice', { submit: { 'MFA code': codeOf(sandbox, dir), 'Bucket name': BUCKET } });
  const ended = await until(() => {
    const now = execution(sandbox);
    return now?.status !== 'RUNNING' && now;
  }, 'the end of the flow');
  show('alice', modalOf(sandbox, 'alice') ?? {});
  show('everybody in the channel', sandbox.slack.view('mallory').messages[0] ?? {});
  show('riya', sandbox.slack.view('riya').messages.at(-1) ?? {});
  show('alice', sandbox.slack.view('alice').messages.find((message) => has(message, 'Your MFA code was just used')) ?? {});
  if (ended.status !== 'SUCCEEDED' || sandbox.aws.s3.find(BUCKET))
    throw new Error(`the flow ended ${ended.status}, and ${BUCKET} is still there`);
  heading(`${BUCKET} is deleted. npm start lets you do it yourself.`);
}

const dir = mkdtempSync(path.join(tmpdir(), 'interlock-demo-'));
try {
  const sandbox = await startSandbox({ port: 0, awsPort: 0, slackPort: 0, dir, assumeRoleMfa: 'absent' });
  const narrator = new Narrator(sandbox);
  try {
    await play(sandbox, dir, narrator);
  } finally {
    narrator.end();
    await sandbox.close();
  }
} catch (error) {
  process.stderr.write(`demo: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
} finally {
  rmSync(dir, { recursive: true, force: true });
}
