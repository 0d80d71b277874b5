import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { FUNCTIONS, type FunctionName } from '../src/domain/names.ts';
import { COMPILED } from './helpers/compiled.ts';
import { packagedFiles, packagedTemplate, type Template } from './helpers/packaged.ts';

const FILES: Record<FunctionName, string> = {
  slack: 'slack',
  inspect: 'inspect',
  askApprover: 'ask-approver',
  elevate: 'elevate',
  holdWriters: 'hold-writers',
  planEmptying: 'plan-emptying',
  emptyRange: 'empty-range',
  tellProgress: 'tell-progress',
  deleteBucket: 'delete-bucket',
  changeGuard: 'change-guard',
  report: 'report',
  checkGuards: 'check-guards',
};

let template: Template;
let directory: string;
/** Stands for Secrets Manager, which some functions read when they are loaded, and refuses everything else. */
let aws: Server;
beforeAll(async () => {
  template = packagedTemplate();
  directory = mkdtempSync(join(tmpdir(), 'interlock-packaging-'));
  aws = createServer((request, response) => {
    const known = request.headers['x-amz-target'] === 'secretsmanager.GetSecretValue';
    response.writeHead(known ? 200 : 400, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(known ? { SecretString: 'for-the-test' } : { __type: 'AccessDeniedException', message: 'not here' }));
  });
  await new Promise<void>((ready) => aws.listen(0, '127.0.0.1', ready));
}, 60_000);
afterAll(async () => {
  rmSync(directory, { recursive: true });
  await new Promise((closed) => aws.close(closed));
});

/** Runs the packaging script; both outputs are in `text`. */
function pack(...args: string[]): { status: number | null; text: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/package.mjs', ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...COMPILED },
  });
  return { status, text: stdout + stderr };
}

/** Loads a bundle in a process of its own, as Lambda does, gives it an event, and says what came of it. */
async function invoke(
  name: FunctionName,
  event: unknown,
): Promise<{ loaded: boolean; answer?: unknown; error?: { name: string; message: string } }> {
  const root = join(directory, name);
  for (const [path, bytes] of Object.entries(packagedFiles(name))) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), bytes);
  }
  const program = `
    const { handler } = await import(${JSON.stringify(`${root}/handlers/${FILES[name]}.mjs`)});
    const context = { awsRequestId: 'r', functionName: 'f', getRemainingTimeInMillis: () => 5000 };
    const result = await handler(${JSON.stringify(event)}, context).then((answer) => ({ answer }), ({ name, message }) => ({ error: { name, message } }));
    process.stdout.write('\\n' + JSON.stringify({ loaded: typeof handler === 'function', ...result }));
    process.exit();`;
  const variables = template.Resources[`${name[0]?.toUpperCase()}${name.slice(1)}LambdaFunction`]?.Properties.Environment.Variables;
  const text = Object.fromEntries(
    Object.entries(variables).map(([key, value]) => [key, typeof value === 'string' ? value : 'arn:aws:kms:us-east-1:111122223333:key/k']),
  );
  const endpoint = `http://127.0.0.1:${(aws.address() as AddressInfo).port}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: root,
    env: {
      ...text,
      LAMBDA_TASK_ROOT: root,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'x',
      AWS_ENDPOINT_URL: endpoint,
      AWS_MAX_ATTEMPTS: '1',
      SLACK_API_URL: `${endpoint}/api/`,
    },
  });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (errors += chunk));
  await new Promise((closed) => child.on('close', closed));
  const last = output.split('\n').at(-1) ?? '';
  if (!last.startsWith('{')) throw new Error(`${name} did not answer:\n${output}${errors}`);
  return JSON.parse(last);
}

describe('a packaged function', () => {
  it.each(FUNCTIONS)('%s is one file, with the configuration beside it and nothing else', (name) => {
    expect(Object.keys(packagedFiles(name)).sort()).toEqual(['config/sandbox.yml', `handlers/${FILES[name]}.mjs`]);
  });

  it.each(FUNCTIONS)('%s holds nothing of the sandbox, and no policy evaluator', (name) => {
    const code = Buffer.from(packagedFiles(name)[`handlers/${FILES[name]}.mjs`] ?? []).toString();
    expect(code).not.toMatch(/iam-simulate|SANDBOX_|aws-local-stepfunctions|dynalite/);
  });

  it.each(FUNCTIONS)('%s stays under half a megabyte', (name) => {
    expect(statSync(`.serverless/${name}.zip`).size).toBeLessThan(500_000);
  });

  it.each(FUNCTIONS.filter((name) => name !== 'slack'))(
    '%s loads outside the repository in bare Node and refuses an event of no known shape (FC-56)',
    async (name) => {
      expect(await invoke(name, {})).toMatchObject({
        loaded: true,
        error: { name: expect.not.stringMatching(/^(?:TypeError|ReferenceError|SyntaxError|Error)$/) },
      });
    },
  );

  it('slack loads outside the repository in bare Node and refuses what Slack did not sign (FC-56)', async () => {
    const event = {
      version: '2.0',
      rawPath: '/slack/events',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'payload=%7B%7D',
      isBase64Encoded: false,
    };
    expect(await invoke('slack', event)).toMatchObject({ loaded: true, answer: { statusCode: 401 } });
  });
});

describe('packaging', () => {
  it('is skipped when nothing has changed', () => {
    const written = statSync('.serverless/slack.zip').mtimeMs;
    expect(pack()).toEqual({ status: 0, text: expect.stringMatching(/is up to date\n$/) });
    expect(statSync('.serverless/slack.zip').mtimeMs).toBe(written);
  });

  it('names the fault of a configuration, and leaves what was packaged before', () => {
    const file = join(directory, 'bad.yml');
    writeFileSync(file, readFileSync('config/sandbox.yml', 'utf8').replace('window: 8h', 'window: soon'));
    const out = join(directory, 'bad');
    mkdirSync(out);
    writeFileSync(join(out, 'before'), '');
    const { status, text } = pack('--config', file, '--out', out);
    expect(status).toBe(1);
    expect(text).toMatch(/bad\.yml:\d+: rules\[0\]\.window must be a number with its unit/);
    expect(text).not.toContain('    at ');
    expect(statSync(join(out, 'before')).size).toBe(0);
  });

  it.each([
    [[], 'name the stage'],
    [['--stage', 'No'], 'lower-case letters, digits and hyphens'],
    [['--stage', 'nowhere'], "nowhere.yml isn't there"],
  ])('is not begun by a deployment, nor anything taken away, with %j: in two lines', (args, why) => {
    for (const verb of ['deploy', 'remove']) {
      const { status, stderr } = spawnSync(process.execPath, ['scripts/deploy.mjs', verb, ...args], { encoding: 'utf8' });
      expect(status).toBe(2);
      expect(stderr).toContain(why);
      expect(stderr.split('\n')).toEqual([expect.stringMatching(`^${verb}: `), `hint: npm run ${verb} -- --stage prod`, '']);
    }
  });

  it('says when rules make more of a policy than IAM takes', () => {
    const file = join(directory, 'long.yml');
    const rules = Array.from(
      { length: 40 },
      (_, index) => `  - { buckets: only-this-${index}-*, approvers: [${index % 2 ? 'alice' : 'bob, alice'}], window: 1h }`,
    );
    writeFileSync(file, `${readFileSync('config/sandbox.yml', 'utf8').split('rules:')[0]}rules:\n${rules.join('\n')}\n`);
    const { status, text } = pack('--config', file, '--out', join(directory, 'long'));
    expect(status).toBe(1);
    expect(text).toMatch(/the permissions of interlock-sandbox-deletion has \d+ characters, and IAM takes 10240/);
  }, 60_000);

  it.each([
    [['--stage', 'Prod'], 2, '--stage Prod: lower-case letters'],
    [['--stage', 'none'], 1, "none.yml isn't there"],
    [['--colour'], 2, "Unknown option '--colour'"],
  ])('refuses %j', (args, status, text) => {
    expect(pack(...args)).toEqual({ status, text: expect.stringContaining(text) });
  });
});
