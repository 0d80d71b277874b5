/** What people do in most scenarios, in few words. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { type Acted, type Sandbox, type SlackMessage, type SlackView, until } from './sandbox.ts';

/** All the text of a message or view, as one string. */
export function textOf(item: unknown): string {
  return JSON.stringify(item ?? null);
}

export interface AskMore {
  rehearse?: boolean;
  /** Empty it first; and keep the empty bucket. */
  empty?: boolean | 'keep';
  /** What governance retention keeps, too. */
  bypass?: boolean;
  reason?: string;
  by?: string;
  /** An option of the select: “Take the guard off”. Without it the deletion is asked for. */
  guard?: string;
}

/** riya asks; gives the request's id once the approvals channel shows it. */
export async function ask(sandbox: Sandbox, bucket: string, more: AskMore = {}): Promise<string> {
  const by = more.by ?? 'riya';
  await openModal(sandbox, by, { command: more.guard ? '/guard-bucket' : '/delete-bucket', text: bucket });
  const before = requestsIn(await sandbox.glance(by));
  const answers = {
    Reason: more.reason ?? 'not needed any more',
    ...(more.guard && { Change: more.guard }),
    ...(more.rehearse && { Rehearse: true }),
    ...(more.empty && { 'Empty it first': true }),
    ...(more.bypass && { 'Bypass governance retention': true }),
    ...(more.empty === 'keep' && { 'Keep the empty bucket': true }),
  };
  const { status, body } = await submit(sandbox, by, answers);
  if (status !== 200 || body?.response_action) throw new Error(`asking for ${bucket} answered ${status} ${textOf(body)}`);
  return sandbox.seen(by, (view) => requestsIn(view).find((id) => !before.includes(id)), `a message about ${bucket}`);
}

/** Opens a modal on top of nothing; again where the machine was too slow for Slack's three seconds. */
export async function openModal(sandbox: Sandbox, by: string, action: object): Promise<void> {
  const modalOf = async () => (await sandbox.glance(by, 1)).modal;
  while (await modalOf()) await sandbox.act(by, { close: true });
  for (let tries = 0; tries < 5 && !(await modalOf()); tries++) await sandbox.act(by, action);
}

/** Ids of requests in all that somebody sees, oldest first. */
export function requestsIn({ messages }: SlackView): string[] {
  return [...new Set(textOf(messages).match(/req-[a-z2-7]{12}/g) ?? [])];
}

/** The channel's message about a request. */
export function channelMessage(view: SlackView, channel: string, requestId: string): SlackMessage | undefined {
  return view.messages.find(
    (message) => message.channel === channel && !message.thread_ts && !message.ephemeral && textOf(message).includes(requestId),
  );
}

/** Waits until the request can be decided; gives the channel's message. */
export function waiting(sandbox: Sandbox, requestId: string): Promise<SlackMessage> {
  const find = (view: SlackView) => {
    const message = channelMessage(view, sandbox.slack.channel, requestId);
    return message && textOf(message).includes('Approve with MFA code') ? message : undefined;
  };
  return sandbox.seen('alice', find, `${requestId} waiting`);
}

/** Opens the approval of a request as an approver and gives a code. */
export async function approve(sandbox: Sandbox, requestId: string, bucket: string, by: string, code?: string) {
  const { ts } = await waiting(sandbox, requestId);
  await openModal(sandbox, by, { click: 'Approve with MFA code', ts });
  return submit(sandbox, by, { 'MFA code': code ?? (await sandbox.code(by)), 'Bucket name': bucket });
}

/** riya asks for a bucket that can't be deleted; gives the message that says why not. */
export async function refusalOf(sandbox: Sandbox, bucket: string): Promise<string> {
  await openModal(sandbox, 'riya', { command: '/delete-bucket', text: bucket });
  await sandbox.act('riya', { submit: { Reason: 'not needed' } });
  const find = ({ messages }: SlackView) =>
    messages.find((message) => textOf(message).includes(`\`${bucket}\``) && textOf(message).includes('refused'));
  return textOf(await sandbox.seen('riya', find, `a refusal of ${bucket}`));
}

/** Submits the modal that is open; once more where the machine was too slow for Slack's three seconds, as a person would. */
export async function submit(sandbox: Sandbox, by: string, answers: object): Promise<Acted> {
  let acted = await sandbox.act(by, { submit: answers });
  for (let tries = 0; tries < 5 && textOf(acted.body).includes('longer than usual'); tries++)
    acted = await sandbox.act(by, { submit: answers });
  return acted;
}

/** Cancels what is still open, so that the next test begins with nobody's three requests used up. */
export async function cancelAll(sandbox: Sandbox): Promise<void> {
  const open = async () => (await sandbox.db().send(new ScanCommand({ TableName: 'interlock-sandbox-locks' }))).Count ?? 0;
  const cancel = async () => {
    for (const user of Object.keys(sandbox.slack.users)) {
      const { messages } = await sandbox.glance(user);
      for (const { ts } of messages.filter((message) => textOf(message).includes('Cancel request'))) {
        await sandbox.act(user, { click: 'Cancel request', ts }).catch(() => undefined);
      }
    }
    return (await open()) === 0;
  };
  if ((await open()) > 0) await until(cancel, 'every request to end');
}

/** A day passes, and the check of guards that it brings has run to its end. */
export const dayPasses = (sandbox: Sandbox): Promise<void> => checkRuns(sandbox, 86_400);

/** So many seconds pass, and a check of guards that they bring has run to its end: its log says so. */
export async function checkRuns(sandbox: Sandbox, seconds: number): Promise<void> {
  const log = path.join(sandbox.dir, 'logs', 'checkGuards.log');
  const runs = () => readFileSync(log, { encoding: 'utf8', flag: 'a+' }).split('"message":"checked"').length;
  const before = runs();
  await sandbox.advance(seconds);
  await until(async () => runs() > before, 'the check of guards');
}
