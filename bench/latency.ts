/**
 * How long people wait, measured through the sandbox over HTTP, with functions that are warm: from a slash command to its acknowledgement, and
 * from a submitted code to the STS call. AWS and Slack are on the same machine, so what is measured is our own work and the sandbox's.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sign } from '../sandbox/slack/delivery.ts';
import type { Sandbox } from '../test/helpers/sandbox.ts';
import { ask, waiting } from '../test/helpers/story.ts';
import { type Summary, summarize } from './statistics.ts';

/** Runs that are not counted: the functions load, and V8 compiles what is hot. */
const WARM_UP = 5;
const BUCKET = 'team-scratch';
/** Between two codes of one device: at most nine in three minutes are checked (the throttle in docs of the sandbox's MFA). */
const SECONDS_BETWEEN_CODES = 60;

export interface CommandResults {
  /** An HTTP round trip to an empty server. */
  loopback: Summary;
  /** An unsigned request, which the function refuses at once: the sandbox's own share. */
  refused: Summary;
  /** A signed `/delete-bucket help`, which calls nothing. */
  help: Summary;
  /** A signed `/delete-bucket <name>`: opening the modal in Slack is part of it. */
  modal: Summary;
}

export interface CodeResults {
  /** From posting the submission until the app has answered it. */
  answered: Summary;
  /** From posting the submission until `sts:AssumeRole` stands in the log of calls. */
  atSts: Summary;
  /** How much of that is CheckUnchanged: looking at the bucket once more. */
  checkUnchanged: Summary;
}

/** Acknowledgements of a slash command, beside what any request costs here. */
export async function measureCommands(sandbox: Sandbox, runs: number): Promise<CommandResults> {
  const empty = createServer((request, response) => request.resume().on('end', () => response.end()));
  await new Promise<void>((ready) => empty.listen(0, '127.0.0.1', ready));
  const nowhere = `http://127.0.0.1:${(empty.address() as AddressInfo).port}`;
  const seconds = Math.floor((await sandbox.now()) / 1000);
  const command = new URLSearchParams({
    command: '/delete-bucket',
    text: 'help',
    team_id: 'T0INTERLOCK',
    api_app_id: 'A0INTERLOCK',
    user_id: sandbox.slack.users.riya ?? '',
    channel_id: sandbox.slack.channel,
    response_url: `${nowhere}/response`,
    trigger_id: '1.1.bench',
  }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-slack-request-timestamp': String(seconds) };
  const signature = sign(sandbox.slack.signingSecret, seconds, command);
  const post = (url: string, more: Record<string, string>, status: number) =>
    timed(async () => {
      const response = await fetch(url, { method: 'POST', headers: { ...headers, ...more }, body: command });
      await response.text();
      if (response.status !== status) throw new Error(`${url} answered ${response.status}, not ${status}`);
    });
  const times = { loopback: [] as number[], refused: [] as number[], help: [] as number[], modal: [] as number[] };
  try {
    for (let run = -WARM_UP; run < runs; run++) {
      const loopback = await post(nowhere, {}, 200);
      const refused = await post(sandbox.slack.requestUrl, {}, 401);
      const help = await post(sandbox.slack.requestUrl, { 'x-slack-signature': signature }, 200);
      const { ms: modal, status } = await sandbox.act('riya', { command: '/delete-bucket', text: BUCKET });
      if (status !== 200) throw new Error(`the command answered ${status}`);
      await sandbox.act('riya', { close: true });
      if (run < 0) continue;
      times.loopback.push(loopback);
      times.refused.push(refused);
      times.help.push(help);
      times.modal.push(modal);
    }
  } finally {
    empty.closeAllConnections();
    empty.close();
  }
  return {
    loopback: summarize(times.loopback),
    refused: summarize(times.refused),
    help: summarize(times.help),
    modal: summarize(times.modal),
  };
}

/** The way of a code, in rehearsals: they go the same way to STS, and the bucket stays for the next. */
export async function measureCodes(sandbox: Sandbox, runs: number): Promise<CodeResults> {
  const times = { answered: [] as number[], atSts: [] as number[], checkUnchanged: [] as number[] };
  for (let run = -WARM_UP; run < runs; run++) {
    const one = await oneCode(sandbox);
    if (run < 0) continue;
    times.answered.push(one.answered);
    times.atSts.push(one.atSts);
    times.checkUnchanged.push(one.checkUnchanged);
  }
  return {
    answered: summarize(times.answered),
    atSts: summarize(times.atSts),
    checkUnchanged: summarize(times.checkUnchanged),
  };
}

async function oneCode(sandbox: Sandbox) {
  await sandbox.advance(SECONDS_BETWEEN_CODES);
  const requestId = await ask(sandbox, BUCKET, { rehearse: true });
  const { ts } = await waiting(sandbox, requestId);
  await sandbox.act('alice', { click: 'Approve with MFA code', ts });
  const code = await sandbox.code('alice');
  const ahead = await clockAhead(sandbox);
  const submitted = Date.now() + ahead;
  const { ms: answered, status, body } = await sandbox.act('alice', { submit: { 'MFA code': code, 'Bucket name': BUCKET } });
  if (status !== 200) throw new Error(`the submission answered ${status} ${JSON.stringify(body)}`);
  const { states } = await sandbox.ended(requestId);
  const calls = (await sandbox.calls()).filter(({ time }) => Date.parse(time) >= submitted);
  const taken = calls.find(({ action, allowed }) => action === 'sts:AssumeRole' && allowed);
  const check = states.find(({ name }) => name === 'CheckUnchanged');
  if (!taken || !check?.exitedAt) throw new Error(`the code of ${requestId} did not reach STS`);
  return {
    answered,
    atSts: Date.parse(taken.time) - submitted,
    checkUnchanged: Date.parse(check.exitedAt) - Date.parse(check.enteredAt),
  };
}

/** By how many milliseconds the sandbox's clock is ahead of this process's: the quickest of some questions knows best. */
async function clockAhead(sandbox: Sandbox): Promise<number> {
  let best = { took: Number.POSITIVE_INFINITY, ahead: 0 };
  for (let question = 0; question < 5; question++) {
    const before = performance.now();
    const asked = Date.now();
    const there = await sandbox.now();
    const took = performance.now() - before;
    if (took < best.took) best = { took, ahead: there - asked - took / 2 };
  }
  return best.ahead;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
