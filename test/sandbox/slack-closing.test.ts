import { button, field, modal, SlackApp, withButtons } from '../helpers/slack-app.ts';

const CHANNEL = 'C0APPROVALS';

let app: SlackApp;
beforeEach(async () => {
  app = await SlackApp.start();
});
afterEach(() => app.close());

const open = async (user: string, blocks: unknown[], more: object = {}) =>
  app.call('views.open', { trigger_id: await app.trigger(user), view: modal(blocks, { callback_id: 'form', ...more }) });
const texts = (user: string) => app.slack.view(user).messages.map(({ text }) => text);

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
