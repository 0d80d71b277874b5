import { LIMITS } from '../../sandbox/slack/limits.ts';
import { modal, mrkdwn, plainText, SlackApp } from '../helpers/slack-app.ts';

let app: SlackApp;
beforeAll(async () => {
  app = await SlackApp.start();
});
afterAll(() => app.close());

const CHANNEL = 'C0APPROVALS';
const x = (length: number) => 'x'.repeat(length);
const many = <T>(length: number, make: (index: number) => T) => Array.from({ length }, (_, index) => make(index));

type Build = (size: number) => [method: string, args: Record<string, unknown>];
const message = (block: unknown): ReturnType<Build> => ['chat.postMessage', { channel: CHANNEL, text: 'x', blocks: [block] }];
const view = (more: Record<string, unknown>): ReturnType<Build> => ['views.open', { view: modal([], more) }];
const input = (element: object, more: object = {}): ReturnType<Build> => [
  'views.open',
  { view: modal([{ type: 'input', label: plainText('L'), element, ...more }]) },
];
const button = (more: object) => message({ type: 'actions', elements: [{ type: 'button', text: plainText('B'), ...more }] });
const option = (more: object = {}) => ({ text: plainText('O'), value: 'o', ...more });
const options = (size: number) => many(size, (index) => option({ value: String(index) }));
const confirm = (more: object) =>
  button({ confirm: { title: plainText('T'), text: mrkdwn('T'), confirm: plainText('Yes'), deny: plainText('No'), ...more } });
const select = (more: object) => input({ type: 'static_select', options: [option()], ...more });

/** For each limit a call of the size; it fits at the limit and is refused one above it. */
const CASES: Record<Exclude<keyof typeof LIMITS, 'viewStack' | 'viewBytes' | 'blocksTogether'>, Build> = {
  messageText: (size) => ['chat.postMessage', { channel: CHANNEL, text: x(size) }],
  updateText: (size) => ['chat.update', { channel: CHANNEL, text: x(size) }],
  messageBlocks: (size) => ['chat.postMessage', { channel: CHANNEL, text: 'x', blocks: many(size, () => ({ type: 'divider' })) }],
  viewBlocks: (size) => ['views.open', { view: modal(many(size, () => ({ type: 'divider' }))) }],
  viewTitle: (size) => view({ title: plainText(x(size)) }),
  viewSubmit: (size) => view({ submit: plainText(x(size)) }),
  viewClose: (size) => view({ close: plainText(x(size)) }),
  privateMetadata: (size) => view({ private_metadata: x(size) }),
  callbackId: (size) => view({ callback_id: x(size) }),
  externalId: (size) => view({ external_id: x(size) }),
  blockId: (size) => message({ type: 'divider', block_id: x(size) }),
  actionId: (size) => button({ action_id: x(size) }),
  text: (size) => message({ type: 'context', elements: [mrkdwn(x(size))] }),
  sectionText: (size) => message({ type: 'section', text: mrkdwn(x(size)) }),
  sectionFields: (size) => message({ type: 'section', fields: many(size, () => mrkdwn('x')) }),
  fieldText: (size) => message({ type: 'section', fields: [mrkdwn(x(size))] }),
  headerText: (size) => message({ type: 'header', text: plainText(x(size)) }),
  contextElements: (size) => message({ type: 'context', elements: many(size, () => mrkdwn('x')) }),
  actionsElements: (size) => message({ type: 'actions', elements: many(size, () => ({ type: 'button', text: plainText('B') })) }),
  markdownText: (size) => message({ type: 'markdown', text: x(size) }),
  inputLabel: (size) => input({ type: 'plain_text_input' }, { label: plainText(x(size)) }),
  inputHint: (size) => input({ type: 'plain_text_input' }, { hint: plainText(x(size)) }),
  imageUrl: (size) => message({ type: 'image', alt_text: 'x', image_url: x(size) }),
  imageAlt: (size) => message({ type: 'image', alt_text: x(size), image_url: 'x' }),
  imageTitle: (size) => message({ type: 'image', alt_text: 'x', image_url: 'x', title: plainText(x(size)) }),
  buttonText: (size) => button({ text: plainText(x(size)) }),
  buttonValue: (size) => button({ value: x(size) }),
  buttonUrl: (size) => button({ url: x(size) }),
  accessibilityLabel: (size) => button({ accessibility_label: x(size) }),
  placeholder: (size) => input({ type: 'plain_text_input', placeholder: plainText(x(size)) }),
  inputLength: (size) => input({ type: 'plain_text_input', max_length: size }),
  optionText: (size) => select({ options: [option({ text: plainText(x(size)) })] }),
  optionValue: (size) => select({ options: [option({ value: x(size) })] }),
  optionDescription: (size) => select({ options: [option({ description: plainText(x(size)) })] }),
  optionUrl: (size) => select({ options: [option({ url: x(size) })] }),
  optionGroupLabel: (size) => input({ type: 'static_select', option_groups: [{ label: plainText(x(size)), options: [option()] }] }),
  selectOptions: (size) => select({ options: options(size) }),
  checkboxOptions: (size) => input({ type: 'checkboxes', options: options(size) }),
  radioOptions: (size) => input({ type: 'radio_buttons', options: options(size) }),
  overflowOptions: (size) => message({ type: 'actions', elements: [{ type: 'overflow', options: options(size) }] }),
  confirmTitle: (size) => confirm({ title: plainText(x(size)) }),
  confirmText: (size) => confirm({ text: mrkdwn(x(size)) }),
  confirmButton: (size) => confirm({ deny: plainText(x(size)) }),
};

async function call([method, args]: ReturnType<Build>) {
  if (method === 'chat.update') args.ts = (await app.client.chat.postMessage({ channel: CHANNEL, text: 'before' })).ts;
  return app.call(method, method === 'views.open' ? { ...args, trigger_id: await app.trigger() } : args);
}

describe("the sandbox's Slack keeps Slack's limits (FC-07, FC-08)", () => {
  test.each(Object.entries(CASES))('%s: takes what just fits and refuses one more', async (name, build) => {
    const { max } = LIMITS[name as keyof typeof LIMITS];
    expect(await call(build(max))).toMatchObject({ ok: true });
    const refused = await call(build(max + 1));
    expect(refused).toMatchObject({ ok: false });
    if (name === 'messageText' || name === 'updateText') return expect(refused.error).toBe('msg_too_long');
    expect(refused.error).toBe(build(0)[0] === 'views.open' ? 'invalid_arguments' : 'invalid_blocks');
    const wording = new RegExp(
      `${name === 'inputLength' ? max : `(less than ${max + 1} characters|no more than ${max} items allowed)`}.*json-pointer:`,
    );
    expect(refused.response_metadata.messages).toContainEqual(expect.stringMatching(wording));
  });

  test('refuses blocks whose texts are too long together', async () => {
    const blocks = many(4, () => ({ type: 'section', text: mrkdwn(x(3_000)) }));
    expect(await app.call('chat.postMessage', { channel: CHANNEL, text: 'x', blocks })).toMatchObject({ ok: true });
    blocks.push({ type: 'section', text: mrkdwn('x') });
    expect(await app.call('chat.postMessage', { channel: CHANNEL, text: 'x', blocks })).toMatchObject({ error: 'msg_blocks_too_long' });
  });

  test('refuses a view of more than 250 kB', async () => {
    const blocks = many(90, () => ({ type: 'section', text: mrkdwn('ü'.repeat(1_500)) }));
    expect(await call(['views.open', { view: modal(blocks) }])).toMatchObject({ error: 'view_too_large' });
  });

  test('takes three views on top of each other and no fourth', async () => {
    const open = async (method: string) => app.call(method, { view: modal([]), trigger_id: await app.trigger('bob') });
    expect(await open('views.open')).toMatchObject({ ok: true });
    expect(await open('views.push')).toMatchObject({ ok: true });
    expect(await open('views.push')).toMatchObject({ ok: true });
    expect(await open('views.push')).toMatchObject({ error: 'push_limit_reached' });
  });
});

const WRONG: [what: string, block: unknown, message: string][] = [
  ['a block of no known type', { type: 'marquee' }, 'unsupported type: marquee [json-pointer:/blocks/0/type]'],
  ['a block without a type', {}, 'missing required field: type [json-pointer:/blocks/0]'],
  ['a section with neither text nor fields', { type: 'section' }, 'must define either `fields` or `text` [json-pointer:/blocks/0]'],
  ['an empty text', { type: 'section', text: mrkdwn('') }, 'must be more than 0 characters [json-pointer:/blocks/0/text/text]'],
  ['a text that is no text object', { type: 'section', text: 'x' }, 'must provide an object [json-pointer:/blocks/0/text]'],
  ['a header in mrkdwn', { type: 'header', text: mrkdwn('x') }, 'unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]'],
  [
    'a property that Slack does not know',
    { type: 'divider', colour: 'red' },
    'invalid additional property: colour [json-pointer:/blocks/0]',
  ],
  ['actions without elements', { type: 'actions', elements: [] }, 'no fewer than 1 items allowed [json-pointer:/blocks/0/elements]'],
  [
    'an input without a label',
    { type: 'input', element: { type: 'plain_text_input' } },
    'missing required field: label [json-pointer:/blocks/0]',
  ],
  [
    'a button style of its own',
    { type: 'actions', elements: [{ type: 'button', text: plainText('B'), style: 'loud' }] },
    'must be a valid enum value: primary, danger [json-pointer:/blocks/0/elements/0/style]',
  ],
  [
    'a button in an input',
    { type: 'input', label: plainText('L'), element: { type: 'button', text: plainText('B') } },
    'unsupported type: button [json-pointer:/blocks/0/element/type]',
  ],
  [
    'two elements of one action id',
    { type: 'actions', elements: many(2, () => ({ type: 'button', text: plainText('B'), action_id: 'a' })) },
    '`action_id` "a" already exists for another element [json-pointer:/blocks/0/elements/1/action_id]',
  ],
  [
    'a select without options',
    { type: 'actions', elements: [{ type: 'static_select' }] },
    'must provide either options or option_groups [json-pointer:/blocks/0/elements/0]',
  ],
  [
    'a menu with an option in mrkdwn',
    { type: 'actions', elements: [{ type: 'static_select', options: [{ text: mrkdwn('O'), value: 'o' }] }] },
    'unsupported type: mrkdwn [json-pointer:/blocks/0/elements/0/options/0/text/type]',
  ],
  [
    'a length that is no number',
    { type: 'input', label: plainText('L'), element: { type: 'plain_text_input', max_length: '6' } },
    'must provide an integer [json-pointer:/blocks/0/element/max_length]',
  ],
  [
    'lengths that nothing can meet',
    { type: 'input', label: plainText('L'), element: { type: 'plain_text_input', min_length: 7, max_length: 6 } },
    'min_length must not be greater than max_length [json-pointer:/blocks/0/element]',
  ],
];

describe("the sandbox's Slack refuses what Slack refuses", () => {
  test.each(WRONG)('%s', async (_, block, fault) => {
    expect(await app.call('chat.postMessage', { channel: CHANNEL, text: 'x', blocks: [block] })).toEqual({
      ok: false,
      error: 'invalid_blocks',
      errors: [fault],
      response_metadata: { messages: [`[ERROR] ${fault}`] },
    });
  });

  test('two blocks of one id', async () => {
    const blocks = many(2, () => ({ type: 'divider', block_id: 'b' }));
    expect((await app.call('chat.postMessage', { channel: CHANNEL, text: 'x', blocks })).errors).toEqual([
      '`block_id` "b" already exists for another block [json-pointer:/blocks/1/block_id]',
    ]);
  });

  test.each([
    ['a modal without a title', { type: 'modal', blocks: [] }, 'missing required field: title [json-pointer:/view]'],
    ['a Home tab where a modal is wanted', { type: 'home', blocks: [] }, 'unsupported type: home [json-pointer:/view/type]'],
    [
      'inputs without a submit button',
      { ...modal([{ type: 'input', label: plainText('L'), element: { type: 'plain_text_input' } }]), submit: undefined },
      'missing required field: submit [json-pointer:/view]',
    ],
    ['no view at all', undefined, 'missing required field: view [json-pointer:]'],
  ])('%s', async (_, bad, fault) => {
    const trigger_id = await app.trigger();
    expect(await app.call('views.open', { view: bad, trigger_id })).toEqual({
      ok: false,
      error: 'invalid_arguments',
      response_metadata: { messages: [`[ERROR] ${fault}`] },
    });
    // The trigger was not spent on it.
    expect(await app.call('views.open', { view: modal([]), trigger_id })).toMatchObject({ ok: true });
  });
});
