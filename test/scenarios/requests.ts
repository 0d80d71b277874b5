import { createHmac } from 'node:crypto';
import { CreateBucketCommand, HeadBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { sandbox } from '../helpers/shared.ts';
import { approve, ask, channelMessage, openModal, refusalOf, requestsIn, textOf, waiting } from '../helpers/story.ts';

const create = (bucket: string) => sandbox.s3().send(new CreateBucketCommand({ Bucket: bucket }));

/** Types a bucket into the modal; gives what the app answers. */
async function submit(by: string, values: object) {
  await openModal(sandbox, by, { command: '/delete-bucket', text: '' });
  const { body } = await sandbox.act(by, { submit: values });
  return body;
}

describe('asking', () => {
  it.each([
    ['a name', 'team-asked-0', 'team-asked-0'],
    ['an s3:// address', 's3://team-asked-1/logs/x', 'team-asked-1'],
    ['an ARN', 'arn:aws:s3:::team-asked-2', 'team-asked-2'],
    ['a console address', 'https://us-east-1.console.aws.amazon.com/s3/buckets/team-asked-3?region=us-east-1&tab=objects', 'team-asked-3'],
  ])('takes %s', async (_, typed, bucket) => {
    await create(bucket);
    const requestId = await ask(sandbox, typed);
    expect(textOf(await waiting(sandbox, requestId))).toContain(`\`${bucket}\``);
  });

  it.each([
    ['a name that no bucket has', { Bucket: 'No_Such Name', Reason: 'x' }, { bucket: expect.stringContaining('lower-case letters') }],
    ['a bucket that no rule names', { Bucket: 'orphan', Reason: 'x' }, { bucket: expect.stringContaining('No rule names who approves') }],
    ['a code for a reason', { Bucket: 'team-scratch', Reason: '138 502' }, { reason: expect.stringContaining('looks like an MFA code') }],
    ['a code for a bucket', { Bucket: '138502', Reason: 'x' }, { bucket: expect.stringContaining('looks like an MFA code') }],
    ['a reason of blanks', { Bucket: 'team-scratch', Reason: '   ' }, { reason: expect.stringContaining('Say why') }],
  ])('is refused below the input for %s', async (_, values, errors) => {
    expect(await submit('riya', values)).toMatchObject({ response_action: 'errors', errors });
  });

  it('is refused while another request for the bucket is open', async () => {
    await create('team-twice');
    const requestId = await ask(sandbox, 'team-twice');
    expect(await submit('mallory', { Bucket: 'team-twice', Reason: 'me too' })).toMatchObject({
      response_action: 'errors',
      errors: { bucket: expect.stringContaining(`${requestId} for this bucket is open already`) },
    });
  });

  it('shows what was typed literally, and pings nobody (FC-05)', async () => {
    await create('team-hostile');
    const requestId = await ask(sandbox, 'team-hostile', { reason: '<!channel> old <https://evil.example|prod-logs> a<b' });
    const message = textOf(await waiting(sandbox, requestId));
    expect(message).toContain('&lt;!channel&gt; old &lt;https://evil.example|prod-logs&gt; a&lt;b');
    expect(message).not.toContain('<!channel>');
    expect(message).not.toContain('<https://evil');
  });
});

describe('a bucket', () => {
  it('that isn’t there is refused with a sentence', async () => {
    expect(await refusalOf(sandbox, 'team-nowhere')).toContain('There is no bucket named team-nowhere');
  });

  it('that isn’t empty is refused with what it holds and what to do', async () => {
    expect(await refusalOf(sandbox, 'team-site')).toMatch(/not empty: it holds \d+ objects.*Empty it/);
    expect(await refusalOf(sandbox, 'team-logs')).toMatch(/not empty: it holds .*old versions? and \d+ delete markers?/);
  });

  it('that has an access point is refused with its name', async () => {
    expect(await refusalOf(sandbox, 'team-pointed')).toContain('an access point (“reports”)');
  });

  it('in another region is deleted there, and the message names the region (FC-43)', async () => {
    const bucket = 'team-frankfurt';
    const requestId = await ask(sandbox, bucket);
    expect(textOf(await waiting(sandbox, requestId))).toContain('eu-central-1');
    await approve(sandbox, requestId, bucket, 'alice');
    expect((await sandbox.ended(requestId)).status).toBe('SUCCEEDED');
    await expect(sandbox.s3(undefined, 'eu-central-1').send(new HeadBucketCommand({ Bucket: bucket }))).rejects.toMatchObject({
      name: 'NotFound',
    });
  });

  it('that is written to after it was shown goes back to the approver with the difference, the code unspent', async () => {
    await create('team-changing');
    const requestId = await ask(sandbox, 'team-changing');
    await waiting(sandbox, requestId);
    await sandbox.s3().send(new PutObjectCommand({ Bucket: 'team-changing', Key: 'late', Body: 'x' }));
    await approve(sandbox, requestId, 'team-changing', 'alice');
    await sandbox.ended(requestId);
    const outcome = textOf(channelMessage(await sandbox.see('riya'), sandbox.slack.channel, requestId));
    expect(outcome).toContain('not empty: it holds 1 object');
    const calls = await sandbox.calls();
    expect(calls.filter(({ principal, action }) => principal.endsWith(requestId) && action === 's3:DeleteBucket')).toHaveLength(0);
  });
});

describe('status', () => {
  it('lists my requests and those that wait for me; the Home tab shows the same', async () => {
    await create('team-listed');
    const requestId = await ask(sandbox, 'team-listed');
    await waiting(sandbox, requestId);
    const { body: mine } = await sandbox.act('riya', { command: '/delete-bucket', text: 'status' });
    expect(textOf(mine)).toContain(requestId);
    const { body: forMe } = await sandbox.act('alice', { command: '/delete-bucket', text: 'status' });
    expect(textOf(forMe)).toContain(requestId);
    const { body: none } = await sandbox.act('mallory', { command: '/delete-bucket', text: 'status' });
    expect(textOf(none)).not.toContain('team-listed');

    for (const user of ['riya', 'alice']) {
      await sandbox.act(user, { home: true });
      await sandbox.seen(user, ({ home }) => textOf(home).includes(requestId), 'the request in the Home tab');
    }
    await sandbox.act('mallory', { home: true });
    await sandbox.seen('mallory', ({ home }) => home && !textOf(home).includes('team-listed'), 'an empty Home tab');
  });

  it('is explained by help', async () => {
    const { body } = await sandbox.act('riya', { command: '/delete-bucket', text: 'help' });
    expect(textOf(body)).toContain('How it works');
  });
});

describe('what Slack didn’t sign', () => {
  const formOf = (team: string, app: string) =>
    `command=%2Fdelete-bucket&text=help&team_id=${team}&api_app_id=${app}&user_id=U0RIYA&trigger_id=1.2.3`;
  const form = formOf('T0INTERLOCK', 'A0INTERLOCK');
  const sign = (body: string, timestamp: number, secret = sandbox.slack.signingSecret) =>
    `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
  const post = (body: string, headers: Record<string, string>) =>
    fetch(sandbox.slack.requestUrl, { method: 'POST', body, headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers } });
  const seconds = async (shift = 0) => Math.floor((await sandbox.now()) / 1000) + shift;

  it('is answered as usual when it is signed', async () => {
    const timestamp = await seconds();
    const response = await post(form, { 'X-Slack-Request-Timestamp': String(timestamp), 'X-Slack-Signature': sign(form, timestamp) });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('How it works');
  });

  it.each([
    ['no signature', async () => ({})],
    [
      'another secret',
      async () => ({ 'x-slack-request-timestamp': String(await seconds()), 'x-slack-signature': sign(form, await seconds(), 'other') }),
    ],
    [
      'an old time',
      async () => ({ 'x-slack-request-timestamp': String(await seconds(-301)), 'x-slack-signature': sign(form, await seconds(-301)) }),
    ],
    [
      'a future time',
      async () => ({ 'x-slack-request-timestamp': String(await seconds(330)), 'x-slack-signature': sign(form, await seconds(330)) }),
    ],
    ['no time', async () => ({ 'x-slack-signature': sign(form, await seconds()) })],
  ])('is 401 with %s, and nothing happens', async (_, headers) => {
    const before = requestsIn(await sandbox.see('riya'));
    const response = await post(form, await headers());
    expect(response.status).toBe(401);
    expect(requestsIn(await sandbox.see('riya'))).toEqual(before);
  });

  it.each([
    ['another workspace', formOf('T0OTHER', 'A0INTERLOCK')],
    ['another app', formOf('T0INTERLOCK', 'A0OTHER')],
    ['an installation for a whole organisation', `${form}&is_enterprise_install=true`],
  ])('is answered in words, and nothing is done, when %s sends it, signed', async (_, body) => {
    const timestamp = await seconds();
    const response = await post(body, { 'x-slack-request-timestamp': String(timestamp), 'x-slack-signature': sign(body, timestamp) });
    expect({ status: response.status, body: await response.text() }).toEqual({
      status: 200,
      body: expect.stringContaining('set up for another workspace'),
    });
  });

  it('counts for nothing in a shared channel, clicked by a person of another workspace', async () => {
    const payload = {
      type: 'block_actions',
      api_app_id: 'A0INTERLOCK',
      team: { id: 'T0INTERLOCK' },
      user: { id: 'U0ALICE', team_id: 'T0OTHER' },
      actions: [{ action_id: 'approve', value: 'req-abcdefghij23' }],
    };
    const body = `payload=${encodeURIComponent(JSON.stringify(payload))}`;
    const timestamp = await seconds();
    const response = await post(body, { 'x-slack-request-timestamp': String(timestamp), 'x-slack-signature': sign(body, timestamp) });
    expect({ status: response.status, body: await response.text() }).toEqual({ status: 200, body: '' });
  });

  it('is 401 even for ssl_check and for bad JSON', async () => {
    expect((await post('ssl_check=1', {})).status).toBe(401);
    expect((await post('payload=%7B', {})).status).toBe(401);
  });
});

describe('more than three open requests', () => {
  it('of one person are refused, until one of them has ended', async () => {
    const names = ['team-many-1', 'team-many-2', 'team-many-3', 'team-many-4'];
    for (const name of names) await create(name);
    const by = 'bob';
    const first = await ask(sandbox, names[0] as string, { by });
    await ask(sandbox, names[1] as string, { by });
    await ask(sandbox, names[2] as string, { by });
    expect(await submit(by, { Bucket: names[3], Reason: 'x' })).toMatchObject({
      errors: { bucket: expect.stringContaining('3 open requests') },
    });
    await waiting(sandbox, first);
    const { ts } = await sandbox.seen(
      by,
      ({ messages }) => messages.find((one) => textOf(one).includes(first) && textOf(one).includes('Cancel')),
      'Cancel',
    );
    await sandbox.act(by, { click: 'Cancel request', ts });
    await sandbox.ended(first);
    await ask(sandbox, names[3] as string, { by });
  });
});
