/** The Web API client, bounded: `WebClient` would retry for half an hour and wait out rate limits. */
import { WebClient, type WebClientOptions } from '@slack/web-api';
import type { Secret } from '../secret.ts';

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

/** Slack's own word for what went wrong (`channel_not_found`, …), or the error's name where Slack gave none. */
export function slackError(error: unknown): string {
  const data = (error as { data?: { error?: string } } | undefined)?.data;
  return data?.error ?? (error instanceof Error ? error.name : 'unknown');
}
