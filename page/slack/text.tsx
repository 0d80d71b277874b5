/** Text objects on the page. Everything is text to React: nothing that somebody typed becomes HTML. */
import { Fragment, memo } from 'react';
import { dateText } from './dates.ts';
import { Emoji } from './emoji.tsx';
import { decoded, type Piece, parse } from './mrkdwn.ts';
import { type Reader, useReader } from './reader.ts';
import type { TextObject } from './shapes.ts';

/** What turns the direction of text is shown by its code point, so that a text can't look like another one. */
const TURNING = /([\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069])/;

function Characters({ text }: { text: string }) {
  return text.split(TURNING).map((part, index) =>
    index % 2 === 0 ? (
      part
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text have no other name
      <span key={index} className="slack-hidden-character">
        [U+{part.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}]
      </span>
    ),
  );
}

/** A text object: plain text shows markup as it was typed, mrkdwn puts it to work. */
export const Text = memo(function Text({ of: { type, text, emoji = true } }: { of: TextObject }) {
  return type === 'mrkdwn' ? <Pieces pieces={parse(text)} /> : <Plain text={text} emoji={emoji} />;
});

function Plain({ text, emoji }: { text: string; emoji: boolean }) {
  const parts = emoji ? text.split(/:([a-z0-9_+'-]+):/) : [text];
  return parts.map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text have no other name
    <Fragment key={index}>{index % 2 === 0 ? <Characters text={decoded(part)} /> : <Emoji name={part} />}</Fragment>
  ));
}

function Pieces({ pieces }: { pieces: Piece[] }) {
  const reader = useReader();
  // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text have no other name
  return pieces.map((piece, index) => <Fragment key={index}>{drawn(piece, reader)}</Fragment>);
}

function drawn(piece: Piece, reader: Reader) {
  switch (piece.is) {
    case 'text':
      return <Characters text={piece.text} />;
    case 'code':
      return (
        <code className="slack-code">
          <Characters text={piece.text} />
        </code>
      );
    case 'preformatted':
      return (
        <pre className="slack-preformatted">
          <Characters text={piece.text} />
        </pre>
      );
    case 'bold':
      return (
        <strong>
          <Pieces pieces={piece.pieces} />
        </strong>
      );
    case 'italic':
      return (
        <em>
          <Pieces pieces={piece.pieces} />
        </em>
      );
    case 'strike':
      return (
        <s>
          <Pieces pieces={piece.pieces} />
        </s>
      );
    case 'quote':
      return (
        <blockquote className="slack-quote">
          <Pieces pieces={piece.pieces} />
        </blockquote>
      );
    case 'emoji':
      return <Emoji name={piece.name} />;
    case 'link':
      return (
        <a href={piece.url} target="_blank" rel="noreferrer noopener">
          <Characters text={piece.text} />
        </a>
      );
    case 'user':
      return <span className={piece.id === reader.id ? 'slack-mention me' : 'slack-mention'}>{written(piece, reader)}</span>;
    case 'date':
      return dated(piece, reader);
    default:
      return <span className="slack-mention">{written(piece, reader)}</span>;
  }
}

function dated(piece: Extract<Piece, { is: 'date' }>, reader: Reader) {
  const at = new Date(piece.seconds * 1000);
  if (Number.isNaN(at.getTime())) return piece.fallback;
  const time = (
    <time dateTime={at.toISOString()} title={piece.fallback}>
      {written(piece, reader)}
    </time>
  );
  return piece.link === '' ? (
    time
  ) : (
    <a href={piece.link} target="_blank" rel="noreferrer noopener">
      {time}
    </a>
  );
}

/** A piece in words. */
function written(piece: Piece, reader: Reader): string {
  switch (piece.is) {
    case 'bold':
    case 'italic':
    case 'strike':
    case 'quote':
      return piece.pieces.map((one) => written(one, reader)).join('');
    case 'user':
      return `@${reader.names[piece.id] ?? (piece.label || piece.id)}`;
    case 'channel':
      return `#${reader.names[piece.id] ?? (piece.label || piece.id)}`;
    case 'group':
      return piece.label || `@${piece.id}`;
    case 'date':
      return dateText(piece.seconds, piece.format, reader) ?? piece.fallback;
    case 'emoji':
      return '';
    default:
      return piece.text;
  }
}

/** A message's text as a screen reader says it. */
export const spoken = (text: string, reader: Reader): string =>
  parse(text)
    .map((piece) => written(piece, reader))
    .join('')
    .trim();
