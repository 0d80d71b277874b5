/** What a request means for what depends on its bucket, and what of that its rule refuses. Pure. */
import { type Dependent, type DependentKind, type Facts, isEmptyingKind, type Kind } from './request.ts';

/** A write that is no older than this at the look says that somebody writes there: an hour, in milliseconds. */
const RECENT = 3_600_000;

/** Does the request take away what is current, so that what depends on it notices? */
export function endsUse(kind: Kind): boolean {
  return kind === 'delete' || isEmptyingKind(kind);
}

/** All that depends on a bucket, the gravest first: what its settings and its policy say, and what its other facts do. */
export function dependentsOf(facts: Facts): Dependent[] {
  const { stack, objectLock, newestWrite, lookedAt } = facts;
  const recent = newestWrite !== null && Date.parse(lookedAt) - Date.parse(newestWrite) < RECENT;
  const more: [DependentKind, boolean, string][] = [
    ['recentWrites', recent, 'It is being written to: the newest write is less than an hour old.'],
    ['stack', stack !== null, `It belongs to the CloudFormation stack ${stack}.`],
    ['objectLock', objectLock, 'It has Object Lock: somebody meant its contents to be kept.'],
  ];
  return [...facts.dependents, ...more.flatMap(([kind, there, text]) => (there ? [{ kind, text, seen: true }] : []))];
}

/** The same with what follows from the request for each, as an approver reads it; nothing where what is current stays. */
export function consequences(facts: Facts, bucket: string, kind: Kind): string[] {
  if (!endsUse(kind)) return [];
  return dependentsOf(facts).map((one) =>
    [one.text, one.seen ? follows(one.kind, kind === 'empty', nameStays(bucket, facts)) : ''].join(' ').trim(),
  );
}

/** Names of the account-regional kind can't be taken by others (S3 User Guide, "General purpose bucket naming rules"). */
export function nameStays(bucket: string, { owner, region }: Pick<Facts, 'owner' | 'region'>): boolean {
  return bucket.endsWith(`-${owner}-${region}-an`);
}

/** @param kept does the bucket stay, with nothing in it? */
function follows(kind: DependentKind, kept: boolean, reserved: boolean): string {
  switch (kind) {
    case 'website':
      if (kept) return 'Its pages are gone then.';
      return reserved ? 'Its address stops.' : 'Its address stops, and whoever takes the name serves there.';
    case 'cloudfront':
      if (kept) return 'It finds nothing there then.';
      return reserved
        ? 'It finds nothing there then.'
        : 'A distribution left pointing at a free name can be taken over: whoever takes the name serves through it.';
    case 'logs':
      if (kept) return 'They write again.';
      return reserved
        ? 'They write again until they are switched off.'
        : 'They write again until they are switched off; whoever takes the name may get them.';
    case 'notifications':
      return kept ? '' : 'Nothing is heard there any more.';
    case 'replication':
      return 'What was replicated stays where it went.';
    case 'services':
      return kept ? '' : 'What they do there fails.';
    case 'stack':
      return kept ? '' : 'The stack will not know that it is gone.';
    case 'recentWrites':
      return kept ? 'Whoever writes is denied it meanwhile.' : 'Whoever writes there fails then.';
    case 'objectLock':
      return '';
  }
}

/** Why a bucket's rule refuses the request (`refuseIf`), each with what to do; what nobody may look at is refused too. */
export function refusals(facts: Facts, kind: Kind, refuseIf: readonly DependentKind[] = []): string[] {
  if (!endsUse(kind)) return [];
  return dependentsOf(facts)
    .filter((one) => refuseIf.includes(one.kind))
    .map((one) => `${one.text} The rule of this bucket refuses that (refuseIf: ${one.kind}). ${one.seen ? MENDS[one.kind] : MAY_LOOK}`);
}

const MAY_LOOK = 'Let Interlock’s function inspect look at it in the bucket’s policy, then ask again.';

const MENDS: Record<DependentKind, string> = {
  website: 'Delete its website configuration, then ask again.',
  cloudfront: 'Take it out of the distributions, then CloudFront out of its policy, and ask again.',
  logs: 'Switch the deliveries off, then take them out of its policy, and ask again.',
  notifications: 'Delete its notification configuration, then ask again.',
  replication: 'Delete the replication rules, or what its policy allows for them, then ask again.',
  services: 'Take them out of its policy once they don’t need it, then ask again.',
  recentWrites: 'Stop what writes there, and ask again an hour later.',
  stack: 'Delete it with its stack, or take it out of the stack (DeletionPolicy: Retain), then ask again.',
  objectLock: 'Object Lock can’t be switched off: an operator changes the rule, if the bucket is to go all the same.',
};
