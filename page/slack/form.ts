/** What stands in a modal's fields, and how it is sent. */
import { type Block, type Element, type Modal, optionsOf } from './shapes.ts';

/** Text, a person's id or a date; of a select and radio buttons an option's value, of checkboxes the values of those that are ticked. */
export type Value = string | string[];

/** By block, action and kind: a field that stays so when a view is updated keeps what was typed (Slack, "Modals", Updating views). */
export type Typed = Record<string, Value>;

export const keyOf = (block: Block, element: Element): string => `${block.block_id} ${element.action_id} ${element.type}`;

const isMany = ({ type }: Element) => type === 'checkboxes' || type === 'multi_static_select';
const isOne = ({ type }: Element) => type === 'static_select' || type === 'radio_buttons';

/** What was typed, by view, without what was typed in views and fields that are gone by now: a code is not kept longer than its field. */
export function stillThere(typed: Record<string, Typed>, modal: Modal | null): Record<string, Typed> {
  if (!modal) return {};
  const { id, previous_view_id, root_view_id, blocks } = modal;
  const below = Object.entries(typed).filter(([view]) => view !== id && (view === previous_view_id || view === root_view_id));
  const keys = new Set(fieldsOf(blocks).map(({ block, element }) => keyOf(block, element)));
  const mine = Object.entries(typed[id] ?? {}).filter(([key]) => keys.has(key));
  return Object.fromEntries([...below, [id, Object.fromEntries(mine)]]);
}

/** What the sandbox knows of it: what the view begins with, or what was sent last. */
export function startOf({ state }: Modal, block: Block, element: Element): Value {
  const slot = state.values[block.block_id ?? '']?.[element.action_id ?? ''];
  if (isMany(element)) return (slot?.selected_options ?? []).map(({ value }) => value);
  if (isOne(element)) return slot?.selected_option?.value ?? '';
  return slot?.value ?? slot?.selected_user ?? slot?.selected_date ?? '';
}

/** The fields of a view: inputs, and checkboxes that stand elsewhere. */
export function fieldsOf(blocks: Block[]): { block: Block; element: Element }[] {
  return blocks.flatMap((block) => (block.type === 'input' && block.element ? [{ block, element: block.element }] : []));
}

/** As the sandbox takes a submission: by block id, options by their texts. */
export function submission(modal: Modal, typed: Typed): Record<string, unknown> {
  return Object.fromEntries(
    fieldsOf(modal.blocks).map(({ block, element }) => [
      block.block_id,
      sent(element, typed[keyOf(block, element)] ?? startOf(modal, block, element)),
    ]),
  );
}

function sent(element: Element, value: Value): unknown {
  const textOf = (wanted: string) => optionsOf(element).find((option) => option.value === wanted)?.text.text;
  if (Array.isArray(value)) return value.flatMap((one) => textOf(one) ?? []);
  if (value === '') return null;
  return isOne(element) ? (textOf(value) ?? null) : value;
}
