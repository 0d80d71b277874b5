/** Posting to Slack from the flow: where a message stands already it is edited, and what can't be told is no reason to fail. */
import type { WebClient } from '@slack/web-api';
import type { MessageAt } from '../aws/requests.ts';
import { TryAgain } from '../errors.ts';
import { slackError } from '../slack/client.ts';
import type { Message } from '../slack/views/messages.ts';

export type Warn = (what: string, details: Record<string, string>) => void;

/** Posts, or edits the message that is there; `channel` may be a person. Throws TryAgain where Slack doesn't take it. */
export async function post(slack: WebClient, channel: string, message: Message, at?: MessageAt, thread?: string): Promise<MessageAt> {
  try {
    if (at) {
      await slack.chat.update({ ...message, channel: at.channel, ts: at.ts });
      return at;
    }
    const posted = await slack.chat.postMessage({ ...message, channel, ...(thread && { thread_ts: thread }), unfurl_links: false });
    return { channel: posted.channel ?? channel, ts: posted.ts ?? '' };
  } catch (error) {
    throw new TryAgain(`Slack did not take a message (${slackError(error)}); it is tried again.`);
  }
}

/** Does what may fail: the flow goes on without it, the log says so. */
export async function attempted<T>(warn: Warn, what: string, act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    warn('not told', { what, error: error instanceof TryAgain ? error.message : slackError(error) });
    return undefined;
  }
}
