import { field, modal, mrkdwn, option, SlackApp } from '../helpers/slack-app.ts';

let app: SlackApp;
beforeEach(async () => {
  app = await SlackApp.start();
});
afterEach(() => app.close());

const open = async (user: string, blocks: unknown[], more: object = {}) =>
  app.call('views.open', { trigger_id: await app.trigger(user), view: modal(blocks, { callback_id: 'form', ...more }) });

describe('a submission', () => {
  const FORM = [
    field('Bucket', { type: 'plain_text_input', min_length: 3, max_length: 10 }),
    field('Reason', { type: 'plain_text_input', multiline: true }, { optional: true }),
    field('Rehearse', { type: 'checkboxes', options: [option('Do everything but delete')] }, { optional: true }),
    field('Kind', { type: 'static_select', options: [option('Small'), option('Large')], initial_option: option('Small') }),
    field('Colour', { type: 'radio_buttons', options: [option('Red'), option('Blue')] }, { optional: true }),
  ];

  test('carries what was filled in, by block and action id', async () => {
    const { view } = await open('riya', FORM, { private_metadata: 'meta' });
    const submit = { Bucket: 'team-x', Reason: 'two\nlines', Rehearse: true, Kind: 'Large', Colour: 'Blue' };
    expect(await app.slack.act('riya', { submit })).toMatchObject({ status: 200, body: '' });
    expect(app.last.signed).toBe(true);
    expect(app.last.payload).toMatchObject({
      type: 'view_submission',
      user: { id: 'U0RIYA' },
      team: { id: 'T0INTERLOCK' },
      enterprise: null,
      response_urls: [],
      trigger_id: expect.any(String),
      view: {
        id: view.id,
        hash: view.hash,
        callback_id: 'form',
        private_metadata: 'meta',
        root_view_id: view.id,
        previous_view_id: null,
        bot_id: 'B0INTERLOCK',
      },
    });
    expect(app.last.payload.view.state.values).toEqual({
      bucket: { value: { type: 'plain_text_input', value: 'team-x' } },
      reason: { value: { type: 'plain_text_input', value: 'two\nlines' } },
      rehearse: { value: { type: 'checkboxes', selected_options: [option('Do everything but delete')] } },
      kind: { value: { type: 'static_select', selected_option: option('Large') } },
      colour: { value: { type: 'radio_buttons', selected_option: option('Blue') } },
    });
    expect(app.slack.view('riya').modal).toBeNull();
  });

  test('leaves what is not named as it was, and takes a checkbox by its option’s text', async () => {
    await open('riya', FORM);
    await app.slack.act('riya', { submit: { bucket: 'team-x', 'Do everything but delete': true } });
    expect(app.last.payload.view.state.values).toMatchObject({
      reason: { value: { value: null } },
      rehearse: { value: { selected_options: [{ value: 'do everything but delete' }] } },
      kind: { value: { selected_option: { value: 'small' } } },
      colour: { value: { selected_option: null } },
    });
  });

  test('may name fields by their block ids, where two have the same label', async () => {
    await open('riya', [field('Name'), field('Name', undefined, { block_id: 'other' })]);
    await app.slack.act('riya', { submit: { name: 'first', other: 'second' }, by: 'block_id' });
    expect(app.last.payload.view.state.values).toMatchObject({
      name: { value: { value: 'first' } },
      other: { value: { value: 'second' } },
    });
    await open('riya', [field('Name')]);
    await expect(app.slack.act('riya', { submit: { Name: 'x' }, by: 'block_id' })).rejects.toThrow(
      'there is no field "Name" here; the fields are: "name"',
    );
    await expect(app.slack.act('riya', { submit: {}, by: 'id' })).rejects.toThrow('"by" is "label" or "block_id"');
  });

  test.each([
    [{}, 'Bucket: Please complete this required field.'],
    [{ Bucket: '' }, 'Bucket: Please complete this required field.'],
    [{ Bucket: 'ab' }, 'Bucket: This needs to be at least 3 characters long.'],
    [{ Bucket: 'a'.repeat(11) }, 'Bucket: This needs to be at most 10 characters long.'],
  ])('of %j is refused by Slack itself', async (submit, body) => {
    await open('riya', FORM);
    const before = app.received.length;
    expect(await app.slack.act('riya', { submit })).toEqual({ status: 0, body, ms: 0 });
    expect(app.received).toHaveLength(before);
    expect(app.slack.view('riya').modal?.errors).toMatchObject({ Bucket: body.slice('Bucket: '.length) });
  });

  test.each([
    [{ Bukcet: 'x' }, 'there is no field "Bukcet" here; the fields are: "Bucket", "Reason", "Rehearse", "Kind", "Colour"'],
    [{ Kind: 'Huge' }, '"Kind" has no option "Huge"; the options are: "Small", "Large"'],
    [{ Bucket: { a: 1 } }, '"Bucket" takes text, not {"a":1}'],
  ])('of %j cannot be typed', async (submit, message) => {
    await open('riya', FORM);
    await expect(app.slack.act('riya', { submit })).rejects.toThrow(message);
  });

  test('answered with errors keeps the modal, what was typed, and shows them', async () => {
    await open('alice', [field('MFA code')]);
    app.answer = () => ({ body: { response_action: 'errors', errors: { 'mfa code': 'Six digits, please.' } } });
    await app.slack.act('alice', { submit: { 'MFA code': '12' } });
    const { errors, state } = app.slack.view('alice').modal ?? {};
    expect(errors).toEqual({ 'mfa code': 'Six digits, please.', 'MFA code': 'Six digits, please.' });
    expect(state?.values['mfa code']?.value?.value).toBe('12');
    app.answer = () => undefined;
    await app.slack.act('alice', { submit: {} });
    expect(app.last.payload.view.state.values['mfa code'].value.value).toBe('12');
    expect(app.last.payload.view.errors).toBeUndefined();
    expect(app.slack.view('alice').modal).toBeNull();
  });

  const submitAnswered = async (answer: typeof app.answer) => {
    await open('alice', [field('MFA code')]);
    app.answer = answer;
    await app.slack.act('alice', { submit: { 'MFA code': '123456' } });
    return app.slack.view('alice').modal;
  };

  test('answered with another view shows it in place, or on top', async () => {
    const waiting = modal([{ type: 'section', text: mrkdwn('checking with AWS') }], { submit: undefined, callback_id: 'waiting' });
    const updated = await submitAnswered(() => ({ body: { response_action: 'update', view: waiting } }));
    expect(updated).toMatchObject({ callback_id: 'waiting', submit: null, previous_view_id: null });
    await expect(app.slack.act('alice', { submit: {} })).rejects.toThrow('the open modal has nothing to submit');
    await app.slack.act('alice', { close: true });
    const pushed = await submitAnswered(() => ({ body: { response_action: 'push', view: waiting } }));
    expect(pushed).toMatchObject({ callback_id: 'waiting', previous_view_id: expect.stringMatching(/^V/) });
    app.answer = () => undefined;
  });

  test('answered with clear closes the whole stack', async () => {
    await open('alice', []);
    await app.call('views.push', { trigger_id: await app.trigger('alice'), view: modal([]) });
    app.answer = () => ({ body: { response_action: 'clear' } });
    await app.slack.act('alice', { submit: {} });
    expect(app.slack.view('alice').modal).toBeNull();
  });

  test.each([
    ['500', { status: 500 }],
    ['nothing in time', 'never'],
    ['words', { body: 'thanks' }],
    ['an unknown action', { body: { response_action: 'dance' } }],
    ['errors for no field', { body: { response_action: 'errors', errors: { elsewhere: 'x' } } }],
    ['a view that Slack refuses', { body: { response_action: 'update', view: { type: 'modal' } } }],
  ] as const)('answered with %s leaves the modal with Slack’s own words', async (_, answer) => {
    expect(await submitAnswered(() => answer)).toMatchObject({ callback_id: 'form', error: 'We had some trouble connecting. Try again?' });
  });

  test('may be followed by an update of the view while it is under way', async () => {
    const shown = await submitAnswered(async ({ payload }) => {
      await app.call('views.update', { view_id: payload.view.id, hash: payload.view.hash, view: modal([], { callback_id: 'later' }) });
      return { status: 500 };
    });
    expect(shown).toMatchObject({ callback_id: 'later' });
  });
});
