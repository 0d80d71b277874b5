/**
 * Slack waits three seconds for an answer (Slack, "Handling user interaction"). Where ours takes longer, the person gets an
 * answer of ours in time instead of Slack's error; what was begun may still happen, and happens once however often it is sent.
 */
import { setTimeout } from 'node:timers/promises';
import type { WebClient } from '@slack/web-api';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { COMMAND } from './ids.ts';
import type { Sender } from './workspace.ts';

/** The members that matter of a command, a click or a submission. */
export interface Payload extends Omit<Sender, 'user'> {
  command?: string;
  type?: string;
  user?: { id?: string; team_id?: string };
  channel?: { id?: string };
  view?: { blocks?: { type?: string; block_id?: string }[] };
}

/** Three seconds from when Slack sent it, less the way back. Its timestamp is in whole seconds, rounded down: later is never assumed. */
const ANSWER_MS = 2_800;
const LONGEST_MS = 2_500;
/** Where the clocks disagree, or it came late already, it is still tried. */
const SHORTEST_MS = 700;

/** The answer if it comes in time, `late`'s otherwise. `sentAt`: milliseconds since 1970. */
export async function inTime<T>(answer: Promise<T>, sentAt: number, late: () => Promise<T>): Promise<T> {
  const wait = Math.min(Math.max(sentAt + ANSWER_MS - Date.now(), SHORTEST_MS), LONGEST_MS);
  const abort = new AbortController();
  const timer = setTimeout(wait, 'late' as const, { signal: abort.signal }).catch(() => 'late' as const);
  const first = await Promise.race([answer.finally(() => abort.abort()), timer]);
  if (first !== 'late') return first as T;
  answer.catch(() => undefined);
  return late();
}

/** What the person is told in time. */
export async function lateAnswer(payload: Payload, client: WebClient): Promise<APIGatewayProxyStructuredResultV2> {
  if (payload.command) {
    const command = Object.values(COMMAND).find((one) => one === payload.command) ?? COMMAND.delete;
    return json({
      response_type: 'ephemeral',
      text: `It takes longer than usual. Type \`${command} status\` in a moment to see what became of it, or try again.`,
    });
  }
  if (payload.type === 'view_submission') {
    const input = payload.view?.blocks?.find((block) => block.type === 'input')?.block_id;
    const text = 'It takes longer than usual. Submit again in a moment: it happens once, however often you do.';
    return input ? json({ response_action: 'errors', errors: { [input]: text } }) : { statusCode: 200, body: '' };
  }
  const { user, channel } = payload;
  if (payload.type === 'block_actions' && user?.id && channel?.id) {
    const text = 'It takes longer than usual. If nothing comes of it in a moment, click again: it happens once.';
    const told = client.chat.postEphemeral({ channel: channel.id, user: user.id, text }).catch(() => undefined);
    await Promise.race([told, setTimeout(300)]);
  }
  return { statusCode: 200, body: '' };
}

/** An answer that Slack reads as JSON. */
export function json(body: object): APIGatewayProxyStructuredResultV2 {
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
