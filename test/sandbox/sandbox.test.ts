import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { packagedTemplate } from '../helpers/packaged.ts';

const options = { port: 0, awsPort: 0, slackPort: 0, assumeRoleMfa: 'absent' } as const;

let dir: string;
let sandbox: Sandbox;

beforeAll(async () => {
  packagedTemplate();
  dir = mkdtempSync(path.join(tmpdir(), 'sandbox-'));
  writeFileSync(path.join(dir, 'mfa.json'), 'from before', { mode: 0o644 });
  sandbox = await startSandbox({ ...options, dir });
}, 60_000);

afterAll(async () => {
  await sandbox.close();
  rmSync(dir, { recursive: true });
});

const read = (name: string) => readFileSync(path.join(dir, name), 'utf8');
const mode = (name: string) => (statSync(path.join(dir, name)).mode & 0o777).toString(8);

async function http(method: string, where: string, body?: string): Promise<{ status: number; body: string }> {
  const response = await fetch(sandbox.urls.page + where, { method, ...(body === undefined ? {} : { body }) });
  return { status: response.status, body: await response.text() };
}

describe('what the sandbox leaves in its folder', () => {
  it('tells the addresses', () => {
    expect(JSON.parse(read('endpoints.json'))).toEqual(sandbox.urls);
    for (const url of Object.values(sandbox.urls)) expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it('holds long-term keys by profile, for the owner only', () => {
    const text = read('aws-credentials');
    expect([...text.matchAll(/^\[(.+)\]$/gm)].map(([, name]) => name)).toEqual(['root', 'admin', 'alice', 'bob']);
    expect(text.match(/^aws_access_key_id = AKIA\w{16}$/gm)).toHaveLength(4);
    expect(text.match(/^aws_secret_access_key = \S{40}$/gm)).toHaveLength(4);
    expect(['aws-credentials', 'mfa.json', 'slack.json'].map(mode)).toEqual(['600', '600', '600']);
  });

  it('holds a seed for each MFA device', () => {
    const serial = expect.stringMatching(/^arn:aws:iam::111122223333:mfa\//);
    const seed = expect.stringMatching(/^[A-Z2-7]{32,}$/);
    expect(JSON.parse(read('mfa.json'))).toEqual({ root: { serial, seed }, alice: { serial, seed }, bob: { serial, seed } });
  });

  it("tells Slack's secrets and people", () => {
    expect(JSON.parse(read('slack.json'))).toEqual({
      signingSecret: expect.stringMatching(/^[0-9a-f]{32}$/),
      botToken: expect.stringMatching(/^xoxb-/),
      requestUrl: `${sandbox.urls.page}/slack/events`,
      channel: 'C0APPROVALS',
      users: { riya: 'U0RIYA', alice: 'U0ALICE', bob: 'U0BOB', mallory: 'U0MALLORY' },
    });
  });

  it('is preceded by demo buckets', () => {
    expect(sandbox.aws.s3.list().map(({ name, region }) => `${name} ${region}`)).toEqual([
      'guarded-ledger us-east-1',
      'interlock-archive us-east-1',
      'locked-records us-east-1',
      'orphan us-east-1',
      'quick-draft us-east-1',
      'team-elsewhere us-east-1',
      'team-frankfurt eu-central-1',
      'team-logs us-east-1',
      'team-pointed us-east-1',
      'team-scratch us-east-1',
      'team-site us-east-1',
    ]);
  });
});

describe("the page's port", () => {
  it('says what is there', async () => {
    expect(await http('GET', '/')).toMatchObject({ status: 200, body: expect.stringContaining('POST /sandbox/clock') });
  });

  it.each([
    ['GET', '/nothing', undefined, 404, 'there is nothing at GET /nothing'],
    ['DELETE', '/sandbox/clock', undefined, 405, 'takes GET and POST'],
    ['GET', '/sandbox/slack/nobody', undefined, 404, 'there are riya, alice, bob, mallory'],
    ['POST', '/sandbox/slack/nobody', '{}', 404, 'there are riya, alice, bob, mallory'],
    ['POST', '/sandbox/slack/riya', '{', 400, 'the body is not JSON'],
    ['POST', '/sandbox/slack/riya', '[]', 400, 'must be a JSON object'],
    ['POST', '/sandbox/slack/riya', '{"click": "Fly"}', 400, 'sees no button'],
    ['GET', '/sandbox/flow/req-nothing', undefined, 404, 'there is no execution req-nothing'],
    ['GET', '/sandbox/slack/riya?newest=all', undefined, 400, 'newest must be a number of messages'],
    ['GET', '/sandbox/aws/calls?since=soon', undefined, 400, 'since must be a time'],
    ['GET', '/sandbox/%zz', undefined, 400, 'not properly encoded'],
    ['POST', '/sandbox/clock', '{"advance": -1}', 400, 'advance must be a number of seconds'],
    ['POST', '/sandbox/clock', '{"advance": "60"}', 400, 'advance must be a number of seconds'],
    ['POST', '/sandbox/clock', '{"advance": 1e99}', 400, 'advance must be a number of seconds'],
    ['POST', '/sandbox/clock', '{"advance": 1, "by": 2}', 400, 'there is no by here'],
    ['POST', '/sandbox/faults', '{"target": "elevat", "kind": "error"}', 400, 'a function (slack, inspect, askApprover, elevate'],
    ['POST', '/sandbox/faults', '{"target": "s3:DeleteBuckets", "kind": "error"}', 400, 'that the sandbox serves'],
    ['POST', '/sandbox/faults', '{"target": "lambda:InvokeFunction", "kind": "error"}', 400, 'that the sandbox serves'],
    ['POST', '/sandbox/faults', '{"target": "chat.shout", "kind": "error"}', 400, 'that the sandbox serves'],
    ['POST', '/sandbox/faults', '{"target": "s3:DeleteBucket", "kind": "error", "error": "not one"}', 400, 'error must be the name of an'],
    [
      'POST',
      '/sandbox/faults',
      '{"target": "s3:DeleteBucket", "kind": "slow", "error": "SlowDown"}',
      400,
      'error goes with the kind error',
    ],
    ['POST', '/sandbox/faults', '{"target": "elevate", "kind": "error", "error": "Mine"}', 400, 'error goes with the kind error'],
    ['POST', '/sandbox/faults', '{"target": "elevate", "kind": "boom"}', 400, 'kind must be one of throttle, error'],
    ['POST', '/sandbox/faults', '{"target": "elevate", "kind": "error", "times": 0}', 400, 'times must be a whole number'],
    ['POST', '/sandbox/faults', '{"target": "elevate", "kind": "error", "often": 1}', 400, 'there is no often here'],
    ['POST', '/sandbox/faults', 'x'.repeat(1024 * 1024 + 1), 413, 'a body may have'],
  ])('answers %s %s %s with a sentence', async (method, where, body, status, message) => {
    expect(await http(method, where, body)).toEqual({ status, body: expect.stringContaining(message) });
  });

  it('refuses a Host that is not its own', async () => {
    const { port } = new URL(sandbox.urls.page);
    const status = await new Promise((resolve, reject) => {
      const call = request(
        { host: '127.0.0.1', port, path: '/sandbox/slack/alice', headers: { host: `evil.example:${port}` } },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      );
      call.on('error', reject).end();
    });
    expect(status).toBe(403);
  });

  it.each([
    [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'script' }, 403],
    [{ 'sec-fetch-site': 'same-site', 'sec-fetch-dest': 'iframe' }, 403],
    [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'document' }, 200],
    [{ 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'empty' }, 200],
    [{ 'sec-fetch-site': 'none', 'sec-fetch-dest': 'document' }, 200],
  ])('what a browser sends with %j is answered with %i', async (headers, status) => {
    const answered = await new Promise<IncomingMessage>((resolve, reject) => {
      const call = request(`${sandbox.urls.page}/sandbox/clock`, { headers }, (response) => resolve(response.resume()));
      call.on('error', reject).end();
    });
    expect(answered.statusCode).toBe(status);
    expect(answered.headers['x-content-type-options']).toBe('nosniff');
  });

  it('moves the clock', async () => {
    const before = sandbox.clock.now();
    const { now } = JSON.parse((await http('POST', '/sandbox/clock', '{"advance": 3600}')).body);
    expect(Date.parse(now) - before).toBeGreaterThanOrEqual(3_600_000);
    expect(Date.parse(JSON.parse((await http('GET', '/sandbox/clock')).body).now)).toBeGreaterThanOrEqual(Date.parse(now));
  });

  it.each([
    ['{"target": "sts:AssumeRole", "kind": "throttle", "times": 2}', 'sts:AssumeRole'],
    ['{"target": "sts:TagSession", "kind": "error"}', 'sts:TagSession'],
    ['{"target": "s3:ListBucketVersions", "kind": "error", "error": "SlowDown"}', 's3:ListBucketVersions'],
    ['{"target": "s3:ListAccessPoints", "kind": "slow"}', 's3:ListAccessPoints'],
    ['{"target": "states:StartExecution", "kind": "error"}', 'states:StartExecution'],
    ['{"target": "chat.update", "kind": "error", "error": "message_not_found"}', 'chat.update'],
    ['{"target": "elevate", "kind": "crash-after"}', 'elevate'],
  ])('takes the fault %s, and clears it', async (fault, target) => {
    expect(await http('POST', '/sandbox/faults', fault)).toMatchObject({ status: 200 });
    expect(sandbox.faults.due(target)).toMatchObject(JSON.parse(fault.replace(/, "times": 2/, '')));
    expect(await http('POST', '/sandbox/faults', fault)).toMatchObject({ status: 200 });
    expect(await http('POST', '/sandbox/faults', '{"clear": true}')).toMatchObject({ status: 200 });
    expect(sandbox.faults.take(target)).toBeUndefined();
  });

  it('tells the calls since a time', async () => {
    const later = new Date(sandbox.clock.now() + 60_000).toISOString();
    expect(JSON.parse((await http('GET', `/sandbox/aws/calls?since=${later}`)).body)).toEqual([]);
    expect(JSON.parse((await http('GET', '/sandbox/aws/calls?since=0')).body)).toEqual(
      JSON.parse(JSON.stringify(sandbox.aws.calls.list())),
    );
  });

  it('refuses what Slack has not signed', async () => {
    expect(await http('POST', '/slack/events', '{}')).toMatchObject({ status: 401 });
  }, 20_000);
});
