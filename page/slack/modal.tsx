/** The modal that the person has before them. */
import { type FormEvent, useCallback, useEffect, useRef, useState } from 'react';
import { Blocks } from './blocks.tsx';
import { useDo } from './doing.ts';
import { Field } from './fields.tsx';
import { keyOf, startOf, stillThere, submission, type Typed, type Value } from './form.ts';
import type { Block, Modal } from './shapes.ts';
import { Text } from './text.tsx';
import { focusFirst, Window } from './window.tsx';

/** What the stream tells comes so much later than the answer, at most: changes are told together. */
const TOLD = 80;

export function ModalWindow({ modal }: { modal: Modal | null }) {
  const popup = useRef<HTMLDivElement>(null);
  const act = useDo();
  // By view: what was typed below a pushed view is there when one comes back to it.
  const [typed, setTyped] = useState<Record<string, Typed>>({});
  const [busy, setBusy] = useState(false);
  const mine = typed[modal?.id ?? ''] ?? {};
  const { id, hash } = modal ?? {};
  // biome-ignore lint/correctness/useExhaustiveDependencies: each update of the view has another hash
  useEffect(() => setTyped((all) => stillThere(all, modal)), [id, hash]);
  useFocus(popup, modal);

  async function send(event: FormEvent) {
    event.preventDefault();
    if (!modal || busy) return;
    setBusy(true);
    await act({ submit: submission(modal, mine), by: 'block_id' });
    setTimeout(() => {
      setBusy(false);
      focusWrong(popup.current);
    }, TOLD);
  }

  const write = useCallback(
    (block: Block, value: Value) => {
      const { id } = modal ?? {};
      if (!id || !block.element) return;
      const key = keyOf(block, block.element);
      setTyped((all) => ({ ...all, [id]: { ...all[id], [key]: value } }));
    },
    [modal],
  );

  return (
    <Window title={modal?.title && <Text of={modal.title} />} open={modal !== null} onClose={() => void act({ close: true })} popup={popup}>
      {modal && (
        <form className="slack-form" noValidate aria-busy={busy} onSubmit={(event) => void send(event)}>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and need not have a field */}
          <section className="slack-window-body" tabIndex={0} aria-label="Contents" aria-live="polite">
            <Blocks
              blocks={modal.blocks}
              input={(block) =>
                block.element && (
                  <Field
                    block={block}
                    element={block.element}
                    value={mine[keyOf(block, block.element)] ?? startOf(modal, block, block.element)}
                    error={modal.errors?.[block.block_id ?? '']}
                    onChange={(value) => write(block, value)}
                  />
                )
              }
            />
          </section>
          {modal.error && (
            <p className="slack-trouble" role="alert">
              {modal.error}
            </p>
          )}
          <div className="slack-window-foot">
            <button type="button" className="slack-button" onClick={() => void act({ close: true })}>
              {modal.close ? <Text of={modal.close} /> : 'Cancel'}
            </button>
            {modal.submit && (
              <button type="submit" className="slack-button primary" aria-disabled={busy} aria-busy={busy}>
                <Text of={modal.submit} />
              </button>
            )}
          </div>
        </form>
      )}
    </Window>
  );
}

/** To the first field that something is wrong with, with what is said below it in sight. */
function focusWrong(popup: HTMLElement | null): void {
  const field = popup?.querySelector<HTMLElement>('[aria-invalid]');
  field?.focus();
  field?.scrollIntoView({ block: 'center' });
}

/** A view that takes another's place may take the focused element with it; what is wrong is gone to first. */
function useFocus(popup: { current: HTMLDivElement | null }, modal: Modal | null): void {
  const errors = JSON.stringify(modal?.errors ?? null);
  const was = useRef<{ id: string; wasIn: boolean; placed: Element | null }>({ id: '', wasIn: false, placed: null });
  useEffect(() => {
    const box = popup.current;
    if (!box) return;
    const note = () => {
      was.current.wasIn = box.contains(document.activeElement);
    };
    document.addEventListener('focusin', note);
    return () => document.removeEventListener('focusin', note);
  });
  useEffect(() => {
    if (errors !== 'null' && was.current.wasIn) focusWrong(popup.current);
  }, [errors, popup]);
  const { id, hash } = modal ?? { id: '', hash: '' };
  // biome-ignore lint/correctness/useExhaustiveDependencies: each update of the view has another hash
  useEffect(() => {
    const isOther = was.current.id !== '' && was.current.id !== id;
    const isLost = document.activeElement === document.body || document.activeElement === null;
    // Put on a button while there was no field: the field that comes is what it waits for.
    const isPlaced = document.activeElement === was.current.placed;
    was.current.id = id;
    if (id === '' || !was.current.wasIn || !(isOther || isLost || isPlaced)) return;
    focusFirst(popup.current)?.focus();
    was.current.placed = document.activeElement;
  }, [id, hash, popup]);
}
