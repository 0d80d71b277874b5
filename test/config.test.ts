import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { parseConfig } from '../src/config.ts';

const SANDBOX = readFileSync('config/sandbox.yml', 'utf8');

// biome-ignore lint/suspicious/noExplicitAny: a document on its way to being wrong
type Raw = any;

/** The sandbox's configuration with something changed, as text. */
function changed(change: (raw: Raw) => void): string {
  const raw: Raw = parse(SANDBOX);
  change(raw);
  return stringify(raw);
}

/** Sets a member, by its path; undefined takes it out. */
const set = (path: string, value: unknown) => (raw: Raw) => {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const parent = keys.reduce((inner, key) => inner[key], raw);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
};

/** The lines of the error, file and line cut off. */
function faults(text: string): string[] {
  try {
    parseConfig(text, 'config/test.yml');
  } catch (error) {
    expect((error as Error).name).toBe('ConfigError');
    return (error as Error).message.split('\n').map((line) => line.replace(/^config\/test\.yml:\d+: /, ''));
  }
  return [];
}

describe('a configuration', () => {
  it('takes optional members', () => {
    const config = parseConfig(
      changed((raw) => {
        raw.slack.operatorsChannel = 'G0OPERATORS';
        raw.maxSession = '4h';
        raw.requireCodeInCall = false;
        Object.assign(raw.rules[0], { requesters: ['U0RIYA', 'S0TEAM'], requesterMayApprove: true, window: '20d', guard: 'required' });
        raw.archive = { bucket: 'kept-lists' };
        raw.rules[0].refuseIf = ['website', 'stack'];
      }),
      'x.yml',
    );
    expect(config.archive).toEqual({ bucket: 'kept-lists', prefix: 'interlock', acceptRule: false });
    expect(config).toMatchObject({ maxSessionSeconds: 14_400, requireCodeInCall: false, slack: { operatorsChannel: 'G0OPERATORS' } });
    expect(config.rules[0]).toMatchObject({
      requesters: ['U0RIYA', 'S0TEAM'],
      requesterMayApprove: true,
      windowSeconds: 1_728_000,
      guard: 'required',
      refuseIf: ['website', 'stack'],
    });
  });

  it('lets an MFA device have a name of its own', () => {
    expect(faults(changed(set('approvers.alice.mfaSerial', 'arn:aws:iam::111122223333:mfa/alices-phone')))).toEqual([]);
  });

  it.each<[string, (raw: Raw) => void, RegExp]>([
    ['an account that is a number', set('account', 111122223333), /^account must be the AWS account's twelve digits, in quotes$/],
    ['no account', set('account', undefined), /^account is missing; it must be the AWS account's twelve digits/],
    ['a region of another partition', set('region', 'cn-north-1'), /^region must be the region of the stack/],
    ['no Slack', set('slack', undefined), /^slack is missing/],
    ['a channel by name', set('slack.channel', '#approvals'), /^slack\.channel must be a Slack channel id: C or G/],
    ['an unknown member', set('pasued', true), /^pasued is not known here; check its spelling/],
    ['an unknown member of a rule', set('rules.0.aprovers', []), /^rules\[0\]\.aprovers is not known here/],
    ['a flag that is text', set('paused', 'yes'), /^paused must be true or false$/],
    ['a session that lasts too short', set('maxSession', '14m'), /^maxSession must be .*15m to 4h$/],
    ['a session that lasts too long', set('maxSession', '5h'), /^maxSession must be .*15m to 4h$/],
    ['no approvers', set('approvers', {}), /^approvers is empty; add an approver$/],
    ['an approver by full name', set('approvers', { 'Alice B': parse(SANDBOX).approvers.alice }), /^approvers\.Alice B : an app/],
    ['an approver of which only objects know', set('rules.0.approvers', ['constructor']), /names constructor, whom/],
    ['a Slack user by handle', set('approvers.alice.slackUser', '@alice'), /^approvers\.alice\.slackUser must be a Slack user id/],
    ['root as approver', set('approvers.alice.user', 'arn:aws:iam::111122223333:root'), /^approvers\.alice\.user must be the ARN of/],
    ['a role as approver', set('approvers.alice.user', 'arn:aws:iam::111122223333:role/x'), /root and roles can't approve/],
    [
      'a user whose name is too short for SourceIdentity',
      set('approvers.alice.user', 'arn:aws:iam::111122223333:user/a'),
      /its name of 2 to 64 letters/,
    ],
    [
      'a user of another account',
      set('approvers.alice.user', 'arn:aws:iam::444455556666:user/interlock-alice'),
      /^approvers\.alice\.user is a user of account 444455556666, and the stack's is 111122223333/,
    ],
    [
      'a serial that is missing',
      set('approvers.alice.mfaSerial', undefined),
      /^approvers\.alice\.mfaSerial is missing; it must be the ARN/,
    ],
    [
      "FC-13: a serial that is a user's ARN",
      set('approvers.alice.mfaSerial', 'arn:aws:iam::111122223333:user/interlock-alice'),
      /^approvers\.alice\.mfaSerial is the ARN of a user, not of a device; write the ARN of the user's virtual MFA device, arn:/,
    ],
    [
      'FC-13: a device of another account',
      set('approvers.alice.mfaSerial', 'arn:aws:iam::444455556666:mfa/interlock-alice'),
      /^approvers\.alice\.mfaSerial is a device of account 444455556666, and the user's is 111122223333/,
    ],
    [
      "FC-13: a device named after another approver's user",
      (raw) => {
        raw.approvers.alice.mfaSerial = raw.approvers.bob.mfaSerial;
        raw.approvers.bob.mfaSerial = 'arn:aws:iam::111122223333:mfa/bobs-phone';
      },
      /^approvers\.alice\.mfaSerial is named after bob's user/,
    ],
    [
      'a security key',
      set('approvers.alice.mfaSerial', 'arn:aws:iam::111122223333:u2f/user/interlock-alice/key-AAA'),
      /^approvers\.alice\.mfaSerial is a security key or passkey, which gives no codes/,
    ],
    [
      'a serial of no known form',
      set('approvers.alice.mfaSerial', 'interlock-alice'),
      /^approvers\.alice\.mfaSerial is not the ARN of an MFA device/,
    ],
    [
      "a secret's ARN in place of its name",
      set('approvers.alice.secret', 'arn:aws:secretsmanager:us-east-1:111122223333:secret:x-AbCdEf'),
      /^approvers\.alice\.secret must be the name/,
    ],
    ['a session of no known kind', set('approvers.alice.session', 'root'), /^approvers\.alice\.session must be role .* or user/],
    [
      'a user session that nobody accepted',
      set('approvers.bob.acceptUnlimitedSession', undefined),
      /^approvers\.bob\.session user gives sessions that aren't limited to one bucket; write session: role, or add acceptUnlimitedSession: true$/,
    ],
    [
      'two approvers with one Slack user',
      set('approvers.bob.slackUser', 'U0ALICE'),
      /^approvers\.bob\.slackUser is also alice's; each approver has one of their own$/,
    ],
    [
      'two approvers with one secret',
      set('approvers.bob.secret', 'interlock/sandbox/approvers/alice'),
      /^approvers\.bob\.secret is also alice's/,
    ],
    ['no rules', set('rules', []), /^rules is empty; add a rule/],
    ['a rule with no approvers', set('rules.0.approvers', []), /^rules\[0\]\.approvers is empty; name who approves/],
    [
      'an approver nobody defines',
      set('rules.1.approvers', ['alice', 'bob', 'carol']),
      /^rules\[1\]\.approvers\[2\] names carol, whom approvers doesn't define; define carol there, or name one of alice, bob$/,
    ],
    [
      'an approver named twice',
      set('rules.1.approvers', ['alice', 'bob', 'bob']),
      /^rules\[1\]\.approvers\[2\] names bob twice; remove one$/,
    ],
    ['no requesters', set('rules.0.requesters', []), /^rules\[0\]\.requesters is empty; name who may ask, or leave it out/],
    [
      'a guard that is neither asked for nor left out',
      set('rules.0.guard', true),
      /^rules\[0\]\.guard must be required \(nothing is deleted without a whole guard, and each is looked at once a day\), or be left out$/,
    ],
    ['an archive that is a name', set('archive', 'kept-lists'), /^archive must hold bucket, and prefix if it is another than interlock$/],
    ['an archive of a pattern', set('archive.bucket', 'kept-*'), /^archive\.bucket must be a bucket's name, without \* or \?$/],
    [
      'a prefix with a slash at its end',
      set('archive.prefix', 'a/'),
      /^archive\.prefix must be the beginning of keys: .* none at its ends$/,
    ],
    [
      'an archive that a rule covers',
      set('archive.bucket', 'team-kept'),
      /^archive\.bucket \(team-kept\) is a bucket of the rule for team-\*, so its manifests could be deleted like any other; name one that no rule covers, or add acceptRule: true$/,
    ],
    ['nothing that is refused', set('rules.0.refuseIf', []), /^rules\[0\]\.refuseIf is empty; name what is refused, or leave it out/],
    [
      'one word that is refused',
      set('rules.0.refuseIf', 'website'),
      /^rules\[0\]\.refuseIf must be a list of what is refused, of website, cloudfront,/,
    ],
    [
      'a refusal of what is not known',
      set('rules.0.refuseIf', ['stack', 'sites']),
      /^rules\[0\]\.refuseIf\[1\] must be one of website, cloudfront, logs,/,
    ],
    ['a refusal twice', set('rules.0.refuseIf', ['stack', 'stack']), /^rules\[0\]\.refuseIf\[1\] names stack twice; remove one$/],
    [
      'a refusal of Object Lock beside a way round it',
      (raw) => Object.assign(raw.rules[0], { refuseIf: ['objectLock'], bypassGovernanceRetention: true }),
      /^rules\[0\]\.refuseIf refuses buckets with Object Lock, .*; remove one of the two$/,
    ],
    ['a guard of a level', set('rules.0.guard', 'hardened'), /^rules\[0\]\.guard must be required/],
    [
      'a user whose path would stand for others in a guard',
      set('approvers.alice.user', 'arn:aws:iam::111122223333:user/te*m/interlock-alice'),
      /^approvers\.alice\.user must be the ARN of .* its path without \*, \? or \$/,
    ],
    [
      'a window with no unit',
      set('rules.0.window', 90),
      /^rules\[0\]\.window must be a number with its unit, as in 90s, 15m, 8h or 2d: how long a request waits, 1s to 20d$/,
    ],
    ['a window of nothing', set('rules.0.window', '0s'), /^rules\[0\]\.window must be/],
    ['a window past what timers can wait', set('rules.0.window', '21d'), /^rules\[0\]\.window must be .*1s to 20d$/],
    ['a pattern in capitals', set('rules.0.buckets', 'Team-*'), /^rules\[0\]\.buckets must be a bucket's name in lower-case letters/],
    ['a pattern with a path', set('rules.0.buckets', 'team/logs'), /^rules\[0\]\.buckets must be/],
    [
      'a pattern longer than any name',
      set('rules.0.buckets', `${'a'.repeat(64)}*`),
      /^rules\[0\]\.buckets can never match: a bucket's name has 3 to 63 characters$/,
    ],
    ['a pattern shorter than any name', set('rules.0.buckets', 'ab'), /^rules\[0\]\.buckets can never match/],
    [
      'a rule behind one that takes all of its names',
      set('rules.1.buckets', 'team-logs-*'),
      /^rules\[1\]\.buckets \(team-logs-\*\) can never match: team-\* above it takes every such name first; move it up, or remove it$/,
    ],
    ['a rule that comes twice', set('rules.1.buckets', 'team-*'), /^rules\[1\]\.buckets \(team-\*\) can never match/],
  ])('is refused with %s', (_, change, fault) => {
    const found = faults(changed(change));
    expect(found).toEqual([expect.stringMatching(fault)]);
  });

  it("is refused where a user's session can't follow the order of the rules", () => {
    const text = changed((raw) => {
      raw.rules = [
        { buckets: 'team-logs-*', approvers: ['bob'], window: '1h' },
        { buckets: 'team-*', approvers: ['alice'], window: '1h' },
        { buckets: '*', approvers: ['bob'], window: '1h' },
      ];
      raw.archive.acceptRule = true;
    });
    expect(faults(text)).toEqual([
      expect.stringMatching(/^rules\[1\]\.buckets \(team-\*\) stands between rules that name bob, .* write session: role for bob/),
    ]);
    expect(faults(text.replace('session: user', 'session: role'))).toEqual([]);
  });

  it.each(['*-logs', 'team-?-logs', 'team-logs-?'])("is refused where a user's session can't be held to the buckets of %s", (buckets) => {
    expect(faults(changed(set('rules', [{ buckets, approvers: ['alice'], window: '1h' }])))).toEqual([]);
    const found = faults(changed(set('rules', [{ buckets, approvers: ['bob'], window: '1h' }])));
    expect(found).toEqual([expect.stringContaining('write session: role for bob, or a pattern whose only * is its end')]);
  });

  it('tells all faults at once, in order, each with file and line', () => {
    const text = SANDBOX.replace(
      'mfaSerial: arn:aws:iam::111122223333:mfa/interlock-alice',
      'mfaSerial: arn:aws:iam::111122223333:user/interlock-alice',
    )
      .replace('    acceptUnlimitedSession: true\n', '')
      .replace('approvers: [alice, bob]\n    window: 6s', 'approvers: [alice, carol]\n    window: 6s');
    const lineOf = (needle: string) => text.split('\n').findIndex((line) => line.includes(needle)) + 1;
    expect(() => parseConfig(text, 'config/prod.yml')).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(
          new RegExp(
            `^config/prod.yml:${lineOf(':user/interlock-alice') + 1}: .*\nconfig/prod.yml:${lineOf('session: user')}: .*\nconfig/prod.yml:${lineOf('carol')}: .*carol.*$`,
          ),
        ),
      }),
    );
  });

  it('names the line of a member that is missing by what stands around it', () => {
    const text = SANDBOX.replace('    secret: interlock/sandbox/approvers/bob\n', '');
    const bob = text.split('\n').indexOf('  bob:') + 1;
    expect(() => parseConfig(text, 'c.yml')).toThrow(`c.yml:${bob}: approvers.bob.secret is missing`);
  });

  it("tells a fault without what was written, which may be somebody's key", () => {
    const text = changed(set('approvers.alice.secret', 'wJalr XUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'));
    expect(() => parseConfig(text, 'c.yml')).not.toThrow('EXAMPLEKEY');
  });
});
