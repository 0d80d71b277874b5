/**
 * What Slack takes as blocks and views (docs.slack.dev/reference/block-kit, /reference/views): the block and element
 * types that the sandbox knows, their required and optional fields, their limits. Anything else is refused, as Slack does.
 */
import { LIMITS, type Limit } from './limits.ts';
import { anything, boolean, byType, type Check, integer, isObject, list, object, oneOf, say, string } from './schema.ts';

const type = anything;
const plainText = (limit: Limit): Check => byType({ plain_text: object({ type, text: string(limit) }, { emoji: boolean }) });
const anyText = (limit: Limit): Check =>
  byType({
    plain_text: object({ type, text: string(limit) }, { emoji: boolean }),
    mrkdwn: object({ type, text: string(limit) }, { verbatim: boolean }),
  });

const confirm = object(
  {
    title: plainText(LIMITS.confirmTitle),
    text: anyText(LIMITS.confirmText),
    confirm: plainText(LIMITS.confirmButton),
    deny: plainText(LIMITS.confirmButton),
  },
  { style: oneOf('primary', 'danger') },
);
const optionOf = (text: (limit: Limit) => Check): Check =>
  object(
    { text: text(LIMITS.optionText), value: string(LIMITS.optionValue) },
    { description: text(LIMITS.optionDescription), url: string(LIMITS.optionUrl) },
  );
/** Menus take plain text only, checkboxes and radio buttons mrkdwn too (Block Kit: Option object, text). */
const option = optionOf(plainText);
const options = (limit: Limit): Check => list(option, limit);
const box = optionOf(anyText);
const boxes = (limit: Limit): Check => list(box, limit);
const groups = list(object({ label: plainText(LIMITS.optionGroupLabel), options: options(LIMITS.selectOptions) }), LIMITS.selectOptions);

const common = { action_id: string(LIMITS.actionId), focus_on_load: boolean };
const placeholder = plainText(LIMITS.placeholder);
const optionsOrGroups: Check = (value, at, faults) => {
  if (isObject(value) && (value.options === undefined) === (value.option_groups === undefined))
    say(faults, 'must provide either options or option_groups', at);
};
const lengths: Check = (value, at, faults) => {
  if (isObject(value) && Number(value.min_length ?? 0) > Number(value.max_length ?? LIMITS.inputLength.max))
    say(faults, 'min_length must not be greater than max_length', at);
};

const image = object(
  { type, image_url: string(LIMITS.imageUrl), alt_text: string(LIMITS.imageAlt) },
  { title: plainText(LIMITS.imageTitle), block_id: string(LIMITS.blockId) },
);
const button = object(
  { type, text: plainText(LIMITS.buttonText) },
  {
    ...common,
    value: string(LIMITS.buttonValue),
    url: string(LIMITS.buttonUrl),
    style: oneOf('primary', 'danger'),
    confirm,
    accessibility_label: string(LIMITS.accessibilityLabel),
  },
);
const select = { ...common, placeholder, confirm };
const choices = {
  static_select: object(
    { type },
    { ...select, options: options(LIMITS.selectOptions), option_groups: groups, initial_option: option },
    optionsOrGroups,
  ),
  multi_static_select: object(
    { type },
    {
      ...select,
      options: options(LIMITS.selectOptions),
      option_groups: groups,
      initial_options: options(LIMITS.selectOptions),
      max_selected_items: integer(1, 100),
    },
    optionsOrGroups,
  ),
  users_select: object({ type }, { ...select, initial_user: string() }),
  checkboxes: object(
    { type, options: boxes(LIMITS.checkboxOptions) },
    { ...common, confirm, initial_options: boxes(LIMITS.checkboxOptions) },
  ),
  radio_buttons: object({ type, options: boxes(LIMITS.radioOptions) }, { ...common, confirm, initial_option: box }),
  datepicker: object({ type }, { ...select, initial_date: string() }),
};
const overflow = object({ type, options: options(LIMITS.overflowOptions) }, { ...common, confirm });
const typed = {
  ...common,
  placeholder,
  initial_value: string(LIMITS.inputLength, 0),
  dispatch_action_config: anything,
};
const inputElement = byType({
  ...choices,
  plain_text_input: object(
    { type },
    { ...typed, multiline: boolean, min_length: integer(0, LIMITS.inputLength.max), max_length: integer(1, LIMITS.inputLength.max) },
    lengths,
  ),
  number_input: object({ type, is_decimal_allowed: boolean }, { ...typed, min_value: string(), max_value: string() }),
});

const block_id = string(LIMITS.blockId);
const textOrFields: Check = (value, at, faults) => {
  if (isObject(value) && !value.text && !value.fields) say(faults, 'must define either `fields` or `text`', at);
};
const block = byType({
  section: object(
    { type },
    {
      block_id,
      text: anyText(LIMITS.sectionText),
      fields: list(anyText(LIMITS.fieldText), LIMITS.sectionFields),
      accessory: byType({ ...choices, button, overflow, image }),
      expand: boolean,
    },
    textOrFields,
  ),
  divider: object({ type }, { block_id }),
  header: object({ type, text: plainText(LIMITS.headerText) }, { block_id }),
  context: object(
    {
      type,
      elements: list(
        byType({
          image,
          plain_text: object({ type, text: string(LIMITS.text) }, { emoji: boolean }),
          mrkdwn: object({ type, text: string(LIMITS.text) }, { verbatim: boolean }),
        }),
        LIMITS.contextElements,
      ),
    },
    { block_id },
  ),
  actions: object({ type, elements: list(byType({ ...choices, button, overflow }), LIMITS.actionsElements) }, { block_id }),
  input: object(
    { type, label: plainText(LIMITS.inputLabel), element: inputElement },
    { block_id, hint: plainText(LIMITS.inputHint), optional: boolean, dispatch_action: boolean },
  ),
  image,
  markdown: object({ type, text: string(LIMITS.markdownText) }, { block_id }),
  rich_text: object({ type, elements: list(anything, { max: Number.POSITIVE_INFINITY }) }, { block_id }),
});

/** Block ids are unique among the blocks, action ids within a block ("Should be unique among all other action_ids in the containing block"). */
const uniqueIds: Check = (blocks, at, faults) => {
  if (!Array.isArray(blocks)) return;
  const seen = new Set<unknown>();
  for (const [index, one] of blocks.entries()) {
    if (!isObject(one)) continue;
    if (one.block_id !== undefined && seen.has(one.block_id))
      say(faults, `\`block_id\` "${one.block_id}" already exists for another block`, `${at}/${index}/block_id`);
    seen.add(one.block_id);
    const actions = new Set<unknown>();
    for (const [position, element] of (Array.isArray(one.elements) ? one.elements : []).entries()) {
      if (!isObject(element) || element.action_id === undefined) continue;
      if (actions.has(element.action_id))
        say(
          faults,
          `\`action_id\` "${element.action_id}" already exists for another element`,
          `${at}/${index}/elements/${position}/action_id`,
        );
      actions.add(element.action_id);
    }
  }
};

const blocksOf = (limit: Limit): Check => {
  const checked = list(block, limit, 0);
  return (value, at, faults) => {
    checked(value, at, faults);
    uniqueIds(value, at, faults);
  };
};
const messageBlocks = blocksOf(LIMITS.messageBlocks);

const submitWithInputs: Check = (value, at, faults) => {
  if (!isObject(value) || value.submit || !Array.isArray(value.blocks)) return;
  if (value.blocks.some((one) => isObject(one) && one.type === 'input')) say(faults, 'missing required field: submit', at);
};
const shared = {
  private_metadata: string(LIMITS.privateMetadata, 0),
  callback_id: string(LIMITS.callbackId, 0),
  external_id: string(LIMITS.externalId, 0),
};
const modal = object(
  { type, title: plainText(LIMITS.viewTitle), blocks: blocksOf(LIMITS.viewBlocks) },
  {
    ...shared,
    submit: plainText(LIMITS.viewSubmit),
    close: plainText(LIMITS.viewClose),
    clear_on_close: boolean,
    notify_on_close: boolean,
    submit_disabled: boolean,
  },
  submitWithInputs,
);
const home = object({ type, blocks: blocksOf(LIMITS.viewBlocks) }, shared);

/** What is wrong with a message's blocks; empty when Slack would take them. */
export function blockFaults(blocks: unknown): string[] {
  const faults: string[] = [];
  messageBlocks(blocks, '/blocks', faults);
  return faults;
}

/** What is wrong with a view of this type; empty when Slack would take it. */
export function viewFaults(view: unknown, wanted: 'modal' | 'home'): string[] {
  const faults: string[] = [];
  byType({ [wanted]: wanted === 'modal' ? modal : home })(view, '/view', faults);
  return faults;
}
