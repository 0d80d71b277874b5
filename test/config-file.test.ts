import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, parseConfig } from '../src/config.ts';

const SANDBOX = readFileSync('config/sandbox.yml', 'utf8');

describe('a configuration', () => {
  it('is read with its defaults', () => {
    const config = parseConfig(SANDBOX, 'config/sandbox.yml');
    expect(config).toMatchObject({
      account: '111122223333',
      region: 'us-east-1',
      paused: false,
      requireCodeInCall: true,
      maxSessionSeconds: 3600,
    });
    expect(config.approvers.alice).toEqual({
      name: 'alice',
      slackUser: 'U0ALICE',
      user: 'arn:aws:iam::111122223333:user/interlock-alice',
      mfaSerial: 'arn:aws:iam::111122223333:mfa/interlock-alice',
      secret: 'interlock/sandbox/approvers/alice',
      session: 'role',
      acceptUnlimitedSession: false,
    });
    expect(config.rules[0]).toEqual({
      buckets: 'team-*',
      approvers: ['alice', 'bob'],
      windowSeconds: 8 * 3600,
      requesterMayApprove: false,
      bypassGovernanceRetention: false,
      putLifecycleConfiguration: false,
    });
  });

  it.each<[string, string, string]>([
    [
      'a key that stands twice',
      `${SANDBOX}\npaused: true\n`,
      `c.yml:${SANDBOX.split('\n').length + 1}: paused stands twice in the same place; keep one of them`,
    ],
    ['a tab', 'account: "1"\n\tregion: x\n', 'c.yml:2: is no YAML that can be read'],
    [
      'a second document',
      'account: "1"\n---\nregion: x\n',
      'c.yml:2: is no YAML that can be read: a second document begins here; keep one',
    ],
    [
      'an alias of nothing',
      'account: "1"\nrules: [team-*x, *x]\n',
      'c.yml:2: this alias (*name) has no anchor before it; write the value itself',
    ],
    ['nothing', '', 'c.yml:1: the configuration must be a mapping'],
    ['a list', '- a\n', 'c.yml:1: the configuration must be a mapping'],
  ])('is refused when the file holds %s', (_, text, message) => {
    expect(() => parseConfig(text, 'c.yml')).toThrow(message);
  });

  it('is refused with the first fault alone where the others follow from it, and without what stands there', () => {
    const faultsOf = (text: string) => {
      try {
        parseConfig(text, 'c.yml');
      } catch (error) {
        return (error as Error).message.split('\n');
      }
    };
    expect(faultsOf('  account: "1"\nregion: wJalrXUtnFEMI\n')).toEqual([
      'c.yml:2: is no YAML that can be read: Unexpected scalar at node end',
    ]);
    expect(faultsOf('account: "1"\nslack: {team: T1\nregion: "x\n')).toHaveLength(1);
    expect(faultsOf(': : "wJalrXUtnFEMI\n ] wJalrXUtnFEMI')?.join()).not.toContain('wJalr');
  });

  it('is refused with every key that stands twice', () => {
    expect(() => parseConfig('region: x\nslack:\n  team: T1\n  "team": T2\nregion: y\n', 'c.yml')).toThrow(
      'c.yml:4: team stands twice in the same place; keep one of them\nc.yml:5: region stands twice in the same place; keep one of them',
    );
  });
});

describe('loadConfig', () => {
  const before = { ...process.env };
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'interlock-config-'));
  });
  afterEach(() => {
    process.env = { ...before };
    rmSync(directory, { recursive: true });
  });

  it("reads the file that INTERLOCK_CONFIG names, from the function's root", () => {
    writeFileSync(join(directory, 'here.yml'), SANDBOX);
    process.env.LAMBDA_TASK_ROOT = directory;
    process.env.INTERLOCK_CONFIG = 'here.yml';
    expect(loadConfig().account).toBe('111122223333');
  });

  it('says when nothing names a file', () => {
    delete process.env.INTERLOCK_CONFIG;
    expect(() => loadConfig()).toThrow('INTERLOCK_CONFIG is not set');
  });

  it('says when the file is not there', () => {
    expect(() => loadConfig(join(directory, 'none.yml'))).toThrow(/none\.yml can't be read \(ENOENT\)/);
  });
});
