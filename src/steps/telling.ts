/** Posting to Slack from the flow: where a message stands already it is edited, and what can't be told is no reason to fail. */
import { createHmac } from 'node:crypto';
import type { WebClient } from '@slack/web-api';
import type { MessageAt, RequestRow, Requests } from '../aws/requests.ts';
import { InterlockError, SlackRefused, TryAgain } from '../errors.ts';
import type { Secret } from '../secret.ts';
import { slackError } from '../slack/client.ts';
import type { Message } from '../slack/views/messages.ts';

export type Warn = (what: string, details: Record<string, string>) => void;

/** Signs that a notice was told, so that a record can remember it and nobody can plant it who only writes records. */
export type Mark = (notice: string) => string;

/** Marks are made with the bot token, which those who tell hold anyway; where it is a new one, a notice is told again. */
export function marker(botToken: Secret): Mark {
  return (notice) => createHmac('sha256', botToken.reveal()).update(notice).digest('base64url');
}

/** The message that was to be edited is not there any more (chat.update, errors). */
const GONE = new Set(['message_not_found', 'cant_update_message', 'edit_window_closed']);

/** Answers of Slack that pass (Slack, "Web API", errors); all others stay as they are. */
const PASSING = new Set([
  'ratelimited',
  'rate_limited',
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
]);

/** Posts, or edits the message that is there, or posts anew where that is gone. `channel` may be a person. Throws TryAgain or SlackRefused. */
export async function post(slack: WebClient, channel: string, message: Message, at?: MessageAt, thread?: string): Promise<MessageAt> {
  try {
    if (at) {
      await slack.chat.update({ ...message, channel: at.channel, ts: at.ts });
      return at;
    }
    const posted = await slack.chat.postMessage({ ...message, channel, ...(thread && { thread_ts: thread }), unfurl_links: false });
    return { channel: posted.channel ?? channel, ts: posted.ts ?? '' };
  } catch (error) {
    const name = slackError(error);
    if (at && GONE.has(name)) return post(slack, channel, message, undefined, thread);
    // A word of Slack's own comes with an answer; a 500, a 429 or no answer at all has none.
    const answered = (error as { data?: { error?: string } }).data?.error !== undefined;
    if (answered && !PASSING.has(name)) throw new SlackRefused(`Slack does not take a message for ${channel} (${name}).`);
    throw new TryAgain(`Slack did not take a message (${name}); it is tried again.`);
  }
}

/** Does what may fail: the flow goes on without it, the log says so. */
export async function attempted<T>(warn: Warn, what: string, act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    warn('not told', { what, error: error instanceof InterlockError ? error.message : slackError(error) });
    return undefined;
  }
}

/** A notice to an approver about their own code: `place` is where the record remembers it, `what` tells it from others there. */
export interface Notice {
  place: 'approver' | 'refused';
  what: string;
  approver: string;
  message: Message;
}

/**
 * Tells whose code AWS was given, whatever the record says of a decision: that it was told already counts with a mark alone, since who
 * writes records could plant anything else. Rather told twice than not at all. Gives what the record says of having told then.
 */
export async function tellOfCode(
  requestId: string,
  row: RequestRow | undefined,
  { place, what, approver, message }: Notice,
  { requests, slack, mark, warn }: { requests: Requests; slack: WebClient; mark: Mark; warn: Warn },
): Promise<RequestRow['told']> {
  const marked = mark(`${requestId} ${what}`);
  if (row?.told?.[place] === marked) return row.told;
  const told = await attempted(warn, 'the approver', () => post(slack, approver, message));
  if (!told || !row) return row?.told;
  const heard = { ...row.told, [place]: marked };
  await requests.placed(requestId, { told: heard });
  return heard;
}

/** A record that can't be read keeps nobody from being told: what went wrong comes up when it is needed. */
export async function readRow(requests: Requests, requestId: string): Promise<{ row?: RequestRow | undefined; fault?: unknown }> {
  return requests.get(requestId).then(
    (row) => ({ row }),
    (fault: unknown) => ({ fault }),
  );
}
