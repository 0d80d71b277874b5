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

beforeEach(() => {
  passedOn = [];
  const bolt = new AwsLambdaReceiver({ signingSecret: SECRET });
  bolt.toHandler = () => async (event) => {
    passedOn.push(event as never);
    return { statusCode: 200, body: 'from Bolt' };
  };
  receive = guarded(bolt, new Secret(SECRET), new WebClient(), { team: 'T0INTERLOCK', app: 'A0INTERLOCK' });
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
  ])('is 400, signed: %s', async (_, body, contentType) => {
    expect(await receive(signed(body, {}, contentType))).toMatchObject({ statusCode: 400 });
    expect(passedOn).toEqual([]);
  });
});
