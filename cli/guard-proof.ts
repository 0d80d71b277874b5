/** Proves that a guard locks nobody out for whom it is put on: IAM is evaluated under the new policy, for each approved principal and for the flow. */
import { type BucketPolicy, policyText } from '../src/domain/bucket-policy.ts';
import type { Config } from '../src/domain/configuration.ts';
import { approvedPrincipals, type Guard, parsePrincipal } from '../src/domain/guard.ts';
import { removeGuard } from '../src/domain/guard-merge.ts';
import { placeOf, roleArn } from '../src/domain/names.ts';
import { approverUserPolicy, BUCKET_TAG, deletionRolePermissions } from '../src/domain/policies.ts';
import { INSPECT_NEEDS } from '../src/domain/policies-functions.ts';
import { list } from '../src/domain/words.ts';
import { type Caller, type Denial, denialOf, type Scene, TIMES } from './guard-evaluation.ts';

export interface Proof extends Omit<Scene, 'bucket'> {
  /** The bucket's policy as it is to be, with the guard in it. */
  policy: BucketPolicy;
  guard: Guard;
  /** What the principals may by their own policies; undefined where nothing is known of one, and all is granted. */
  permissionsOf: (principal: string) => object | undefined;
  /** The role with which the flow looks at the bucket before anybody is asked; undefined where the flow isn't the way. */
  inspector?: string | undefined;
}

const EVERYTHING = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

/** What principals of a stage may: Interlock's own have the policies that it gives them; of any other nothing is known. */
export function permissionsIn(stage?: { name: string; config: Config }): Proof['permissionsOf'] {
  return (principal) => {
    if (!stage) return undefined;
    const { name, config } = stage;
    if (principal === roleArn(placeOf(config, name), 'deletion')) return deletionRolePermissions(config);
    // It has what it needs, on the buckets of the rules; a bucket's policy alone can deny it that.
    if (principal === roleArn(placeOf(config, name), 'inspect')) return EVERYTHING;
    const approver = Object.values(config.approvers).find(({ user }) => user === principal);
    return approver && approverUserPolicy(config, approver.name, { stage: name });
  };
}

/** The role with which a stage looks at the bucket, where its approvers are whom the guard lets through. */
export function inspectorOf(stage: { name: string; config: Config } | undefined, { bucket, principals }: Guard): string | undefined {
  if (!stage) return undefined;
  const ofRule = approvedPrincipals(stage.config, bucket, stage.name)?.principals ?? [];
  return ofRule.some((arn) => principals.includes(arn)) ? roleArn(placeOf(stage.config, stage.name), 'inspect') : undefined;
}

/**
 * Sentences on what the approved principals could no longer do: delete the bucket, read its policy or take the guard off; and what the flow could
 * no longer look at before it asks an approver. Empty where all of it is allowed, with MFA and whatever `aws:MultiFactorAuthPresent` says of a
 * role's session (absent, false, true: reports differ). What may be denied for all that is known counts as denied.
 */
export async function lockouts(proof: Proof): Promise<string[]> {
  const { guard, policy, inspector } = proof;
  const left = removeGuard(policy, guard.bucket);
  const takesOff = left.ok && policyText(left.policy) === undefined ? 's3:DeleteBucketPolicy' : 's3:PutBucketPolicy';
  const undertakings = new Map([
    ['s3:DeleteBucket', 'delete the bucket'],
    ['s3:GetBucketPolicy', 'read its policy'],
    [takesOff, 'take the guard off'],
  ]);
  const found = new Map<string, Found>();
  const ask = async (caller: Caller, action: string, what: string) => {
    const denial = await denialOf(caller, action, { ...proof, bucket: guard.bucket });
    if (!denial) return;
    const key = JSON.stringify(denial);
    const known = found.get(key) ?? { denial, arns: new Set(), whats: new Set(), readings: new Set() };
    known.arns.add(caller.arn);
    known.whats.add(what);
    known.readings.add(caller.reading);
    found.set(key, known);
  };
  for (const caller of guard.principals.flatMap((arn) => callersOf(arn, proof))) {
    // The owner's root passes any bucket policy when it reads, changes or deletes that (S3 API Reference, PutBucketPolicy, read November 2026).
    const passes = caller.arn === `arn:aws:iam::${proof.account}:root`;
    for (const [action, what] of undertakings) if (!passes || action === 's3:DeleteBucket') await ask(caller, action, what);
  }
  if (inspector) {
    const caller = sessionOf(inspector, 'inspect', 'in the flow', proof);
    for (const action of INSPECT_NEEDS) await ask(caller, action, 'look at the bucket');
  }
  return [...found.values()].map(sentenceOn);
}

/** Who could not do what, for one and the same reason. */
interface Found {
  denial: Denial;
  arns: Set<string>;
  whats: Set<string>;
  readings: Set<string>;
}

/** What is denied to whom by what, and the way on. */
function sentenceOn({ denial: { what, kind, unknown }, arns, whats, readings }: Found): string {
  const could = `${list([...arns])} could not ${list([...whats]).replace(/ and (?!.* and )/, ' or ')}: ${what}`;
  const them = arns.size === 1 ? 'it' : 'them';
  const through = `let ${them} through in that statement (ArnNotEquals aws:PrincipalArn)`;
  if (kind !== 'statement') return `${could}.`;
  if (unknown.length === 0) return `${could} denies it${whereIn(readings)}; ${through}.`;
  const may = `${could} may deny it, by a condition on ${list([...unknown])}`;
  // What is denied from some time on, or until then, is denied.
  if (unknown.every((key) => TIMES.test(key))) return `${may}; ${through}.`;
  const says = unknown.map((key) => `--given ${key}=…`).join(' ');
  return `${may}, of which nothing is known here; say what ${arns.size === 1 ? 'its' : 'their'} requests carry with ${says}, or ${through}.`;
}

/** Where sessions are denied in some readings only, which. */
function whereIn(readings: ReadonlySet<string>): string {
  if ([...readings].join() === OLD) return ' where the code is 15 minutes old';
  const named = [...readings].filter((reading) => READINGS.has(reading) && reading !== OLD);
  const isSome = named.length > 0 && named.length < READINGS.size - 1;
  return isSome ? ` where aws:MultiFactorAuthPresent is ${named.join(' or ')} on its session` : '';
}

const withCode = (age: string): Record<string, string> => ({ 'aws:MultiFactorAuthPresent': 'true', 'aws:MultiFactorAuthAge': age });

/** A code that is as old as the shortest session gets (900 seconds: STS API Reference, GetSessionToken). */
const OLD = 'old';
const OLD_CODE = withCode('900');

const READINGS = new Map<string, Record<string, string>>([
  ['absent', {}],
  ['false', { 'aws:MultiFactorAuthPresent': 'false' }],
  ['true', withCode('0')],
  [OLD, OLD_CODE],
]);

/** As which sessions a principal deletes: a user's or root's with a fresh code; a role's under each approver's name, however MFA reads there. */
function callersOf(arn: string, proof: Proof): Caller[] {
  const { guard, now, permissionsOf } = proof;
  const account = arn.split(':')[4] ?? '';
  const parsed = parsePrincipal(arn);
  const kind = parsed.ok ? parsed.kind : 'user';
  if (kind !== 'role') {
    const common = { 'aws:PrincipalArn': arn, 'aws:PrincipalAccount': account, 'aws:TokenIssueTime': now.toISOString() };
    const who: Record<string, string> =
      kind === 'root'
        ? { 'aws:PrincipalType': 'Account', 'aws:userid': account }
        : { 'aws:PrincipalType': 'User', 'aws:username': lastOf(arn) };
    const own = { arn, principal: arn, reading: 'with a code', permissions: permissionsOf(arn) ?? EVERYTHING };
    return [
      { ...own, context: { ...common, ...who, ...withCode('0') } },
      { ...own, reading: OLD, context: { ...common, ...who, ...OLD_CODE } },
    ];
  }
  return guard.approvers.flatMap((approver) =>
    [...READINGS].map(([reading, mfa]) => {
      const named = { 'aws:SourceIdentity': approver, [`aws:PrincipalTag/${BUCKET_TAG}`]: guard.bucket };
      return sessionOf(arn, 'req-proof', reading, proof, { ...mfa, ...named });
    }),
  );
}

/** A session of a role. Which id the role has is not known. */
function sessionOf(arn: string, name: string, reading: string, proof: Proof, more: Record<string, string> = {}): Caller {
  const account = arn.split(':')[4] ?? '';
  const permissions = proof.permissionsOf(arn);
  return {
    arn,
    // Whom the role of somebody else trusts is not known here.
    mayBeFederated: permissions === undefined,
    principal: `arn:aws:sts::${account}:assumed-role/${lastOf(arn)}/${name}`,
    reading,
    context: {
      'aws:PrincipalArn': arn,
      'aws:PrincipalAccount': account,
      'aws:PrincipalType': 'AssumedRole',
      'aws:TokenIssueTime': proof.now.toISOString(),
      ...more,
    },
    permissions: permissions ?? EVERYTHING,
  };
}

const lastOf = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);
