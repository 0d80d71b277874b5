import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { COMPILED } from '../helpers/compiled.ts';
import { packagedFiles, packagedTemplate } from '../helpers/packaged.ts';

const options = { port: 0, awsPort: 0, slackPort: 0, assumeRoleMfa: 'absent' } as const;

let dir: string;

beforeAll(() => {
  packagedTemplate();
  dir = mkdtempSync(path.join(tmpdir(), 'starting-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

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

  it('packages the stack anew with another configuration, and leaves the bundles as they are', async () => {
    const other = mkdtempSync(path.join(tmpdir(), 'sandbox-'));
    const config = path.join(other, 'mine.yml');
    writeFileSync(config, readFileSync('config/sandbox.yml', 'utf8').replace('team-*', 'project-*'));
    const mine = await startSandbox({ ...options, dir: path.join(other, 'dir'), config });
    try {
      const [{ root = '' } = {}] = mine.functions.list();
      expect(readFileSync(path.join(root, 'config/sandbox.yml'), 'utf8')).toContain('project-*');
      expect(JSON.stringify(mine.aws.iam.roles.get('interlock-sandbox-deletion')?.policies)).toContain('arn:aws:s3:::project-*');
      for (const { alias, handler, root } of mine.functions.list()) {
        const bundle = handler.replace(/\.\w+$/, '.mjs');
        expect(readFileSync(path.join(root, bundle)).equals(packagedFiles(alias)[bundle] ?? new Uint8Array())).toBe(true);
      }
    } finally {
      await mine.close();
      rmSync(other, { recursive: true });
    }
  }, 60_000);

  it.each([
    [{ SANDBOX_PORT: '99999' }, 'SANDBOX_PORT is "99999"; it must be a port'],
    [{ SANDBOX_AWS_PORT: 'abc' }, 'SANDBOX_AWS_PORT is "abc"; it must be a port'],
    [{ SANDBOX_ASSUME_ROLE_MFA: 'maybe' }, 'SANDBOX_ASSUME_ROLE_MFA is "maybe"; it may be absent, false or true'],
    [{ SANDBOX_CONFIG: 'nowhere.yml' }, "SANDBOX_CONFIG: the configuration nowhere.yml can't be read (ENOENT)"],
    [{ SANDBOX_DIR: 'package.json' }, 'SANDBOX_DIR is "package.json", and there can be no folder to write into; name another (EEXIST)'],
    [{ SANDBOX_DIR: 'package.json/x' }, 'SANDBOX_DIR is "package.json/x", and there can be no folder to write into'],
    [{ SANDBOX_DIR: '/proc/x' }, 'SANDBOX_DIR is "/proc/x", and there can be no folder to write into'],
  ])(
    'says what is wrong with %j, before anything takes its time',
    async (env, message) => {
      const { code, output } = await main({ SANDBOX_DIR: dir, ...env }, ['--check']);
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
      [],
      'SIGINT',
    );
    rmSync(other, { recursive: true });
    expect(output).toMatch(/^ready$/m);
    expect(code).toBe(0);
  }, 20_000);
});

/** `node sandbox/main.ts`; once ready, it is sent the signal. */
async function main(
  env: Record<string, string>,
  args: string[],
  signal?: NodeJS.Signals,
): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ['sandbox/main.ts', ...args], { env: { PATH: process.env.PATH, ...COMPILED, ...env } });
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
