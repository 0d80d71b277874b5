/** Text for Slack: what people typed is shown literally, escaped once, cut after escaping, and pings nobody. */
import type { KnownBlock, PlainTextElement, SectionBlock } from '@slack/types';

/** Text of a section, a message's context and so on: 3,000 characters (Slack, "Text object"). */
const TEXT_MAX = 3000;

/** Escapes Slack's three control characters, `&` first (Slack, "Formatting message text", Escaping text). */
export function literal(text: string): string {
  return visible(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

/** Where a joiner or a variation selector does its work: in emoji, and between letters of scripts that have use for it. */
const JOINING =
  /(?<=\p{Extended_Pictographic})[\ufe0e\ufe0f]|(?<=[0-9#*])\ufe0f(?=\u20e3)|(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f])\u200d(?=\p{Extended_Pictographic})|(?<=[[\p{L}\p{M}]--[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]])[\u200c\u200d]/v;

/**
 * What shows nothing, or turns the direction of text (Unicode, DerivedCoreProperties: Default_Ignorable_Code_Point; the fillers of Hangul are among
 * these), and the empty pattern of Braille.
 */
const HIDING = /(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/v;

const JOINING_OR_HIDING = new RegExp(`(${JOINING.source})|${HIDING.source}`, 'gv');

/** Characters that hide are shown by their code point, so that a text can't look like another one. Half a character becomes U+FFFD. */
function visible(text: string): string {
  return text.toWellFormed().replace(JOINING_OR_HIDING, (char, joining: string | undefined) => {
    return joining ?? `[U+${char.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}]`;
  });
}

/** Cuts escaped text to `max` characters with a marker, never inside an entity, an angle-bracket token or a character. */
export function cut(escaped: string, max: number): string {
  if (escaped.length <= max) return escaped;
  const kept = escaped
    .slice(0, max - 2)
    .replace(/&[a-z]{0,3}$/, '')
    .replace(/<[^>]*$/, '')
    .replace(/[\ud800-\udbff]$/, '');
  return `${kept} …`;
}

/** Text of ours with markup; the parts that others wrote are escaped by the caller. */
export function section(text: string, max = TEXT_MAX): SectionBlock {
  return { type: 'section', text: { type: 'mrkdwn', text: cut(text, max), verbatim: true } };
}

/**
 * Things to notice, a line each; none where there are none. Half of a section at most: a message's blocks may hold
 * 12,000 characters together (slackapi/bolt-js#2509, `msg_blocks_too_long`).
 */
export function warnings(escaped: string[]): KnownBlock[] {
  return escaped.length === 0 ? [] : [section(escaped.map((text) => `:warning: ${text}`).join('\n'), TEXT_MAX / 2)];
}

/**
 * Marks that quotations begin or end with, ours among them, and what looks like one (Unicode, confusables.txt, of U+0022): double primes, letters
 * that are written so, two single marks side by side.
 */
const QUOTES = /[“”„‟«»‹›❝❞❟❠〝〞〟＂″‴⁗‶‷ʺˮ˝˵˶״〃⹂🙶🙷🙸]|[‘’‚‛′‵ʹʼʽˊˋ´＇❛❜]{2,}/gu;

/**
 * What somebody typed, in quotation marks and with no markup at work. It can't end its quotation and go on in words that look like ours: the marks
 * in it are straight ones, and no line is empty.
 */
export function quotation(typed: string): SectionBlock {
  return { type: 'section', text: { type: 'plain_text', text: quoted(typed.trim().replace(/\s*\n\s*/g, '\n'), TEXT_MAX), emoji: false } };
}

const quoted = (typed: string, max: number): string => `“${cut(literal(typed.replace(QUOTES, '"')), max - 2)}”`;

/** The beginning of what somebody typed, in quotation marks, on a line. */
export function quotedLine(typed: string): string {
  return quoted(typed.trim().replace(/\s+/g, ' '), 150);
}

/** The first sentence of a text of ours, in which others' names may stand. */
export function firstSentence(text: string): string {
  return cut(literal(/^.*?[.!?](?=\s|$)/s.exec(text)?.[0] ?? text), 300);
}

/** A short line in small type. */
export function context(text: string): KnownBlock {
  return { type: 'context', elements: [{ type: 'mrkdwn', text: cut(text, TEXT_MAX), verbatim: true }] };
}

/** Two columns of `*name*\nvalue`; ten fields a section at most, of 2,000 characters (Slack, "Section block"). */
export function fields(pairs: [name: string, value: string][]): KnownBlock[] {
  const blocks: KnownBlock[] = [];
  for (let at = 0; at < pairs.length; at += 10) {
    const some = pairs.slice(at, at + 10);
    blocks.push({
      type: 'section',
      fields: some.map(([name, value]) => ({ type: 'mrkdwn', text: cut(`*${name}*\n${value}`, 2000), verbatim: true })),
    });
  }
  return blocks;
}

export function plain(text: string): PlainTextElement {
  return { type: 'plain_text', text, emoji: false };
}

/**
 * A message's fallback text: all that a phone's notification says (Slack, changelog of 2026-07-13, "Desktop notifications now pull text from blocks first"),
 * and what screen readers may say.
 */
export function fallback(text: string): string {
  return cut(text, 3000);
}

/** Mentions a user, or a user group; what is no id of either is shown as it is. */
export function user(id: string): string {
  if (!/^[UWS][A-Z0-9]+$/.test(id)) return literal(id);
  return id.startsWith('S') ? `<!subteam^${id}>` : `<@${id}>`;
}

/** A channel's name, to be clicked; what is no id of one is shown as it is. */
export function channelName(id: string): string {
  return /^[CG][A-Z0-9]+$/.test(id) ? `<#${id}>` : literal(id);
}

/** "<@a>, <@b> or <@c>". */
export function users(ids: string[], word = 'or'): string {
  const mentions = ids.map(user);
  return mentions.length < 2 ? mentions.join('') : `${mentions.slice(0, -1).join(', ')} ${word} ${mentions.at(-1)}`;
}

/** A time in the reader's own zone, with UTC for clients that can't (Slack, "Formatting message text", Date formatting). */
export function when(iso: string): string {
  const seconds = Math.floor(Date.parse(iso) / 1000);
  return `<!date^${seconds}^{date_short_pretty}, {time}|${iso.slice(0, 16).replace('T', ' ')} UTC>`;
}

/** "2 min", "3 h 5 min", "4 d". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d`;
}

/** A name in type of its own, on one line; a stack's, of 128 characters, is the longest. */
export function code(text: string, max = 150): string {
  return `\`${cut(literal(text.replace(/\s+/g, ' ')).replace(/`/g, "'"), max)}\``;
}
