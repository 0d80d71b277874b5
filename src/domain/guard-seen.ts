/**
 * How a bucket's guard stands for those whom the bucket's rule names, as the flow shows it to approvers and the daily check to operators. It is
 * compared with the guard that the rule asks for; other statements are only read, never evaluated.
 */
import { createHash } from 'node:crypto';
import { type AnyStatement, type BucketPolicy, readPolicy, speaksOfAction } from './bucket-policy.ts';
import type { Approver, Config } from './configuration.ts';
import { denialBy, denialsIn } from './denials.ts';
import { approvedPrincipals, GUARD_ACTIONS, type GuardAction, guardFor, type Level } from './guard.ts';
import { type Answer, answers, type Case, readDeny } from './guard-cases.ts';
import { checkGuard } from './guard-check.ts';
import { guardSid, withNames } from './guard-merge.ts';
import { recipeIn } from './guard-recipe.ts';
import { placeOf, roleArn, userName } from './names.ts';
import type { GuardSeen } from './request.ts';
import { approversOf, ruleFor } from './rules.ts';

/** Where a bucket stands: which rule is its own, and what that rule's approvers act as. */
export interface Watch {
  bucket: string;
  config: Config;
  stage: string;
}

/** How many sentences of a kind are shown; a policy may give hundreds. */
const SHOWN = 6;
/** And how much of each. */
const LENGTH = 1500;

/** The first few sentences, and how many more there are. */
export function firstFew(sentences: readonly string[]): string[] {
  const more = sentences.length - SHOWN;
  const few = sentences.slice(0, SHOWN).map((one) => (one.length > LENGTH ? `${one.slice(0, LENGTH)} …` : one));
  return more > 0 ? [...few, `There are ${more} more such findings.`] : few;
}

/**
 * Looks at a bucket's policy.
 * @param text what GetBucketPolicy gives; undefined where the bucket has no policy
 * @returns the guard, and sentences on the statements that may deny the deletion. Of the guard's own statements those are not named that let every
 * approver of the rule through: they are what is wanted.
 */
export function guardSeen(text: string | undefined, watch: Watch): { guard: GuardSeen; denials: string[] } {
  const { bucket, config, stage } = watch;
  const approved = approvedPrincipals(config, bucket, stage);
  const read = readPolicy(text);
  if (!approved || !read.ok) {
    const finding = read.ok
      ? 'No rule names who may pass a guard of this bucket.'
      : "The bucket's policy can't be read, so whether it guards is not known.";
    return {
      guard: { state: 'notWhole', level: null, findings: [finding], deniesApprovers: false },
      denials: text === undefined ? [] : denialsIn(text, bucket),
    };
  }
  const policy = withNames(read.policy, { bucket, ...approved });
  const level = levelIn(policy);
  const guard = guardFor({ bucket, level, ...approved });
  const check = checkGuard(policy, guard);
  const own = ownIn(policy, bucket);
  const approvers = approversIn(watch).map((approver) => casesOf(approver, watch));
  const findings = check.findings.filter(({ kind }) => kind !== 'wider' && kind !== 'foreign').map(({ sentence }) => sentence);
  return {
    guard: {
      state: check.present ? (check.whole ? 'whole' : 'notWhole') : 'none',
      level: check.present ? level : null,
      findings: check.present ? firstFew(findings) : [],
      deniesApprovers: approvers.every((cases) => cases.every((one) => asked(own, bucket, one) === 'denied')),
    },
    denials: policy.statements.flatMap((statement, index) => {
      const letsThrough = own.includes(statement) && approvers.flat().every((one) => asked([statement], bucket, one) === 'open');
      return letsThrough ? [] : (denialBy(statement, index, bucket) ?? []);
    }),
  };
}

/** The guard's own statements, AWS Support's among them. */
function ownIn(policy: BucketPolicy, bucket: string): AnyStatement[] {
  const recipe = recipeIn(policy, bucket)?.indexes ?? [];
  return policy.statements.filter((statement, index) => guardSid(statement) !== undefined || recipe.includes(index));
}

/** A digest of the guard's own statements as they stand; of the whole text where it can't be read. */
export function guardDigest(text: string | undefined, { bucket, config, stage }: Watch): string {
  const approved = approvedPrincipals(config, bucket, stage);
  const read = readPolicy(text);
  const own = read.ok ? ownIn(approved ? withNames(read.policy, { bucket, ...approved }) : read.policy, bucket) : text;
  return createHash('sha256').update(JSON.stringify(own)).digest('hex');
}

/** The level that a guard has, or was to have: it is hardened where any statement of it denies more than the deletion. */
export function levelIn({ statements }: BucketPolicy): Level {
  const more = GUARD_ACTIONS.filter(({ level }) => level === 'hardened');
  const denies = (statement: AnyStatement) => guardSid(statement) && more.some(({ action }) => speaksOfAction(statement, action));
  return statements.some(denies) ? 'hardened' : 'basic';
}

function approversIn({ bucket, config }: Watch): Approver[] {
  const rule = ruleFor(config, bucket);
  return rule ? approversOf(config, rule) : [];
}

/** What an approver asks as, with a code: for the role every reading of the MFA keys on its sessions, since reports on them differ. */
function casesOf(approver: Approver, { config, stage }: Watch): Case[] {
  const fresh = { mfa: 'true', age: '0' };
  if (approver.session === 'user') return [{ arn: approver.user, source: undefined, ...fresh, approved: true }];
  const session = { arn: roleArn(placeOf(config, stage), 'deletion'), source: userName(approver), approved: true };
  return [fresh, { mfa: 'false', age: undefined }, { mfa: undefined, age: undefined }].map((keys) => ({ ...session, ...keys }));
}

const DELETION: GuardAction[] = GUARD_ACTIONS.filter(({ action }) => action === 's3:DeleteBucket');

/** What Denies say to the deletion in a case. */
function asked(statements: readonly AnyStatement[], bucket: string, one: Case): Answer | undefined {
  const denies = statements.map((statement) => readDeny(statement, bucket, DELETION));
  return answers(denies, one, DELETION)[0];
}

/** The guard in a few words: "hardened", "none", "not whole: …". */
export function guardWords({ state, level, findings }: GuardSeen): string {
  switch (state) {
    case 'none':
      return 'none';
    case 'whole':
      return level ?? 'whole';
    case 'notWhole':
      return `not whole: ${findings.join(' ')}`;
  }
}

/** The command that puts a bucket's guard on, or mends it. On npm the name is somebody else's: never without --no. */
export function applyCommand(bucket: string, stage: string): string {
  return `npx --no interlock guard apply ${bucket} --stage ${stage}`;
}
