/** What a person gets to see of an app's answer, and of none. The sentences are Slack's own, as its clients show them. */
import type { Delivered } from './delivery.ts';
import { type Context, content } from './methods.ts';
import type { Place } from './person.ts';
import { isObject } from './schema.ts';
import { SlackError } from './types.ts';
import { checkedView, type View } from './views.ts';
import { SLACKBOT } from './workspace.ts';

const TROUBLE = 'We had some trouble connecting. Try again?';

/** A slash command's answer: nothing, text, or a message in JSON ("Implementing slash commands", "Responding with an immediate message"). */
export function answerCommand(
  { workspace, messages }: Context,
  { status, body }: Delivered,
  { user, channel, command }: { user: string; channel: string; command: string },
): void {
  const fail = (error: string) =>
    void messages.post({ channel, user: SLACKBOT, for: user, text: `${command} failed with the error "${error}"` });
  if (status === 0) return void fail('operation_timeout');
  if (status !== 200) return void fail('dispatch_failed');
  if (body.trim() === '') return;
  try {
    const answer = parsed(body) ?? { text: body };
    const everybody = answer.response_type === 'in_channel' ? {} : { for: user };
    messages.post({ channel, user: workspace.bot, ...content(answer), ...everybody });
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    fail('invalid_command_response');
  }
}

/** A view's submission: closes it, or does what `response_action` says ("Modals", "Updating views via response_action"). */
export function answerSubmission({ views }: Context, { status, body }: Delivered, user: string, view: View): void {
  const trouble = () => views.amend(user, view.id, { error: TROUBLE });
  if (status !== 200) return void trouble();
  if (body.trim() === '') return void views.close(user, view);
  const answer = parsed(body);
  try {
    switch (answer?.response_action) {
      case 'clear':
        return void views.close(user, view, true);
      case 'update':
        return void views.update({ view_id: view.id }, checkedView(answer.view, 'modal'));
      case 'push':
        return void views.push(user, checkedView(answer.view, 'modal'));
      case 'errors': {
        const errors = fieldErrors(view, answer.errors);
        return void (errors ? views.amend(user, view.id, { errors }) : trouble());
      }
      default:
        return void trouble();
    }
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    trouble();
  }
}

/** A click that the app didn't take: told beside the message, or on the modal. */
export function couldNotReach({ messages, views }: Context, { status }: Delivered, user: string, place: Place): void {
  if ('view' in place) return void views.amend(user, place.view.id, { error: TROUBLE });
  const text =
    status === 0 ? 'Operation timed out. Apps need to respond within 3 seconds.' : `This app responded with Status Code ${status}.`;
  messages.post({ channel: place.message.channel, user: SLACKBOT, for: user, text });
}

/** By block id and by label; undefined when one is for no input block: then Slack shows none of them. */
function fieldErrors({ blocks }: View, errors: unknown): Record<string, string> | undefined {
  if (!isObject(errors) || Object.keys(errors).length === 0) return undefined;
  const told: Record<string, string> = {};
  for (const [id, text] of Object.entries(errors)) {
    const block = blocks.find(({ type, block_id }) => type === 'input' && block_id === id);
    if (!block || typeof text !== 'string') return undefined;
    told[id] = text;
    told[block.label?.text ?? id] = text;
  }
  return told;
}

function parsed(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
