/** A value as pretty JSON, with its sealed parts as chips. */
import { useMemo, useState } from 'react';
import { piecesOf, sizeOf } from './pieces.ts';

export function Json({ title, value }: { title: string; value: unknown }) {
  const pieces = useMemo(() => piecesOf(value), [value]);
  const [said, setSaid] = useState('');
  const copy = () =>
    navigator.clipboard.writeText(JSON.stringify(value, null, 2)).then(
      () => setSaid('Copied'),
      () => setSaid('The browser doesn’t let it be copied'),
    );
  return (
    <div className="flow-json">
      <div className="flow-json-head">
        <h5>{title}</h5>
        <span className="quiet" aria-live="polite">
          {said}
        </span>
        <button type="button" className="button" aria-label={`Copy ${title.toLowerCase()}`} onClick={copy}>
          Copy
        </button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keyboard. */}
      <section className="flow-code" tabIndex={0} aria-label={title}>
        {pieces.map((piece, at) =>
          typeof piece === 'string' ? (
            piece
          ) : (
            // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no name but their place, and don't move.
            <span key={at} className="flow-chip" data-sealed={piece.sealed || undefined}>
              {piece.sealed ? 'sealed' : 'text'}, {sizeOf(piece.size)} <span className="quiet">{piece.beginning}…</span>
            </span>
          ),
        )}
      </section>
    </div>
  );
}
