/**
 * Proves that a guard locks nobody out for whom it is put on: IAM is evaluated under the new policy, for each approved principal. The evaluator is
 * under the AGPL and loaded here alone, when a policy is about to be written; nothing that is deployed holds it.
 */
import {
  type AnyStatement,
  type BucketPolicy,
  bucketArn,
  clausesOf,
  policyText,
  principalsOf,
  statementName,
  strings,
} from '../src/domain/bucket-policy.ts';
import type { Config } from '../src/domain/configuration.ts';
import { type Guard, parsePrincipal } from '../src/domain/guard.ts';
import { removeGuard } from '../src/domain/guard-merge.ts';
import { placeOf, roleArn } from '../src/domain/names.ts';
import { approverUserPolicy, BUCKET_TAG, deletionRolePermissions } from '../src/domain/policies.ts';

export interface Proof {
  /** The bucket's policy as it is to be, with the guard in it. */
  policy: BucketPolicy;
  guard: Guard;
  /** Of the bucket. */
  account: string;
  region: string;
  now: Date;
  /** What the principals may by their own policies. */
  permissionsOf: (principal: string) => object;
}

const EVERYTHING = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

/** What principals of a stage may: Interlock's own have the policies that it gives them; of any other nothing is known, and all is granted. */
export function permissionsIn(stage?: { name: string; config: Config }): Proof['permissionsOf'] {
  return (principal) => {
    if (!stage) return EVERYTHING;
    const { name, config } = stage;
    if (principal === roleArn(placeOf(config, name), 'deletion')) return deletionRolePermissions(config);
    const approver = Object.values(config.approvers).find(({ user }) => user === principal);
    return approver ? approverUserPolicy(config, approver.name, { stage: name }) : EVERYTHING;
  };
}

/**
 * Sentences on what the approved principals could no longer do: delete the bucket, or take the guard off; empty where they can do both, with MFA
 * and whatever `aws:MultiFactorAuthPresent` says of a role's session (absent, false, true: reports differ).
 */
export async function lockouts(proof: Proof): Promise<string[]> {
  const { guard, policy } = proof;
  const left = removeGuard(policy, guard.bucket);
  const takesOff = left.ok && policyText(left.policy) === undefined ? 's3:DeleteBucketPolicy' : 's3:PutBucketPolicy';
  const found = new Map<string, string[]>();
  for (const caller of guard.principals.flatMap((arn) => callersOf(arn, proof))) {
    for (const action of ['s3:DeleteBucket', takesOff]) {
      // The owner's root passes any bucket policy when it changes or deletes that (S3 API Reference, PutBucketPolicy, read November 2026).
      if (action !== 's3:DeleteBucket' && caller.arn === `arn:aws:iam::${proof.account}:root`) continue;
      const denial = await denialOf(caller, action, proof);
      if (!denial) continue;
      const what = `${caller.arn} could not ${action === 's3:DeleteBucket' ? 'delete the bucket' : 'take the guard off'}: ${denial}`;
      found.set(what, [...(found.get(what) ?? []), caller.reading]);
    }
  }
  return [...found].map(([what, readings]) => `${what}${whereIn(readings)}.`);
}

/** Where a role's sessions are denied in some readings only, which. */
function whereIn(readings: string[]): string {
  const distinct = [...new Set(readings)];
  const isRole = distinct.every((reading) => READINGS.has(reading));
  return isRole && distinct.length < READINGS.size ? ` where aws:MultiFactorAuthPresent is ${distinct.join(' or ')} on its session` : '';
}

const READINGS = new Map<string, Record<string, string>>([
  ['absent', {}],
  ['false', { 'aws:MultiFactorAuthPresent': 'false' }],
  ['true', { 'aws:MultiFactorAuthPresent': 'true', 'aws:MultiFactorAuthAge': '0' }],
]);

interface Caller {
  /** The user's, role's or root's own ARN. */
  arn: string;
  /** As which it makes requests. */
  principal: string;
  reading: string;
  context: Record<string, string>;
}

/** As which sessions a principal deletes: a user's or root's with a fresh code; a role's under each approver's name, however MFA reads there. */
function callersOf(arn: string, { guard, now }: Proof): Caller[] {
  const account = arn.split(':')[4] ?? '';
  const parsed = parsePrincipal(arn);
  const kind = parsed.ok ? parsed.kind : 'user';
  const common = { 'aws:PrincipalArn': arn, 'aws:PrincipalAccount': account, 'aws:TokenIssueTime': now.toISOString() };
  if (kind !== 'role') {
    const mfa = { 'aws:MultiFactorAuthPresent': 'true', 'aws:MultiFactorAuthAge': '0' };
    const who: Record<string, string> =
      kind === 'root'
        ? { 'aws:PrincipalType': 'Account', 'aws:userid': account }
        : { 'aws:PrincipalType': 'User', 'aws:username': lastOf(arn), 'aws:userid': 'AIDAEXAMPLE' };
    return [{ arn, principal: arn, reading: 'with a code', context: { ...common, ...who, ...mfa } }];
  }
  const session = `arn:aws:sts::${account}:assumed-role/${lastOf(arn)}/req-proof`;
  return guard.approvers.flatMap((approver) =>
    [...READINGS].map(([reading, mfa]) => ({
      arn,
      principal: session,
      reading,
      context: {
        ...common,
        ...mfa,
        'aws:PrincipalType': 'AssumedRole',
        'aws:userid': 'AROAEXAMPLE:req-proof',
        'aws:SourceIdentity': approver,
        [`aws:PrincipalTag/${BUCKET_TAG}`]: guard.bucket,
      },
    })),
  );
}

const lastOf = (arn: string): string => arn.slice(arn.lastIndexOf('/') + 1);

/** Why a caller may not, as the rest of a sentence; undefined where it may. */
async function denialOf(caller: Caller, action: string, proof: Proof): Promise<string | undefined> {
  const { runSimulation } = await import('@cloud-copilot/iam-simulate');
  const document = JSON.parse(policyText(proof.policy) ?? '{}') as { Statement?: AnyStatement[] };
  const statements = (document.Statement ?? []).map((statement) => forEvaluator(statement, caller));
  const outcome = await runSimulation(
    {
      request: {
        principal: caller.principal,
        action,
        resource: { resource: bucketArn(proof.guard.bucket), accountId: proof.account },
        contextVariables: { ...circumstancesOf(proof), ...caller.context },
      },
      identityPolicies: [{ name: 'own', policy: proof.permissionsOf(caller.arn) }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy: { ...document, Statement: statements },
    },
    {},
  );
  if (outcome.resultType === 'error') return `the policy can't be evaluated (${outcome.errors.message})`;
  const results = outcome.resultType === 'single' ? [outcome.result] : outcome.results;
  if (outcome.overallResult === 'Allowed') {
    const ignored = results.flatMap(({ ignoredContextKeys = [] }) => ignoredContextKeys).map((key) => key.toLowerCase());
    const asked = proof.policy.statements.flatMap(clausesOf).find(({ key }) => ignored.includes(key));
    return asked && `the policy can't be evaluated (a condition on ${asked.key})`;
  }
  const analysis = results.find(({ analysis: { result } }) => result !== 'Allowed')?.analysis;
  const denying = analysis?.resourceAnalysis?.denyStatements[0]?.statement;
  if (!denying) return "its own policies don't allow it on this bucket";
  const index = Number(denying.index()) - 1;
  return `statement ${statementName(proof.policy.statements[index] ?? {}, index)} of the bucket's policy denies it`;
}

/** What any request of theirs says. Where it comes from isn't known: a statement that asks for an address or a network denies. */
function circumstancesOf({ account, region, now }: Proof): Record<string, string> {
  return {
    'aws:CurrentTime': now.toISOString(),
    'aws:EpochTime': String(Math.floor(now.getTime() / 1000)),
    'aws:RequestedRegion': region,
    'aws:ResourceAccount': account,
    'aws:SecureTransport': 'true',
    'aws:ViaAWSService': 'false',
    'aws:PrincipalIsAWSService': 'false',
    's3:TlsVersion': '1.3',
    's3:signatureversion': 'AWS4-HMAC-SHA256',
    's3:authType': 'REST-HEADER',
  };
}

/** An account that nobody belongs to. */
const NOBODY = { AWS: 'arn:aws:iam::000000000000:root' };

/**
 * `NotPrincipal` in a Deny excepts whom it lists with all that they consist of: the account, and the user, or the role and its session (IAM User
 * Guide, "AWS JSON policy elements: NotPrincipal", read November 2026); the evaluator takes any one for enough. JSON's numbers and booleans in
 * conditions are their text to AWS, and nothing to the evaluator.
 */
function forEvaluator(statement: AnyStatement, { arn, principal }: Caller): object {
  const { NotPrincipal: except, Condition, ...rest } = statement;
  const condition = Condition === undefined ? {} : { Condition: textual(Condition) };
  if (except === undefined) return { ...rest, ...condition };
  const listed = principalsOf(except);
  const parts = [`arn:aws:iam::${arn.split(':')[4]}:root`, arn, principal];
  return { ...rest, ...condition, Principal: listed.includes('*') || parts.every((part) => listed.includes(part)) ? NOBODY : '*' };
}

function textual(condition: unknown): unknown {
  if (typeof condition !== 'object' || condition === null) return condition;
  return Object.fromEntries(
    Object.entries(condition).map(([operator, keys]) => [
      operator,
      Object.fromEntries(
        Object.entries((keys ?? {}) as object).map(([key, value]) => [key, Array.isArray(value) ? strings(value) : strings(value)[0]]),
      ),
    ]),
  );
}
