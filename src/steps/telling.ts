/** Posting to Slack from the flow: where a message stands already it is edited, and what can't be told is no reason to fail. */
import type { WebClient } from '@slack/web-api';
import type { MessageAt, RequestRow, Requests } from '../aws/requests.ts';
import { Conclusion, type Request, Time } from '../domain/request.ts';
import { InterlockError, SlackRefused, TryAgain } from '../errors.ts';
import { EDITED, PLAINLY, refusalOf, slackError } from '../slack/client.ts';
import type { Ended, Message } from '../slack/views/messages.ts';

export type Warn = (what: string, details: Record<string, string>) => void;

/** The message that was to be edited is not there any more (chat.update, errors). */
const GONE = new Set(['message_not_found', 'cant_update_message', 'edit_window_closed']);

/** Posts, or edits the message that is there, or posts anew where that is gone. `channel` may be a person. Throws TryAgain or SlackRefused. */
export async function post(slack: WebClient, channel: string, message: Message, at?: MessageAt, thread?: string): Promise<MessageAt> {
  try {
    if (at) {
      await slack.chat.update({ ...message, ...EDITED, channel: at.channel, ts: at.ts });
      return at;
    }
    const posted = await slack.chat.postMessage({ ...message, ...PLAINLY, channel, ...(thread && { thread_ts: thread }) });
    return { channel: posted.channel ?? channel, ts: posted.ts ?? '' };
  } catch (error) {
    const name = slackError(error);
    if (at && GONE.has(name)) return post(slack, channel, message, undefined, thread);
    if (refusalOf(error)) throw new SlackRefused(`Slack does not take a message for ${channel} (${name}).`);
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

/** A record that can't be read keeps nobody from being told: what went wrong comes up when it is needed. */
export async function readRow(requests: Requests, requestId: string): Promise<{ row?: RequestRow | undefined; fault?: unknown }> {
  return requests.get(requestId).then(
    (row) => ({ row }),
    (fault: unknown) => ({ fault }),
  );
}

/** The end that the record holds; undefined where there is none, or not in words of ours. `at`: when, where it doesn't say. */
export function endOf(row: RequestRow, request: Request, at: string): Ended | undefined {
  const { data: conclusion } = Conclusion.safeParse({ outcome: row.outcome, why: row.why ?? '', by: row.closedBy ?? null });
  return conclusion && { request, conclusion, went: row.went ?? '', closedAt: Time.safeParse(row.closedAt).data ?? at };
}
