import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:net';
import { guardFor, type Level } from '../src/domain/guard.ts';
import { interlock, type Ran } from './helpers/command.ts';
import { ACCOUNT, ALLOW_ALL, type Keys, policy, type Running, SEED, startAws } from './helpers/sandbox-aws.ts';

const arn = (rest: string) => `arn:aws:iam::${ACCOUNT}:${rest}`;
const BOB = arn('user/interlock-bob');
const OPS = arn('role/ops');
const SAFE = arn('role/safe');

let run: Running;
let admin: Keys;
let silent: Server;
let hung: Promise<Ran>;
beforeAll(async () => {
  run = await startAws();
  admin = run.user('admin', ALLOW_ALL);
  for (const user of ['interlock-alice', 'interlock-bob']) {
    run.user(user);
    run.aws.iam.createMfaDevice({ user, serial: arn(`mfa/${user}`), seed: SEED });
  }
  const takes = { Sid: 'Takes', Effect: 'Allow', Principal: { AWS: arn('root') }, Action: ['sts:AssumeRole', 'sts:SetSourceIdentity'] };
  const Condition = {
    Bool: { 'aws:MultiFactorAuthPresent': 'true' },
    StringEquals: { 'sts:SourceIdentity': '${aws:username}' },
  };
  for (const [name, more] of Object.entries({ ops: {}, safe: { Condition } })) {
    run.aws.iam.createRole({ name, trust: policy({ ...takes, ...more }), policies: [{ name: 'all', document: ALLOW_ALL }] });
  }
  // It takes what is sent and never answers; asked while the other tests run, since giving up takes a while.
  silent = createServer(() => {}).listen(0, '127.0.0.1');
  await new Promise((resolve) => silent.once('listening', resolve));
  hung = guard(`check team-x --principal ${BOB}`, undefined, `http://127.0.0.1:${(silent.address() as { port: number }).port}`);
});
afterAll(async () => {
  silent.close();
  await run.close();
  expect(run.aws.problems).toEqual([]);
});

const environment = (url = run.url) => ({
  AWS_ENDPOINT_URL: url,
  AWS_ACCESS_KEY_ID: admin.accessKeyId,
  AWS_SECRET_ACCESS_KEY: admin.secretAccessKey,
});
const guard = (args: string, answer?: (asked: number) => string, url?: string) =>
  interlock(['guard', ...args.split(' ')], environment(url), answer);
const guardOn = (bucket: string, level: Level): Record<string, unknown>[] =>
  guardFor({ bucket, level, principals: [BOB], approvers: [] }).statements.map((one) => ({ ...one }));
function bucket(name: string, ...statements: object[]): string {
  run.aws.s3.createBucket({ name });
  if (statements.length > 0) run.aws.s3.setPolicy(name, policy(...statements));
  return name;
}
const textOf = (name: string) => run.aws.s3.get(name).policy?.text;

describe('interlock guard for a role of somebody else', () => {
  it('refuses one that is taken without a code, and says so of a guard that is there', async () => {
    const statements = guardFor({ bucket: 'team-ops', level: 'basic', principals: [OPS], approvers: ['interlock-alice'] }).statements;
    bucket('team-ops', ...statements);
    const whose = `--level basic --principal ${OPS} --approver interlock-alice`;
    const fault = `${OPS} can be taken without a code, or in another's name, by statement “Takes” of its trust`;
    const checked = await guard(`check team-ops ${whose}`);
    expect(checked).toMatchObject({ status: 1, stdout: expect.stringContaining(`  weakened: ${fault}`) });
    expect(checked.stdout).not.toContain('with a code');
    const applied = await guard(`apply ${bucket('team-bare')} ${whose} --yes`);
    expect(applied).toMatchObject({ status: 1, stderr: expect.stringContaining(fault) });
    expect(textOf('team-bare')).toBeUndefined();
  });

  it('lets one through whose trust asks for a code and for the own name', async () => {
    const { stdout, status } = await guard(`apply ${bucket('team-safe')} --principal ${SAFE} --approver interlock-alice --yes`);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: expect.stringContaining(`${SAFE} in a session of interlock-alice, with a code`),
    });
  });
});

describe('interlock guard where statements lost their names', () => {
  it('checks and takes off the guard of whoever is named, and says what denies the deletion where nobody is', async () => {
    const name = bucket('team-nameless', ...guardOn('team-nameless', 'basic').map(({ Sid: _, ...one }) => one));
    expect(await guard(`remove ${name} --yes`)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/no guard is known here.*\n {2}Statement number 1 .* may deny the deletion.*--principal/s),
    });
    expect(await guard(`check ${name} --level basic --principal ${BOB}`)).toMatchObject({ status: 0 });
    expect(await guard(`remove ${name} --principal ${BOB} --yes`)).toMatchObject({ status: 0, stdout: `${name}: the guard is off\n` });
    expect(textOf(name)).toBeUndefined();
  });

  it('calls a basic guard with one action more no hardened one', async () => {
    const [first, second] = guardOn('team-wide', 'basic');
    const name = bucket('team-wide', { ...first }, { ...second, Action: ['s3:DeleteBucket', 's3:PutBucketPolicy'] });
    const { stdout } = await guard(`check ${name} --level basic --principal ${BOB}`);
    expect(stdout).toContain(`${name}: the guard is whole: basic; ${BOB}, with a code`);
  });
});

describe('interlock guard where others write while the question stands', () => {
  const late = (name: string) => ({
    Sid: 'Late',
    Effect: 'Deny',
    NotPrincipal: { AWS: [arn('root')] },
    Action: 's3:DeleteBucket',
    Resource: `arn:aws:s3:::${name}`,
  });

  it.each([
    ['writes what was shown then, and agreed to', 'y', 0],
    ['leaves it as it is where that is not wanted', 'n', 1],
  ])('%s', async (_, second, status) => {
    const name = bucket(`team-race-${second}`);
    const ran = await guard(`apply ${name} --level basic --principal ${BOB}`, (asked) => {
      if (asked === 1) run.aws.s3.setPolicy(name, policy(late(name)));
      return asked === 1 ? 'y' : second;
    });
    expect(ran).toMatchObject({ status, stderr: expect.stringContaining('others changed a policy meanwhile, and nothing was written') });
    expect(ran.stdout).toMatch(/"Sid": "Late"/);
    expect(textOf(name)?.includes('"Late"')).toBe(second === 'n');
    expect(textOf(name)?.includes('InterlockGuardPrincipal')).toBe(second === 'y');
  });
});

describe('interlock guard that can not go on', () => {
  it('shows no question without the change: --json asks for --yes', async () => {
    const ran = await guard(`apply ${bucket('team-json')} --principal ${BOB} --json`, () => 'y');
    expect(ran).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('add --yes') });
  });

  it('says so in a sentence where its results can not be written', async () => {
    const words = `cli/main.ts guard plan ${bucket('team-full')} --principal ${BOB} > /dev/full`;
    const child = spawn('sh', ['-c', `"${process.execPath}" ${words}`], {
      env: { PATH: process.env.PATH, HOME: '/nonexistent', ...environment() },
    });
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(2);
    expect(stderr).toMatch(/^interlock: the results can't be written \(ENOSPC\)\nhint: .+\n$/);
  });

  it('gives up on an address that never answers', async () => {
    expect(await hung).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining("AWS can't be reached") });
  });
});
