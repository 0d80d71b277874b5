import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const NODE_PACKAGE = `node-linux-${process.arch}`;
const LOCKED = {
  'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
  'node_modules/other-machine': { integrity: 'sha512-o', optional: true },
};

let project: string;
/** A project of its own with the real scripts, and next to nothing that they call. */
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'interlock-scripts-'));
  cpSync('scripts', join(project, 'scripts'), { recursive: true });
  write('package.json', { name: 'p', type: 'module' });
  write('package-lock.json', { packages: { '': {}, ...LOCKED } });
  write('node_modules/.package-lock.json', { packages: { 'node_modules/a': LOCKED['node_modules/a'] } });
  mkdirSync(join(project, 'node_modules', NODE_PACKAGE, 'bin'), { recursive: true });
  symlinkSync(process.execPath, join(project, 'node_modules', NODE_PACKAGE, 'bin', 'node'));
  write('scripts/package.mjs', 'console.log("packaged");');
  write('scripts/page.mjs', 'console.log("built");');
});
afterEach(() => rmSync(project, { recursive: true }));

function write(path: string, content: unknown): void {
  mkdirSync(dirname(join(project, path)), { recursive: true });
  writeFileSync(join(project, path), typeof content === 'string' ? content : JSON.stringify(content));
}

/** A program of the PATH. */
function program(name: string, script: string): void {
  write(`bin/${name}`, `#!/bin/sh\n${script}\n`);
  chmodSync(join(project, 'bin', name), 0o755);
}

const environment = () => ({ PATH: `${join(project, 'bin')}:/usr/bin:/bin`, HOME: project });

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/run.mjs', ...args], {
    cwd: project,
    encoding: 'utf8',
    env: environment(),
  });
  return { status, stdout, stderr };
}

/** A Node of the project's own there is for Linux only. */
const onLinux = process.platform === 'linux' ? it : it.skip;

describe('a task', () => {
  it('runs its steps in order and hands arguments to the last', () => {
    write('sandbox/demo.ts', 'console.log(process.argv.slice(2).join(" ") as string);');
    expect(run('demo', '--fast', 'x y')).toEqual({ status: 0, stdout: 'packaged\n--fast x y\n', stderr: '' });
  });

  onLinux("runs on Lambda's Node, which comes first on the PATH", () => {
    write('sandbox/demo.ts', 'console.log(process.execPath, process.env.PATH?.split(":")[0]);');
    const home = join(project, 'node_modules', NODE_PACKAGE, 'bin');
    expect(run('demo').stdout).toContain(`${home}\n`);
  });

  it('ends with the exit code of the step that failed, and goes no further', () => {
    write('scripts/package.mjs', 'process.exit(3);');
    write('sandbox/demo.ts', 'console.log("not this");');
    expect(run('demo')).toEqual({ status: 3, stdout: '', stderr: '' });
  });

  it('(start) checks its settings before it packages', () => {
    write('sandbox/main.ts', 'if (process.argv[2] === "--check") process.exit(1); console.log("not this");');
    expect(run('start')).toEqual({ status: 1, stdout: '', stderr: '' });
  });

  it('that nobody knows is refused with those that there are', () => {
    expect(run('stop')).toEqual({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining(
        'start|demo|bench|bench:empty|bench:page|package|deploy|remove|approver-policy|screenshots|lint|test',
      ),
    });
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('passes %s on and ends as its program does', async (signal) => {
    write(
      'sandbox/main.ts',
      'if (process.argv[2] === "--check") process.exit(0); process.on(process.argv[2] as string, () => { console.log("bye"); process.exit(0); }); setInterval(() => {}, 1000); console.log("ready");',
    );
    const child: ChildProcess = spawn(process.execPath, ['scripts/run.mjs', 'start', signal], {
      cwd: project,
      env: environment(),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    const ended = new Promise((done) => child.on('close', done));
    child.stdout?.on('data', (chunk) => {
      output += chunk;
      if (String(chunk).includes('ready')) child.kill(signal);
    });
    expect(await ended).toBe(0);
    expect(output).toBe('packaged\nbuilt\nready\nbye\n');
  });
});

describe('setting up', () => {
  const missing: [string, () => void][] = [
    ['nothing is installed', () => rmSync(join(project, 'node_modules'), { recursive: true })],
    [
      'a package is locked at another version',
      () => write('node_modules/.package-lock.json', { packages: { 'node_modules/a': { integrity: 'sha512-b' } } }),
    ],
    ['a package is gone from the lock', () => write('package-lock.json', { packages: {} })],
    ['the Node is not there', () => rmSync(join(project, 'node_modules', NODE_PACKAGE), { recursive: true })],
  ];

  onLinux.each(missing)('installs what is locked, with no install scripts, when %s', (_, remove) => {
    const node = join(project, 'node_modules', NODE_PACKAGE, 'bin');
    program('npm', `echo "$@" > called; mkdir -p ${node}; ln -sf ${process.execPath} ${node}/node`);
    remove();
    expect(run('package')).toMatchObject({ status: 0, stdout: 'packaged\n' });
    expect(readFileSync(join(project, 'called'), 'utf8')).toBe('ci --ignore-scripts --no-audit --no-fund --loglevel=error\n');
  });

  it('does nothing when all is there', () => {
    program('npm', 'touch called');
    expect(run('package').status).toBe(0);
    expect(existsSync(join(project, 'called'))).toBe(false);
  });

  it('says when it fails', () => {
    program('npm', 'exit 7');
    rmSync(join(project, 'node_modules'), { recursive: true });
    expect(run('package')).toEqual({ status: 1, stdout: '', stderr: expect.stringContaining('npm ci ended with 7') });
  });

  it("falls back to this Node where Lambda's does not run, and says so where this is another version", () => {
    rmSync(join(project, 'node_modules', NODE_PACKAGE, 'bin', 'node'));
    write(`node_modules/${NODE_PACKAGE}/bin/node`, 'not a program');
    const ask = (version: string) =>
      JSON.parse(
        spawnSync(
          process.execPath,
          [
            '--input-type=module',
            '-e',
            `import { findNode } from './scripts/setup.mjs'; console.log(JSON.stringify(findNode('${version}')))`,
          ],
          { cwd: project, encoding: 'utf8' },
        ).stdout,
      );
    expect(ask('24.1.0')).toEqual({ node: process.execPath });
    expect(ask('22.12.0')).toEqual({
      missing: 'This needs Node 24, which Lambda runs, and found 22.12.0: install Node 24 and run it again.',
    });
  });
});

describe('the test script', () => {
  /** What jest would do: writes results, ends with a code. */
  const jest = (results: unknown, code: number) =>
    write(
      'node_modules/jest/bin/jest.js',
      `const out = process.argv.find((arg) => arg.startsWith('--outputFile=')).slice(13);
       require('fs').writeFileSync(out, ${JSON.stringify(JSON.stringify(results))}); console.error(process.argv.slice(-1)[0]); process.exit(${code});`,
    );
  const test = (...args: string[]) => {
    const { status, stdout, stderr } = run('test', ...args);
    return { status, last: stdout.trimEnd().split('\n').at(-1), stdout, stderr };
  };
  beforeEach(() => {
    write('node_modules/jest/package.json', {});
    write('node_modules/typescript/bin/tsc', '');
    write('scripts/lint.mjs', '');
    write('scripts/check-asl.mjs', '');
    write('scripts/page.mjs', '');
  });

  it('counts its checks and the tests, and ends with the line that says so', () => {
    jest({ numPassedTests: 40, numFailedTests: 0, numRuntimeErrorTestSuites: 0 }, 0);
    expect(test()).toMatchObject({ status: 0, last: '46 passed, 0 failed' });
  });

  it('fails with a check, a test, or a file of tests that does not load', () => {
    write('scripts/lint.mjs', 'process.exit(1);');
    jest({ numPassedTests: 40, numFailedTests: 2, numRuntimeErrorTestSuites: 1 }, 1);
    expect(test()).toMatchObject({ status: 1, last: '45 passed, 4 failed', stdout: expect.stringContaining('FAILED: lint') });
  });

  it.each<[string, () => void]>([
    ['ends badly with no test that failed', () => jest({ numPassedTests: 3, numFailedTests: 0 }, 1)],
    ['writes no results', () => write('node_modules/jest/bin/jest.js', 'process.exit(1)')],
  ])('fails when jest %s', (_, make) => {
    make();
    expect(test()).toMatchObject({ status: 1, last: expect.stringMatching(/ 1 failed$/) });
  });

  it('runs the tests alone when it is told which, and hands the arguments on', () => {
    jest({ numPassedTests: 1, numFailedTests: 0 }, 0);
    expect(test('test/clock.test.ts')).toMatchObject({ status: 0, last: '3 passed, 0 failed', stderr: 'test/clock.test.ts\n' });
  });
});

describe('import directions', () => {
  const CASES: [string, string, boolean][] = [
    ['src/domain/a.ts', './names.ts', true],
    ['src/domain/b.ts', '../config.ts', false],
    ['src/domain/c.ts', '../aws/bucket.ts', false],
    ['src/domain/d.ts', '@aws-sdk/client-s3', false],
    ['src/domain/e.ts', 'node:fs', false],
    ['src/aws/a.ts', '../domain/names.ts', true],
    ['src/aws/b.ts', '../slack/ids.ts', false],
    ['src/aws/c.ts', '@slack/web-api', false],
    ['src/slack/views/a.ts', '../ids.ts', true],
    ['src/slack/views/b.ts', '../../aws/sealed.ts', false],
    ['src/slack/c.ts', '@aws-sdk/client-sts', false],
    ['src/steps/a.ts', '../aws/bucket.ts', true],
    ['src/steps/b.ts', '../../sandbox/clock.ts', false],
    ['src/steps/c.ts', '../../handlers/slack.ts', false],
    ['handlers/a.ts', '../src/steps/elevate.ts', true],
    ['handlers/b.ts', './report.ts', false],
    ['handlers/c.ts', '../sandbox/clock.ts', false],
    ['handlers/d.ts', '@cloud-copilot/iam-simulate', false],
    ['cli/a.ts', '../src/domain/policies.ts', true],
    ['cli/b.ts', '../sandbox/clock.ts', false],
    ['sandbox/a.ts', '../src/domain/policies.ts', true],
    ['sandbox/b.ts', '../src/config.ts', true],
    ['sandbox/c.ts', '../src/domain/rules.ts', false],
    ['sandbox/g.ts', '../src/domain/guard.ts', true],
    ['sandbox/aws/services/s3/d.ts', '../../../../src/aws/bucket.ts', false],
    ['sandbox/e.ts', '../handlers/slack.ts', false],
    ['page/a.tsx', '../sandbox/page/wire.ts', true],
    ['page/b.tsx', '../sandbox/clock.ts', false],
    ['page/c.tsx', '../src/domain/guard.ts', false],
    ['sandbox/f.ts', '@cloud-copilot/iam-simulate', true],
  ];

  it('are held by the lint', () => {
    for (const [file, imported] of CASES) write(file, `import { x } from '${imported}';\n\nx();\n`);
    copyFileSync('biome.json', join(project, 'biome.json'));
    copyFileSync('package.json', join(project, 'package.json'));
    const biome = join(process.cwd(), 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
    const args = ['lint', '--vcs-enabled=false', '--reporter=json', '--max-diagnostics=200', 'src', 'handlers', 'cli', 'sandbox', 'page'];
    const { stdout } = spawnSync(process.execPath, [biome, ...args], { cwd: project, encoding: 'utf8' });
    const broken = new Set(JSON.parse(stdout).diagnostics.map(({ location }: { location: { path: string } }) => location.path));
    expect(CASES.filter(([file]) => broken.has(file))).toEqual(CASES.filter(([, , allowed]) => !allowed));
  });
});

describe('every file with tests', () => {
  it('is run: by jest, which knows them by their names, or by one of those that imports it', () => {
    const files = readdirSync('test', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    const read = (file: string) => readFileSync(join('test', file), 'utf8');
    const imported = files
      .filter((file) => file.endsWith('.test.ts'))
      .flatMap((file) => [...read(file).matchAll(/^import '(\..+\.ts)';$/gm)].map(([, other = '']) => join(dirname(file), other)));
    const others = files.filter((file) => !file.endsWith('.test.ts') && /^(describe|it|test)\b/m.test(read(file)));
    expect(others.length).toBeGreaterThan(20);
    expect(others.filter((file) => !imported.includes(file))).toEqual([]);
  });
});
