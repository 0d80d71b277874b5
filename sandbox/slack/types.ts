/** The shapes that the sandbox's Slack reads of what apps send; `@slack/types` has them in full. */

export interface Text {
  type: string;
  text: string;
}

export interface Option {
  text: Text;
  value: string;
}

/** An element of a block, with the fields of all the kinds that the sandbox knows. */
export interface Element {
  type: string;
  action_id?: string;
  text?: Text | string;
  value?: string;
  options?: Option[];
  option_groups?: { label: Text; options: Option[] }[];
  initial_value?: string;
  initial_option?: Option;
  initial_options?: Option[];
  initial_user?: string;
  initial_date?: string;
  min_length?: number;
  max_length?: number;
  alt_text?: string;
}

export interface Block {
  type: string;
  block_id?: string;
  text?: Text | string;
  fields?: Text[];
  accessory?: Element;
  elements?: Element[];
  element?: Element;
  label?: Text;
  optional?: boolean;
  alt_text?: string;
}

/** A view as an app sends it. */
export interface ViewSource {
  type: 'modal' | 'home';
  title?: Text;
  submit?: Text | null;
  close?: Text | null;
  blocks: Block[];
  private_metadata?: string;
  callback_id?: string;
  external_id?: string;
  clear_on_close?: boolean;
  notify_on_close?: boolean;
}

/** What stands in one field: `view.state.values[block_id][action_id]`. */
export interface StateValue {
  type: string;
  value?: string | null;
  selected_option?: Option | null;
  selected_options?: Option[];
  selected_user?: string | null;
  selected_date?: string | null;
}
export type StateValues = Record<string, Record<string, StateValue>>;

/** A message as a person sees it. */
export interface Message {
  channel: string;
  /** Unique in the workspace; seconds since 1970 with six decimals. */
  ts: string;
  thread_ts?: string;
  /** Exactly what the app sent, entities included. */
  text: string;
  blocks: Block[];
  /** Only the person it is for sees it. */
  ephemeral: boolean;
  edited?: { user: string; ts: string };
  /** Who posted it: the app's bot user, or `USLACKBOT` for what Slack itself tells a person. */
  user: string;
}

/** An error as Slack's Web API answers it: `{"ok": false, "error": code, …more}`, with HTTP 200. */
export class SlackError extends Error {
  override readonly name = 'SlackError';
  readonly code: string;
  readonly more: Record<string, unknown>;

  constructor(code: string, more: Record<string, unknown> = {}) {
    super(code);
    this.code = code;
    this.more = more;
  }
}

/** `invalid_arguments` with the reasons where Slack puts them. */
export function invalidArguments(...faults: string[]): SlackError {
  return new SlackError('invalid_arguments', { response_metadata: { messages: faults.map((fault) => `[ERROR] ${fault}`) } });
}

/** Something that a person can't do in Slack as it stands: a button that isn't there, no modal open. */
export class ActError extends Error {
  override readonly name = 'ActError';
}
