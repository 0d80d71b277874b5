import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { type Sandbox, startSandbox } from '../../sandbox/sandbox.ts';
import { packagedTemplate } from '../helpers/packaged.ts';
import { until } from '../helpers/until.ts';

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
    ['GET', '/sandbox/aws/calls?since=soon', undefined, 400, 'since must be a time'],
    ['GET', '/sandbox/%zz', undefined, 400, 'not properly encoded'],
    ['POST', '/sandbox/clock', '{"advance": -1}', 400, 'advance must be a number of seconds'],
    ['POST', '/sandbox/clock', '{"advance": "60"}', 400, 'advance must be a number of seconds'],
    ['POST', '/sandbox/clock', '{"advance": 1e99}', 400, 'advance must be a number of seconds'],
    ['POST', '/sandbox/clock', '{"advance": 1, "by": 2}', 400, 'there is no by here'],
    ['POST', '/sandbox/faults', '{"target": "elevat", "kind": "error"}', 400, 'a function (slack, inspect, askApprover, elevate'],
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

  it('moves the clock', async () => {
    const before = sandbox.clock.now();
    const { now } = JSON.parse((await http('POST', '/sandbox/clock', '{"advance": 3600}')).body);
    expect(Date.parse(now) - before).toBeGreaterThanOrEqual(3_600_000);
    expect(Date.parse(JSON.parse((await http('GET', '/sandbox/clock')).body).now)).toBeGreaterThanOrEqual(Date.parse(now));
  });

  it('takes faults and clears them', async () => {
    expect(await http('POST', '/sandbox/faults', '{"target": "sts:AssumeRole", "kind": "throttle", "times": 2}')).toMatchObject({
      status: 200,
    });
    expect(await http('POST', '/sandbox/faults', '{"clear": true}')).toMatchObject({ status: 200 });
    expect(sandbox.faults.take('sts:AssumeRole')).toBeUndefined();
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

describe('Step Functions on the wire', () => {
  const keysOf = (profile: string) => {
    const [, accessKeyId = '', secretAccessKey = ''] =
      new RegExp(`\\[${profile}\\]\naws_access_key_id = (\\S+)\naws_secret_access_key = (\\S+)`).exec(read('aws-credentials')) ?? [];
    return { accessKeyId, secretAccessKey };
  };
  const client = (profile = 'admin') =>
    new SFNClient({ endpoint: sandbox.urls.aws, region: 'us-east-1', credentials: keysOf(profile), maxAttempts: 1 });
  const machineArn = 'arn:aws:states:us-east-1:111122223333:stateMachine:interlock-sandbox-deletion';
  let sfn: SFNClient;

  beforeAll(() => {
    sfn = client();
  });

  it('lists and describes the machine', async () => {
    expect((await sfn.send(new ListStateMachinesCommand({}))).stateMachines).toEqual([
      { stateMachineArn: machineArn, name: 'interlock-sandbox-deletion', type: 'STANDARD', creationDate: expect.any(Date) },
    ]);
    const described = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn: machineArn }));
    expect(JSON.parse(described.definition ?? '')).toMatchObject({
      States: { Inspect: { Parameters: { FunctionName: 'interlock-sandbox-inspect' } } },
    });
    expect(described).toMatchObject({ status: 'ACTIVE', encryptionConfiguration: { type: 'CUSTOMER_MANAGED_KMS_KEY' } });
  });

  it('starts, describes, lists, stops and tells the history of an execution', async () => {
    const input = JSON.stringify({ request: {}, sealedRequest: 'nobody sealed this' });
    const { executionArn = '' } = await sfn.send(new StartExecutionCommand({ stateMachineArn: machineArn, name: 'req-wire', input }));
    expect(executionArn).toBe(`${machineArn.replace('stateMachine', 'execution')}:req-wire`);
    expect(await sfn.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({
      name: 'req-wire',
      input,
      stateMachineArn: machineArn,
    });
    const { stopDate } = await sfn.send(new StopExecutionCommand({ executionArn, error: 'Stopped', cause: 'a test' }));
    expect(stopDate).toBeInstanceOf(Date);
    const described = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    expect(described).toMatchObject({ status: 'ABORTED', error: 'Stopped', cause: 'a test' });
    expect((await sfn.send(new ListExecutionsCommand({ stateMachineArn: machineArn, statusFilter: 'ABORTED' }))).executions).toMatchObject([
      { name: 'req-wire' },
    ]);
    expect((await sfn.send(new ListExecutionsCommand({ stateMachineArn: machineArn, statusFilter: 'SUCCEEDED' }))).executions).toEqual([]);

    const first = await sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 2 }));
    expect(first.events?.map(({ id, type }) => [id, type])).toEqual([
      [1, 'ExecutionStarted'],
      [2, 'PassStateEntered'],
    ]);
    const next = await sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1, nextToken: first.nextToken }));
    expect(next.events?.[0]?.id).toBe(3);
    const last = await sfn.send(new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, includeExecutionData: false }));
    expect(last.events?.[0]).toMatchObject({ type: 'ExecutionAborted', executionAbortedEventDetails: { error: 'Stopped' } });
    expect(JSON.stringify(last.events)).not.toContain('nobody sealed this');

    const view = JSON.parse((await http('GET', '/sandbox/flow/req-wire')).body);
    expect(view).toMatchObject({
      name: 'req-wire',
      executionArn,
      status: 'ABORTED',
      states: [{ name: 'Begin', type: 'Pass', enteredAt: expect.any(String) }, {}],
    });
    expect(JSON.parse((await http('GET', `/sandbox/flow/${executionArn}`)).body)).toEqual(view);
    // The rule for executions that ended badly.
    await until(() => sandbox.aws.calls.list().some(({ principal }) => principal.includes('/interlock-sandbox-report')));
  }, 20_000);

  it('knows no token that it did not give', async () => {
    const taskToken = 'made up';
    for (const command of [
      new SendTaskSuccessCommand({ taskToken, output: '{}' }),
      new SendTaskFailureCommand({ taskToken }),
      new SendTaskHeartbeatCommand({ taskToken }),
    ]) {
      await expect(sfn.send(command as SendTaskSuccessCommand)).rejects.toMatchObject({ name: 'InvalidToken' });
    }
  });

  it('names what is not there', async () => {
    await expect(sfn.send(new DescribeExecutionCommand({ executionArn: `${machineArn}:x` }))).rejects.toMatchObject({
      name: 'ExecutionDoesNotExist',
    });
    await expect(sfn.send(new StartExecutionCommand({ stateMachineArn: `${machineArn}x` }))).rejects.toMatchObject({
      name: 'StateMachineDoesNotExist',
    });
    await expect(sfn.send(new ListExecutionsCommand({ stateMachineArn: machineArn, nextToken: '!' }))).rejects.toMatchObject({
      name: 'InvalidToken',
    });
  });

  it("asks IAM: an approver's key alone may nothing", async () => {
    await expect(client('alice').send(new ListStateMachinesCommand({}))).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});

describe('starting the sandbox', () => {
  it.each([
    ['port', 'SANDBOX_PORT'],
    ['awsPort', 'SANDBOX_AWS_PORT'],
    ['slackPort', 'SANDBOX_SLACK_PORT'],
  ])('names the taken %s and its variable', async (which, variable) => {
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
    const { port } = squatter.address() as { port: number };
    const other = mkdtempSync(path.join(tmpdir(), 'sandbox-'));
    try {
      await expect(startSandbox({ ...options, dir: other, [which]: port })).rejects.toThrow(
        `port ${port} is taken; set ${variable} to another one`,
      );
    } finally {
      squatter.close();
      rmSync(other, { recursive: true });
    }
  });

  it('packages the stack anew with another configuration', async () => {
    const other = mkdtempSync(path.join(tmpdir(), 'sandbox-'));
    const config = path.join(other, 'mine.yml');
    writeFileSync(config, readFileSync('config/sandbox.yml', 'utf8').replace('team-*', 'project-*'));
    const mine = await startSandbox({ ...options, dir: path.join(other, 'dir'), config });
    try {
      const [{ root = '' } = {}] = mine.functions.list();
      expect(readFileSync(path.join(root, 'config/sandbox.yml'), 'utf8')).toContain('project-*');
      expect(JSON.stringify(mine.aws.iam.roles.get('interlock-sandbox-deletion')?.policies)).toContain('arn:aws:s3:::project-*');
    } finally {
      await mine.close();
      rmSync(other, { recursive: true });
    }
  }, 60_000);

  it.each([
    [{ SANDBOX_PORT: '99999' }, 'SANDBOX_PORT is "99999"; it must be a port'],
    [{ SANDBOX_AWS_PORT: 'abc' }, 'SANDBOX_AWS_PORT is "abc"; it must be a port'],
    [{ SANDBOX_ASSUME_ROLE_MFA: 'maybe' }, 'SANDBOX_ASSUME_ROLE_MFA is "maybe"; it may be absent, false or true'],
    [{ SANDBOX_CONFIG: 'nowhere.yml' }, "nowhere.yml can't be read (ENOENT)"],
  ])(
    'says what is wrong with %j',
    async (env, message) => {
      const { code, output } = await main({ SANDBOX_DIR: dir, ...env });
      expect(output).toContain(message);
      expect(output).not.toMatch(/^ +at /m);
      expect(code).toBe(1);
    },
    20_000,
  );

  it('serves until it is told to stop, and ends well', async () => {
    const other = mkdtempSync(path.join(tmpdir(), 'sandbox-'));
    const { code, output } = await main(
      { SANDBOX_PORT: '0', SANDBOX_AWS_PORT: '0', SANDBOX_SLACK_PORT: '0', SANDBOX_DIR: other },
      'SIGINT',
    );
    rmSync(other, { recursive: true });
    expect(output).toMatch(/^ready$/m);
    expect(code).toBe(0);
  }, 20_000);
});

/** `node sandbox/main.ts`; once ready, it is sent the signal. */
async function main(env: Record<string, string>, signal?: NodeJS.Signals): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ['sandbox/main.ts'], { env: { PATH: process.env.PATH, ...env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
      if (signal && /^ready$/m.test(output)) child.kill(signal);
    });
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output };
}
