/** The words that the flow speaks: what a request is, what was seen of the bucket, what each state says. */
import * as z from 'zod';
import { Purge } from './purge.ts';

/**
 * What can be asked for: the deletion of a bucket as it is (`delete`), once it has been emptied (`empty-delete`), its emptying alone (`empty`), the deletion of old versions (`purge`); or the
 * guard that it is to have from then on (`guard-off`: none).
 */
export const KINDS = ['delete', 'empty-delete', 'empty', 'purge', 'guard-hardened', 'guard-basic', 'guard-off'] as const;
export type Kind = (typeof KINDS)[number];
export type GuardKind = Extract<Kind, `guard-${string}`>;

export function isGuardKind(kind: Kind): kind is GuardKind {
  return kind.startsWith('guard-');
}

/** Does it go through all that the bucket holds? Then it may take hours. */
export function isLongKind(kind: Kind): kind is 'empty-delete' | 'empty' | 'purge' {
  return isEmptyingKind(kind) || kind === 'purge';
}

/** Does it delete all that the bucket holds? */
export function isEmptyingKind(kind: Kind): kind is 'empty-delete' | 'empty' {
  return kind === 'empty-delete' || kind === 'empty';
}

/**
 * How a request can end. `emptied`: the bucket stays, with nothing in it; `purged`: its old versions went; `rehearsed`: everything happened but what was asked for; `guarded`, `unguarded`:
 * the guard was changed, taken off.
 */
export const OUTCOMES = [
  'deleted',
  'emptied',
  'purged',
  'guarded',
  'unguarded',
  'rehearsed',
  'rejected',
  'cancelled',
  'expired',
  'refused',
  'locked',
  'stopped',
  'failed',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

// All that the Slack function says has a bound: what it says stays in the flow's state, which has one too (256 KiB: Step Functions Developer Guide, "Quotas"),
// and must not pass that once a code is spent.
const SLACK_USER = /^[UW][A-Z0-9]{2,20}$/;
/** A seal of so many characters at most, and of no others: those that base64 passes over would make the flow's state longer. */
export const base64 = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[A-Za-z0-9+/]+={0,2}$/);
const slackUser = z.string().regex(SLACK_USER);
export const Time = z.iso.datetime().max(40);
/** A reason: a thousand characters at most; some count as two here. */
const reason = z.string().max(2000);
/** SHA-256, in hexadecimal. */
const hash = z.string().max(64);

/** Who asks, for what, of which bucket, why; frozen when the execution starts. Times are ISO 8601 in UTC. */
export const Request = z.strictObject({
  requestId: z.string().regex(/^req-[a-z2-7]{12}$/),
  bucket: z.string().min(3).max(63),
  kind: z.enum(KINDS),
  rehearsal: z.boolean(),
  /** Which old versions go; of a purge alone. */
  purge: Purge.optional(),
  /** Is governance retention to be bypassed? Of an emptying alone. */
  bypassGovernance: z.literal(true).optional(),
  /** Slack user id. */
  requester: slackUser,
  /** Slack team id. */
  team: z.string().max(20),
  reason,
  askedAt: Time,
  remindAt: Time,
  expiresAt: Time,
  /** Hash of the audit entry that was written when it was asked. */
  auditHead: hash,
});
export type Request = z.infer<typeof Request>;

/** A count that may have stopped at a bound: `{count: 1000, more: true}` is "1,000 or more". */
export const Count = z.strictObject({ count: z.int().nonnegative(), more: z.boolean() });
export type Count = z.infer<typeof Count>;

/** What a request changes of a bucket's guard. */
export const GuardChange = z.strictObject({
  /** The guard that is there: none, a whole one of a level, AWS Support's recipe, or one that isn't whole. */
  before: z.enum(['none', 'basic', 'hardened', 'recipe', 'broken']),
  after: z.enum(['none', 'basic', 'hardened']),
  /** Actions that are denied from then on, and those that no longer are, as S3 calls them. */
  denied: z.array(z.string()),
  allowed: z.array(z.string()),
  /** ARNs of whom the guard lets through from then on, and the names of the users behind the role's sessions. */
  principals: z.array(z.string()),
  approvers: z.array(z.string()),
  /** Policy statements of others that may deny the change, in words. */
  denials: z.array(z.string()),
  /** The guard is taken off, and the bucket's rule asks for one. */
  required: z.literal(true).optional(),
});
export type GuardChange = z.infer<typeof GuardChange>;

/** How a bucket's guard stands, for those whom its rule names. */
export const GuardSeen = z.strictObject({
  /** `whole`: nobody but the rule's approvers gets through, and they do. */
  state: z.enum(['whole', 'notWhole', 'none']),
  /** The level that it has, or was to have; null where there is none. */
  level: z.enum(['basic', 'hardened']).nullable(),
  /** What is missing, weakened or too much, in words. */
  findings: z.array(z.string()),
  /** Does it deny the deletion to every approver of the rule? */
  deniesApprovers: z.boolean(),
});
export type GuardSeen = z.infer<typeof GuardSeen>;

/**
 * How something depends on a bucket: by its website, by what its policy allows (CloudFront, deliveries of logs, other services), by what it tells and
 * replicates, or by what it is part of or kept for.
 */
export const DEPENDENT_KINDS = [
  'website',
  'cloudfront',
  'logs',
  'notifications',
  'replication',
  'services',
  'recentWrites',
  'stack',
  'objectLock',
] as const;
export type DependentKind = (typeof DEPENDENT_KINDS)[number];

/** Something that depends on a bucket, in a sentence; not `seen` where nobody may look whether it does. */
export const Dependent = z.strictObject({ kind: z.enum(DEPENDENT_KINDS), text: z.string(), seen: z.boolean() });
export type Dependent = z.infer<typeof Dependent>;

/** Versions that are kept in one way, and until when the last of them is; null where there are none. */
export const UnderLock = z.strictObject({ count: z.int().nonnegative(), until: Time.nullable() });
export type UnderLock = z.infer<typeof UnderLock>;

/** What Object Lock keeps of a bucket's versions, as far as they were looked at; `denied`: nobody may look. */
export const Retention = z.strictObject({
  looked: z.int().nonnegative(),
  more: z.boolean(),
  denied: z.boolean(),
  governance: UnderLock,
  compliance: UnderLock,
  /** Versions under a legal hold. */
  holds: z.int().nonnegative(),
});
export type Retention = z.infer<typeof Retention>;

/** What a purge would take of what was looked at. */
export const Going = z.strictObject({ versions: Count, markers: Count, bytes: Count });
export type Going = z.infer<typeof Going>;

/** What was seen of a bucket, at `lookedAt`. */
export const Facts = z.strictObject({
  region: z.string(),
  /** Account that owns the bucket. */
  owner: z.string(),
  createdAt: Time.nullable(),
  objects: Count,
  oldVersions: Count,
  deleteMarkers: Count,
  /** Of all versions together. */
  bytes: Count,
  /** What goes of it; null where that is all, or nothing. */
  going: Going.nullable(),
  uploads: Count,
  newestWrite: Time.nullable(),
  versioning: z.enum(['never on', 'on', 'suspended']),
  mfaDelete: z.boolean(),
  objectLock: z.boolean(),
  /** Of a bucket with Object Lock that is to be emptied; null of any other. */
  retention: Retention.nullable(),
  /** The first few; how many more there are; and a digest of all, null where there are none. */
  tags: z.array(z.strictObject({ key: z.string(), value: z.string() })),
  moreTags: z.int().nonnegative(),
  tagsDigest: z.string().nullable(),
  /** The CloudFormation stack that owns it. */
  stack: z.string().nullable(),
  accessPoints: z.array(z.string()),
  /** What depends on it by its settings and its policy; none where what is current stays. */
  dependents: z.array(Dependent),
  guard: GuardSeen,
  /** What goes round a guard of this bucket, in words. */
  waysRound: z.array(z.string()),
  /** Policy statements that may deny the deletion, the first few in words: others', and those of the guard that don't let all approvers through. */
  denials: z.array(z.string()),
  /** Digest of the whole bucket policy; null where there is none. */
  policyDigest: z.string().nullable(),
  /** What is asked to become of its guard; null where something else is asked for. */
  guardChange: GuardChange.nullable(),
  lookedAt: Time,
});
export type Facts = z.infer<typeof Facts>;

/** What CheckDeleted found of the bucket that was approved: gone, there, or gone with another one of its name there. */
export const FOUND = ['gone', 'there', 'madeAnew'] as const;
export type Found = (typeof FOUND)[number];

/** Inspect's, CheckUnchanged's and CheckDeleted's result. */
export interface Inspection {
  verdict: 'ask' | 'unchanged' | 'refused' | 'expired' | 'stopped' | Found;
  why: string;
  facts: Facts | null;
  /** Why it is asked again, in words: what became of the last code, and what differs from the facts that were shown. */
  notes: string[];
  /** Do the notes say that a code was refused, or its answer lost? Then its approver is told too. */
  refused: boolean;
  /** Until the reminder, or until the end of the window; 1 or more. */
  secondsLeft: number;
}

/** What a person decided; the output of `AskApprover`. */
export const Answer = z.strictObject({
  verdict: z.enum(['approved', 'rejected', 'cancelled']),
  why: reason,
  /** Slack user id of who decided. */
  slackUser,
  /** Name of the approver in the configuration; null for a requester who cancels. */
  approver: z.string().max(32).nullable(),
  attempt: z.int().positive(),
  /** The code, sealed; null unless approved. */
  sealedCode: base64(4096).nullable(),
  auditHead: hash,
});
export type Answer = z.infer<typeof Answer>;

/** Elevate's result. */
export const Elevation = z.strictObject({
  /** `askAgain`: the code was refused or its answer lost, and there are tries left. */
  verdict: z.enum(['session', 'askAgain', 'locked', 'stopped', 'expired', 'failed']),
  why: z.string(),
  /** The session's credentials, sealed; null unless there is a session. */
  sealedSession: z.string().nullable(),
  triesLeft: z.int().nonnegative(),
  /** Is it for the operators to mend? Then their channel hears of it. */
  tellOperators: z.boolean(),
  /** Whose code this is about, and of which asking. */
  approver: z.string(),
  attempt: z.int().positive(),
  auditHead: z.string(),
});
export type Elevation = z.infer<typeof Elevation>;

/**
 * What was done with a session: DeleteBucket's, ChangeGuard's and Rehearse's result. `notEmpty`: something was written since it was emptied, and it is
 * emptied again.
 */
export const Work = z.strictObject({
  verdict: z.enum(['deleted', 'notEmpty', 'guarded', 'unguarded', 'rehearsed', 'refused', 'stopped', 'failed']),
  why: z.string(),
  auditHead: z.string(),
});
export type Work = z.infer<typeof Work>;

/** HoldWriters' and ReleaseWriters' result. */
export const Hold = z.strictObject({
  /** Is the statement in the bucket's policy? */
  held: z.boolean(),
  /** Why it isn't as it should be, in a sentence. */
  why: z.string(),
});
export type Hold = z.infer<typeof Hold>;

/** How the request ended and why; what Report tells. */
export const Conclusion = z.strictObject({
  outcome: z.enum(OUTCOMES),
  why: z.string(),
  /** Slack user id of who decided; null for nobody. What is no id names nobody, and the end is reported all the same. */
  by: z
    .string()
    .nullable()
    .transform((by) => (by !== null && SLACK_USER.test(by) ? by : null)),
});
export type Conclusion = z.infer<typeof Conclusion>;
