import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { clientOptions, isPassing, nameOf, statusOf } from '../../src/aws/clients.ts';
import { SHORTEST_SESSION, takeSession } from '../../src/aws/mfa.ts';
import { Secret } from '../../src/secret.ts';
import { anApprover } from '../helpers/models.ts';

const CODE = '138502';
const KEY = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

let server: Server;
let received: string[] = [];
let answer: { status: number; body: string; ends?: 'whole' | 'silence' | 'reset' } = { status: 200, body: '' };
const before = process.env.AWS_ENDPOINT_URL;

/** An STS that answers whatever it is told to, to the end of it or not. */
beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    received.push(body);
    const { status, body: text, ends = 'whole' } = answer;
    response.writeHead(status, { 'content-type': 'text/xml' });
    if (ends === 'whole') response.end(text);
    else response.write(text, () => ends === 'reset' && response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  received = [];
});
afterAll(async () => {
  if (before === undefined) delete process.env.AWS_ENDPOINT_URL;
  else process.env.AWS_ENDPOINT_URL = before;
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const refusal = (code: string, message: string) =>
  `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code>` +
  `<Message>${message}</Message></Error><RequestId>0f</RequestId></ErrorResponse>`;

const take = (session: 'role' | 'user' = 'role', seconds = SHORTEST_SESSION) =>
  takeSession({
    approver: anApprover('alice', { session }),
    key: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: new Secret(KEY) },
    code: new Secret(CODE),
    region: 'us-east-1',
    requestId: 'req-abcdefghij23',
    bucket: 'team-scratch',
    deletionRoleArn: 'arn:aws:iam::111122223333:role/deletion',
    sessionPolicy: '{}',
    seconds,
  });

it.each(['role', 'user'] as const)('a session (%s) is asked for as long as it is to last', async (session) => {
  answer = { status: 500, body: '' };
  await take(session, 3600);
  await take(session);
  expect(received.map((sent) => new URLSearchParams(sent).get('DurationSeconds'))).toEqual(['3600', '900']);
});

it('a session is told with when it was given, by AWS’s clock', async () => {
  const credentials = '<AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>';
  const body = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>${credentials}<Expiration>2026-11-02T10:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`;
  answer = { status: 200, body };
  const given = await take('role', 3600);
  expect(JSON.parse('session' in given ? given.session.reveal() : '{}')).toMatchObject({
    givenAt: '2026-11-02T09:00:00.000Z',
    expiresAt: '2026-11-02T10:00:00.000Z',
  });
});

describe('a session of which the answer breaks off', () => {
  const given = '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>';

  it.each([
    ['a session', 200, given],
    ['a refusal', 403, refusal('AccessDenied', 'MultiFactorAuthentication failed').slice(0, -30)],
  ])('(%s) may have taken the code, and is no refusal of it', async (_, status, body) => {
    answer = { status, body, ends: 'reset' };
    expect(await take()).toEqual({ kind: 'answerLost' });
    expect(received).toHaveLength(1);
  });

  it('is waited for no longer than its client says, though it has begun', async () => {
    answer = { status: 200, body: given, ends: 'silence' };
    const sts = new STSClient({ ...clientOptions('us-east-1', 1, 30), credentials: { accessKeyId: 'AKIA', secretAccessKey: KEY } });
    const error = await sts.send(new GetSessionTokenCommand({})).catch((thrown: unknown) => thrown);
    sts.destroy();
    expect([nameOf(error), statusOf(error), isPassing(error)]).toEqual(['TimeoutError', undefined, true]);
  });
});

const ECHO = `1 validation error detected: Value '${CODE}\\' at 'tokenCode' failed to satisfy constraint: Member must have length less than or equal to 6`;

describe('a code that STS repeats in its answer', () => {
  it.each([
    ['a ValidationError', 400, refusal('ValidationError', ECHO), 'notAuthorized'],
    [
      'a refusal',
      403,
      refusal('AccessDenied', `MultiFactorAuthentication failed with invalid MFA one time pass code. ${CODE}`),
      'wrongCode',
    ],
    ["an error's name", 400, refusal(`Invalid${CODE}`, 'no'), 'notAuthorized'],
    ['a fault of its own', 500, refusal('InternalFailure', ECHO), 'answerLost'],
    ['text that is no XML', 400, `<<<${CODE}`, undefined],
    ['text in place of a session', 200, `{"TokenCode":"${CODE}"}`, undefined],
    ['a session without keys', 200, `<AssumeRoleResponse><Echo>${CODE}</Echo></AssumeRoleResponse>`, 'answerLost'],
  ])('(%s) is in nothing that goes on from there, nor is the key (FC-11)', async (_, status, body, kind) => {
    answer = { status, body };
    for (const session of ['role', 'user'] as const) {
      const result = await take(session);
      const shown = `${inspect(result, { depth: 9, showHidden: true })} ${JSON.stringify(result)}`;
      expect(shown).not.toContain(CODE);
      expect(shown).not.toContain(KEY);
      if (kind) expect(result.kind).toBe(kind);
      expect(result.kind).not.toBe('session');
    }
    expect(received.filter((sent) => sent.includes(`TokenCode=${CODE}`))).toHaveLength(2);
  });
});
