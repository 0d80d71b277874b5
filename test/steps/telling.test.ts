import type { WebClient } from '@slack/web-api';
import { SlackRefused, TryAgain } from '../../src/errors.ts';
import { post } from '../../src/steps/telling.ts';

const message = { text: 'x', blocks: [] };
const there = { channel: 'C0APPROVALS', ts: '1.1' };

/** A Slack that answers each edit and each post so: an error of its own, or nothing to say. */
function slackThat({ edit, post: posting }: { edit?: string; post?: string } = {}) {
  const calls: Record<string, unknown>[] = [];
  const answering = (method: string, error?: string) => async (args: object) => {
    calls.push({ method, ...args });
    if (error) throw Object.assign(new Error(), { data: { error } });
    return { channel: 'C0APPROVALS', ts: '2.2' };
  };
  return { calls, slack: { chat: { update: answering('edit', edit), postMessage: answering('post', posting) } } as unknown as WebClient };
}

describe('a message of the flow', () => {
  it('has no preview of an address that somebody typed', async () => {
    const { slack, calls } = slackThat();
    await post(slack, 'C0APPROVALS', message);
    expect(calls).toEqual([{ method: 'post', ...message, channel: 'C0APPROVALS', unfurl_links: false, unfurl_media: false }]);
  });

  it('is edited as what it is, not as what somebody typed', async () => {
    const { slack, calls } = slackThat();
    await post(slack, 'C0APPROVALS', message, there);
    expect(calls).toEqual([{ method: 'edit', ...message, ...there, parse: 'none' }]);
  });

  it.each(['message_not_found', 'cant_update_message', 'edit_window_closed'])(
    'is posted anew where it can’t be edited (%s)',
    async (edit) => {
      const { slack, calls } = slackThat({ edit });
      expect(await post(slack, 'C0APPROVALS', message, there)).toEqual({ channel: 'C0APPROVALS', ts: '2.2' });
      expect(calls.map(({ method }) => method)).toEqual(['edit', 'post']);
    },
  );

  it.each([
    ['internal_error', TryAgain],
    ['update_failed', TryAgain],
    ['is_inactive', SlackRefused],
    ['msg_too_long', SlackRefused],
  ])('that Slack doesn’t take (%s) is tried again only where that passes', async (edit, kind) => {
    await expect(post(slackThat({ edit }).slack, 'C0APPROVALS', message, there)).rejects.toBeInstanceOf(kind);
  });
});
