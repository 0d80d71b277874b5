/** What stands in the fields of a view or message, and how a person fills them in by their labels. */
import { LIMITS } from './limits.ts';
import { ActError, type Block, type Element, type Option, type StateValue, type StateValues } from './types.ts';

const STATEFUL: Record<string, (element: Element) => Omit<StateValue, 'type'>> = {
  plain_text_input: ({ initial_value }) => ({ value: initial_value || null }),
  number_input: ({ initial_value }) => ({ value: initial_value || null }),
  static_select: ({ initial_option }) => ({ selected_option: initial_option ?? null }),
  radio_buttons: ({ initial_option }) => ({ selected_option: initial_option ?? null }),
  checkboxes: ({ initial_options }) => ({ selected_options: initial_options ?? [] }),
  multi_static_select: ({ initial_options }) => ({ selected_options: initial_options ?? [] }),
  users_select: ({ initial_user }) => ({ selected_user: initial_user ?? null }),
  datepicker: ({ initial_date }) => ({ selected_date: initial_date ?? null }),
};

/** Every element of the blocks, with the block that it stands in. */
export function elementsOf(blocks: Block[]): { block: Block; element: Element }[] {
  return blocks.flatMap((block) =>
    [...(block.elements ?? []), ...[block.element, block.accessory].filter((one) => one !== undefined)].map((element) => ({
      block,
      element,
    })),
  );
}

export function optionsOf(element: Element): Option[] {
  return element.options ?? element.option_groups?.flatMap(({ options }) => options) ?? [];
}

/**
 * The state of these blocks: what was there before under the same block and action id stays ("Modals: updating views"),
 * the rest starts with its initial value.
 */
export function stateOf(blocks: Block[], before: StateValues = {}): StateValues {
  const values: StateValues = {};
  for (const { block, element } of elementsOf(blocks)) {
    const start = STATEFUL[element.type];
    if (!start || !block.block_id || !element.action_id) continue;
    const kept = before[block.block_id]?.[element.action_id];
    values[block.block_id] ??= {};
    (values[block.block_id] as Record<string, StateValue>)[element.action_id] =
      kept?.type === element.type ? kept : { type: element.type, ...start(element) };
  }
  return values;
}

interface Field {
  label: string;
  block: Block;
  element: Element;
}

const fieldsOf = (blocks: Block[]): Field[] =>
  blocks.flatMap((block) =>
    block.type === 'input' && block.element ? [{ label: block.label?.text ?? '', block, element: block.element }] : [],
  );

const same = (a: string, b: string) => a.trim().toLowerCase() === b.trim().toLowerCase();

/** What values are given by. */
export type By = 'label' | 'block_id';

/** Puts the values into a copy of the state. Throws ActError when a field or an option isn't there, or a value doesn't fit its field. */
export function fill(blocks: Block[], state: StateValues, values: Record<string, unknown>, by: By = 'label'): StateValues {
  const filled = structuredClone(state);
  const fields = fieldsOf(blocks);
  for (const [label, value] of Object.entries(values)) {
    const field =
      by === 'block_id'
        ? fields.find(({ block }) => block.block_id === label)
        : (fields.find((one) => same(one.label, label)) ?? ticked(blocks, label));
    const called = (one: Field) => (by === 'block_id' ? (one.block.block_id ?? '') : one.label);
    if (!field) throw new ActError(`there is no field "${label}" here; the fields are: ${names(fields.map(called))}`);
    const slot = filled[field.block.block_id ?? '']?.[field.element.action_id ?? ''];
    if (slot) write(slot, field, label, value);
  }
  return filled;
}

/** The checkboxes that have an option of this name. */
function ticked(blocks: Block[], label: string): Field | undefined {
  const found = elementsOf(blocks).find(
    ({ element }) => element.type === 'checkboxes' && optionsOf(element).some((option) => same(option.text.text, label)),
  );
  return found && { label, ...found };
}

function write(slot: StateValue, { element }: Field, label: string, value: unknown): void {
  switch (element.type) {
    case 'checkboxes':
    case 'multi_static_select':
      slot.selected_options =
        typeof value === 'boolean' ? tick(slot, element, label, value) : wanted(value, label).map((text) => option(element, label, text));
      return;
    case 'static_select':
    case 'radio_buttons':
      slot.selected_option = value === null ? null : option(element, label, single(value, label));
      return;
    case 'users_select':
      slot.selected_user = value === null ? null : single(value, label);
      return;
    case 'datepicker':
      slot.selected_date = value === null ? null : single(value, label);
      return;
    default:
      // Slack sends null for a field that was left or made empty.
      slot.value = value === null || value === '' ? null : single(value, label);
  }
}

function tick(slot: StateValue, element: Element, label: string, on: boolean): Option[] {
  const options = optionsOf(element);
  const meant = options.length === 1 ? options[0] : options.find(({ text }) => same(text.text, label));
  if (!meant) throw new ActError(`"${label}" has several options; name one: ${names(options.map(({ text }) => text.text))}`);
  const others = (slot.selected_options ?? []).filter((one) => one.value !== meant.value);
  return on ? [...others, meant] : others;
}

const wanted = (value: unknown, label: string): string[] => (Array.isArray(value) ? value : [value]).map((one) => single(one, label));

function single(value: unknown, label: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw new ActError(`"${label}" takes text, not ${JSON.stringify(value)}`);
}

function option(element: Element, label: string, text: string): Option {
  const options = optionsOf(element);
  const found = options.find((one) => same(one.text.text, text));
  if (!found) throw new ActError(`"${label}" has no option "${text}"; the options are: ${names(options.map((one) => one.text.text))}`);
  return found;
}

/** What Slack itself finds wrong before it sends a submission: by block id, what it says under the field. */
export function complaints(blocks: Block[], state: StateValues): { label: string; block_id: string; text: string }[] {
  return fieldsOf(blocks).flatMap(({ label, block, element }) => {
    const block_id = block.block_id ?? '';
    const slot = state[block_id]?.[element.action_id ?? ''];
    const text = slot && complaint(block, element, slot);
    return text ? [{ label, block_id, text }] : [];
  });
}

function complaint(block: Block, element: Element, slot: StateValue): string | undefined {
  const given = slot.value ?? slot.selected_option ?? slot.selected_user ?? slot.selected_date ?? (slot.selected_options?.length || null);
  if (given === null) return block.optional ? undefined : 'Please complete this required field.';
  if (typeof slot.value !== 'string') return undefined;
  if (element.type === 'number_input') return Number.isFinite(Number(slot.value)) ? undefined : 'This must be a number.';
  const { min_length = 0, max_length = LIMITS.inputLength.max } = element;
  if (slot.value.length < min_length) return `This needs to be at least ${min_length} characters long.`;
  if (slot.value.length > max_length) return `This needs to be at most ${max_length} characters long.`;
  return undefined;
}

/** Labels in quotes, for an error that says what there is. */
export const names = (labels: string[]): string => (labels.length === 0 ? 'none' : labels.map((label) => `"${label}"`).join(', '));
