import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createFlow } from '../../src/aws/flow.ts';
import { Secret } from '../../src/secret.ts';

/** What Step Functions says to the calls to come: a status and an error's name. */
let answers: [status: number, error?: string][];
let called: number;
let server: Server;
const before = process.env.AWS_ENDPOINT_URL;

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume().on('end', () => {
      called += 1;
      const [status, error] = answers.shift() ?? [200];
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(error ? { __type: error } : {}));
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.env.AWS_ACCESS_KEY_ID = 'AKIAIOSFODNN7EXAMPLE';
  process.env.AWS_SECRET_ACCESS_KEY = 'x'.repeat(40);
});
beforeEach(() => {
  [answers, called] = [[], 0];
});
afterAll(async () => {
  if (before === undefined) delete process.env.AWS_ENDPOINT_URL;
  else process.env.AWS_ENDPOINT_URL = before;
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

const resume = () => createFlow('arn:aws:states:us-east-1:111122223333:stateMachine:x', 'us-east-1').resume(new Secret('token'), {});

describe('an answer to a waiting task', () => {
  it.each(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken'])('comes too late where Step Functions says %s', async (error) => {
    answers = [[400, error]];
    expect([await resume(), called]).toEqual([false, 1]);
  });

  it.each(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken'])(
    'has come where the second try, after one of which nobody knows, is told %s',
    async (error) => {
      answers = [[500], [400, error]];
      expect([await resume(), called]).toEqual([true, 2]);
    },
  );

  it('is no answer where Step Functions refuses it for anything else', async () => {
    answers = [[400, 'AccessDeniedException']];
    await expect(resume()).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});
