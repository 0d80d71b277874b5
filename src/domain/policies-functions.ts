/**
 * What each function may, and no more. What works with an approver's session has no S3 rights of its own, but to write manifests to the archive;
 * each may open and seal only what its step needs (`kms:EncryptionContext:purpose`).
 */
import type { Config, Rule } from './configuration.ts';
import {
  childExecutionsArn,
  executionsArn,
  FUNCTIONS,
  type FunctionName,
  functionArn,
  functionName,
  historyContexts,
  machineArn,
  type Place,
  placeOf,
  roleArn,
  STOPS,
  secretArnPattern,
  slackSecretName,
  type TableName,
  tableArn,
} from './names.ts';
import { type Arn, allow, type PolicyDocument, policy, type Statement } from './policy-document.ts';

/** The keys, whose ARNs aren't known by name. */
export interface Keys {
  seal: Arn;
  history: Arn;
  secrets: Arn;
}

/** What travels sealed, by purpose: who seals it (`GenerateDataKey`) and who opens it (`Decrypt`). */
export const SEALS = {
  slack: { seals: ['code', 'request'], opens: ['taskToken'] },
  inspect: { seals: [], opens: ['request'] },
  askApprover: { seals: ['taskToken', 'toldRefusal'], opens: ['toldRefusal'] },
  elevate: { seals: ['session'], opens: ['code'] },
  holdWriters: { seals: [], opens: ['session'] },
  planEmptying: { seals: [], opens: ['session'] },
  emptyRange: { seals: [], opens: ['session'] },
  tellProgress: { seals: [], opens: [] },
  deleteBucket: { seals: [], opens: ['session'] },
  changeGuard: { seals: [], opens: ['session'] },
  report: { seals: ['toldEnd', 'toldRefusal'], opens: ['toldEnd', 'toldRefusal'] },
  checkGuards: { seals: [], opens: [] },
} as const satisfies Record<FunctionName, { seals: string[]; opens: string[] }>;

/** Slack's two secrets, and the functions that read them: their own policies allow it, the secrets' policies deny it to everybody else. */
export const SLACK_SECRETS = {
  'signing-secret': ['slack'],
  'bot-token': ['slack', 'askApprover', 'report', 'tellProgress', 'checkGuards'],
} as const satisfies Record<string, FunctionName[]>;
export type SlackSecret = keyof typeof SLACK_SECRETS;

/**
 * Read-only S3 rights of `inspect` on a rule's buckets: what it looks at and no more, so no GetObject. (Of their objects it sees the locks.)
 * HeadBucket asks for `ListBucket` (S3 API Reference, HeadBucket).
 */
const INSPECT_BUCKET = [
  's3:GetBucketNotification',
  's3:GetBucketObjectLockConfiguration',
  's3:GetBucketPolicy',
  's3:GetBucketTagging',
  's3:GetBucketVersioning',
  's3:GetBucketWebsite',
  's3:GetEncryptionConfiguration',
  's3:GetLifecycleConfiguration',
  's3:GetReplicationConfiguration',
  's3:ListBucket',
  's3:ListBucketMultipartUploads',
  's3:ListBucketVersions',
];

/** Those of them without which nobody is asked: what can't be read of lifecycle rules, encryption and what depends on the bucket is said instead. */
export const INSPECT_NEEDS: readonly string[] = INSPECT_BUCKET.filter(
  (action) => !/Encryption|Lifecycle|Notification|Replication|Website/.test(action),
);

/** Read-only S3 rights of `checkGuards`, on the buckets whose rules ask for a guard. */
const CHECK_BUCKET = ['s3:GetBucketPolicy', 's3:GetBucketVersioning', 's3:GetEncryptionConfiguration', 's3:GetLifecycleConfiguration'];

/** The functions that are no state of the flow: Slack and the clock call them. */
const OUTSIDE_THE_FLOW: readonly FunctionName[] = ['slack', 'checkGuards'];

/**
 * The policy of a function's role.
 * @param name the function
 * @param config its rules say which buckets may be looked at, its approvers which secrets may be read
 * @param stack the stage, and the ARNs (or references) of its keys
 */
export function functionPolicy(name: FunctionName, config: Config, stack: { stage: string; keys: Keys }): PolicyDocument {
  const place = placeOf(config, stack.stage);
  return policy(logs(place, name), ...seals(name, stack.keys.seal), ...own(name, place, config, stack.keys));
}

/** Lambda, and nobody else, works with a function's role. */
export const functionTrust = (): PolicyDocument =>
  policy({ Sid: 'Lambda', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' });

function own(name: FunctionName, place: Place, config: Config, keys: Keys): Statement[] {
  switch (name) {
    case 'slack':
      return [
        allow('StartTheFlow', 'states:StartExecution', machineArn(place)),
        // SendTaskSuccess knows no resource type (Service Authorization Reference, Step Functions); what protects it is that a token can't be guessed.
        allow('AnswerTheFlow', 'states:SendTaskSuccess', '*'),
        slackSecrets(place, name),
        rows(place, 'requests', 'GetItem', 'PutItem', 'UpdateItem', 'BatchGetItem'),
        allow('RequestsByRequester', 'dynamodb:Query', `${tableArn(place, 'requests')}/index/byRequester`),
        rows(place, 'locks', 'GetItem', 'UpdateItem', 'DeleteItem', 'Scan'),
        stopEmptying(place),
        audit(place),
      ];
    case 'inspect':
      return [
        allow('LookAtBuckets', INSPECT_BUCKET, bucketArns(config.rules), { StringEquals: { 'aws:ResourceAccount': place.account } }),
        allow('LookAtLocks', ['s3:GetObjectRetention', 's3:GetObjectLegalHold'], objectArns(config.rules), {
          StringEquals: { 'aws:ResourceAccount': place.account },
        }),
        // Neither knows a resource type that names a bucket (Service Authorization Reference, Amazon S3).
        allow('FindBuckets', ['s3:ListAllMyBuckets', 's3:ListAccessPoints'], '*'),
      ];
    case 'askApprover':
      return [slackSecrets(place, name), rows(place, 'requests', 'GetItem', 'UpdateItem'), audit(place)];
    case 'elevate':
      return [
        allow('ReadApproversKeys', 'secretsmanager:GetSecretValue', approverSecrets(place, config)),
        allow('DecryptApproversKeys', 'kms:Decrypt', keys.secrets, {
          StringEquals: { 'kms:ViaService': `secretsmanager.${place.region}.amazonaws.com` },
        }),
        rows(place, 'attempts', 'GetItem', 'PutItem', 'UpdateItem'),
        rows(place, 'approvers', 'GetItem', 'UpdateItem'),
        audit(place),
      ];
    case 'deleteBucket':
      return [audit(place)];
    case 'planEmptying':
      return [rows(place, 'emptying', 'GetItem', 'Query', 'PutItem', 'BatchWriteItem'), audit(place)];
    case 'emptyRange':
      return [rows(place, 'emptying', 'GetItem', 'UpdateItem'), stopEmptying(place), ...manifests(place, config)];
    case 'tellProgress':
      return [slackSecrets(place, name), rows(place, 'requests', 'GetItem', 'UpdateItem'), rows(place, 'emptying', 'Query')];
    case 'holdWriters':
      return [policyTurns(place)];
    case 'changeGuard':
      return [policyTurns(place), audit(place)];
    case 'report':
      return [
        slackSecrets(place, name),
        rows(place, 'requests', 'GetItem', 'UpdateItem'),
        // Whose code was used, where no flow says it.
        rows(place, 'attempts', 'Query'),
        rows(place, 'locks', 'DeleteItem'),
        // Its workers go on without the flow; how far they were, and who stopped them, is written there.
        stopEmptying(place),
        rows(place, 'emptying', 'GetItem'),
        audit(place),
      ];
    case 'checkGuards':
      return [...lookAtGuards(place, config), slackSecrets(place, name), rows(place, 'guards', 'Scan', 'PutItem', 'DeleteItem')];
  }
}

/**
 * Our own writers of a bucket's policy take turns (src/aws/bucket-policy-turns.ts), in rows of their own: the locks of requests are not theirs
 * (DynamoDB Developer Guide, "Using IAM policy conditions for fine-grained access control", read November 2026).
 */
const policyTurns = (place: Place): Statement =>
  allow('TakeTurns', ['dynamodb:PutItem', 'dynamodb:DeleteItem'], tableArn(place, 'locks'), {
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['policy:*'] },
  });

/** To say that it ends, and nothing of its plan: that is planEmptying's. */
const stopEmptying = (place: Place): Statement =>
  allow('StopEmptying', 'dynamodb:PutItem', tableArn(place, 'emptying'), {
    'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${STOPS}*`] },
  });

/** What an emptying takes is written down first: the one right on objects that a function has of its own, where the configuration names an archive. */
function manifests({ account }: Place, { archive }: Config): Statement[] {
  if (!archive) return [];
  const under = `arn:aws:s3:::${archive.bucket}/${archive.prefix}/*`;
  return [allow('WriteManifests', 's3:PutObject', under, { StringEquals: { 'aws:ResourceAccount': account } })];
}

/** Nothing where no rule asks for a guard: there is nothing to look at then. */
function lookAtGuards(place: Place, config: Config): Statement[] {
  const watched = bucketArns(config.rules.filter(({ guard }) => guard === 'required'));
  if (watched.length === 0) return [];
  return [
    allow('LookAtGuards', CHECK_BUCKET, watched, { StringEquals: { 'aws:ResourceAccount': place.account } }),
    // It knows no resource type (Service Authorization Reference, Amazon S3).
    allow('ListBuckets', 's3:ListAllMyBuckets', '*'),
  ];
}

/** The state machine: its functions, the executions of its Distributed Map, and its own history with its own ARN as context (Step Functions Developer Guide, "Data at rest encryption"). */
export function machinePolicy(config: Config, stack: { stage: string; keys: Keys }): PolicyDocument {
  const place = placeOf(config, stack.stage);
  const invoked = FUNCTIONS.filter((name) => !OUTSIDE_THE_FLOW.includes(name)).map((name) => functionArn(place, name));
  return policy(
    allow('InvokeFunctions', 'lambda:InvokeFunction', invoked),
    // A Distributed Map starts an execution of the machine's own for each stretch, and looks after it. Whoever may start one brings a sealed request.
    allow('StartStretches', 'states:StartExecution', machineArn(place)),
    // "IAM policies for using Distributed Map states" (read November 2026) asks for DescribeExecution, on executions with a colon before their name; those of a map have a slash.
    allow('LookAtStretches', 'states:DescribeExecution', [executionsArn(place), childExecutionsArn(place)]),
    allow('StopStretches', 'states:StopExecution', childExecutionsArn(place)),
    allow('EncryptHistory', ['kms:Decrypt', 'kms:GenerateDataKey'], stack.keys.history, {
      StringLike: { 'kms:EncryptionContext:aws:states:stateMachineArn': historyContexts(place) },
    }),
  );
}

/** Step Functions, and nobody else, works with the machine's role. */
export const machineTrust = (): PolicyDocument =>
  policy({ Sid: 'StepFunctions', Effect: 'Allow', Principal: { Service: 'states.amazonaws.com' }, Action: 'sts:AssumeRole' });

/** The ARNs of the roles that may use the SEAL key at all. */
export const sealingRoles = (place: Place): string[] =>
  FUNCTIONS.filter((name) => SEALS[name].seals.length + SEALS[name].opens.length > 0).map((name) => roleArn(place, name));

const bucketArns = (rules: Rule[]): string[] => [...new Set(rules.map((rule) => `arn:aws:s3:::${rule.buckets}`))];

const objectArns = (rules: Rule[]): string[] => bucketArns(rules).map((arn) => `${arn}/*`);

const approverSecrets = (place: Place, config: Config): string[] =>
  Object.values(config.approvers).map((approver) => secretArnPattern(place, approver.secret));

function seals(name: FunctionName, key: Arn): Statement[] {
  const { seals, opens } = SEALS[name] as { seals: string[]; opens: string[] };
  const purpose = (purposes: string[]) => ({ StringEquals: { 'kms:EncryptionContext:purpose': purposes } });
  return [
    ...(seals.length ? [allow('Seal', 'kms:GenerateDataKey', key, purpose(seals))] : []),
    ...(opens.length ? [allow('Open', 'kms:Decrypt', key, purpose(opens))] : []),
  ];
}

function slackSecrets(place: Place, reader: FunctionName): Statement {
  const names = (Object.keys(SLACK_SECRETS) as SlackSecret[]).filter((name) =>
    (SLACK_SECRETS[name] as readonly FunctionName[]).includes(reader),
  );
  const secrets = names.map((name) => secretArnPattern(place, slackSecretName(place, name)));
  return allow('ReadSlackSecrets', 'secretsmanager:GetSecretValue', secrets);
}

function rows(place: Place, table: TableName, ...actions: string[]): Statement {
  const sid = `Rows${table[0]?.toUpperCase()}${table.slice(1)}`;
  return allow(
    sid,
    actions.map((action) => `dynamodb:${action}`),
    tableArn(place, table),
  );
}

/** The audit trail only grows: nothing that runs may read, change or remove an entry. */
const audit = (place: Place): Statement => allow('WriteAudit', 'dynamodb:PutItem', tableArn(place, 'audit'));

const logs = (place: Place, name: FunctionName): Statement =>
  allow(
    'WriteLog',
    ['logs:CreateLogStream', 'logs:PutLogEvents'],
    `arn:aws:logs:${place.region}:${place.account}:log-group:/aws/lambda/${functionName(place, name)}:*`,
  );
