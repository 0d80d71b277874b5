/**
 * Before Bolt sees an event, its signature is checked: Bolt's receiver answers `ssl_check` and bad JSON first, takes
 * timestamps of the future, and reads base64 bodies as ASCII. Everything is decoded here, once.
 */
import { type AwsLambdaReceiver, isValidSlackRequest } from '@slack/bolt';
import type { WebClient } from '@slack/web-api';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Secret } from '../secret.ts';
import { foreignAnswer } from './foreign.ts';
import { inTime, lateAnswer, type Payload } from './late.ts';
import { isMemberToo, isOurs } from './workspace.ts';

/** Slack's window for timestamps (Slack, "Verifying requests from Slack"); in both directions. */
const SKEW_SECONDS = 300;

/** A Lambda handler for HTTP API events (payload format 2.0) that passes on only what Slack signed; 401 otherwise. */
export function guarded(receiver: AwsLambdaReceiver, signingSecret: Secret, client: WebClient, workspace: { team: string; app: string }) {
  const bolt = receiver.toHandler();
  return async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    const headers = Object.fromEntries(Object.entries(event.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value ?? '']));
    const body = event.isBase64Encoded ? Buffer.from(event.body ?? '', 'base64').toString('utf8') : (event.body ?? '');
    if (!isSigned(headers, body, signingSecret)) return { statusCode: 401, body: '' };
    const contentType = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
    const payload = payloadOf(contentType, body);
    if (!payload) return { statusCode: 400, body: 'The body is no form or JSON that Slack sends.' };
    // Slack's own checks of the address come from no workspace.
    const check = 'ssl_check' in payload || payload.type === 'url_verification';
    const isKnown = check || isOurs(payload, workspace) || (await isMemberToo(payload, workspace, client));
    if (!isKnown) return foreignAnswer(payload, client, workspace.app);
    const plainEvent = {
      ...event,
      path: event.rawPath,
      headers: { ...headers, 'content-type': contentType },
      body,
      isBase64Encoded: false,
    };
    const sentAt = Number(headers['x-slack-request-timestamp']) * 1000;
    const answer = bolt(plainEvent as never, {}) as Promise<APIGatewayProxyStructuredResultV2>;
    return inTime(answer, sentAt, () => lateAnswer(payload, client));
  };
}

function isSigned(headers: Record<string, string>, body: string, signingSecret: Secret): boolean {
  const signature = headers['x-slack-signature'];
  const timestamp = Number(headers['x-slack-request-timestamp']);
  if (!signature || !Number.isInteger(timestamp) || timestamp > Date.now() / 1000 + SKEW_SECONDS) return false;
  return isValidSlackRequest({
    signingSecret: signingSecret.reveal(),
    body,
    headers: { 'x-slack-signature': signature, 'x-slack-request-timestamp': timestamp },
  });
}

/** What Slack sent, whatever it came in; undefined where it is no form and no JSON object. */
function payloadOf(contentType: string | undefined, body: string): Payload | undefined {
  const isForm = contentType === 'application/x-www-form-urlencoded';
  if (!isForm && contentType !== 'application/json') return undefined;
  const form = new URLSearchParams(isForm ? body : '');
  const json = isForm ? form.get('payload') : body;
  if (json === null) return Object.fromEntries(form);
  try {
    const parsed: unknown = JSON.parse(json);
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
}
