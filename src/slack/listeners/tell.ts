import type { BlockButtonAction } from '@slack/bolt';
import type { WebClient } from '@slack/web-api';

/** Tells one person, where they clicked; directly where that fails. */
export async function tell(client: WebClient, body: BlockButtonAction, text: string): Promise<void> {
  const person = body.user.id;
  const channel = body.channel?.id;
  try {
    if (!channel || channel.startsWith('D')) await client.chat.postMessage({ channel: person, text });
    else await client.chat.postEphemeral({ channel, user: person, text });
  } catch {
    await client.chat.postMessage({ channel: person, text });
  }
}
