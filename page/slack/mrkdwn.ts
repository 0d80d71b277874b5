/**
 * Slack's markup (Slack, "Formatting message text"), read into pieces. Our own, and not `slack-blocks-to-jsx`: version 1.1.1 reads plain text
 * as markup, shows markup as it is where `verbatim` is true (that is about links that nobody marked), leaves out lines that begin with `#`
 * and what looks like a Markdown picture, and makes bold what stands in a code span. Here a text that tries to look like another must be
 * seen as it was typed.
 */

export type Piece =
  | { is: 'text'; text: string }
  | { is: 'code' | 'preformatted'; text: string }
  | { is: 'bold' | 'italic' | 'strike' | 'quote'; pieces: Piece[] }
  | { is: 'user' | 'channel' | 'group'; id: string; label: string }
  | { is: 'everybody'; text: string }
  | { is: 'date'; seconds: number; format: string; fallback: string; link: string }
  | { is: 'link'; url: string; text: string }
  | { is: 'emoji'; name: string };

/** Slack's three control characters are all the entities that there are; each is decoded once. */
export const decoded = (text: string): string =>
  text.replace(/&(amp|lt|gt);/g, (_, name: string) => (name === 'amp' ? '&' : name === 'lt' ? '<' : '>'));

/** Marks of style hold between word boundaries and within a line; what is in code or in angle brackets doesn't end them. */
const TOKEN =
  /`(?<code>[^`\n]+)`|<(?<inside>[^<>\n]+)>|:(?<emoji>[a-z0-9_+'-]+):|(?<![\p{L}\p{N}])(?<mark>[*_~])(?=\S)(?<styled>(?:`[^`\n]+`|<[^<>\n]+>|[^\n`<])+?)(?<=\S)\k<mark>(?![\p{L}\p{N}])/gu;

const STYLES = { '*': 'bold', _: 'italic', '~': 'strike' } as const;

export function parse(text: string): Piece[] {
  return text
    .split(/```\n?([\s\S]+?)```/)
    .flatMap((part, index): Piece[] => (index % 2 === 1 ? [{ is: 'preformatted', text: shownAsText(part) }] : lines(part)));
}

/** Lines that begin with `>` are quotations, written so or as an entity. */
function lines(text: string): Piece[] {
  const runs = text.match(/(?:^(?:>|&gt;).*(?:\n|$))+|(?:^(?!>|&gt;).*(?:\n|$))+/gm) ?? [];
  return runs.flatMap((run): Piece[] => {
    if (!/^(?:>|&gt;)/.test(run)) return inline(run);
    return [{ is: 'quote', pieces: inline(run.replace(/^(?:>|&gt;) ?/gm, '').replace(/\n$/, '')) }];
  });
}

function inline(text: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(TOKEN)) {
    const piece = pieceOf(match);
    if (match.index > at) pieces.push({ is: 'text', text: decoded(text.slice(at, match.index)) });
    pieces.push(piece);
    at = match.index + match[0].length;
  }
  if (at < text.length) pieces.push({ is: 'text', text: decoded(text.slice(at)) });
  return pieces;
}

function pieceOf({ 0: whole, groups = {} }: RegExpMatchArray): Piece {
  const { code, inside, emoji, mark, styled } = groups;
  if (code !== undefined) return { is: 'code', text: shownAsText(code) };
  if (inside !== undefined) return reference(inside) ?? { is: 'text', text: decoded(whole) };
  if (emoji !== undefined) return { is: 'emoji', name: emoji };
  return { is: STYLES[mark as keyof typeof STYLES], pieces: inline(styled ?? '') };
}

/** Only these become links; any other scheme stays the text that it was. */
const LINK = /^(?:https?:\/\/|mailto:)/i;

function reference(inside: string): Piece | undefined {
  const [target = '', ...rest] = inside.split('|');
  const label = decoded(rest.join('|'));
  const id = target.slice(1);
  if (/^@[UW][A-Z0-9]+$/.test(target)) return { is: 'user', id, label };
  if (/^#C[A-Z0-9]+$/.test(target)) return { is: 'channel', id, label };
  if (target.startsWith('!subteam^')) return { is: 'group', id: target.slice('!subteam^'.length), label };
  if (/^!(?:here|channel|everyone)$/.test(target)) return { is: 'everybody', text: `@${id}` };
  const date = /^!date\^(\d{1,12})\^([^^]+)(?:\^(.+))?$/.exec(target);
  if (date) {
    const [, seconds, format = '', link = ''] = date;
    return { is: 'date', seconds: Number(seconds), format: decoded(format), fallback: label, link: LINK.test(link) ? decoded(link) : '' };
  }
  return LINK.test(target) ? { is: 'link', url: decoded(target), text: label || decoded(target) } : undefined;
}

/** In code a link is its address, and nothing else is at work. */
const shownAsText = (code: string): string => decoded(code.replace(/<((?:https?:\/\/|mailto:)[^<>|]+)(?:\|[^<>]*)?>/gi, '$1'));
