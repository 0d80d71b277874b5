/**
 * Does an open modal show what Interlock put into it? Who holds the bot token can put something else into it (`views.update`), so
 * what a person read is what Slack signed with their submission, and that is compared with what is built anew. Slack sends a view
 * back with more in it and texts in a form of its own; a difference of form is none.
 */
import type { ModalView } from '@slack/types';

/** `view`: as it stands in a signed `view_submission`. */
export function isAsBuilt(built: ModalView, view: unknown): boolean {
  const wanted = partsOf(built);
  const found = partsOf(view);
  return wanted.length === found.length && wanted.every((part, index) => isSame(part, found[index] as Part));
}

interface Part {
  /** Where it stands, such as `.blocks.0.text.text`. */
  at: string;
  /** Of a text object: `plain_text` or `mrkdwn`, and whether emoji in it are to become `:tada:`. */
  kind: string;
  emoji: boolean;
  text: string;
}

/**
 * The members of views, blocks and elements that a person sees something of, their kinds, and what choosing an option means. Slack adds others: `block_id`, `state`,
 * `dispatch_action_config`, `optional`, `emoji`, `verbatim` (Slack, "View interaction payloads"; slack-go/slack, its test payloads).
 */
const SEEN = ['type', 'title', 'submit', 'close', 'blocks', 'text', 'fields', 'elements', 'accessory', 'label', 'hint', 'element'];
const SEEN_TOO = ['placeholder', 'initial_value', 'image_url', 'slack_file', 'alt_text', 'options', 'value'];

function partsOf(value: unknown, at = '', kind = '', emoji = true): Part[] {
  if (typeof value === 'string') return [{ at, kind, emoji, text: value }];
  if (Array.isArray(value)) return value.flatMap((one, index) => partsOf(one, `${at}.${index}`));
  if (typeof value !== 'object' || value === null) return [];
  const members = value as Record<string, unknown>;
  return [...SEEN, ...SEEN_TOO].flatMap((name) =>
    partsOf(members[name], `${at}.${name}`, name === 'text' ? String(members.type) : '', members.emoji !== false),
  );
}

function isSame(built: Part, found: Part): boolean {
  if (built.at !== found.at) return false;
  return built.kind === '' ? built.text === found.text : formsOf(built).test(found.text.normalize('NFC'));
}

/** Pieces of a text that Slack may send back in another form. */
const PIECES = /&(?:(?:amp|lt|gt);)?|<@[UW][A-Z0-9]+>|[<>]|\s+|\p{RGI_Emoji}|./gsv;

/** All the forms in which Slack may send a text back, as an expression. */
function formsOf(part: Part): RegExp {
  const pieces = part.text.normalize('NFC').match(PIECES) ?? [];
  const forms = pieces.map((piece, index) =>
    /^\s/.test(piece) ? blanks(piece, index === 0 || index === pieces.length - 1) : formOf(piece, part),
  );
  return new RegExp(`^${forms.join('')}$`, 'u');
}

/** No more blanks than were built, and each line break in its place, so that nothing moves out of sight; none are needed at the ends. */
function blanks(piece: string, atEnd: boolean): string {
  if (atEnd) return `[\\p{Zs}\\t\\n]{0,${piece.length}}`;
  const lines = piece.split('\n');
  return lines.map((line) => `[\\p{Zs}\\t]{${lines.length === 1 ? 1 : 0},${line.length}}`).join('\\n');
}

/**
 * The three control characters come back as entities, those of plain text too (slackapi/bolt-python#513), emoji as `:tada:` unless they
 * were to stay (Slack, "Text object", `emoji`), mentions perhaps with a name. What is an entity in mrkdwn is never taken for markup at work.
 */
function formOf(piece: string, { kind, emoji }: Part): string {
  const isPlain = kind === 'plain_text';
  const entity = ENTITIES[piece];
  if (entity === 'amp') return '&(?:amp;)*';
  if (entity) return isPlain ? `(?:${ENTITY_OF[entity]}|&(?:amp;)*${entity};)` : piece.startsWith('&') ? `&(?:amp;)*${entity};` : piece;
  if (piece.startsWith('<@')) return `${piece.slice(0, -1)}(?:\\|[^<>|\\s]{1,80})?>`;
  if (emoji && EMOJI.test(piece)) return `(?:${literally(piece)}|:[a-z0-9_+'\\-]{1,60}:(?::skin-tone-[2-6]:)?)`;
  return literally(piece);
}

const ENTITIES: Record<string, 'amp' | 'lt' | 'gt'> = {
  '&': 'amp',
  '&amp;': 'amp',
  '<': 'lt',
  '&lt;': 'lt',
  '>': 'gt',
  '&gt;': 'gt',
};
const ENTITY_OF = { lt: '<', gt: '>' } as const;

/** Digits are emoji to Unicode, too, but not to Slack. */
const EMOJI = /^(?:\p{RGI_Emoji}|\p{Extended_Pictographic})$/v;

const literally = (text: string): string => text.replace(/[^\p{L}\p{N}]/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
