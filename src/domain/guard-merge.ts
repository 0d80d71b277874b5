/**
 * Puts the guard into a bucket's policy, or takes it off: whole or not at all. Other statements stay as they stand and in their order; the guard's
 * own are known by their Sids and replaced where they stand, or come last.
 */
import {
  type AnyStatement,
  type BucketPolicy,
  clausesOf,
  NO_POLICY,
  policySize,
  principalsOf,
  sameMeaning,
  sidOf,
  speaksOfAction,
  statementName,
  withStatements,
} from './bucket-policy.ts';
import { GUARD_ACTIONS, GUARD_SIDS, type Guard, type GuardSid, guardFor, type Level } from './guard.ts';
import { recipeIn } from './guard-recipe.ts';

export type Merged =
  /** `changed: false`: there is nothing to write. */
  | { ok: true; changed: boolean; policy: BucketPolicy }
  | { ok: false; reason: 'tooLong'; why: string; bytes: { before: number; after: number; limit: number } }
  | { ok: false; reason: 'deadPrincipal'; why: string };

/** A bucket's policy is 20 KB at most (S3 User Guide, "Bucket policies", read November 2026). */
const LIMIT = 20 * 1024;

/** AWS counts a form of its own that no page describes, without white space (FogSecurity/aws-size#8); this much is left for what it adds. */
const MARGIN = 512;

/** What conditions of a guard's statement are about, in whatever way somebody changed them: who asks, and with what MFA. */
const GUARD_KEYS = /^aws:(?:principal|sourceidentity$|multifactorauth|user(?:id|name)$)/;

/** The Sid by which a statement is the guard's own, or undefined where it is somebody else's. */
export function guardSid(statement: AnyStatement): GuardSid | undefined {
  const sid = GUARD_SIDS.find((one) => one === sidOf(statement));
  // An Allow, or a Deny of something else or under conditions of another kind alone (no TLS), is not the guard's whatever it is called: replaced, its meaning would be lost.
  const denies = statement.Effect === 'Deny' && GUARD_ACTIONS.some(({ action }) => speaksOfAction(statement, action));
  const keys = clausesOf(statement).map(({ key }) => key);
  return denies && (keys.length === 0 || keys.some((key) => GUARD_KEYS.test(key))) ? sid : undefined;
}

/**
 * The policy with this guard in it, and no other: one of before, of whatever level, and AWS Support's recipe for the bucket are replaced.
 * Refused, with nothing to write, where the policy would be longer than S3 takes, or where a statement that stays names a deleted principal.
 */
export function mergeGuard(policy: BucketPolicy, guard: Guard): Merged {
  const own = ownIndexes(withNames(policy, guard), guard.bucket);
  const found = policy.statements.filter((_, index) => own.has(index));
  const isThere = (one: AnyStatement) => found.some((other) => sidOf(other) === sidOf(one) && sameMeaning(one, other));
  if (found.length === guard.statements.length && guard.statements.every((one) => isThere({ ...one }))) {
    return { ok: true, changed: false, policy };
  }
  const place = own.size > 0 ? Math.min(...own) : policy.statements.length;
  const others = (from: number, to?: number) => policy.statements.slice(from, to).filter((_, index) => !own.has(from + index));
  const statements = [...others(0, place), ...guard.statements.map((one): AnyStatement => ({ ...one })), ...others(place)];
  return written(policy, withStatements(policy, statements));
}

/**
 * The policy without the guard (of any level, AWS Support's recipe for the bucket too), all else as it stands; `policyText` of it is undefined where
 * nothing is left. Refused as `mergeGuard` is, since what stays is written anew. Of statements under other names it knows none: see `withNames`.
 */
export function removeGuard(policy: BucketPolicy, bucket: string): Merged {
  const own = ownIndexes(policy, bucket);
  if (own.size === 0) return { ok: true, changed: false, policy };
  const left = policy.statements.filter((_, index) => !own.has(index));
  return left.length === 0 ? { ok: true, changed: true, policy: NO_POLICY } : written(policy, withStatements(policy, left));
}

/**
 * The policy as it would be if the statements that say, under other names or none, just what this guard's say at either level bore their names. A name
 * that a statement of the guard's bears already is given to no other, and to one only: what says the same besides is somebody else's. One that asks for
 * MFA alone may be anybody's, and belongs to a guard only beside the one that names the principals, where that has lost its name too.
 */
export function withNames(
  policy: BucketPolicy,
  { bucket, principals, approvers }: Pick<Guard, 'bucket' | 'principals' | 'approvers'>,
): BucketPolicy {
  const { statements } = policy;
  const isCandidate = (one: AnyStatement) => one.Effect === 'Deny' && speaksOfAction(one, 's3:DeleteBucket') && !guardSid(one);
  if (!statements.some(isCandidate)) return policy;
  // Hardened first: nobody else writes its list of actions.
  const levels: Level[] = ['hardened', 'basic'];
  const forms = levels.flatMap((level) => guardFor({ bucket, level, principals, approvers }).statements);
  const borne = new Set<string | undefined>(statements.map(guardSid));
  const isNamed = borne.has('InterlockGuardPrincipal');
  const names = new Map<number, GuardSid>();
  for (const form of forms) {
    if (borne.has(form.Sid) || (isNamed && mayBeAnybodys({ ...form }))) continue;
    const alike = statements.flatMap((one, index) =>
      isCandidate(one) && !names.has(index) && sameMeaning({ ...form }, one) ? [index] : [],
    );
    // Where several say the same, the guard's own are those behind the one that names the principals, as they are written.
    const after = Math.min(...names.keys());
    const index = alike.find((one) => one > after) ?? alike[0];
    if (index === undefined) continue;
    names.set(index, form.Sid as GuardSid);
    borne.add(form.Sid);
  }
  if (!borne.has('InterlockGuardPrincipal') || names.size === 0) return policy;
  return withStatements(
    policy,
    statements.map((one, index) => (names.has(index) ? { ...one, Sid: names.get(index) } : one)),
  );
}

/** Does it ask for MFA alone, and of the deletion alone? AWS Support's recipe has such a one, and many a policy besides. */
function mayBeAnybodys(form: AnyStatement): boolean {
  return (
    clausesOf(form)
      .map(({ key }) => key)
      .join() === 'aws:multifactorauthpresent' && !speaksOfAction(form, 's3:PutBucketPolicy')
  );
}

function ownIndexes(policy: BucketPolicy, bucket: string): Set<number> {
  const named = policy.statements.flatMap((statement, index) => (guardSid(statement) ? [index] : []));
  return new Set([...named, ...(recipeIn(policy, bucket)?.indexes ?? [])]);
}

function written(before: BucketPolicy, policy: BucketPolicy): Merged {
  const dead = policy.statements.flatMap((statement, index) =>
    deadIn(statement).map((id) => ({ id, name: statementName(statement, index) })),
  )[0];
  if (dead) {
    // Neither the command nor the flow changes a statement of others.
    const hardened = before.statements.some((statement) => guardSid(statement) && speaksOfAction(statement, 's3:PutBucketPolicy'));
    const mend = hardened
      ? "nothing was changed. Its guard denies everybody else the change of that statement: root of the bucket's account, whom no guard keeps from " +
        'the policy, names a principal that exists there, or removes it; then try again.'
      : 'nothing was changed; name a principal that exists there, or remove it, then try again.';
    return {
      ok: false,
      reason: 'deadPrincipal',
      why:
        `Statement ${dead.name} of the bucket's policy names ${dead.id}, a user or role that was deleted, and S3 takes no such policy again: ` +
        mend,
    };
  }
  const bytes = { before: policySize(before), after: policySize(policy), limit: LIMIT - MARGIN };
  // What is taken away makes nothing longer.
  if (bytes.after > bytes.limit && bytes.after > bytes.before) {
    const [has, would, limit] = [bytes.before, bytes.after, bytes.limit].map((count) => count.toLocaleString('en-US'));
    return {
      ok: false,
      reason: 'tooLong',
      why:
        `The bucket's policy has ${has} bytes and would have ${would} with the guard, more than the ${limit} that are safe (S3 takes ` +
        `${LIMIT.toLocaleString('en-US')}, counted its own way): nothing was changed; shorten the policy, then try again.`,
      bytes,
    };
  }
  return { ok: true, changed: true, policy };
}

/**
 * The ids that stand where a principal's ARN stood before it was deleted (S3 User Guide, "Principals for bucket policies"; four letters say of what
 * kind, `AIDA` a user, `AROA` a role: IAM User Guide, "IAM identifiers", "Understanding unique ID prefixes"; read November 2026). S3 refuses to
 * take them again, "Invalid principal in policy" (ministryofjustice/analytical-platform#4932).
 */
function deadIn({ Principal, NotPrincipal }: AnyStatement): string[] {
  return [Principal, NotPrincipal].flatMap(principalsOf).filter((principal) => /^A[A-Z0-9]{3}[A-Z0-9]{12,124}$/.test(principal));
}
