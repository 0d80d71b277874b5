import { request } from 'node:http';
import { BOT_TOKEN, modal, SlackApp } from '../helpers/slack-app.ts';

const CHANNEL = 'C0APPROVALS';
const FORM = 'application/x-www-form-urlencoded';

let app: SlackApp;
beforeEach(async () => {
  app = await SlackApp.start();
});
afterEach(() => app.close());

/** The error that Slack answers, by name. */
const errorOf = async (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'none',
    (error) => error.data?.error ?? error.code,
  );

describe('the wire', () => {
  const post = async (headers: Record<string, string>, body: string, method = 'chat.postMessage') =>
    fetch(`${app.url}/api/${method}`, { method: 'POST', headers, body });
  const authorization = `Bearer ${BOT_TOKEN}`;

  test.each([
    ['no token', {}, '{}', 'application/json', 'not_authed'],
    ['a wrong token', { authorization: 'Bearer xoxb-wrong' }, '{}', 'application/json', 'invalid_auth'],
    ['JSON that is none', { authorization }, '{', 'application/json', 'invalid_json'],
    ['JSON that is no object', { authorization }, '[]', 'application/json', 'json_not_object'],
    ['a form with bad JSON in it', { authorization }, 'blocks=%5B', FORM, 'invalid_blocks_format'],
    ['a view that is no JSON', { authorization }, 'view=x', FORM, 'invalid_arguments'],
    ['another content type', { authorization }, 'x', 'text/xml', 'invalid_post_type'],
  ])('%s is refused with HTTP 200', async (_, headers, body, type, error) => {
    const response = await post({ ...(headers as Record<string, string>), 'content-type': type }, body);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ ok: false, error });
  });

  test('a form may carry the token itself, and its blocks as JSON', async () => {
    const body = new URLSearchParams({ token: BOT_TOKEN, channel: CHANNEL, text: 'x', blocks: '[{"type":"divider"}]' });
    expect(await (await post({ 'content-type': FORM }, body.toString())).json()).toMatchObject({ ok: true });
  });

  test('a scope that the token lacks is named', async () => {
    const narrow = await SlackApp.start({
      scopes: ['chat:write'],
      channels: [{ id: 'G0SECRET', name: 'secret', members: ['U0INTERLOCK'], is_private: true }],
    });
    await narrow.client.chat.postMessage({ channel: CHANNEL, text: 'x' });
    expect(await narrow.call('users.info', { user: 'U0RIYA' })).toEqual({
      ok: false,
      error: 'missing_scope',
      needed: 'users:read',
      provided: 'chat:write',
    });
    expect(await narrow.call('conversations.members', { channel: 'C0APPROVALS' })).toMatchObject({ needed: 'channels:read' });
    expect(await narrow.call('conversations.members', { channel: 'G0SECRET' })).toMatchObject({ needed: 'groups:read' });
    await narrow.close();
  });

  test('a body of more than a megabyte, another method, another path, another host', async () => {
    expect((await post({ authorization, 'content-type': 'application/json' }, 'x'.repeat(1_000_001))).status).toBe(413);
    expect((await fetch(`${app.url}/api/auth.test`, { method: 'DELETE' })).status).toBe(405);
    expect((await fetch(`${app.url}/else`)).status).toBe(404);
    const status = await new Promise((resolve, reject) => {
      request(`${app.url}/api/auth.test`, { headers: { host: 'slack.example' } }, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });
    expect(status).toBe(421);
  });

  test('the log tells each call, without what was said', async () => {
    const heard: string[] = [];
    const stop = app.slack.log.on(({ method }) => heard.push(method));
    await app.client.chat.postMessage({ channel: CHANNEL, text: 'secret words' });
    await app.client.views.open({ trigger_id: await app.trigger(), view: modal([]) });
    stop();
    await errorOf(app.client.chat.update({ channel: CHANNEL, ts: '1.000001', text: 'x' }));
    expect(heard).toEqual(['chat.postMessage', 'views.open']);
    expect(app.slack.log.list()).toMatchObject([
      { method: 'chat.postMessage', channel: CHANNEL, ok: true },
      { method: 'views.open', user: 'U0RIYA', ok: true },
      { method: 'chat.update', channel: CHANNEL, ok: false, error: 'message_not_found' },
    ]);
    expect(JSON.stringify(app.slack.log.list())).not.toContain('secret words');
  });
});

describe('faults', () => {
  const posted = () => app.client.chat.postMessage({ channel: CHANNEL, text: 'x' });
  const seen = () => app.slack.view('bob').messages.length;

  test('throttle: 429 with Retry-After, once', async () => {
    app.faults.add({ target: 'chat.postMessage', kind: 'throttle', times: 1 });
    await expect(posted()).rejects.toMatchObject({ code: 'slack_webapi_rate_limited_error', retryAfter: 30 });
    expect(seen()).toBe(0);
    await posted();
    expect(seen()).toBe(1);
  });

  test('error: HTTP 500, or the error that was asked for', async () => {
    app.faults.add({ target: 'chat.postMessage', kind: 'error', times: 1 });
    await expect(posted()).rejects.toMatchObject({ code: 'slack_webapi_http_error', statusCode: 500 });
    app.faults.add({ target: 'chat.postMessage', kind: 'error', error: 'channel_not_found', times: 1 });
    expect(await errorOf(posted())).toBe('channel_not_found');
    expect(seen()).toBe(0);
  });

  test.each([
    ['lost-answer', 1],
    ['crash-after', 1],
    ['crash-before', 0],
  ] as const)('%s: the connection breaks; %i message is there', async (kind, there) => {
    app.faults.add({ target: 'chat.postMessage', kind, times: 1 });
    await expect(posted()).rejects.toMatchObject({ code: 'slack_webapi_request_error' });
    expect(seen()).toBe(there);
  });

  test('slow: done at once, answered late', async () => {
    app.faults.add({ target: 'chat.postMessage', kind: 'slow', times: 1 });
    const start = performance.now();
    await posted();
    expect(performance.now() - start).toBeGreaterThanOrEqual(240);
  });

  test('a fault is for its method alone', async () => {
    app.faults.add({ target: 'chat.update', kind: 'throttle', times: 1 });
    await posted();
    expect(seen()).toBe(1);
  });
});
