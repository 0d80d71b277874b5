import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { button, modal, mrkdwn, option, plainText, SlackApp, withButtons } from '../helpers/slack-app.ts';

const CHANNEL = 'C0APPROVALS';

let app: SlackApp;
beforeEach(async () => {
  app = await SlackApp.start();
});
afterEach(() => app.close());

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

  test('goes to the very button that is named by block and action, where several have its text', async () => {
    const blocks = ['one', 'two'].map((id) => ({
      type: 'actions',
      block_id: id,
      elements: [button('Go', { action_id: 'left', value: 'left' }), button('Go', { action_id: 'right', value: 'right' })],
    }));
    const { ts } = await post('x', blocks);
    const clicked = async (where: object) => {
      await app.slack.act('alice', { click: 'Go', ts, ...where });
      return app.last.payload.actions;
    };
    expect(await clicked({ block_id: 'one', action_id: 'left' })).toMatchObject([{ block_id: 'one', action_id: 'left', value: 'left' }]);
    expect(await clicked({ action_id: 'left' })).toMatchObject([{ block_id: 'two', action_id: 'left' }]);
    expect(await clicked({})).toMatchObject([{ block_id: 'two', action_id: 'right' }]);
    await expect(clicked({ block_id: 'three' })).rejects.toThrow(`alice sees no button "Go" on ${ts} with block_id three; there is: none`);
    await expect(clicked({ action_id: 3 })).rejects.toThrow('"action_id" is text');
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
