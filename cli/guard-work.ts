/** What the guard command does with one bucket: plans a change, makes it, or checks what is there. A bucket that fails is a result like others. */
import { changeBucketPolicy, type PolicyDecision, type PolicyOutcome, readBucketPolicy } from '../src/aws/bucket-policy.ts';
import type { PolicyTurns } from '../src/aws/bucket-policy-turns.ts';
import { nameOf } from '../src/aws/clients.ts';
import { surroundingsOf } from '../src/aws/surroundings.ts';
import { type AnyStatement, type BucketPolicy, clausesOf, covers, readPolicy, speaksOfAction } from '../src/domain/bucket-policy.ts';
import type { Guard } from '../src/domain/guard.ts';
import { checkGuard, type GuardCheck } from '../src/domain/guard-check.ts';
import { type Line, policyDifference } from '../src/domain/guard-lines.ts';
import { guardSid, mergeGuard, removeGuard, withNames } from '../src/domain/guard-merge.ts';
import { levelIn } from '../src/domain/guard-seen.ts';
import { waysRound } from '../src/domain/guard-ways-round.ts';
import type { Aws } from './aws.ts';
import { failureOf } from './failure.ts';
import type { PrincipalLookup } from './guard-principals.ts';
import { inspectorOf, lockouts, permissionsIn } from './guard-proof.ts';
import type { GuardRequest } from './guard-request.ts';
import { guardOf, type Stage, type Target } from './guard-targets.ts';

export interface Work {
  request: GuardRequest;
  aws: Aws;
  stage: Stage | undefined;
  turns: PolicyTurns | undefined;
  look: PrincipalLookup;
}

export interface Result {
  bucket: string;
  region?: string;
  /** `planned`: there is something to write. `checked`: looked at, with what was found. */
  state: 'planned' | 'written' | 'unchanged' | 'checked' | 'failed';
  /** Why it failed. */
  why?: string;
  /** The lines of the change. */
  changes?: Line[];
  /** The guard that is wanted. */
  guard?: Pick<Guard, 'level' | 'principals' | 'approvers'>;
  /** What the guard that is there says, where one is: its level and whom it names. */
  there?: Pick<Guard, 'level' | 'principals' | 'approvers'>;
  check?: GuardCheck;
  waysRound?: string[];
  /** What could not be looked at. */
  notes?: string[];
}

type Change = 'apply' | 'remove';
type Decide = (policy: BucketPolicy) => PolicyDecision | Promise<PolicyDecision>;

/** What `change` would do to a bucket. */
export const planFor = (change: Change, target: Target, work: Work): Promise<Result> =>
  guarded(target, async (bucket, region) => {
    const decision = await decisionFor(change, bucket, region, work);
    if (!decision.ok) return failed(decision.why);
    const read = readPolicy(await readBucketPolicy(work.aws.s3(region), bucket, work.aws.account));
    if (!read.ok) return failed(read.why);
    const decided = await decision.decide(read.policy);
    if (!decided.ok) return failed(decided.why);
    const changes = policyDifference(read.policy, decided.policy);
    if (!decided.changed) return { state: 'unchanged', ...decision.told, changes };
    const { notes: unseen, ...round } = change === 'apply' ? await whatGoesRound(bucket, region, work.aws) : { notes: [] };
    const keptOut = isKeptOut(work.aws.caller, read.policy, bucket) ? [KEPT_OUT] : [];
    const notes = [...(decision.told.notes ?? []), ...keptOut, ...unseen];
    return { state: 'planned', ...decision.told, changes, ...round, ...(notes.length > 0 && { notes }) };
  });

/** Changes a bucket's policy. Where nobody has read a plan of it, what goes round the guard is looked at too. */
export const makeChange = (change: Change, target: Target, work: Work, unread: boolean): Promise<Result> =>
  guarded(target, async (bucket, region) => {
    const decision = await decisionFor(change, bucket, region, work);
    if (!decision.ok) return failed(decision.why);
    const { account } = work.aws;
    const turns = work.turns && { turns: work.turns };
    const outcome = await changeBucketPolicy({ s3: work.aws.policies(region), bucket, account, change: decision.decide, ...turns });
    if ('why' in outcome) return failed(whyOf(outcome));
    const changed = { state: outcome.kind, ...decision.told, changes: policyDifference(outcome.before, outcome.after) };
    if (change === 'remove' || !unread || changed.state !== 'written') return changed;
    const { notes, ...round } = await whatGoesRound(bucket, region, work.aws);
    const all = [...(changed.notes ?? []), ...notes];
    return { ...changed, ...round, ...(all.length > 0 && { notes: all }) };
  });

/** Is the bucket's guard whole, and what goes round it? */
export const checkOf = (target: Target, work: Work): Promise<Result> =>
  guarded(target, async (bucket, region) => {
    const wanted = guardOf(work.request, bucket, work.stage);
    if (!wanted.ok) return failed(wanted.why);
    const { aws } = work;
    const read = readPolicy(await readBucketPolicy(aws.s3(region), bucket, aws.account));
    if (!read.ok) return failed(read.why.replace(', so nothing was changed', ''));
    const { notes, ...round } = await whatGoesRound(bucket, region, aws);
    const check = checkGuard(read.policy, wanted.guard);
    const there = check.present && { there: whatIsThere(withNames(read.policy, wanted.guard), wanted.guard, check) };
    return { state: 'checked', ...toldOf(wanted.guard, notes), ...there, check, ...round };
  });

/** The level of a guard that is there, and whom it lets through: of a whole one that is known, of any other it is what its statements say. */
function whatIsThere(policy: BucketPolicy, { level, principals, approvers }: Guard, { whole }: GuardCheck): NonNullable<Result['there']> {
  const found = levelIn(policy);
  if (whole) return { level: level === 'hardened' ? level : found, principals, approvers };
  const named = (sid: string, key: string) => {
    const clauses = policy.statements.filter((one) => guardSid(one) === sid).flatMap(clausesOf);
    return [...new Set(clauses.filter((clause) => clause.key === key && /not/.test(clause.operator)).flatMap(({ values }) => values))];
  };
  return {
    level: found,
    principals: named('InterlockGuardPrincipal', 'aws:principalarn'),
    approvers: named('InterlockGuardApprover', 'aws:sourceidentity'),
  };
}

const failed = (why: string): Pick<Result, 'state' | 'why'> => ({ state: 'failed', why });

async function guarded(
  target: Target,
  work: (bucket: string, region: string) => Promise<Omit<Result, 'bucket' | 'region'>>,
): Promise<Result> {
  const { bucket } = target;
  if (!target.ok) return { bucket, ...failed(target.why) };
  const { region } = target;
  try {
    return { bucket, region, ...(await work(bucket, region)) };
  } catch (error) {
    const known = failureOf(error);
    const text = error instanceof Error ? error.message : String(error);
    return { bucket, region, ...failed(known ? `${known.message}; ${known.hint}.` : `${nameOf(error)}: ${text}`) };
  }
}

type Told = Pick<Result, 'guard' | 'notes'>;

/** How a change decides about a policy: for a guard, only once nobody is locked out by it. */
async function decisionFor(
  change: Change,
  bucket: string,
  region: string,
  work: Work,
): Promise<{ ok: true; decide: Decide; told: Told } | { ok: false; why: string }> {
  const wanted = guardOf(work.request, bucket, work.stage);
  if (change === 'remove') {
    const named = (policy: BucketPolicy) => (wanted.ok ? withNames(policy, wanted.guard) : policy);
    const decide: Decide = (policy) => {
      const removed = removeGuard(named(policy), bucket);
      return removed.ok && !removed.changed ? { ...removed, policy } : removed;
    };
    return { ok: true, decide, told: {} };
  }
  if (!wanted.ok) return wanted;
  const { guard } = wanted;
  const looks = await work.look(guard);
  const faults = looks.flatMap(({ fault = [] }) => fault);
  if (faults.length > 0) return { ok: false, why: faults.join(' ') };
  const { account } = work.aws;
  const decide: Decide = async (before) => {
    const merged = mergeGuard(before, guard);
    if (!merged.ok || !merged.changed) return merged;
    const { given } = work.request;
    const whose = { guard, permissionsOf: permissionsIn(work.stage), inspector: inspectorOf(work.stage, guard) };
    const found = await lockouts({ policy: merged.policy, account, region, now: new Date(), given, ...whose });
    if (found.length === 0) return merged;
    return { ok: false, why: `It would lock out whom it is for, so nothing was changed. ${found.join(' ')}` };
  };
  return {
    ok: true,
    decide,
    told: toldOf(
      guard,
      looks.flatMap(({ unknown = [] }) => unknown),
    ),
  };
}

const toldOf = ({ level, principals, approvers }: Guard, notes: string[]): Told => ({
  guard: { level, principals, approvers },
  ...(notes.length > 0 && { notes }),
});

const HOW_INSTEAD =
  "A hardened guard is changed by whom it lets through, with a code (/guard-bucket in Slack), or by root of the account, whom a bucket's policy can't " +
  'keep from changing it.';
const KEPT_OUT = `The guard that is on the bucket doesn't let these credentials change its policy: S3 will refuse. ${HOW_INSTEAD}`;

/** Does a hardened guard that is there keep the caller from changing the policy, as far as its own statement tells? Of a session, the role's name is known. */
function isKeptOut(caller: string, { statements }: BucketPolicy, bucket: string): boolean {
  const session = /:assumed-role\/([^/]+)\//.exec(caller)?.[1];
  const isCaller = (arn: string) => arn === caller || (session !== undefined && arn.includes(':role/') && arn.endsWith(`/${session}`));
  const keepsOut = (statement: AnyStatement) => {
    const [only, ...more] = clausesOf(statement);
    const isWhole = only?.operator === 'arnnotequals' && only.key === 'aws:principalarn' && more.length === 0;
    return isWhole && covers(statement, bucket, 'bucket') && speaksOfAction(statement, 's3:PutBucketPolicy') && !only.values.some(isCaller);
  };
  return !caller.endsWith(':root') && statements.some((one) => guardSid(one) === 'InterlockGuardPrincipal' && keepsOut(one));
}

/** An explicit deny by the bucket's policy is a hardened guard, more often than not. */
function whyOf(outcome: Extract<PolicyOutcome, { why: string }>): string {
  if (outcome.kind !== 'denied' || !outcome.why.includes('explicit deny in a resource-based policy')) return outcome.why;
  return `${outcome.why}. ${HOW_INSTEAD}`;
}

async function whatGoesRound(bucket: string, region: string, aws: Aws): Promise<{ waysRound?: string[]; notes: string[] }> {
  try {
    const surroundings = await surroundingsOf(aws.s3(region), bucket, aws.account, (key) => aws.managerOf(key, region));
    return { waysRound: waysRound(surroundings), notes: [] };
  } catch (error) {
    if (nameOf(error) !== 'AccessDenied') throw error;
    const needs = 's3:GetLifecycleConfiguration, s3:GetBucketVersioning and s3:GetEncryptionConfiguration';
    return { notes: [`What goes round the guard was not looked at: that needs ${needs}.`] };
  }
}
