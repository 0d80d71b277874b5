/**
 * The policies that hold the promise: one code, one session, one bucket, and only a bucket whose rule names that approver.
 * AWS enforces them, not our code. Pure: configuration in, policy documents out (functions' own: policies-functions.ts, keys': policies-keys.ts).
 */
import type { Approver, Config, Rule } from './configuration.ts';
import { placeOf, roleArn, userName } from './names.ts';
import { overlap } from './pattern-relations.ts';
import { SLACK_SECRETS, type SlackSecret } from './policies-functions.ts';
import { allow, type PolicyDocument, policy, type Statement } from './policy-document.ts';
import { isEmptyingKind, type Request } from './request.ts';

export { functionPolicy, functionTrust, type Keys, machinePolicy, machineTrust, SEALS } from './policies-functions.ts';
export { historyKeyPolicy, sealKeyPolicy, secretsKeyPolicy } from './policies-keys.ts';
export type { PolicyDocument, Statement } from './policy-document.ts';

/** The session's tag that names the one bucket. */
export const BUCKET_TAG = 'interlock-bucket';

/** A session policy's size in characters (IAM and STS quotas, "IAM and STS entity character limits"). */
export const SESSION_POLICY_LIMIT = 2048;

/** The size of all inline policies of a user, white space not counted (the same page, "IAM object quotas that can't be raised", read November 2026). */
const USER_POLICY_LIMIT = 2048;

const BUCKET_ACTIONS = [
  's3:DeleteBucket',
  's3:ListBucketVersions',
  's3:ListBucketMultipartUploads',
  's3:GetBucketPolicy',
  's3:PutBucketPolicy',
  's3:DeleteBucketPolicy',
];
// Never s3:DeleteObject: everything goes by version id.
const OBJECT_ACTIONS = ['s3:DeleteObjectVersion', 's3:AbortMultipartUpload'];

/**
 * Who may take a session of the deletion role: the approvers' users, with a code in this very call. Undefined when no approver's
 * session is of the role. Three statements, since SetSourceIdentity and TagSession don't know the session's name.
 */
export function deletionRoleTrust(config: Config): PolicyDocument | undefined {
  // By ARN: IAM pins the user's id, so a user deleted and made again under the name gets nothing.
  const users = Object.values(config.approvers).filter((approver) => approver.session === 'role');
  if (users.length === 0) return undefined;
  const approvers = { AWS: users.map((approver) => approver.user) };
  // These two give nothing without AssumeRole. By account, each approver is named once: three times, a trust of the size that IAM takes has room for seven.
  const account = { AWS: `arn:aws:iam::${config.account}:root` };
  const ownName = { StringEquals: { 'sts:SourceIdentity': '${aws:username}' } };
  return policy(
    {
      Sid: 'CodeInThisCall',
      Effect: 'Allow',
      Principal: approvers,
      Action: 'sts:AssumeRole',
      Condition: {
        Bool: { 'aws:MultiFactorAuthPresent': 'true' },
        NumericLessThan: { 'aws:MultiFactorAuthAge': '60' },
        // A call made with temporary credentials has the key: a code given to GetSessionToken would be good for any number of sessions.
        // UNVERIFIED: whether STS sets it beside a TokenCode; the first approver's trial tells, `requireCodeInCall: false` leaves it out.
        ...(config.requireCodeInCall && { Null: { 'aws:TokenIssueTime': 'true' } }),
        ...ownName,
        StringLike: { 'sts:RoleSessionName': 'req-*', [`aws:RequestTag/${BUCKET_TAG}`]: '?*' },
        // A tag may hold a slash (STS API Reference, Tag); a bucket's name does not, and `bucket/key` would stand for objects.
        StringNotLike: { [`aws:RequestTag/${BUCKET_TAG}`]: '*/*' },
      },
    },
    { Sid: 'OwnName', Effect: 'Allow', Principal: account, Action: 'sts:SetSourceIdentity', Condition: ownName },
    {
      Sid: 'BucketTagOnly',
      Effect: 'Allow',
      Principal: account,
      Action: 'sts:TagSession',
      Condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': [BUCKET_TAG] } },
    },
  );
}

/**
 * What the deletion role may: for each rule, its actions on its buckets for its approvers, on the one bucket that the session is tagged with.
 * The first rule that matches counts: a later one leaves out, by the tag, every bucket that an earlier one matches.
 */
export function deletionRolePermissions(config: Config): PolicyDocument {
  const one = `arn:aws:s3:::\${aws:PrincipalTag/${BUCKET_TAG}}`;
  return policy(
    ...groups(config.rules).flatMap((group) => groupStatements(config, group)),
    { Sid: 'OneBucket', Effect: 'Deny', Action: '*', NotResource: [one, `${one}/*`] },
    // Without it a session with no tag would be allowed: a policy variable with no value makes the statement above match nothing.
    {
      Sid: 'NoTagNoRights',
      Effect: 'Deny',
      Action: '*',
      Resource: '*',
      Condition: { Null: { [`aws:PrincipalTag/${BUCKET_TAG}`]: 'true' } },
    },
    {
      Sid: 'TagIsBucket',
      Effect: 'Deny',
      Action: '*',
      Resource: '*',
      Condition: { StringLike: { [`aws:PrincipalTag/${BUCKET_TAG}`]: '*/*' } },
    },
  );
}

function groupStatements(config: Config, { rules, first }: Group): Statement[] {
  const approvers = (rules[0]?.approvers ?? [])
    .flatMap((name) => config.approvers[name] ?? [])
    .filter((approver) => approver.session === 'role')
    .map(userName);
  if (approvers.length === 0) return [];
  const tag = `aws:PrincipalTag/${BUCKET_TAG}`;
  const patterns = rules.map((rule) => rule.buckets);
  const earlier = config.rules
    .slice(0, first)
    .map((other) => other.buckets)
    .filter((other) => patterns.some((pattern) => overlap(other, pattern)));
  const condition = {
    StringEquals: { 'aws:SourceIdentity': approvers, 'aws:ResourceAccount': config.account },
    // The tag too, not the resource alone: IAM's `*` runs over `/`, so `*-logs/*` matches keys of other buckets.
    StringLike: { [tag]: patterns },
    ...(earlier.length > 0 && { StringNotLike: { [tag]: earlier } }),
  };
  return [actionsOn(rules, [first, first + rules.length - 1], condition)];
}

/** Rules that follow each other and give the same people the same: one statement, since a role's policy may not be long. `first` counts from 0. */
interface Group {
  rules: Rule[];
  first: number;
}

function groups(rules: Rule[]): Group[] {
  const kind = ({ approvers, bypassGovernanceRetention, putLifecycleConfiguration }: Rule) =>
    JSON.stringify([[...approvers].sort(), bypassGovernanceRetention, putLifecycleConfiguration]);
  const all: Group[] = [];
  rules.forEach((rule, index) => {
    const last = all.at(-1);
    if (last?.rules[0] && kind(last.rules[0]) === kind(rule)) last.rules.push(rule);
    else all.push({ rules: [rule], first: index });
  });
  return all;
}

/** One statement for buckets and objects: each action knows one of the two only. It is named after the first and the last rule, counted from 0. */
function actionsOn(rules: Rule[], [first, last]: [number, number], condition: Statement['Condition']): Statement {
  const may = (flag: 'bypassGovernanceRetention' | 'putLifecycleConfiguration') => rules[0]?.[flag] === true;
  const actions = [
    ...BUCKET_ACTIONS,
    ...(may('putLifecycleConfiguration') ? ['s3:PutLifecycleConfiguration'] : []),
    ...OBJECT_ACTIONS,
    ...(may('bypassGovernanceRetention') ? ['s3:BypassGovernanceRetention'] : []),
  ];
  return allow(first === last ? `Rule${first + 1}` : `Rules${first + 1}To${last + 1}`, actions, bucketsAndObjects(rules), condition);
}

const bucketsAndObjects = (rules: Rule[]): string[] =>
  rules.flatMap(({ buckets }) => [`arn:aws:s3:::${buckets}`, `arn:aws:s3:::${buckets}/*`]);

/**
 * The one inline policy of an approver's dedicated IAM user.
 * @param config where the rules stand, which a user kind's rights are compiled from
 * @param approver the approver's name in the configuration
 * Throws RangeError on one that isn't there, and where the policy is longer than IAM takes.
 */
export function approverUserPolicy(config: Config, approver: string, stack: { stage: string }): PolicyDocument {
  const who = config.approvers[approver];
  if (!who) throw new RangeError(`no approver named ${approver}`);
  const document = who.session === 'role' ? roleKindPolicy(config, stack.stage) : userKindPolicy(config, who);
  const size = JSON.stringify(document).length;
  if (size <= USER_POLICY_LIMIT) return document;
  const mend = `write session: role for ${approver}, or fewer rules that name ${approver}`;
  throw new RangeError(`the policy of ${approver}'s user has ${size} characters, and IAM takes ${USER_POLICY_LIMIT}: ${mend}`);
}

function roleKindPolicy(config: Config, stage: string): PolicyDocument {
  const role = roleArn(placeOf(config, stage), 'deletion');
  return policy(
    allow('TakeASession', ['sts:AssumeRole', 'sts:TagSession'], role),
    allow('UnderOwnName', 'sts:SetSourceIdentity', role, { StringEquals: { 'sts:SourceIdentity': '${aws:username}' } }),
    {
      Sid: 'NothingElse',
      Effect: 'Deny',
      NotAction: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
      Resource: '*',
    },
  );
}

/** A user kind's session is not limited to one bucket: all that the approver's rules allow, while it lasts. */
function userKindPolicy(config: Config, approver: Approver): PolicyDocument {
  const named = (rule: Rule) => rule.approvers.includes(approver.name);
  const mine = config.rules.filter(named);
  const place = (rule?: Rule) => config.rules.findIndex(({ buckets }) => buckets === rule?.buckets);
  // First match: what an earlier rule gives to others only is taken out again (the check of the configuration refuses orders in which that takes too much).
  const others = config.rules.filter(
    (rule, index) => !named(rule) && config.rules.slice(index + 1).some((later) => named(later) && overlap(later.buckets, rule.buckets)),
  );
  const condition = { Bool: { 'aws:MultiFactorAuthPresent': 'true' }, StringEquals: { 'aws:ResourceAccount': config.account } };
  return policy(
    ...groups(mine.map((rule) => ({ ...rule, approvers: [approver.name] }))).map(({ rules }) =>
      actionsOn(rules, [place(rules.at(0)), place(rules.at(-1))], condition),
    ),
    ...(others.length > 0 ? [{ Sid: 'OthersBuckets', Effect: 'Deny' as const, Action: 's3:*', Resource: bucketsAndObjects(others) }] : []),
    // Otherwise a bucket policy that allows the user would let the key alone delete. GetSessionToken stays possible, since the code is given in it
    // (IAM User Guide, "AWS: Allows MFA-authenticated IAM users to manage their own credentials", leaves it out the same way).
    {
      Sid: 'NothingWithoutCode',
      Effect: 'Deny',
      NotAction: 'sts:GetSessionToken',
      Resource: '*',
      Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } },
    },
  );
}

/** On an approver's secret: operators write the key and never read it; `elevate` alone does. */
export function approverSecretPolicy(config: Config, stack: { stage: string }): PolicyDocument {
  return readBy('ElevateAlone', roleArn(placeOf(config, stack.stage), 'elevate'));
}

/** On one of Slack's secrets: operators write it and never read it; the functions that work with it alone do. */
export function slackSecretPolicy(config: Config, stack: { stage: string }, name: SlackSecret): PolicyDocument {
  const place = placeOf(config, stack.stage);
  return readBy(
    'FunctionsAlone',
    SLACK_SECRETS[name].map((reader) => roleArn(place, reader)),
  );
}

const readBy = (Sid: string, roles: string | string[]): PolicyDocument =>
  policy({
    Sid,
    Effect: 'Deny',
    Principal: '*',
    Action: 'secretsmanager:GetSecretValue',
    Resource: '*',
    Condition: { ArnNotEquals: { 'aws:PrincipalArn': roles } },
  });

/** What the role's session of a request may do: what is asked for and no more; a rehearsal's reads, and nothing else. A user's takes no such limit. */
export function sessionActions({ kind, rehearsal, bypassGovernance }: Pick<Request, 'kind' | 'rehearsal' | 'bypassGovernance'>): string[] {
  if (rehearsal) return ['s3:ListBucketVersions'];
  if (kind === 'delete') return ['s3:DeleteBucket'];
  // Never s3:DeleteObject: a key without its version is not deleted but hidden, and what is current stays.
  if (kind === 'purge') return ['s3:ListBucketVersions', 's3:DeleteObjectVersion'];
  const policy = ['s3:GetBucketPolicy', 's3:PutBucketPolicy', 's3:DeleteBucketPolicy'];
  if (!isEmptyingKind(kind)) return policy;
  // The policy, to hold off late writers. Never s3:DeleteObject: a key without its version is not deleted but hidden.
  const emptying = ['s3:ListBucketVersions', 's3:ListBucketMultipartUploads', ...policy, ...OBJECT_ACTIONS];
  if (bypassGovernance) emptying.push('s3:BypassGovernanceRetention');
  return kind === 'empty' ? emptying : ['s3:DeleteBucket', ...emptying];
}

/**
 * Letters that stand for others in a policy, as themselves (IAM User Guide, "IAM policy elements: Variables and tags", "Where you can use policy variables").
 * What a session policy can't hold ends the prefix: it allows more keys then, of the same bucket (STS API Reference, AssumeRole, Policy).
 */
const literally = (text: string): string => text.replace(/[^\x20-\xff].*$/s, '').replace(/[*?$]/g, (letter) => `\${${letter}}`);

/** S3 actions that are asked of an object, not of the bucket. */
const isObjectAction = (action: string): boolean => /Object|AbortMultipartUpload|BypassGovernance/.test(action) && !/Bucket/.test(action);

/**
 * The session policy of one request, as compact JSON text: these actions on this bucket and nothing else.
 * @param request `prefix`: of the keys of objects that it may touch; all of them without it
 * Throws RangeError when it is longer than STS takes.
 */
export function sessionPolicy(request: { bucket: string; actions: string[]; prefix?: string }): string {
  const onObjects = request.actions.filter(isObjectAction);
  const onBucket = request.actions.filter((action) => !isObjectAction(action));
  const arn = `arn:aws:s3:::${request.bucket}`;
  const statements = [
    ...(onBucket.length ? [{ Effect: 'Allow', Action: onBucket, Resource: arn }] : []),
    ...(onObjects.length ? [{ Effect: 'Allow', Action: onObjects, Resource: `${arn}/${literally(request.prefix ?? '')}*` }] : []),
  ];
  if (statements.length === 0) throw new RangeError('sessionPolicy: name at least one action');
  const text = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  if (text.length > SESSION_POLICY_LIMIT)
    throw new RangeError(`sessionPolicy: ${text.length} characters, STS takes ${SESSION_POLICY_LIMIT}`);
  return text;
}
