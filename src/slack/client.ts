/** The Web API client, bounded: `WebClient` would retry for half an hour and wait out rate limits. */
import { WebClient, type WebClientOptions } from '@slack/web-api';
import type { Secret } from '../secret.ts';
import type { Message } from './views/messages.ts';

export const CLIENT_OPTIONS = {
  retryConfig: { retries: 1, minTimeout: 200, maxTimeout: 200 },
  timeout: 2_500,
  rejectRateLimitedCalls: true,
  // The sandbox's Slack, where there is one; Slack's own address otherwise.
  ...(process.env.SLACK_API_URL ? { slackApiUrl: process.env.SLACK_API_URL } : {}),
} satisfies WebClientOptions;

export function createClient(botToken: Secret): WebClient {
  return new WebClient(botToken.reveal(), CLIENT_OPTIONS);
}

/** No previews below a message: what somebody typed may hold an address, and both must say no (Slack, "chat.postMessage", Unfurling). */
export const PLAINLY = { unfurl_links: false, unfurl_media: false } as const;

/** Of an edit, that nothing is made of what stands in its text: Slack would else treat it as if a person had typed it ("chat.update", `parse`). */
export const EDITED = { parse: 'none' } as const;

/** Posts to the operators' channel; to the approvals channel where there is none. Throws Slack's errors. */
export async function tellOperators(client: WebClient, { channel, operatorsChannel }: Channels, message: Message): Promise<void> {
  await client.chat.postMessage({ ...message, ...PLAINLY, channel: operatorsChannel ?? channel });
}

interface Channels {
  channel: string;
  operatorsChannel?: string | undefined;
}

/** Answers of Slack that pass (Slack, "Web API", errors; "chat.update"); all others stay as they are. */
const PASSING = new Set([
  'external_channel_migrating',
  'fetch_members_failed',
  'update_failed',
  'ratelimited',
  'rate_limited',
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
]);

/** Slack's word for why it doesn't do what it was asked for, now or later; undefined where that passes, and of others' errors. */
export function refusalOf(error: unknown): string | undefined {
  // A word of Slack's own comes with an answer; a 500, a 429 or no answer at all has none.
  const word = (error as { data?: { error?: unknown } } | undefined)?.data?.error;
  return typeof word === 'string' && !PASSING.has(word) ? word : undefined;
}

/** What went wrong with a call, in a word: Slack's own (`channel_not_found`), else why there was no answer. Names of classes are minified. */
export function slackError(error: unknown): string {
  const { data, code } = error as { data?: { error?: string }; code?: string };
  if (data?.error) return data.error;
  switch (code) {
    case 'slack_webapi_rate_limited_error':
      return 'Slack has too much to do';
    case 'slack_webapi_http_error':
      return 'Slack answered with an error';
    case 'slack_webapi_request_error':
      return 'no answer from Slack';
    default:
      return 'no answer';
  }
}
