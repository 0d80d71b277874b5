/** Posting to Slack from the flow: where a message stands already it is edited, and what can't be told is no reason to fail. */
import type { WebClient } from '@slack/web-api';
import type { MessageAt, RequestRow, Requests } from '../aws/requests.ts';
import { InterlockError, SlackRefused, TryAgain } from '../errors.ts';
import { slackError } from '../slack/client.ts';
import type { Message } from '../slack/views/messages.ts';

export type Warn = (what: string, details: Record<string, string>) => void;

/** The message that was to be edited is not there any more (chat.update, errors). */
const GONE = new Set(['message_not_found', 'cant_update_message', 'edit_window_closed']);

/** Answers of Slack that pass (Slack, "Web API", errors; "chat.update"); all others stay as they are. */
const PASSING = new Set([
  'external_channel_migrating',
  'update_failed',
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

/** A record that can't be read keeps nobody from being told: what went wrong comes up when it is needed. */
export async function readRow(requests: Requests, requestId: string): Promise<{ row?: RequestRow | undefined; fault?: unknown }> {
  return requests.get(requestId).then(
    (row) => ({ row }),
    (fault: unknown) => ({ fault }),
  );
}
