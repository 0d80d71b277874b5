/** What no grammar can tell about a configuration: members that don't fit each other. */
import type { Approver, Config, Rule } from './domain/configuration.ts';
import { userName } from './domain/names.ts';
import { covers, overlap } from './domain/pattern-relations.ts';
import { matches } from './domain/patterns.ts';

export interface Fault {
  path: (string | number)[];
  message: string;
}

/** Every fault of a configuration whose members are each well-formed, with its mend. */
export function check(config: Config): Fault[] {
  const approvers = Object.values(config.approvers);
  return [
    ...approvers.flatMap((approver) => checkApprover(approver, approvers, config.account)),
    ...config.rules.flatMap((rule, index) => checkRule(rule, index, config)),
    ...checkArchive(config),
    ...approvers.flatMap((approver) => (approver.session === 'user' ? checkUserKind(approver, config) : [])),
  ];
}

function checkApprover(approver: Approver, all: Approver[], account: string): Fault[] {
  const at = (member: keyof Approver, message: string): Fault => ({ path: ['approvers', approver.name, member], message });
  const before = all.slice(0, all.indexOf(approver));
  const faults: Fault[] = [];
  const device = deviceFault(approver, all, account);
  if (device) faults.push(at('mfaSerial', device));
  if (accountOf(approver.user) !== account) {
    faults.push(at('user', `is a user of account ${accountOf(approver.user)}, and the stack's is ${account}; make the user there`));
  }
  if (approver.session === 'user' && !approver.acceptUnlimitedSession) {
    faults.push(
      at('session', "user gives sessions that aren't limited to one bucket; write session: role, or add acceptUnlimitedSession: true"),
    );
  }
  for (const member of ['slackUser', 'user', 'mfaSerial', 'secret'] as const) {
    const twin = before.find((other) => other[member] === approver[member]);
    if (twin) faults.push(at(member, `is also ${twin.name}'s; each approver has one of their own`));
  }
  return faults;
}

/** STS takes the codes of TOTP devices only, named by ARN (STS API Reference, AssumeRole, SerialNumber). */
function deviceFault(approver: Approver, all: Approver[], account: string): string | undefined {
  const serial = approver.mfaSerial;
  const mend = `write the ARN of the user's virtual MFA device, arn:aws:iam::${account}:mfa/<name> (IAM console: the user, "Security credentials")`;
  if (/^arn:[\w-]+:iam::\d*:(?:user\/|root$)/.test(serial)) return `is the ARN of a user, not of a device; ${mend}`;
  if (/^arn:[\w-]+:iam::\d*:u2f\//.test(serial)) return `is a security key or passkey, which gives no codes; ${mend}`;
  if (!/^arn:aws:iam::\d{12}:mfa\/[\w+=/,.@-]{1,200}$/.test(serial)) return `is not the ARN of an MFA device; ${mend}`;
  if (accountOf(serial) !== account) return `is a device of account ${accountOf(serial)}, and the user's is ${account}; ${mend}`;
  // A device's name needn't be its user's. That of another approver's user is no accident.
  const name = serial.slice(serial.lastIndexOf('/') + 1);
  const other = all.find((one) => one !== approver && userName(one) === name);
  return other && name !== userName(approver) ? `is named after ${other.name}'s user; ${mend}` : undefined;
}

const accountOf = (arn: string): string => arn.split(':')[4] ?? '';

function checkRule(rule: Rule, index: number, config: Config): Fault[] {
  const at = (member: keyof Rule, message: string, ...rest: number[]): Fault => ({ path: ['rules', index, member, ...rest], message });
  const faults: Fault[] = [];
  rule.approvers.forEach((name, place) => {
    if (!Object.hasOwn(config.approvers, name)) {
      const known = Object.keys(config.approvers).join(', ');
      faults.push(at('approvers', `names ${name}, whom approvers doesn't define; define ${name} there, or name one of ${known}`, place));
    } else if (rule.approvers.indexOf(name) < place) {
      faults.push(at('approvers', `names ${name} twice; remove one`, place));
    }
  });
  (rule.refuseIf ?? []).forEach((kind, place, all) => {
    if (all.indexOf(kind) < place) faults.push(at('refuseIf', `names ${kind} twice; remove one`, place));
  });
  if (rule.refuseIf?.includes('objectLock') && rule.bypassGovernanceRetention) {
    const message =
      'refuses buckets with Object Lock, of which bypassGovernanceRetention: true lets some be emptied; remove one of the two';
    faults.push(at('refuseIf', message));
  }
  const length = rule.buckets.replaceAll('*', '').length;
  if (length > 63 || (length < 3 && !rule.buckets.includes('*'))) {
    faults.push(at('buckets', "can never match: a bucket's name has 3 to 63 characters"));
  }
  const earlier = config.rules.slice(0, index).map((other) => other.buckets);
  const inTheWay = earlier.filter((other) => overlap(other, rule.buckets));
  if (inTheWay.length > 0 && covers(inTheWay, rule.buckets)) {
    faults.push(
      at(
        'buckets',
        `(${rule.buckets}) can never match: ${inTheWay.join(', ')} above it takes every such name first; move it up, or remove it`,
      ),
    );
  }
  return faults;
}

/** What could be deleted through Interlock keeps nothing of what was. */
function checkArchive({ archive, rules }: Config): Fault[] {
  const rule = archive && !archive.acceptRule && rules.find(({ buckets }) => matches(buckets, archive.bucket));
  if (!rule) return [];
  const message = `(${archive.bucket}) is a bucket of the rule for ${rule.buckets}, so its manifests could be deleted like any other; name one that no rule covers, or add acceptRule: true`;
  return [{ path: ['archive', 'bucket'], message }];
}

/**
 * A user's session has no tag to tell buckets apart by: the patterns alone must do. "The first match counts" is held by denying
 * others' patterns, which takes too much where such a pattern also meets an earlier rule of the approver's own.
 */
function checkUserKind(approver: Approver, config: Config): Fault[] {
  const mine = (rule: Rule) => rule.approvers.includes(approver.name);
  const faults: Fault[] = [];
  config.rules.forEach((rule, index) => {
    if (mine(rule)) {
      const narrower = config.rules
        .slice(index + 1)
        .find((later) => mine(later) && overlap(later.buckets, rule.buckets) && givesMore(later, rule));
      if (narrower) {
        faults.push({
          path: ['rules', index, 'buckets'],
          message:
            `(${rule.buckets}) gives ${approver.name}, whose sessions are of kind user, less than the later ${narrower.buckets} does, which can't be held apart; ` +
            `write session: role for ${approver.name}, or give both rules the same`,
        });
      }
      if (/[*?]./.test(rule.buckets) || rule.buckets.endsWith('?')) {
        faults.push({
          path: ['rules', index, 'buckets'],
          message:
            `(${rule.buckets}) can't hold sessions of kind user, ${approver.name}'s, to buckets of that name: in IAM * and ? match / too, so keys of other ` +
            `buckets would match; write session: role for ${approver.name}, or a pattern whose only * is its end`,
        });
      }
      return;
    }
    const meets = (other: Rule) => mine(other) && overlap(other.buckets, rule.buckets);
    const earlier = config.rules.slice(0, index).find(meets);
    if (earlier && config.rules.slice(index + 1).some(meets)) {
      faults.push({
        path: ['rules', index, 'buckets'],
        message:
          `(${rule.buckets}) stands between rules that name ${approver.name}, whose sessions of kind user can't be kept off it alone; ` +
          `write session: role for ${approver.name}, or name ${approver.name} in this rule, or not in ${earlier.buckets}`,
      });
    }
  });
  return faults;
}

function givesMore(rule: Rule, than: Rule): boolean {
  return (['bypassGovernanceRetention', 'putLifecycleConfiguration'] as const).some((right) => rule[right] && !than[right]);
}
