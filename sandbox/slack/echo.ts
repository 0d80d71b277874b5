/**
 * What Slack makes of a view before it sends it back: members that the app left out, the control characters of plain text as
 * entities (slackapi/bolt-python#513), emoji as `:tada:` ("Text object", `emoji`).
 */
import type { View } from './views.ts';

export function echoed(view: View): View {
  return echo(view) as View;
}

function echo(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(echo);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.fromEntries(Object.entries(value).map(([name, member]) => [name, name === 'state' ? member : echo(member)]));
  const { type, text, emoji = true, verbatim = false } = members;
  if (type === 'plain_text') return { ...members, text: entities(emoji ? colons(String(text)) : String(text)), emoji };
  if (type === 'mrkdwn') return { ...members, text: colons(String(text)), verbatim };
  if (type === 'input') return { optional: false, dispatch_action: false, ...members };
  if (type === 'plain_text_input') return { ...members, dispatch_action_config: { trigger_actions_on: ['on_enter_pressed'] } };
  return members;
}

const entities = (text: string): string =>
  text
    .replace(/&(?!(?:amp|lt|gt);)/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;');

/** A few stand for all. */
const COLONS: Record<string, string> = {
  '🎉': 'tada',
  '👍🏽': '+1::skin-tone-4',
  '👍': '+1',
  '❤️': 'heart',
  '🙏': 'pray',
  '©': 'copyright',
};

const colons = (text: string): string => Object.entries(COLONS).reduce((done, [char, name]) => done.replaceAll(char, `:${name}:`), text);
