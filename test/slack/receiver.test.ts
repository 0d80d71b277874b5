import { createHmac } from 'node:crypto';
import { AwsLambdaReceiver } from '@slack/bolt';
import { WebClient } from '@slack/web-api';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { Secret } from '../../src/secret.ts';
import { guarded } from '../../src/slack/receiver.ts';

const SECRET = 'of this test';
const FORM = 'application/x-www-form-urlencoded';
const COMMAND = new URLSearchParams({
  command: '/delete-bucket',
  text: 'zażółć',
  team_id: 'T0INTERLOCK',
  api_app_id: 'A0INTERLOCK',
  user_id: 'U0RIYA',
}).toString();

/** What came to Bolt: nothing, where the event was answered before. */
let passedOn: { body: string; headers: Record<string, string>; isBase64Encoded: boolean }[];
let receive: ReturnType<typeof guarded>;
/** What people were told in the channel. */
let told: object[];
/** The workspaces of an organisation that Slack says somebody is in. */
let teams: string[] | undefined;

beforeEach(() => {
  passedOn = [];
  told = [];
  const bolt = new AwsLambdaReceiver({ signingSecret: SECRET });
  bolt.toHandler = () => async (event) => {
    passedOn.push(event as never);
    return { statusCode: 200, body: 'from Bolt' };
  };
  const client = new WebClient();
  client.chat.postEphemeral = async (message) => {
    told.push(message as object);
    return { ok: true };
  };
  teams = undefined;
  client.users.info = async () => {
    if (!teams) throw new Error('no answer');
    return { ok: true, user: { enterprise_user: { teams } } };
  };
  receive = guarded(bolt, new Secret(SECRET), client, { team: 'T0INTERLOCK', app: 'A0INTERLOCK' });
});

const sign = (body: string, timestamp: number) => `v0=${createHmac('sha256', SECRET).update(`v0:${timestamp}:${body}`).digest('hex')}`;

/** An event with a right signature over `body`, and whatever else is told. */
function signed(body: string, more: Partial<APIGatewayProxyEventV2> = {}, contentType = FORM): APIGatewayProxyEventV2 {
  const timestamp = Math.floor(Date.now() / 1000);
  const headers = {
    'content-type': contentType,
    'x-slack-request-timestamp': String(timestamp),
    'x-slack-signature': sign(body, timestamp),
  };
  return { rawPath: '/slack/events', headers, body, isBase64Encoded: false, ...more } as APIGatewayProxyEventV2;
}

const base64 = (body: string) => ({ body: Buffer.from(body).toString('base64'), isBase64Encoded: true });

describe('a delivery from Slack', () => {
  it.each([
    ['as text', {}],
    ['in base64 (FC-02)', base64(COMMAND)],
  ])('is checked over what Slack sent, and handled, %s', async (_, more) => {
    expect(await receive(signed(COMMAND, more))).toMatchObject({ statusCode: 200, body: 'from Bolt' });
    expect(passedOn).toMatchObject([{ body: COMMAND, isBase64Encoded: false }]);
  });

  it.each([
    ['as text', {}],
    ['in base64 (FC-02)', base64(COMMAND.replace('riya', 'alice').replace('RIYA', 'ALICE'))],
  ])('is 401, and nothing is done, when something else was signed, %s', async (_, more) => {
    const event = signed(`${COMMAND}&more=1`, { body: COMMAND, ...more });
    expect(await receive(event)).toEqual({ statusCode: 401, body: '' });
    expect(passedOn).toEqual([]);
  });

  it('is handled with its headers in any case', async () => {
    const event = signed(COMMAND);
    const headers = Object.fromEntries(
      Object.entries(event.headers).map(([name, value], index) => [
        index % 2 ? name.toUpperCase() : name.replace(/\b\w/g, (first) => first.toUpperCase()),
        value,
      ]),
    );
    expect(await receive({ ...event, headers })).toMatchObject({ statusCode: 200, body: 'from Bolt' });
  });

  it.each([
    ['without headers', { headers: undefined }],
    ['without a body', { body: undefined }],
    ['with a time that is no number', { headers: { 'x-slack-request-timestamp': 'now', 'x-slack-signature': sign(COMMAND, Number.NaN) } }],
    [
      'with an empty signature',
      { headers: { 'x-slack-request-timestamp': String(Math.floor(Date.now() / 1000)), 'x-slack-signature': '' } },
    ],
  ])('is 401 %s', async (_, more) => {
    expect(await receive(signed(COMMAND, more as object))).toEqual({ statusCode: 401, body: '' });
    expect(passedOn).toEqual([]);
  });

  it.each([
    ['its check of the address', 'ssl_check=1&token=x', FORM],
    ['its challenge', JSON.stringify({ type: 'url_verification', challenge: 'c' }), 'application/json'],
    ['with a charset', COMMAND, `${FORM}; charset=utf-8`],
  ])('is passed on, signed: %s', async (_, body, contentType) => {
    expect(await receive(signed(body, {}, contentType))).toMatchObject({ statusCode: 200 });
    expect(passedOn).toHaveLength(1);
  });

  it.each([
    ['bad JSON in a form', 'payload=%7B', FORM],
    ['bad JSON', '{', 'application/json'],
    ['no object', 'null', 'application/json'],
    ['something else', 'hello', 'text/plain'],
    ['a form that says it is text', 'payload=%7B%22type%22%3A%22block_actions%22%7D', 'text/plain'],
    ['a form of no type', COMMAND, ''],
  ])('is 400, signed: %s', async (_, body, contentType) => {
    expect(await receive(signed(body, {}, contentType))).toMatchObject({ statusCode: 400 });
    expect(passedOn).toEqual([]);
  });
});

describe('a click that Slack signed', () => {
  const OURS = { type: 'block_actions', api_app_id: 'A0INTERLOCK', team: { id: 'T0INTERLOCK' }, channel: { id: 'C0APPROVALS' } };
  const from = (payload: object) => receive(signed(new URLSearchParams({ payload: JSON.stringify(payload) }).toString()));

  it.each([
    ['the workspace', { user: { id: 'U0ALICE', team_id: 'T0INTERLOCK' } }],
    ['its organisation, which the payload names', { user: { id: 'U0ALICE', team_id: 'E0ORG' }, enterprise: { id: 'E0ORG', name: 'Org' } }],
    [
      'its organisation, which the workspace names',
      { user: { id: 'U0ALICE', team_id: 'E0ORG' }, team: { id: 'T0INTERLOCK', enterprise_id: 'E0ORG' } },
    ],
  ])('is handled, of a person of %s', async (_, more) => {
    expect(await from({ ...OURS, ...more })).toMatchObject({ statusCode: 200, body: 'from Bolt' });
    expect(told).toEqual([]);
  });

  it.each([
    ['a person of another workspace', { user: { id: 'U0ZOE', team_id: 'T0OTHER' } }],
    ['a person of another organisation', { user: { id: 'U0ZOE', team_id: 'E0OTHER' }, enterprise: { id: 'E0ORG' } }],
    ['a person of an organisation, where the workspace is in none', { user: { id: 'U0ZOE', team_id: 'E0OTHER' }, enterprise: null }],
    ['another workspace', { user: { id: 'U0ZOE' }, team: { id: 'T0OTHER', enterprise_id: 'E0ORG' } }],
    ['an installation for a whole organisation', { user: { id: 'U0ZOE' }, team: null, is_enterprise_install: true }],
  ])('is refused in words, and not handled, of %s', async (_, more) => {
    expect(await from({ ...OURS, ...more })).toEqual({ statusCode: 200, body: '' });
    expect(told).toEqual([{ channel: 'C0APPROVALS', user: 'U0ZOE', text: expect.stringContaining('set up for another workspace') }]);
    expect(passedOn).toEqual([]);
  });

  it('is handled of a person of several workspaces, whatever one the payload says, where Slack says that they are of this one too', async () => {
    const click = { ...OURS, user: { id: 'U0ZOE', team_id: 'T0OTHER' }, enterprise: { id: 'E0ORG' } };
    for (const none of [undefined, [], ['T0OTHER', 'T0THIRD']]) {
      teams = none;
      expect(await from(click)).toEqual({ statusCode: 200, body: '' });
    }
    teams = ['T0OTHER', 'T0INTERLOCK'];
    expect(await from({ ...click, enterprise: null })).toEqual({ statusCode: 200, body: '' });
    expect(passedOn).toEqual([]);
    expect(await from(click)).toMatchObject({ body: 'from Bolt' });
  });

  it('is refused of a stranger of a shared channel who bears the id of somebody here', async () => {
    teams = ['T0INTERLOCK', 'T0THIRD'];
    for (const team_id of ['T0OTHER', 'E0OTHER']) {
      expect(await from({ ...OURS, user: { id: 'U0ALICE', team_id }, enterprise: { id: 'E0ORG' } })).toEqual({ statusCode: 200, body: '' });
    }
    expect(passedOn).toEqual([]);
  });

  it('is nothing to us, of another app', async () => {
    expect(await from({ ...OURS, api_app_id: 'A0OTHER', user: { id: 'U0ZOE' } })).toEqual({ statusCode: 200, body: '' });
    expect([told, passedOn]).toEqual([[], []]);
  });

  it('is refused in the form, where it submits one', async () => {
    const view = { blocks: [{ type: 'section' }, { type: 'input', block_id: 'code' }] };
    const { body } = await from({ ...OURS, type: 'view_submission', user: { id: 'U0ZOE', team_id: 'T0OTHER' }, view });
    expect(JSON.parse(body ?? '')).toEqual({ response_action: 'errors', errors: { code: expect.stringContaining('another workspace') } });
    expect(passedOn).toEqual([]);
  });
});
