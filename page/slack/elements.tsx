/** What can be clicked in messages and views, outside of a modal's inputs. */
import { useState } from 'react';
import { ConfirmDialog } from './confirm.tsx';
import { useDo } from './doing.ts';
import { type Block, type Element, optionsOf, textOf } from './shapes.ts';
import { Text } from './text.tsx';

interface ActionableProps {
  block: Block;
  element: Element;
  ts: string | undefined;
}

export function Actionable(props: ActionableProps) {
  const { type, alt_text } = props.element;
  if (type === 'button') return <ActionButton {...props} />;
  if (type === 'image') return <span className="slack-image">{alt_text ?? 'Picture'}</span>;
  if (optionsOf(props.element).length > 0) return <Menu {...props} />;
  return <span className="quiet">An element of type {type}, which this page doesn’t draw.</span>;
}

/** Clicks what stands in exactly this place: texts may be the same elsewhere. */
function useClick({ block, element, ts }: ActionableProps): { busy: boolean; click: (label: string) => Promise<void> } {
  const act = useDo();
  const [busy, setBusy] = useState(false);
  const click = async (label: string) => {
    if (busy) return;
    setBusy(true);
    const { block_id, action_id } = element.action_id ? { block_id: block.block_id, action_id: element.action_id } : {};
    await act({ click: label, ...(ts && { ts }), ...(block_id && { block_id }), ...(action_id && { action_id }) });
    setBusy(false);
  };
  return { busy, click };
}

function ActionButton(props: ActionableProps) {
  const { element } = props;
  const { busy, click } = useClick(props);
  const [asking, setAsking] = useState(false);
  const text = textOf(element.text);
  return (
    <>
      <button
        type="button"
        className={`slack-button ${element.style ?? ''}`}
        aria-disabled={busy}
        aria-busy={busy}
        onClick={() => (element.confirm ? setAsking(true) : void click(text.text))}
      >
        <Text of={{ ...text, type: 'plain_text' }} />
      </button>
      {element.confirm && (
        <ConfirmDialog confirm={element.confirm} open={asking} onClose={() => setAsking(false)} onConfirm={() => void click(text.text)} />
      )}
    </>
  );
}

function Menu(props: ActionableProps) {
  const { element } = props;
  const { busy, click } = useClick(props);
  const label = element.placeholder?.text ?? 'Choose';
  return (
    <select className="slack-select" aria-label={label} aria-busy={busy} value="" onChange={({ target }) => void click(target.value)}>
      <option value="">{label}</option>
      {optionsOf(element).map(({ text, value }) => (
        <option key={value} value={text.text}>
          {text.text}
        </option>
      ))}
    </select>
  );
}
