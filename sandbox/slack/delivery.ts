/** How Slack calls an app: signed, once, and for three seconds. */
import { createHmac } from 'node:crypto';
import type { Clock } from '../clock.ts';

/** How the app answered; status 0 when no answer came in time, or none at all (`body` says which). */
export interface Delivered {
  status: number;
  body: string;
  ms: number;
}

export interface DeliveryOptions {
  clock: Clock;
  signingSecret: string;
  /** The app's request URL; asked for at each call, since ports may be free ones. */
  requestUrl: () => string;
  /** How long to wait, in real milliseconds: an advanced clock must not cut an answer short. */
  patience: number;
}

export type Deliver = (contentType: string, body: string, headers?: Record<string, string>) => Promise<Delivered>;

/** The header `X-Slack-Signature` ("Verifying requests from Slack"): `v0=` and the HMAC of `v0:<seconds>:<body>`. */
export function sign(signingSecret: string, timestamp: number, body: string): string {
  return `v0=${createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
}

/** Makes what posts a body to the app. */
export function delivery({ clock, signingSecret, requestUrl, patience }: DeliveryOptions): Deliver {
  return async (contentType, body, headers = {}) => {
    const timestamp = Math.floor(clock.now() / 1000);
    const start = performance.now();
    const ms = () => Math.round(performance.now() - start);
    try {
      const response = await fetch(requestUrl(), {
        method: 'POST',
        body,
        redirect: 'manual',
        signal: AbortSignal.timeout(patience),
        headers: {
          'content-type': contentType,
          'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
          'x-slack-request-timestamp': String(timestamp),
          'x-slack-signature': sign(signingSecret, timestamp, body),
          ...headers,
        },
      });
      return { status: response.status, body: await response.text(), ms: ms() };
    } catch (error) {
      const late = error instanceof Error && error.name === 'TimeoutError';
      return { status: 0, body: late ? 'no answer within three seconds' : 'the app could not be reached', ms: ms() };
    }
  };
}
