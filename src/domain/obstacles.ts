/** What stands in the way of deleting a bucket, and what has changed since an approver read about it. */
import { guardWords } from './guard-seen.ts';
import { aboutTheSame, holdings } from './holdings.ts';
import { type Facts, isLongKind, type Kind } from './request.ts';
import { retentionWords } from './retention.ts';
import { list, say } from './words.ts';

/** Why a bucket can't be deleted as it is, each with what to do; empty when nothing is in the way. Its guard is asked about by itself. */
export function obstacles(facts: Facts, { kind, bucket }: { kind: Kind; bucket: string }): string[] {
  const found: string[] = [];
  const contents = [say(facts.objects, 'object'), say(facts.oldVersions, 'old version'), say(facts.deleteMarkers, 'delete marker')].filter(
    (text) => text !== '',
  );
  if (isLongKind(kind) && facts.mfaDelete) {
    found.push(
      `MFA Delete is on, under which only root may delete versions, and no session can. Whoever holds root switches it off with one code (${mfaDeleteCommand('off', bucket)}); then ask again.`,
    );
  }
  if (isLongKind(kind) && facts.createdAt === null) {
    found.push(
      'S3 doesn’t say when the bucket was created, and by that alone it is known from another one of its name while it is emptied. Ask again later; an operator looks whether aws s3api list-buckets shows it.',
    );
  }
  if (contents.length > 0 && !isLongKind(kind)) {
    const holds = `The bucket is not empty: it holds ${list(contents)}.`;
    found.push(
      guardKeepsVersions(facts)
        ? `${holds} Its hardened guard lets its approvers alone delete versions: ask again with “Empty it first”.`
        : `${holds} Ask again with “Empty it first” to have all of that deleted, or empty it (old versions and delete markers too) before you ask.`,
    );
  }
  if (facts.accessPoints.length > 0 && kind !== 'empty' && kind !== 'purge') {
    const names = list(facts.accessPoints.map((name) => `“${name}”`));
    const [what, them] = facts.accessPoints.length === 1 ? ['an access point', 'the access point'] : ['access points', 'the access points'];
    found.push(`The bucket has ${what} (${names}). Delete ${them}, then ask again.`);
  }
  return found;
}

/** The command that whoever holds root switches MFA Delete with, on their own machine. On npm the name is somebody else's: never without --no. */
export const mfaDeleteCommand = (to: 'on' | 'off', bucket: string): string => `npx --no interlock mfa-delete ${to} ${bucket}`;

/** Does emptying it take what its guard denies? Where versioning never was on, an ordinary delete empties it. */
function guardKeepsVersions({ guard, versioning, oldVersions, deleteMarkers }: Facts): boolean {
  const hasVersions = versioning !== 'never on' || [oldVersions, deleteMarkers].some(({ count, more }) => count > 0 || more);
  return guard.level === 'hardened' && hasVersions;
}

/**
 * Why the bucket's guard keeps it from being deleted, with what to do; empty where it doesn't.
 * @param mend the command that puts the guard on, or mends it
 * @param required does the bucket's rule ask for a guard?
 */
export function guardObstacles({ guard }: Facts, mend: string, required: boolean): string[] {
  if (guard.deniesApprovers) {
    const denies = "The bucket's guard denies the deletion to every approver of its rule.";
    return [
      guard.level === 'hardened'
        ? `${denies} Root, whom no guard keeps from the bucket's policy, takes it off; then put it on for them with ${mend} and ask again.`
        : `${denies} It is basic, so whoever may write the bucket's policy puts it on for them with ${mend}; then ask again.`,
    ];
  }
  if (!required || guard.state === 'whole') return [];
  return guard.state === 'none'
    ? [`Its rule asks for a guard, and the bucket has none. An administrator puts it on with ${mend}; then ask again.`]
    : [`Its rule asks for a whole guard, and the bucket's is ${guardWords(guard)} It is mended with ${mend}; then ask again.`];
}

/**
 * What differs between two looks at a bucket, in words; empty when what was shown still holds. The creation date counts
 * too, since the one that is read is the original (`ListBuckets` in us-east-1), which moves only when the bucket is made anew.
 * The guard is told apart from the policy: it changes with the rule's approvers too.
 * Not told: the time of the look, the newest write (a bucket that is written to all the time could never be approved; the
 * counts tell), and the statements that may deny (the policy tells).
 */
export function changes(shown: Facts, now: Facts, kind: Kind = 'delete'): string[] {
  const differ = (name: string, before: string, after: string) => (before === after ? [] : [`${name}: was ${before}, is ${after}`]);
  // All of it is to go: what a bucket in use changes by meanwhile is no other bucket.
  const isSame = isLongKind(kind) && aboutTheSame(shown, now);
  const uploads = (facts: Facts) => say(facts.uploads, 'upload') || 'none';
  return [
    ...differ('Owner', shown.owner, now.owner),
    ...differ('Region', shown.region, now.region),
    ...differ('Created', shown.createdAt ?? 'unknown', now.createdAt ?? 'unknown'),
    ...(isSame ? [] : differ('Contents', holdings(shown) || 'empty', holdings(now) || 'empty')),
    ...(isSame ? [] : differ('Unfinished uploads', uploads(shown), uploads(now))),
    ...differ('Versioning', shown.versioning, now.versioning),
    ...differ('MFA Delete', onOff(shown.mfaDelete), onOff(now.mfaDelete)),
    ...differ('Object Lock', onOff(shown.objectLock), onOff(now.objectLock)),
    ...(retentionWords(shown) && retentionWords(now) ? differ('Kept by Object Lock', retentionWords(shown), retentionWords(now)) : []),
    ...differ('Access points', list(shown.accessPoints.toSorted()) || 'none', list(now.accessPoints.toSorted()) || 'none'),
    ...(shown.tagsDigest === now.tagsDigest ? [] : ['The tags were edited']),
    ...differ('Depends on it', textsOf(shown.dependents) || 'nothing', textsOf(now.dependents) || 'nothing'),
    ...differ('Stack', shown.stack ?? 'none', now.stack ?? 'none'),
    ...(shown.policyDigest === now.policyDigest ? [] : ['The bucket policy was edited']),
    ...differ('Guard', guardWords(shown.guard), guardWords(now.guard)),
    ...differ('Goes round the guard', shown.waysRound.join(' ') || 'nothing', now.waysRound.join(' ') || 'nothing'),
  ];
}

const textsOf = (dependents: Facts['dependents']): string => dependents.map(({ text }) => text).join(' ');

function onOff(on: boolean): string {
  return on ? 'on' : 'off';
}
