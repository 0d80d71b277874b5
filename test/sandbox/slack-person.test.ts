import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { modal, mrkdwn, plainText, SlackApp } from '../helpers/slack-app.ts';

const CHANNEL = 'C0APPROVALS';

let app: SlackApp;
beforeEach(async () => {
  app = await SlackApp.start();
});
afterEach(() => app.close());

const button = (text: string, more: object = {}) =>
  ({ type: 'button', text: plainText(text), action_id: text.toLowerCase(), ...more }) as const;
const withButtons = (...elements: ReturnType<typeof button>[]) => [{ type: 'actions', block_id: 'buttons', elements }];
const field = (label: string, element: object = { type: 'plain_text_input' }, more: object = {}) => ({
  type: 'input',
  block_id: label.toLowerCase(),
  label: plainText(label),
  element: { action_id: 'value', ...element },
  ...more,
});
const option = (text: string) => ({ text: plainText(text), value: text.toLowerCase() });
const post = (text: string, blocks: unknown[] = [], channel = CHANNEL) => app.call('chat.postMessage', { channel, text, blocks });
const open = async (user: string, blocks: unknown[], more: object = {}) =>
  app.call('views.open', { trigger_id: await app.trigger(user), view: modal(blocks, { callback_id: 'form', ...more }) });
const texts = (user: string) => app.slack.view(user).messages.map(({ text }) => text);

describe('a slash command', () => {
  test('reaches the app signed, as the form that Slack sends', async () => {
    expect(await app.slack.act('riya', { command: '/delete-bucket', text: 'team-scratch' })).toEqual({
      status: 200,
      body: '',
      ms: expect.any(Number),
    });
    const { form, signed, headers } = app.last;
    expect(signed).toBe(true);
    expect(headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(form).toMatchObject({
      command: '/delete-bucket',
      text: 'team-scratch',
      user_id: 'U0RIYA',
      user_name: 'riya',
      team_id: 'T0INTERLOCK',
      api_app_id: 'A0INTERLOCK',
      channel_id: CHANNEL,
      channel_name: 's3-approvals',
      is_enterprise_install: 'false',
    });
  });

  test('is signed with the sandbox’s time', async () => {
    app.clock.advance(86_400);
    await app.slack.act('riya', { command: '/x' });
    expect(app.last.signed).toBe(true);
    expect(Number(app.last.headers['x-slack-request-timestamp'])).toBeGreaterThan(Date.now() / 1000 + 86_000);
  });

  test.each([
    ['text', 'plain words', false],
    ['JSON', { text: 'plain words' }, false],
    ['JSON for the channel', { text: 'plain words', response_type: 'in_channel' }, true],
  ])('answered with %s shows it', async (_, body, everybody) => {
    app.answer = () => ({ body });
    await app.slack.act('riya', { command: '/x' });
    expect(app.slack.view('riya').messages).toMatchObject([
      { text: 'plain words', ephemeral: !everybody, user: 'U0INTERLOCK', channel: CHANNEL },
    ]);
    expect(texts('bob')).toEqual(everybody ? ['plain words'] : []);
  });

  test.each([
    ['500', { status: 500 }, 'dispatch_failed', 500],
    ['nothing in time', 'never', 'operation_timeout', 0],
    ['blocks that Slack refuses', { body: { blocks: [{ type: 'marquee' }] } }, 'invalid_command_response', 200],
  ] as const)('answered with %s tells the person so', async (_, answer, error, status) => {
    app.answer = () => answer;
    expect((await app.slack.act('riya', { command: '/x' })).status).toBe(status);
    expect(app.slack.view('riya').messages).toMatchObject([
      { text: `/x failed with the error "${error}"`, ephemeral: true, user: 'USLACKBOT' },
    ]);
  });

  test('to an app that is not there is answered with status 0', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as AddressInfo;
    await new Promise((resolve) => taken.close(resolve));
    const alone = await SlackApp.start({ requestUrl: () => `http://127.0.0.1:${port}/slack/events` });
    expect(await alone.slack.act('riya', { command: '/x' })).toMatchObject({ status: 0, body: 'the app could not be reached' });
    await alone.close();
  });
});

describe('a click', () => {
  test('on a message carries the message, the action and a trigger', async () => {
    const { ts } = await post('decide', withButtons(button('Approve', { value: 'req-1' }), button('Reject', { style: 'danger' })));
    expect(await app.slack.act('alice', { click: 'Approve' })).toMatchObject({ status: 200 });
    expect(app.last.signed).toBe(true);
    expect(app.last.payload).toMatchObject({
      type: 'block_actions',
      team: { id: 'T0INTERLOCK', domain: 'interlock-sandbox' },
      enterprise: null,
      is_enterprise_install: false,
      api_app_id: 'A0INTERLOCK',
      user: { id: 'U0ALICE', username: 'alice', name: 'alice', team_id: 'T0INTERLOCK' },
      container: { type: 'message', message_ts: ts, channel_id: CHANNEL, is_ephemeral: false },
      channel: { id: CHANNEL, name: 's3-approvals' },
      message: { type: 'message', ts, text: 'decide', user: 'U0INTERLOCK', bot_id: 'B0INTERLOCK', blocks: [{ block_id: 'buttons' }] },
      state: { values: {} },
      actions: [
        {
          type: 'button',
          action_id: 'approve',
          block_id: 'buttons',
          value: 'req-1',
          text: { text: 'Approve' },
          action_ts: expect.any(String),
        },
      ],
      trigger_id: expect.any(String),
      response_url: expect.stringContaining('/response/'),
    });
    expect(await app.call('views.open', { trigger_id: app.last.payload.trigger_id, view: modal([]) })).toMatchObject({ ok: true });
    expect(app.slack.view('alice').modal).not.toBeNull();
  });

  test('goes to the newest message that has the button, or to the one that is named', async () => {
    const { ts } = await post('old', withButtons(button('Approve', { value: 'old' })));
    await post('new', withButtons(button('Approve', { value: 'new' })));
    await post('without', withButtons(button('Cancel')));
    await app.slack.act('alice', { click: 'Approve' });
    expect(app.last.payload.actions[0].value).toBe('new');
    await app.slack.act('alice', { click: 'Approve', ts });
    expect(app.last.payload.actions[0].value).toBe('old');
    await expect(app.slack.act('alice', { click: 'Cancel', ts })).rejects.toThrow(
      `alice sees no button "Cancel" on ${ts}; there is: "Approve"`,
    );
    await expect(app.slack.act('alice', { click: 'Cancel', ts: '1.000001' })).rejects.toThrow('alice sees no message 1.000001');
  });

  test('needs a button that this person sees', async () => {
    await post('for riya', withButtons(button('Cancel request')), 'U0RIYA');
    await expect(app.slack.act('alice', { click: 'Cancel request' })).rejects.toThrow(
      'alice sees no button "Cancel request"; there is: none',
    );
    await app.slack.act('riya', { click: 'Cancel request' });
    expect(app.last.payload.channel).toEqual({ id: 'D0RIYA', name: 'directmessage' });
    expect(app.received).toHaveLength(1);
  });

  test('on an ephemeral message says so and carries no message', async () => {
    await app.call('chat.postEphemeral', { channel: CHANNEL, user: 'U0RIYA', text: 'x', blocks: withButtons(button('Ok')) });
    await app.slack.act('riya', { click: 'Ok' });
    expect(app.last.payload.container.is_ephemeral).toBe(true);
    expect(app.last.payload.message).toBeUndefined();
  });

  test('confirms what asks for it, and follows a link button to the app as well', async () => {
    const confirm = { title: plainText('Sure?'), text: mrkdwn('Really'), confirm: plainText('Yes'), deny: plainText('No') };
    await post('x', withButtons(button('Reject', { confirm }), button('Docs', { url: 'https://example.com' })));
    await app.slack.act('bob', { click: 'Reject' });
    await app.slack.act('bob', { click: 'Docs' });
    expect(app.received.map(({ payload }) => payload.actions[0].action_id)).toEqual(['reject', 'docs']);
  });

  test('takes an option of a menu', async () => {
    await post('x', [{ type: 'actions', elements: [{ type: 'overflow', action_id: 'menu', options: [option('One'), option('Two')] }] }]);
    await app.slack.act('bob', { click: 'Two' });
    expect(app.last.payload.actions[0]).toMatchObject({ type: 'overflow', action_id: 'menu', selected_option: { value: 'two' } });
  });

  test('in the open modal and on the Home tab carries the view', async () => {
    await post('x', withButtons(button('Show')));
    await open('riya', withButtons(button('Show')));
    await app.slack.act('riya', { click: 'Show' });
    const { id } = app.slack.view('riya').modal ?? {};
    expect(app.last.payload).toMatchObject({
      container: { type: 'view', view_id: id },
      view: { id, type: 'modal' },
      user: { id: 'U0RIYA' },
    });
    expect(app.last.payload.message).toBeUndefined();

    await app.call('views.publish', { user_id: 'U0BOB', view: { type: 'home', blocks: withButtons(button('Mine')) } });
    await app.slack.act('bob', { click: 'Mine' });
    expect(app.last.payload.view).toMatchObject({ type: 'home' });
  });

  test.each([
    ['an error', { status: 404 }, 'This app responded with Status Code 404.'],
    ['nothing in time', 'never', 'Operation timed out. Apps need to respond within 3 seconds.'],
  ] as const)('answered with %s tells that person', async (_, answer, text) => {
    await post('x', withButtons(button('Ok')));
    app.answer = () => answer;
    await app.slack.act('bob', { click: 'Ok' });
    expect(texts('bob')).toEqual(['x', text]);
    expect(texts('riya')).toEqual(['x']);
  });
});

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

describe('closing, Home and repeats', () => {
  test('a closed modal is told to an app that asked for it', async () => {
    await open('riya', [], { notify_on_close: true });
    await app.slack.act('riya', { close: true });
    expect(app.last.payload).toMatchObject({
      type: 'view_closed',
      is_cleared: false,
      user: { id: 'U0RIYA' },
      view: { callback_id: 'form' },
    });
    await open('riya', []);
    const before = app.received.length;
    expect(await app.slack.act('riya', { close: true })).toEqual({ status: 200, body: '', ms: 0 });
    expect(app.received).toHaveLength(before);
    await expect(app.slack.act('riya', { close: true })).rejects.toThrow('riya has no modal open');
  });

  test('clear_on_close takes the views below as well', async () => {
    await open('riya', []);
    await app.call('views.push', { trigger_id: await app.trigger(), view: modal([], { clear_on_close: true, notify_on_close: true }) });
    await app.slack.act('riya', { close: true });
    expect(app.last.payload.is_cleared).toBe(true);
    expect(app.slack.view('riya').modal).toBeNull();
  });

  test('an opened Home tab is an event', async () => {
    app.answer = async () => {
      await app.call('views.publish', { user_id: 'U0RIYA', view: { type: 'home', blocks: [{ type: 'divider' }] } });
      return undefined;
    };
    expect(await app.slack.act('riya', { home: true })).toMatchObject({ status: 200 });
    expect(app.last.signed).toBe(true);
    expect(app.last.headers['content-type']).toBe('application/json');
    expect(app.last.payload).toMatchObject({
      type: 'event_callback',
      team_id: 'T0INTERLOCK',
      api_app_id: 'A0INTERLOCK',
      event: { type: 'app_home_opened', user: 'U0RIYA', tab: 'home', channel: 'D0RIYA' },
      authorizations: [{ team_id: 'T0INTERLOCK', user_id: 'U0INTERLOCK', is_bot: true }],
    });
    expect(app.slack.view('riya').home).toMatchObject({ blocks: [{ type: 'divider' }] });
  });

  test('the last delivery comes again, with and without Slack’s retry headers (FC-01)', async () => {
    await expect(app.slack.act('riya', { again: true })).rejects.toThrow('riya has done nothing yet');
    await open('riya', [field('Name')]);
    await app.slack.act('riya', { submit: { Name: 'x' } });
    const { raw } = app.last;
    await app.slack.act('riya', { again: true, headers: { 'x-slack-retry-num': '1', 'x-slack-retry-reason': 'http_timeout' } });
    expect(app.last).toMatchObject({ raw, signed: true, headers: { 'x-slack-retry-num': '1' } });
    await app.slack.act('riya', { again: true });
    expect(app.last).toMatchObject({ raw, signed: true });
    expect(app.last.headers['x-slack-retry-num']).toBeUndefined();
  });

  test.each([
    ['nobody', { home: true }, 'there is no person "nobody" in this workspace'],
    ['U0INTERLOCK', { home: true }, 'there is no person "U0INTERLOCK"'],
    ['riya', {}, 'an action is one of'],
    ['riya', { close: 'yes' }, 'an action is one of'],
    ['riya', { submit: {} }, 'riya has no modal open'],
    ['riya', { command: 'x' }, 'a command starts with a slash, not "x"'],
    ['riya', { command: '/x', text: 7 }, '"text" is text'],
    ['riya', { command: '/x', channel: 'C0NONE' }, 'riya is in no channel "C0NONE"'],
  ])('%s can not do %j', async (user, action, message) => {
    await expect(app.slack.act(user, action)).rejects.toMatchObject({ name: 'ActError', message: expect.stringContaining(message) });
  });

  test('nobody sees through the eyes of somebody who is not there', () => {
    expect(() => app.slack.view('nobody')).toThrow('there is no person "nobody"');
  });
});

describe('response_url', () => {
  const respond = async (url: string, body: unknown) => {
    const response = await fetch(url, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) });
    return { status: response.status, ...((await response.json()) as object) };
  };
  const fromCommand = async () => {
    await app.slack.act('riya', { command: '/x' });
    return app.last.form.response_url as string;
  };

  test('answers the person alone, or the channel', async () => {
    const url = await fromCommand();
    expect(await respond(url, { text: 'for you' })).toEqual({ status: 200, ok: true });
    await respond(url, { text: 'for all', response_type: 'in_channel' });
    expect(texts('riya')).toEqual(['for you', 'for all']);
    expect(texts('bob')).toEqual(['for all']);
  });

  test('replaces or deletes the message that was clicked, an ephemeral one too', async () => {
    await app.call('chat.postEphemeral', { channel: CHANNEL, user: 'U0RIYA', text: 'old', blocks: withButtons(button('Ok')) });
    await app.slack.act('riya', { click: 'Ok' });
    const { response_url } = app.last.payload;
    await respond(response_url, { replace_original: true, text: 'new' });
    expect(texts('riya')).toEqual(['new']);
    await respond(response_url, { delete_original: true });
    expect(texts('riya')).toEqual([]);
  });

  test('is good five times, for thirty minutes, and refuses what Slack refuses', async () => {
    const url = await fromCommand();
    expect(await respond(url, '{')).toMatchObject({ status: 400, error: 'invalid_json' });
    expect(await respond(url, [])).toMatchObject({ status: 400, error: 'json_not_object' });
    expect(await respond(url, {})).toMatchObject({ status: 400, error: 'no_text' });
    await respond(url, { text: '4' });
    await respond(url, { text: '5' });
    expect(await respond(url, { text: '6' })).toMatchObject({ status: 404, error: 'used_url' });
    const later = await fromCommand();
    app.clock.advance(1_801);
    expect(await respond(later, { text: 'late' })).toMatchObject({ status: 404, error: 'expired_url' });
    expect(await respond(`${app.url}/response/else`, { text: 'x' })).toMatchObject({ status: 404, error: 'invalid_url' });
  });
});
