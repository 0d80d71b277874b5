/** Block Kit as the pane shows it: what goes over the wire, with the members that the sandbox checks and passes on. */
import type { Hello, SlackNews } from '../../sandbox/page/wire.ts';

export type Message = SlackNews['messages'][number];
export type Modal = NonNullable<SlackNews['modal']>;
export type Person = Hello['people'][number];

type WireBlock = Message['blocks'][number];
type WireElement = NonNullable<WireBlock['element']>;
type WireOption = NonNullable<WireElement['options']>[number];

export interface TextObject {
  type: string;
  text: string;
  emoji?: boolean;
}

export interface Option extends WireOption {
  description?: TextObject;
}

export interface Confirm {
  title: TextObject;
  text: TextObject;
  confirm: TextObject;
  deny: TextObject;
  style?: string;
}

export interface Element extends Omit<WireElement, 'options' | 'option_groups'> {
  options?: Option[];
  option_groups?: { label: TextObject; options: Option[] }[];
  style?: string;
  confirm?: Confirm;
  placeholder?: TextObject;
  multiline?: boolean;
}

export interface Block extends Omit<WireBlock, 'elements' | 'element' | 'accessory'> {
  elements?: Element[];
  element?: Element;
  accessory?: Element;
  hint?: TextObject;
}

export const optionsOf = ({ options, option_groups }: Element): Option[] =>
  options ?? option_groups?.flatMap((group) => group.options) ?? [];

/** A text or a text object as a text object; text alone is a message's, mrkdwn. */
export const textOf = (text: TextObject | string | undefined): TextObject =>
  typeof text === 'object' ? text : { type: 'mrkdwn', text: text ?? '' };
