import { HttpApi } from '../../sandbox/api.ts';
import { Clock } from '../../sandbox/clock.ts';
import type { Request } from '../../sandbox/http.ts';
import { Permissions } from '../../sandbox/permissions.ts';

const ARN = 'arn:aws:lambda:us-east-1:111122223333:function:interlock-test-slack';

function api() {
  const permissions = new Permissions();
  permissions.add({ functionArn: ARN, principal: 'apigateway.amazonaws.com' });
  const made = new HttpApi('sandbox1', {
    clock: new Clock(),
    account: '111122223333',
    region: 'us-east-1',
    permissions,
    invoke: async () => ({ statusCode: 200, body: 'done' }),
  });
  made.addRoute('POST /slack/events', ARN);
  return made;
}

const request = {
  method: 'POST',
  path: '/slack/events',
  rawPath: '/slack/events',
  rawQuery: '',
  query: new URLSearchParams(),
  headers: {},
  body: Buffer.alloc(0),
  sourceIp: '127.0.0.1',
} as Request;

describe('an HTTP API of the sandbox', () => {
  it('takes as many requests at once as its stage says, and no more until time has passed', async () => {
    const throttled = api();
    throttled.throttle(3, 0.001);
    const answers = await Promise.all(Array.from({ length: 4 }, () => throttled.answer(request)));
    expect(answers.map((answer) => answer?.status)).toEqual([200, 200, 200, 429]);
    expect(JSON.parse(String(answers[3]?.body))).toEqual({ message: 'Too Many Requests' });
  });

  it('takes all that comes where its stage says nothing', async () => {
    const free = api();
    const answers = await Promise.all(Array.from({ length: 50 }, () => free.answer(request)));
    expect(new Set(answers.map((answer) => answer?.status))).toEqual(new Set([200]));
  });

  it('has an answer for its routes alone', async () => {
    expect(await api().answer({ ...request, path: '/elsewhere' })).toBeUndefined();
  });
});
