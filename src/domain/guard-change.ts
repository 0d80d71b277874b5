/**
 * What a request changes of a bucket's guard: the policy that is there, the guard that is asked for, and the difference as an approver reads it.
 * Nothing is evaluated here: what other statements may deny is said in words.
 */
import { type BucketPolicy, speaksOfAction } from './bucket-policy.ts';
import { denialBy } from './denials.ts';
import { GUARD_ACTIONS, type Guard, type GuardFor, guardActions, guardFor, type Level } from './guard.ts';
import { checkGuard } from './guard-check.ts';
import { guardSid, type Merged, mergeGuard, removeGuard, withNames } from './guard-merge.ts';
import { recipeIn } from './guard-recipe.ts';
import { levelIn } from './guard-seen.ts';
import type { Facts, GuardChange, GuardKind } from './request.ts';
import { list } from './words.ts';

/** The level that each kind of request puts on; undefined takes the guard off. */
const LEVELS: Record<GuardKind, Level | undefined> = { 'guard-hardened': 'hardened', 'guard-basic': 'basic', 'guard-off': undefined };

export type GuardPlan =
  /** `changed: false`: the bucket has the guard that is asked for, and there is nothing to write. `deniedNow`: what its statements deny, whomever they let through. */
  { ok: true; changed: boolean; policy: BucketPolicy; change: GuardChange; deniedNow: string[] } | { ok: false; why: string };

/**
 * What the request does to the bucket's policy.
 * @param found the policy that is there
 * @param wanted the bucket, what is asked for, whom the guard is to let through, and whether the bucket's rule asks for a guard
 * @returns the policy to write and what it changes, or why it can't be written (a deleted principal, too long), with what to do
 */
export function planGuardChange(
  found: BucketPolicy,
  wanted: { bucket: string; kind: GuardKind; required?: boolean } & GuardFor,
): GuardPlan {
  const { bucket, kind, principals, approvers } = wanted;
  const level = LEVELS[kind];
  const guard = (of: Level) => guardFor({ bucket, level: of, principals, approvers });
  const policy = withNames(found, wanted);
  const merged: Merged = level ? mergeGuard(found, guard(level)) : removeGuard(policy, bucket);
  if (!merged.ok) return { ok: false, why: merged.why };
  const then = level ? guardActions(level).map(({ action }) => action) : [];
  const now = deniedNow(policy, bucket);
  const letThrough = level ? guard(level) : { principals: [], approvers: [] };
  return {
    ok: true,
    changed: merged.changed,
    policy: merged.policy,
    deniedNow: now,
    change: {
      before: presentIn(policy, bucket, guard),
      after: level ?? 'none',
      denied: then.filter((action) => !now.includes(action)),
      allowed: now.filter((action) => !then.includes(action)),
      principals: [...letThrough.principals],
      approvers: [...letThrough.approvers],
      denials: denialsOfChange(policy, bucket, merged.policy),
      ...(wanted.required && !level && { required: true }),
    },
  };
}

/** Why nothing is to be done where the bucket has the guard already that is asked for. */
export function whyNothingToDo(bucket: string, kind: GuardKind): string {
  const level = LEVELS[kind];
  return level
    ? `${bucket} has the ${level} guard already, whole and for the approvers of its rule: there is nothing to change.`
    : `${bucket} has no guard: there is nothing to take off.`;
}

/** Why nobody can be asked where the guard that is there lets no approver through. `mend`: the command that puts the guard on. */
export function whyLockedOut(mend: string): string {
  return `The bucket's guard denies the change to every approver of its rule. Root, whom no guard keeps from the bucket's policy, takes it off; then put it on for them with ${mend}.`;
}

/** What guard is there; the recipe beside statements of the guard's own is half of each. */
function presentIn(policy: BucketPolicy, bucket: string, guard: (level: Level) => Guard): GuardChange['before'] {
  if (recipeIn(policy, bucket) && !policy.statements.some(guardSid)) return 'recipe';
  const level = levelIn(policy);
  const check = checkGuard(policy, guard(level));
  return check.present ? (check.whole ? level : 'broken') : 'none';
}

/** The guard's actions that its statements deny now, whomever they let through. */
function deniedNow(policy: BucketPolicy, bucket: string): string[] {
  const recipe = recipeIn(policy, bucket)?.indexes ?? [];
  const own = policy.statements.filter((statement, index) => guardSid(statement) || recipe.includes(index));
  return GUARD_ACTIONS.map(({ action }) => action).filter((action) => own.some((statement) => speaksOfAction(statement, action)));
}

/** Others' statements that may deny what the change takes: a read of the policy, and the write or the deletion of it. */
function denialsOfChange(policy: BucketPolicy, bucket: string, after: BucketPolicy): string[] {
  const write = after.statements.length === 0 ? 's3:DeleteBucketPolicy' : 's3:PutBucketPolicy';
  const change = { actions: ['s3:GetBucketPolicy', write], what: 'the change' };
  return policy.statements.flatMap((statement, index) => (guardSid(statement) ? [] : (denialBy(statement, index, bucket, change) ?? [])));
}

/**
 * What differs between two looks at a bucket whose guard is to be changed, in words. Its contents don't count: a bucket in use changes all the
 * time, and the guard with none of it. The policy counts as a whole, and so does whom the rule lets through.
 */
export function guardChanges(shown: Facts, now: Facts): string[] {
  const differ = (name: string, before: string, after: string) => (before === after ? [] : [`${name}: was ${before}, is ${after}`]);
  const through = ({ guardChange }: Facts) => list([...(guardChange?.principals ?? []), ...(guardChange?.approvers ?? [])]) || 'nobody';
  return [
    ...differ('Owner', shown.owner, now.owner),
    ...differ('Region', shown.region, now.region),
    ...differ('Created', shown.createdAt ?? 'unknown', now.createdAt ?? 'unknown'),
    ...differ('Let through by the guard', through(shown), through(now)),
    ...differ('Its rule asks for a guard', isRequired(shown), isRequired(now)),
    ...differ('Goes round the guard', shown.waysRound.join(' ') || 'nothing', now.waysRound.join(' ') || 'nothing'),
    ...(shown.policyDigest === now.policyDigest ? [] : ['The bucket policy was edited']),
  ];
}

/** Told where it matters, of a guard that is taken off. */
const isRequired = ({ guardChange }: Facts): string => (guardChange?.required ? 'yes' : 'no');
