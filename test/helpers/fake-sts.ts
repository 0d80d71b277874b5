/** An STS that says what it is told to, over HTTP, and remembers what it was asked for. For tests of what is made of its answers. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export const SESSION =
  '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2026-11-02T10:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>';

export const denied = (code: string, message: string) =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>1</RequestId></ErrorResponse>`;

export const WRONG = denied('AccessDenied', 'MultiFactorAuthentication failed with invalid MFA one time pass code. ');

/** `said`: its answer; it fails where that is empty. Both begin anew with each test. */
export function fakeSts(): { asked: URLSearchParams[]; said: string } {
  const sts = { asked: [] as URLSearchParams[], said: '' };
  const before = process.env.AWS_ENDPOINT_URL;
  let server: Server;
  beforeAll(async () => {
    server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      sts.asked.push(new URLSearchParams(body));
      response.writeHead(sts.said === '' ? 500 : sts.said === SESSION ? 200 : 403, { 'content-type': 'text/xml' }).end(sts.said);
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => Object.assign(sts, { asked: [], said: '' }));
  afterAll(async () => {
    if (before === undefined) delete process.env.AWS_ENDPOINT_URL;
    else process.env.AWS_ENDPOINT_URL = before;
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });
  return sts;
}
