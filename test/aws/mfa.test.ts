import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { SHORTEST_SESSION, takeSession } from '../../src/aws/mfa.ts';
import { Secret } from '../../src/secret.ts';
import { anApprover } from '../helpers/models.ts';

const CODE = '138502';
const KEY = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

let server: Server;
let received: string[] = [];
let answer = { status: 200, body: '' };
const before = process.env.AWS_ENDPOINT_URL;

/** An STS that answers whatever it is told to. */
beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    received.push(body);
    response.writeHead(answer.status, { 'content-type': 'text/xml' }).end(answer.body);
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
