import { modal, mrkdwn, plainText, SlackApp } from '../helpers/slack-app.ts';

const CHANNEL = 'C0APPROVALS';

let app: SlackApp;
beforeEach(async () => {
  app = await SlackApp.start({
    channels: [
      { id: 'C0ELSEWHERE', name: 'elsewhere', members: ['riya'] },
      { id: 'C0OLD', name: 'old', members: ['riya', 'U0INTERLOCK'], is_archived: true },
      { id: 'G0SECRET', name: 'secret', members: ['bob'], is_private: true },
    ],
    groups: { S0OPS: ['alice', 'bob'] },
  });
});
afterEach(() => app.close());

/** The error that Slack answers, by name. */
const errorOf = async (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'none',
    (error) => error.data?.error ?? error.code,
  );

describe('messages', () => {
  test('a posted message is what everybody in the channel sees, as the app sent it', async () => {
    const text = 'a &lt;b&gt; &amp; c';
    const { ts, channel, message } = await app.client.chat.postMessage({
      channel: CHANNEL,
      text,
      blocks: [{ type: 'section', text: mrkdwn(text) }],
    });
    expect({ channel, user: message?.user, bot: message?.bot_id }).toEqual({ channel: CHANNEL, user: 'U0INTERLOCK', bot: 'B0INTERLOCK' });
    for (const user of ['riya', 'U0BOB']) {
      expect(app.slack.view(user).messages).toMatchObject([{ channel: CHANNEL, ts, text, ephemeral: false, blocks: [{ text: { text } }] }]);
    }
  });

  test('a message to a person opens the direct message with them, which nobody else sees', async () => {
    const { channel } = await app.client.chat.postMessage({ channel: 'U0RIYA', text: 'for you' });
    expect(channel).toBe('D0RIYA');
    expect((await app.client.conversations.open({ users: 'U0RIYA' })).channel?.id).toBe(channel);
    expect(app.slack.view('riya').messages).toHaveLength(1);
    expect(app.slack.view('alice').messages).toHaveLength(0);
  });

  test('a reply carries its thread', async () => {
    const { ts = '' } = await app.client.chat.postMessage({ channel: CHANNEL, text: 'first' });
    await app.client.chat.postMessage({ channel: CHANNEL, text: 'second', thread_ts: ts });
    expect(app.slack.view('bob').messages.map(({ text, thread_ts }) => ({ text, thread_ts }))).toEqual([
      { text: 'first', thread_ts: undefined },
      { text: 'second', thread_ts: ts },
    ]);
    expect(await errorOf(app.client.chat.postMessage({ channel: CHANNEL, text: 'x', thread_ts: '1.000001' }))).toBe('thread_not_found');
  });

  test('an update replaces the text and the blocks that it gives, and keeps the others', async () => {
    const { ts = '' } = await app.client.chat.postMessage({ channel: CHANNEL, text: 'a', blocks: [{ type: 'divider' }] });
    await app.client.chat.update({ channel: CHANNEL, ts, text: 'b' });
    expect(app.slack.view('bob').messages).toMatchObject([{ text: 'b', blocks: [{ type: 'divider' }], edited: { user: 'U0INTERLOCK' } }]);
    await app.client.chat.update({ channel: CHANNEL, ts, text: 'c', blocks: [] });
    expect(app.slack.view('bob').messages).toMatchObject([{ ts, text: 'c', blocks: [] }]);
  });

  test('a deleted message is gone', async () => {
    const { ts = '' } = await app.client.chat.postMessage({ channel: CHANNEL, text: 'a' });
    await app.client.chat.delete({ channel: CHANNEL, ts });
    expect(app.slack.view('bob').messages).toEqual([]);
    expect(await errorOf(app.client.chat.delete({ channel: CHANNEL, ts }))).toBe('message_not_found');
  });

  test('an ephemeral message is seen by one person and can be neither found nor changed', async () => {
    const { message_ts = '' } = await app.client.chat.postEphemeral({ channel: CHANNEL, user: 'U0RIYA', text: 'psst' });
    expect(app.slack.view('riya').messages).toMatchObject([{ text: 'psst', ephemeral: true }]);
    expect(app.slack.view('alice').messages).toEqual([]);
    expect(await errorOf(app.client.chat.update({ channel: CHANNEL, ts: message_ts, text: 'x' }))).toBe('message_not_found');
  });

  test('a permalink names channel and time', async () => {
    const { ts = '' } = await app.client.chat.postMessage({ channel: CHANNEL, text: 'a' });
    const { permalink } = await app.client.chat.getPermalink({ channel: CHANNEL, message_ts: ts });
    expect(permalink).toBe(`https://interlock-sandbox.slack.com/archives/${CHANNEL}/p${ts.replace('.', '')}`);
  });

  test('every message has a time of its own, in order', async () => {
    await Promise.all(['a', 'b', 'c', 'd'].map((text) => app.client.chat.postMessage({ channel: CHANNEL, text })));
    const times = app.slack.view('bob').messages.map(({ ts }) => ts);
    expect(app.slack.view('bob', 2).messages.map(({ ts }) => ts)).toEqual(times.slice(-2));
    expect(new Set(times).size).toBe(4);
    expect([...times].sort()).toEqual(times);
  });

  test.each([
    ['chat.postMessage', { text: 'x' }, 'invalid_arguments'],
    ['chat.postMessage', { channel: CHANNEL }, 'no_text'],
    ['chat.postMessage', { channel: CHANNEL, text: ' ', blocks: [] }, 'no_text'],
    ['chat.postMessage', { channel: CHANNEL, text: 7 }, 'invalid_arguments'],
    ['chat.postMessage', { channel: CHANNEL, text: 'x', blocks: 'x' }, 'invalid_blocks_format'],
    ['chat.postMessage', { channel: 'C0NOWHERE', text: 'x' }, 'channel_not_found'],
    ['chat.postMessage', { channel: 'U0NOBODY', text: 'x' }, 'channel_not_found'],
    ['chat.postMessage', { channel: 'C0ELSEWHERE', text: 'x' }, 'not_in_channel'],
    ['chat.postMessage', { channel: 'C0OLD', text: 'x' }, 'is_archived'],
    ['chat.postMessage', { channel: 'G0SECRET', text: 'x' }, 'channel_not_found'],
    ['chat.update', { channel: CHANNEL, ts: '1.000001', text: 'x' }, 'message_not_found'],
    ['chat.update', { channel: 'C0OLD', ts: '1.000001', text: 'x' }, 'is_inactive'],
    ['chat.update', { channel: 'U0RIYA', ts: '1.000001', text: 'x' }, 'channel_not_found'],
    ['chat.postEphemeral', { channel: CHANNEL, user: 'U0NOBODY', text: 'x' }, 'user_not_in_channel'],
    ['conversations.open', {}, 'users_list_not_supplied'],
    ['conversations.open', { users: 'U0NOBODY' }, 'user_not_found'],
    ['conversations.open', { users: 'U0RIYA,U0BOB' }, 'method_not_supported_for_channel_type'],
    ['conversations.info', { channel: 'G0SECRET' }, 'channel_not_found'],
    ['conversations.members', { channel: CHANNEL, cursor: 'x' }, 'invalid_cursor'],
    ['conversations.members', { channel: CHANNEL, limit: 0 }, 'invalid_limit'],
    ['users.info', { user: 'riya' }, 'user_not_found'],
    ['usergroups.users.list', { usergroup: 'S0NONE' }, 'no_such_subteam'],
    ['views.publish', { user_id: 'U0NOBODY', view: {} }, 'user_not_found'],
    ['views.update', { view: modal([]) }, 'invalid_arguments'],
    ['views.update', { view: modal([]), view_id: 'V1', external_id: 'e' }, 'invalid_arguments'],
    ['views.update', { view: modal([]), view_id: 'V1' }, 'not_found'],
    ['files.upload', {}, 'unknown_method'],
    ['constructor', {}, 'unknown_method'],
  ])('%s %j is answered with %s', async (method, args, error) => {
    expect(await app.call(method, args)).toMatchObject({ ok: false, error });
  });
});

describe('views', () => {
  const open = async (source = modal([], { callback_id: 'first' })) => {
    const { view } = await app.client.views.open({ trigger_id: await app.trigger(), view: source });
    return { id: view?.id ?? '', hash: view?.hash ?? '' };
  };

  test('a trigger opens one modal, within three seconds, for the person who gave it (FC-04)', async () => {
    const trigger_id = await app.trigger();
    const { view } = await app.client.views.open({ trigger_id, view: modal([]) });
    expect(app.slack.view('riya').modal).toMatchObject({ id: view?.id, hash: view?.hash, type: 'modal' });
    expect(app.slack.view('alice').modal).toBeNull();
    expect(await errorOf(app.client.views.open({ trigger_id, view: modal([]) }))).toBe('exchanged_trigger_id');

    const late = await app.trigger();
    app.clock.advance(3.1);
    expect(await errorOf(app.client.views.open({ trigger_id: late, view: modal([]) }))).toBe('expired_trigger_id');
    expect(await errorOf(app.client.views.open({ trigger_id: '1.2.abc', view: modal([]) }))).toBe('invalid_trigger_id');
    expect(await app.call('views.open', { view: modal([]) })).toMatchObject({
      error: 'invalid_arguments',
      response_metadata: { messages: ['[ERROR] invalid `trigger_id` [json-pointer:/trigger_id]'] },
    });
  });

  test('an update replaces the view by id and by external id, and a stale hash is refused', async () => {
    const view = await open(modal([], { external_id: 'mine' }));
    const updated = await app.client.views.update({
      view_id: view?.id,
      hash: view?.hash,
      view: modal([], { callback_id: 'second', external_id: 'mine' }),
    });
    expect(app.slack.view('riya').modal).toMatchObject({ id: view?.id, callback_id: 'second' });
    expect(updated.view?.hash).not.toBe(view?.hash);
    expect(await errorOf(app.client.views.update({ view_id: view?.id, hash: view?.hash, view: modal([]) }))).toBe('hash_conflict');
    await app.client.views.update({ external_id: 'mine', view: modal([], { callback_id: 'third' }) });
    expect(app.slack.view('riya').modal).toMatchObject({ callback_id: 'third' });
  });

  test('an external id is taken once', async () => {
    await open(modal([], { external_id: 'mine' }));
    expect(await errorOf(open(modal([], { external_id: 'mine' })))).toBe('duplicate_external_id');
  });

  test('a view that was closed is not found any more', async () => {
    const view = await open();
    await app.slack.act('riya', { close: true });
    expect(await errorOf(app.client.views.update({ view_id: view?.id, view: modal([]) }))).toBe('not_found');
    expect(await errorOf(app.client.views.push({ trigger_id: await app.trigger(), view: modal([]) }))).toBe('not_found');
  });

  test('a pushed view lies on the one below and names it', async () => {
    const view = await open();
    const pushed = await app.client.views.push({ trigger_id: await app.trigger(), view: modal([]) });
    expect(pushed.view).toMatchObject({ root_view_id: view?.id, previous_view_id: view?.id });
    expect(app.slack.view('riya').modal?.id).toBe(pushed.view?.id);
    await app.slack.act('riya', { close: true });
    expect(app.slack.view('riya').modal?.id).toBe(view?.id);
  });

  test('a Home tab is the one person’s and keeps its id', async () => {
    const publish = (text: string, hash?: string) =>
      app.client.views.publish({
        user_id: 'U0BOB',
        view: { type: 'home', blocks: [{ type: 'section', text: mrkdwn(text) }] },
        ...(hash && { hash }),
      });
    const first = await publish('one');
    const second = await publish('two', first.view?.hash);
    expect(second.view?.id).toBe(first.view?.id);
    expect(app.slack.view('bob').home).toMatchObject({ type: 'home', blocks: [{ text: { text: 'two' } }] });
    expect(app.slack.view('riya').home).toBeNull();
    expect(await errorOf(publish('three', first.view?.hash))).toBe('hash_conflict');
  });

  test('what was typed stays under the same block and action id, and goes with another', async () => {
    const field = (block_id: string) =>
      modal([{ type: 'input', block_id, label: plainText('Name'), element: { type: 'plain_text_input', action_id: 'a' } }]);
    const view = await open(field('one'));
    app.answer = () => ({ body: { response_action: 'errors', errors: { one: 'no' } } });
    await app.slack.act('riya', { submit: { Name: 'typed' } });
    await app.client.views.update({ view_id: view?.id, view: field('one') });
    expect(app.slack.view('riya').modal?.state.values).toMatchObject({ one: { a: { value: 'typed' } } });
    await app.client.views.update({ view_id: view?.id, view: field('two') });
    expect(app.slack.view('riya').modal?.state.values).toEqual({ two: { a: { type: 'plain_text_input', value: null } } });
  });
});

describe('who is there', () => {
  test('people have names and time zones, by the sandbox’s clock', async () => {
    const { user } = await app.client.users.info({ user: 'U0BOB' });
    expect(user).toMatchObject({
      id: 'U0BOB',
      name: 'bob',
      tz: 'Asia/Tokyo',
      tz_offset: 32_400,
      is_bot: false,
      is_restricted: false,
      deleted: false,
    });
    expect(user?.profile).toMatchObject({ display_name: 'bob', real_name: 'Bob Tanaka' });
    expect((await app.client.users.info({ user: 'U0MALLORY' })).user?.tz_offset).toBe(0);
    expect((await app.client.users.info({ user: 'U0INTERLOCK' })).user?.is_bot).toBe(true);
  });

  test('channels have members, a page at a time', async () => {
    const first = await app.client.conversations.members({ channel: CHANNEL, limit: 3 });
    const second = await app.client.conversations.members({
      channel: CHANNEL,
      limit: 3,
      cursor: first.response_metadata?.next_cursor ?? '',
    });
    expect([...(first.members ?? []), ...(second.members ?? [])]).toEqual(['U0INTERLOCK', 'U0RIYA', 'U0ALICE', 'U0BOB', 'U0MALLORY']);
    expect(second.response_metadata?.next_cursor).toBe('');
    expect((await app.client.conversations.info({ channel: CHANNEL })).channel).toMatchObject({
      id: CHANNEL,
      name: 's3-approvals',
      is_member: true,
    });
    expect((await app.client.conversations.info({ channel: 'C0ELSEWHERE' })).channel).toMatchObject({ is_member: false });
  });

  test('user groups, the team and the bot itself', async () => {
    expect((await app.client.usergroups.users.list({ usergroup: 'S0OPS' })).users).toEqual(['U0ALICE', 'U0BOB']);
    expect((await app.client.team.info()).team).toMatchObject({ id: 'T0INTERLOCK' });
    expect(await app.client.auth.test()).toMatchObject({ team_id: 'T0INTERLOCK', user_id: 'U0INTERLOCK', bot_id: 'B0INTERLOCK' });
  });

  test('people, channels and ids are what the options say', async () => {
    const other = await SlackApp.start({
      team: 'T1',
      bot: 'U1BOT',
      channel: 'C1',
      users: { riya: 'U1RIYA', zoe: { id: 'U1ZOE', is_restricted: true, in_channel: false } },
    });
    await other.client.chat.postMessage({ channel: 'C1', text: 'x' });
    expect(other.slack.view('riya').messages).toHaveLength(1);
    expect(other.slack.view('zoe').messages).toHaveLength(0);
    expect((await other.client.users.info({ user: 'U1RIYA' })).user).toMatchObject({ real_name: 'Riya Sen', team_id: 'T1' });
    expect((await other.client.users.info({ user: 'U1ZOE' })).user).toMatchObject({ is_restricted: true, tz: 'UTC' });
    await other.close();
  });
});
