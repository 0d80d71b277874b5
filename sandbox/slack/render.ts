/** Messages and views as a person reads them: for tests, the demo and the page. */
import { optionsOf } from './form.ts';
import type { Block, Element, StateValues, Text } from './types.ts';

export interface Renderable {
  text?: string;
  blocks?: Block[];
  title?: Text;
  submit?: Text | null;
  close?: Text | null;
  state?: { values: StateValues };
  errors?: Record<string, string>;
  error?: string;
}

/** `U0RIYA` → `riya`, `C0APPROVALS` → `s3-approvals`: names for ids; an id without one is shown as it is. */
export type Names = Record<string, string>;

/** A message or view in lines, `[Button]` for a button, `Label: value` for a field. Text is used only where there are no blocks. */
export function render(item: Renderable, names: Names = {}): string {
  const { blocks = [], title, submit, close, error } = item;
  const lines = title ? [`== ${title.text} ==`] : [];
  lines.push(blocks.length > 0 ? plain(blocks, names, item) : readable(item.text ?? '', names));
  if (error) lines.push(`! ${error}`);
  const buttons = [close, submit].flatMap((one) => (one ? [`[${one.text}]`] : []));
  if (buttons.length > 0) lines.push(buttons.join(' '));
  return lines.filter((line) => line !== '').join('\n');
}

/** The blocks alone; `state` and `errors` fill in the fields. */
export function plain(blocks: Block[], names: Names = {}, { state, errors }: Pick<Renderable, 'state' | 'errors'> = {}): string {
  return blocks
    .map((block) => {
      if (block.type === 'divider') return '---';
      if (block.type === 'input' && block.element) {
        const wrong = errors?.[block.block_id ?? ''];
        const value = entered(block.element, state?.values[block.block_id ?? '']);
        return `${block.label?.text ?? ''}: ${value}${wrong ? `\n! ${wrong}` : ''}`;
      }
      if (block.type === 'image') return `(${block.alt_text ?? 'image'})`;
      const parts = [textOf(block.text), ...(block.fields ?? []).map(textOf)];
      const elements = block.type === 'rich_text' ? [richText(block.elements)] : (block.elements ?? []).map((one) => element(one, names));
      const accessory = block.accessory ? [element(block.accessory, names)] : [];
      return [...parts.map((part) => readable(part, names)), elements.join(' '), ...accessory].filter((part) => part !== '').join('\n');
    })
    .join('\n');
}

const textOf = (text: Text | string | undefined): string => (typeof text === 'string' ? text : (text?.text ?? ''));

function element(one: Element, names: Names): string {
  if (one.type === 'image') return `(${one.alt_text ?? 'image'})`;
  if (one.type === 'mrkdwn' || one.type === 'plain_text') return readable(textOf(one.text), names);
  if (one.type === 'button') return `[${readable(textOf(one.text), names)}]`;
  return optionsOf(one)
    .map(({ text }) => `( ) ${text.text}`)
    .join('\n');
}

function entered(input: Element, slots: StateValues[string] | undefined): string {
  const slot = slots?.[input.action_id ?? ''];
  const chosen = [slot?.selected_option, ...(slot?.selected_options ?? [])].flatMap((one) => (one ? [one.text.text] : []));
  return (slot?.value ?? slot?.selected_user ?? slot?.selected_date ?? chosen.join(', ')) || '____';
}

function richText(elements: unknown): string {
  if (Array.isArray(elements)) return elements.map(richText).join('');
  if (typeof elements !== 'object' || elements === null) return '';
  const { text, elements: inner } = elements as { text?: unknown; elements?: unknown };
  return typeof text === 'string' ? text : richText(inner);
}

/** mrkdwn's `<…>` as what it shows, then the entities ("Formatting text for app surfaces": `&amp;`, `&lt;`, `&gt;` are the only ones). */
export function readable(text: string, names: Names = {}): string {
  return text
    .replace(/<([@#!][^<>\s][^<>]*|[a-z][a-z+.-]*:[^<>]+)>/gi, (_, inner: string) => reference(inner, names))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

function reference(inner: string, names: Names): string {
  const [target = '', ...label] = inner.split('|');
  const shown = label.join('|');
  const id = target.slice(1);
  if (target.startsWith('@')) return `@${names[id] ?? (shown || id)}`;
  if (target.startsWith('#')) return `#${names[id] ?? (shown || id)}`;
  if (target.startsWith('!subteam^')) return shown || `@${target.slice('!subteam^'.length)}`;
  if (target.startsWith('!date^')) return shown;
  if (target.startsWith('!')) return `@${id}`;
  return shown || target;
}
