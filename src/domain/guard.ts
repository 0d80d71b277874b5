/**
 * The guard: statements of a bucket's policy under which nobody but the approved principals can delete the bucket, and they only with
 * MFA. Every one of them is a Deny to everybody, so that no Allow anywhere gets past it. Pure: principals in, statements out.
 *
 * `aws:PrincipalArn` of a role's session is the role's ARN, and is absent for anonymous callers and for services; a negated operator holds where
 * its key is absent, so they are denied too (IAM User Guide, "AWS global condition context keys", "IAM JSON policy elements: Condition
 * operators", read November 2026).
 */
import { bucketArn } from './bucket-policy.ts';
import type { Config } from './configuration.ts';
import { placeOf, roleArn, userName } from './names.ts';
import type { Statement } from './policy-document.ts';
import { approversOf, ruleFor } from './rules.ts';

/** `basic` denies the deletion; `hardened` also what takes the guard off or destroys data behind its back. */
export type Level = 'basic' | 'hardened';

/** The names by which the guard's own statements are known. */
export const GUARD_SIDS = ['InterlockGuardPrincipal', 'InterlockGuardApprover', 'InterlockGuardMfa', 'InterlockGuardMfaAge'] as const;
export type GuardSid = (typeof GUARD_SIDS)[number];

export interface GuardAction {
  action: string;
  level: Level;
  /** What S3 asks the action of. */
  on: 'bucket' | 'objects';
  /** Why it is denied. */
  why: string;
}

/** What the guard denies. Names and resource types: Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3", read November 2026. */
export const GUARD_ACTIONS: readonly GuardAction[] = [
  { action: 's3:DeleteBucket', level: 'basic', on: 'bucket', why: 'deletes the bucket' },
  { action: 's3:PutBucketPolicy', level: 'hardened', on: 'bucket', why: 'writes a policy without the guard' },
  { action: 's3:DeleteBucketPolicy', level: 'hardened', on: 'bucket', why: 'takes the guard off with the whole policy' },
  { action: 's3:PutLifecycleConfiguration', level: 'hardened', on: 'bucket', why: 'has S3 itself empty the bucket, which no policy stops' },
  {
    action: 's3:PutBucketVersioning',
    level: 'hardened',
    on: 'bucket',
    why: 'suspends versioning, after which an ordinary delete or write destroys',
  },
  { action: 's3:DeleteObjectVersion', level: 'hardened', on: 'objects', why: 'destroys data for good' },
  { action: 's3:BypassGovernanceRetention', level: 'hardened', on: 'objects', why: 'deletes what governance retention keeps' },
  {
    action: 's3:PutBucketObjectLockConfiguration',
    level: 'hardened',
    on: 'bucket',
    why: 'a default of compliance mode makes the bucket undeletable for years',
  },
  {
    action: 's3:UpdateObjectEncryption',
    level: 'hardened',
    on: 'objects',
    why: 'puts objects under another KMS key, whose deletion destroys them (S3 User Guide, “Updating server-side encryption for existing data”)',
  },
];

/** What the guard leaves open, each because day-to-day work needs it and it neither takes the guard off nor destroys a version. */
export const LEFT_OPEN: readonly { actions: string[]; why: string }[] = [
  { actions: ['s3:PutReplicationConfiguration'], why: 'copies elsewhere; what is here stays' },
  {
    actions: ['s3:PutBucketAcl', 's3:PutObjectAcl', 's3:PutObjectVersionAcl'],
    why: 'gives access only; an Allow does not get past a Deny',
  },
  { actions: ['s3:PutBucketOwnershipControls'], why: 'says whether ACLs count; they only give access' },
  { actions: ['s3:PutBucketPublicAccessBlock'], why: 'may make data readable, not deletable' },
  { actions: ['s3:PutEncryptionConfiguration'], why: 'is about objects written later; those that are here keep their key' },
  {
    actions: ['s3:PutBucketTagging', 's3:PutObjectTagging'],
    why: 'deletes nothing by itself; a lifecycle rule by tag that is there already is reported',
  },
  { actions: ['s3:PutBucketWebsite', 's3:DeleteBucketWebsite'], why: 'serves what is here' },
  { actions: ['s3:CreateAccessPoint', 's3:PutAccessPointPolicy'], why: "the bucket's Deny binds requests through access points too" },
  {
    actions: ['s3:PutObjectRetention', 's3:PutObjectLegalHold'],
    why: 'keeps data longer; shortening governance retention needs the bypass, which is denied',
  },
  { actions: ['s3:PutObject', 's3:DeleteObject'], why: 'is the day-to-day writing; where versioning is on, the old version stays' },
];

/** How old a code may be at a user's session under a hardened guard, in seconds. */
const OLDEST_CODE = 3600;

export interface Guard {
  bucket: string;
  level: Level;
  /** ARNs of the only principals that may: the account's root, IAM users, roles. */
  principals: readonly string[];
  /** `aws:SourceIdentity` of the sessions that may, where a principal is a role: the names of the approvers' users. */
  approvers: readonly string[];
  statements: readonly Statement[];
}

/** Whom a guard lets through. */
export type GuardFor = Pick<Guard, 'principals' | 'approvers'>;

/**
 * Whom the guard of a bucket lets through by default: all that the approvers of the bucket's rule act as; undefined where no rule matches.
 * A session of the role kind acts as the deletion role under the approver's name, one of the user kind as the approver's user.
 */
export function approvedPrincipals(config: Config, bucket: string, stage: string): GuardFor | undefined {
  const rule = ruleFor(config, bucket);
  if (!rule) return undefined;
  const approvers = approversOf(config, rule);
  const ofRole = approvers.filter((approver) => approver.session === 'role');
  return {
    principals: [
      ...(ofRole.length > 0 ? [roleArn(placeOf(config, stage), 'deletion')] : []),
      ...approvers.filter((approver) => approver.session === 'user').map((approver) => approver.user),
    ],
    approvers: ofRole.map(userName),
  };
}

export type PrincipalKind = 'root' | 'user' | 'role';
export type ParsedPrincipal = { ok: true; kind: PrincipalKind; arn: string } | { ok: false; why: string };

/**
 * The principal that somebody typed for a guard: an account's number (its root), or the ARN of root, an IAM user or a role. Refuses, with a
 * sentence, what `aws:PrincipalArn` never is or what would let more than one through.
 */
export function parsePrincipal(typed: string): ParsedPrincipal {
  const text = typed.trim();
  if (/^\d{12}$/.test(text)) return { ok: true, kind: 'root', arn: `arn:aws:iam::${text}:root` };
  const session = /^arn:aws:sts::(\d{12}):assumed-role\/([^/]+)\//.exec(text);
  if (session) {
    return {
      ok: false,
      why: `That is one session of a role; name the role itself (arn:aws:iam::${session[1]}:role/${session[2]}, with its path if it has one), and all of its sessions are meant.`,
    };
  }
  // `*` and `?` stand for others in ARN conditions, and a path may hold them (IAM API Reference, CreateUser, Path).
  if (/[*?$]/.test(text)) return { ok: false, why: 'A guard lets whole ARNs through, without * or ? or variables; name each principal.' };
  const kind = /^arn:aws:iam::\d{12}:(?:(root)$|(user|role)\/[\x21-\x7e]+$)/.exec(text);
  if (!kind) {
    return {
      ok: false,
      why: "Name the account's root, an IAM user or a role by its ARN: arn:aws:iam::<account>:root, …:user/<name> or …:role/<name>.",
    };
  }
  return { ok: true, kind: (kind[1] ?? kind[2]) as PrincipalKind, arn: text };
}

/**
 * The guard of a bucket. Throws RangeError where it names no principal, one that `parsePrincipal` refuses, an approver whose name is none, or a role and no approver: sessions of
 * a role carry no MFA keys that one could ask for, so the approver's name, which the role's trust ties to a code, is asked for in its place
 * (IAM User Guide, "Secure API access with MFA").
 */
export function guardFor({ bucket, level, principals, approvers }: Omit<Guard, 'statements'>): Guard {
  const parsed = principals.map(parsePrincipal).map((principal) => {
    if (!principal.ok) throw new RangeError(principal.why);
    return principal;
  });
  const arns = (...kinds: PrincipalKind[]) => [...new Set(parsed.filter(({ kind }) => kinds.includes(kind)).map(({ arn }) => arn))];
  const all = arns('root', 'user', 'role');
  if (all.length === 0) throw new RangeError('A guard lets at least one principal through; name it.');
  const roles = arns('role');
  if (roles.length > 0 && approvers.length === 0) {
    throw new RangeError('A guard that lets a role through asks for the approvers behind its sessions; name at least one.');
  }
  // Characters and length of a source identity (STS API Reference, AssumeRole, SourceIdentity): a variable (`${aws:SourceIdentity}`) would be everybody's own.
  const odd = approvers.find((name) => !/^[\w+=,.@-]{2,64}$/.test(name));
  if (odd !== undefined) throw new RangeError(`An approver is named by the name of the IAM user, and ${JSON.stringify(odd)} is none.`);
  const deny = (sid: GuardSid, condition: Statement['Condition']): Statement => ({
    Sid: sid,
    Effect: 'Deny',
    Principal: '*',
    Action: guardActions(level).map(({ action }) => action),
    Resource: level === 'basic' ? bucketArn(bucket) : [bucketArn(bucket), `${bucketArn(bucket)}/*`],
    ...(condition && { Condition: condition }),
  });
  const butFor = (others: string[]) => others.length > 0 && { ArnNotEquals: { 'aws:PrincipalArn': others } };
  const users = arns('root', 'user');
  const statements = [deny('InterlockGuardPrincipal', { ArnNotEquals: { 'aws:PrincipalArn': all } })];
  if (roles.length > 0) {
    const named = { StringNotEquals: { 'aws:SourceIdentity': [...new Set(approvers)] } };
    statements.push(deny('InterlockGuardApprover', users.length > 0 ? { ...named, ArnEquals: { 'aws:PrincipalArn': roles } } : named));
  }
  if (users.length > 0) {
    // Not Bool: long-term keys carry no such key, and Bool doesn't hold where the key is absent (IAM User Guide, as above).
    statements.push(deny('InterlockGuardMfa', { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' }, ...butFor(roles) }));
  }
  if (level === 'hardened' && arns('user').length > 0) {
    // Not root: its GetSessionToken sessions end after an hour anyway (STS API Reference, GetSessionToken).
    const age = { NumericGreaterThan: { 'aws:MultiFactorAuthAge': String(OLDEST_CODE) } };
    statements.push(deny('InterlockGuardMfaAge', { ...age, ...butFor(arns('role', 'root')) }));
  }
  return { bucket, level, principals: all, approvers: roles.length > 0 ? [...new Set(approvers)] : [], statements };
}

/** What a guard of this level denies. */
export function guardActions(level: Level): GuardAction[] {
  return GUARD_ACTIONS.filter((action) => level === 'hardened' || action.level === 'basic');
}
