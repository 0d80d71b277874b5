/** What people of other workspaces and organisations are told: in a shared channel they see buttons that are not theirs to click. */
import { setTimeout } from 'node:timers/promises';
import type { WebClient } from '@slack/web-api';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { json, type Payload } from './late.ts';

const FOREIGN = 'Interlock is set up for another workspace, and for its own people. Nothing was done.';

/** Slack waits three seconds, and this is nobody whose click has to count. */
const TOLD_MS = 1_000;

/** The answer to a payload that isn't ours; in words where it came from a person through this app. */
export async function foreignAnswer(payload: Payload, client: WebClient, app: string): Promise<APIGatewayProxyStructuredResultV2> {
  const { user, channel } = payload;
  if (payload.api_app_id !== app) return { statusCode: 200, body: payload.command ? FOREIGN : '' };
  if (payload.command) return { statusCode: 200, body: FOREIGN };
  const input = payload.view?.blocks?.find((block) => block.type === 'input')?.block_id;
  if (payload.type === 'view_submission' && input) return json({ response_action: 'errors', errors: { [input]: FOREIGN } });
  if (payload.type === 'block_actions' && user?.id && channel?.id) {
    const told = client.chat.postEphemeral({ channel: channel.id, user: user.id, text: FOREIGN }).catch(() => undefined);
    await Promise.race([told, setTimeout(TOLD_MS)]);
  }
  return { statusCode: 200, body: '' };
}
