/** A configuration for a crowd: everybody asks and everybody approves, nobody their own request. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A person of the crowd: their Slack id, which they are called by in the sandbox too, the bucket that they ask for, and those whose deletions they approve. */
export interface Member {
  id: string;
  asks: string;
  approves: string[];
}

/** One in so many approves, for as many: a device has five codes at a time, and what elevate may read has room for a hundred approvers. */
const EACH = 4;
/** So many people one rule's approvers serve: its messages mention each approver. */
const GROUP = 40;

/** So many people, in groups: a rule each, whose approvers are in the next group. */
export function crowd(people: number): Member[] {
  if (people <= EACH) throw new RangeError(`a crowd of ${people} has nobody to approve for its approvers`);
  const members = Array.from({ length: people }, (_, index): Member => {
    const number = String(index).padStart(3, '0');
    return { id: `U0P${number}`, asks: `crowd-${Math.floor(index / GROUP)}-${number}`, approves: [] };
  });
  const approvers = members.filter((_, index) => index % EACH === 0);
  members.forEach(({ asks }, index) => {
    const next = (Math.floor(index / EACH) + Math.min(GROUP / EACH, approvers.length - 1)) % approvers.length;
    approvers[next]?.approves.push(asks);
  });
  return members;
}

/** What the configuration, and so the sandbox's files, call an approver. */
export const nameOf = (id: string) => id.toLowerCase();

/**
 * The sandbox's configuration with the crowd as approvers, by sessions of their own users: a role's trust policy has no room for so many
 * (IAM user guide, "IAM and AWS STS quotas": 2,048 characters unless raised).
 */
export function crowdConfig(people: Member[], account = '111122223333'): string {
  const usual = readFileSync(path.resolve(import.meta.dirname, '../config/sandbox.yml'), 'utf8');
  const head = usual.slice(0, usual.indexOf('\napprovers:'));
  const names = (ids: string[]) => `[${[...new Set(ids)].join(', ')}]`;
  const approving = people.filter(({ approves }) => approves.length > 0);
  const approvers = approving.map(({ id }) =>
    [
      `  ${nameOf(id)}:`,
      `    slackUser: ${id}`,
      `    user: arn:aws:iam::${account}:user/interlock-${id}`,
      `    mfaSerial: arn:aws:iam::${account}:mfa/interlock-${id}`,
      `    secret: crowd/${id}`,
      '    session: user',
      '    acceptUnlimitedSession: true',
    ].join('\n'),
  );
  const rules = [...Map.groupBy(people, ({ asks }) => asks.replace(/\d+$/, '*'))].map(([buckets, members]) => {
    const asked = new Set(members.map(({ asks }) => asks));
    const by = approving.filter(({ approves }) => approves.some((bucket) => asked.has(bucket))).map(({ id }) => nameOf(id));
    return `  - { buckets: ${buckets}, approvers: ${names(by)}, requesters: ${names(members.map(({ id }) => id))}, window: 8h }`;
  });
  return `${head}\napprovers:\n${approvers.join('\n')}\nrules:\n${rules.join('\n')}\n`;
}
