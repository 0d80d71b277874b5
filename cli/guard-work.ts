/** What the guard command does with one bucket: plans a change, makes it, or checks what is there. A bucket that fails is a result like others. */
import { isDeepStrictEqual } from 'node:util';
import { changeBucketPolicy, type PolicyDecision, type PolicyOutcome, readBucketPolicy } from '../src/aws/bucket-policy.ts';
import type { PolicyTurns } from '../src/aws/bucket-policy-turns.ts';
import { nameOf } from '../src/aws/clients.ts';
import { surroundingsOf } from '../src/aws/surroundings.ts';
import { type AnyStatement, type BucketPolicy, clausesOf, covers, readPolicy, speaksOfAction } from '../src/domain/bucket-policy.ts';
import { denialBy } from '../src/domain/denials.ts';
import { type Guard, guardFor } from '../src/domain/guard.ts';
import { checkGuard, type Finding, type GuardCheck } from '../src/domain/guard-check.ts';
import { type Line, policyDifference } from '../src/domain/guard-lines.ts';
import { guardSid, mergeGuard, removeGuard, withNames } from '../src/domain/guard-merge.ts';
import { levelIn } from '../src/domain/guard-seen.ts';
import { waysRound } from '../src/domain/guard-ways-round.ts';
import { placeOf, roleArn } from '../src/domain/names.ts';
import type { Aws } from './aws.ts';
import { failureOf } from './failure.ts';
import type { PrincipalLook, PrincipalLookup } from './guard-principals.ts';
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

/** A guard as it is told. `unproven`: those of its roles of which it isn't known that they are taken with a code. */
export type Shown = Pick<Guard, 'level' | 'principals' | 'approvers'> & { unproven?: string[] };

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
  guard?: Shown;
  /** What the guard that is there says, where one is: its level and whom it names. */
  there?: Shown;
  /** Nothing was written: it would have been otherwise than was shown. */
  moved?: true;
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
    if (!decided.changed)
      return { state: 'unchanged', ...decision.told, changes, ...(change === 'remove' && whatDenies(read.policy, bucket)) };
    const { notes: unseen, ...round } = change === 'apply' ? await whatGoesRound(bucket, region, work.aws) : { notes: [] };
    const keptOut = isKeptOut(work.aws.caller, read.policy, bucket) ? [KEPT_OUT] : [];
    const notes = [...(decision.told.notes ?? []), ...keptOut, ...unseen];
    return { state: 'planned', ...decision.told, changes, ...round, ...(notes.length > 0 && { notes }) };
  });

/**
 * Changes a bucket's policy, if the change is still the one that was shown. Where none was, what goes round the guard is looked at too.
 * @param shown the lines of the change that was shown
 */
export const makeChange = (change: Change, target: Target, work: Work, shown?: Line[]): Promise<Result> =>
  guarded(target, async (bucket, region) => {
    const decision = await decisionFor(change, bucket, region, work);
    if (!decision.ok) return failed(decision.why);
    const { account } = work.aws;
    const turns = work.turns && { turns: work.turns };
    const seen = { moved: false };
    const decide: Decide = async (before) => {
      const decided = await decision.decide(before);
      seen.moved =
        decided.ok && decided.changed && shown !== undefined && !isDeepStrictEqual(policyDifference(before, decided.policy), shown);
      return seen.moved ? { ok: false, why: MOVED } : decided;
    };
    const outcome = await changeBucketPolicy({ s3: work.aws.once(region), bucket, account, change: decide, ...turns });
    if ('why' in outcome) return { ...failed(whyOf(outcome)), ...(seen.moved && { moved: true }) };
    const changed = { state: outcome.kind, ...decision.told, changes: policyDifference(outcome.before, outcome.after) };
    if (change === 'remove' && changed.state === 'unchanged') return { ...changed, ...whatDenies(outcome.after, bucket) };
    if (change === 'remove' || shown !== undefined || changed.state !== 'written') return changed;
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
    const policy = withNames(read.policy, wanted.guard);
    const check = checkGuard(policy, wanted.guard);
    const roles = await work.look.roles(wanted.guard);
    const { unproven, sentences, unknown } = codesOf(roles, work.stage);
    const told = toldOf(wanted.guard, [...notes, ...unknown], unproven);
    if (!check.present) return { state: 'checked', ...told, check, ...round };
    const findings = [...check.findings, ...sentences.map((sentence): Finding => ({ kind: 'weakened', statement: null, sentence }))];
    const checked = { ...check, findings, whole: check.whole && sentences.length === 0 };
    const there = { ...whatIsThere(policy, wanted.guard, check), ...(unproven.length > 0 && { unproven }) };
    return { state: 'checked', ...told, there, check: checked, ...round };
  });

/**
 * What the looks at a guard's roles say of codes: those of which it isn't known that they are taken with one, why, and what could not be looked up.
 * The stage's own role is as Interlock wrote it, unless a look says otherwise.
 */
function codesOf(roles: Map<string, PrincipalLook>, stage: Stage | undefined): Record<'unproven' | 'sentences' | 'unknown', string[]> {
  const own = stage && roleArn(placeOf(stage.config, stage.name), 'deletion');
  const others = [...roles].filter(([arn, { unknown }]) => arn !== own || !unknown);
  return {
    unproven: others.flatMap(([arn, { codeless }]) => (codeless === null ? [] : [arn])),
    sentences: others.flatMap(([, { codeless }]) => codeless ?? []),
    unknown: others.flatMap(([, { fault, unknown }]) => fault ?? unknown ?? []),
  };
}

/** The level of a guard that is there, and whom it lets through: of a whole one that is known, of any other it is what its statements say. */
function whatIsThere(policy: BucketPolicy, guard: Guard, { whole }: GuardCheck): Shown {
  const { level, principals, approvers } = guard;
  const found = levelIn(policy);
  if (whole) {
    const isHardened = level === 'hardened' || checkGuard(policy, guardFor({ ...guard, level: 'hardened' })).whole;
    return { level: isHardened ? 'hardened' : 'basic', principals, approvers };
  }
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

const MOVED = 'Others changed its policy after the change was shown, so nothing was written; try again.';

/** Where no guard is known, statements may deny the deletion all the same. */
function whatDenies(policy: BucketPolicy, bucket: string): Pick<Result, 'notes'> {
  const denials = policy.statements.flatMap((statement, index) => denialBy(statement, index, bucket) ?? []);
  const hint =
    'A guard whose statements lost their names is known by whom it lets through: name them with --stage, or --principal and --approver.';
  return denials.length > 0 ? { notes: [...denials, hint] } : {};
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
    // Nobody has to be named; but who is, is meant.
    if (!wanted.ok && work.request.principals.length > 0) return wanted;
    const named = (policy: BucketPolicy) => (wanted.ok ? withNames(policy, wanted.guard) : policy);
    const decide: Decide = (policy) => {
      const removed = removeGuard(named(policy), bucket);
      return removed.ok && !removed.changed ? { ...removed, policy } : removed;
    };
    return { ok: true, decide, told: {} };
  }
  if (!wanted.ok) return wanted;
  const { guard } = wanted;
  const looks = await work.look.all(guard);
  const faults = looks.flatMap(({ fault, codeless }) => fault ?? codeless ?? []);
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
      codesOf(await work.look.roles(guard), work.stage).unproven,
    ),
  };
}

const toldOf = ({ level, principals, approvers }: Guard, notes: string[], unproven: string[]): Told => ({
  guard: { level, principals, approvers, ...(unproven.length > 0 && { unproven }) },
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
