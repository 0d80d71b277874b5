/**
 * Slack's limits, each with the page of its reference (docs.slack.dev/reference) that states it. Characters are
 * counted as UTF-16 units, the stricter reading: no page says whether one emoji counts as one or as two.
 */
export interface Limit {
  max: number;
  page: string;
}

const of = (max: number, page: string): Limit => ({ max, page });

export const LIMITS = {
  messageText: of(40_000, 'chat.postMessage: Truncating content'),
  updateText: of(4_000, 'chat.update: Errors, msg_too_long'),
  // UNVERIFIED: on no reference page; Slack's people name 12,000 characters in slackapi/bolt-js#2509, others measured 13,200. To check: post more.
  blocksTogether: of(12_000, 'slackapi/bolt-js#2509: msg_blocks_too_long'),
  messageBlocks: of(50, 'Block Kit: Blocks'),
  viewBlocks: of(100, 'Views: Modal views, Home tab views'),
  viewTitle: of(24, 'Views: Modal views, title'),
  viewSubmit: of(24, 'Views: Modal views, submit'),
  viewClose: of(24, 'Views: Modal views, close'),
  privateMetadata: of(3_000, 'Views: private_metadata'),
  callbackId: of(255, 'Views: callback_id'),
  externalId: of(255, 'views.update: external_id'),
  viewBytes: of(250_000, 'views.open: view_too_large (250kb)'),
  viewStack: of(3, 'views.push: push_limit_reached'),
  blockId: of(255, 'Block Kit: Blocks, block_id'),
  actionId: of(255, 'Block Kit: Block elements, action_id'),
  text: of(3_000, 'Block Kit: Text object'),
  sectionText: of(3_000, 'Block Kit: Section block, text'),
  sectionFields: of(10, 'Block Kit: Section block, fields'),
  fieldText: of(2_000, 'Block Kit: Section block, fields'),
  headerText: of(150, 'Block Kit: Header block, text'),
  contextElements: of(10, 'Block Kit: Context block, elements'),
  actionsElements: of(25, 'Block Kit: Actions block, elements'),
  markdownText: of(12_000, 'Block Kit: Markdown block, text'),
  inputLabel: of(2_000, 'Block Kit: Input block, label'),
  inputHint: of(2_000, 'Block Kit: Input block, hint'),
  imageUrl: of(3_000, 'Block Kit: Image block, image_url'),
  imageAlt: of(2_000, 'Block Kit: Image block, alt_text'),
  imageTitle: of(2_000, 'Block Kit: Image block, title'),
  buttonText: of(75, 'Block Kit: Button element, text'),
  buttonValue: of(2_000, 'Block Kit: Button element, value'),
  buttonUrl: of(3_000, 'Block Kit: Button element, url'),
  accessibilityLabel: of(75, 'Block Kit: Button element, accessibility_label'),
  placeholder: of(150, 'Block Kit: Block elements, placeholder'),
  inputLength: of(3_000, 'Block Kit: Plain-text input element, min_length and max_length'),
  optionText: of(75, 'Block Kit: Option object, text'),
  optionValue: of(150, 'Block Kit: Option object, value'),
  optionDescription: of(75, 'Block Kit: Option object, description'),
  optionUrl: of(3_000, 'Block Kit: Option object, url'),
  optionGroupLabel: of(75, 'Block Kit: Option group object, label'),
  selectOptions: of(100, 'Block Kit: Select menu element, options'),
  checkboxOptions: of(10, 'Block Kit: Checkboxes element, options'),
  radioOptions: of(10, 'Block Kit: Radio button group element, options'),
  overflowOptions: of(5, 'Block Kit: Overflow menu element, options'),
  confirmTitle: of(100, 'Block Kit: Confirmation dialog object, title'),
  confirmText: of(300, 'Block Kit: Confirmation dialog object, text'),
  confirmButton: of(30, 'Block Kit: Confirmation dialog object, confirm and deny'),
} as const satisfies Record<string, Limit>;

/** Slack waits this long for an answer, and a trigger lives this long ("Handling user interaction in your Slack apps"; views.open, trigger_id). */
export const THREE_SECONDS = 3_000;

/** A response_url takes five messages within thirty minutes ("Handling user interaction in your Slack apps", response_url). */
export const RESPONSE_URL = { uses: 5, milliseconds: 30 * 60_000 };
