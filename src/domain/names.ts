/** What things are called in AWS: by name, so that policies can speak of what doesn't exist yet and nothing goes in circles. */
import type { Approver, Config } from './configuration.ts';

/** The functions, as serverless.yml calls them. */
export const FUNCTIONS = [
  'slack',
  'inspect',
  'askApprover',
  'elevate',
  'holdWriters',
  'planEmptying',
  'emptyRange',
  'tellProgress',
  'deleteBucket',
  'changeGuard',
  'report',
  'checkGuards',
] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

export const TABLES = ['requests', 'locks', 'attempts', 'approvers', 'audit', 'guards', 'emptying'] as const;
export type TableName = (typeof TABLES)[number];

/** What the keys of rows in `emptying` begin with that say that somebody stopped it. */
export const STOPS = 'stop:';

/** Where a stack lives: its account and region stand in the configuration. */
export interface Place {
  account: string;
  region: string;
  stage: string;
}

export function placeOf(config: Pick<Config, 'account' | 'region'>, stage: string): Place {
  return { account: config.account, region: config.region, stage };
}

export const functionName = (place: Place, name: FunctionName): string => `interlock-${place.stage}-${name}`;

export const functionArn = (place: Place, name: FunctionName): string =>
  `arn:aws:lambda:${place.region}:${place.account}:function:${functionName(place, name)}`;

/** A role is called as what works with it: a function, the state machine (`machine`), or `deletion`. */
export const roleName = (place: Place, name: FunctionName | 'machine' | 'deletion'): string => `interlock-${place.stage}-${name}`;

export const roleArn = (place: Place, name: FunctionName | 'machine' | 'deletion'): string =>
  `arn:aws:iam::${place.account}:role/${roleName(place, name)}`;

export const machineArn = (place: Place): string =>
  `arn:aws:states:${place.region}:${place.account}:stateMachine:interlock-${place.stage}-deletion`;

/**
 * The machine, as the context under which its history is encrypted: itself, and with a label for the executions of its Distributed Map, whose state machine is called so
 * in CloudWatch (Step Functions Developer Guide, "Viewing a Distributed Map Run execution", read November 2026). UNVERIFIED: under which of them Step Functions encrypts
 * the history of those executions; both are allowed, so that it works either way. To check: empty a bucket in an account of your own, and look in CloudTrail for the
 * encryptionContext of GenerateDataKey and Decrypt by the machine's role.
 */
export const historyContexts = (place: Place): string[] => [machineArn(place), `${machineArn(place)}/*`];

/**
 * The executions of the machine's Distributed Map: each a stretch (Step Functions Developer Guide, "Redriving Map Runs", whose policy names them so). UNVERIFIED: that
 * these are the ARNs by which it stops them. To check: stop an execution that empties a bucket, and look in CloudTrail for what the machine's role was denied. They end
 * after their page all the same, by the row that `report` writes.
 */
export const childExecutionsArn = (place: Place): string => `${executionArn(place)}/*`;

/** The machine's executions, requests and, by the page that the right stands on (policies-functions.ts), those of its Distributed Map. */
export const executionsArn = (place: Place): string => `${executionArn(place)}:*`;

const executionArn = (place: Place): string =>
  `arn:aws:states:${place.region}:${place.account}:execution:interlock-${place.stage}-deletion`;

export const tableArn = (place: Place, name: TableName): string =>
  `arn:aws:dynamodb:${place.region}:${place.account}:table/interlock-${place.stage}-${name}`;

export const slackSecretName = (place: Place, name: 'signing-secret' | 'bot-token'): string => `interlock/${place.stage}/slack/${name}`;

/** Secrets Manager adds a dash and six characters of its own to a secret's name (User Guide, "What's in a Secrets Manager secret?"). */
export const secretArnPattern = (place: Place, name: string): string =>
  `arn:aws:secretsmanager:${place.region}:${place.account}:secret:${name}-??????`;

/**
 * The name of an approver's IAM user, the last part of its ARN. It is also the session's SourceIdentity, since the
 * deletion role's trust asks `sts:SourceIdentity` to be `${aws:username}`.
 */
export function userName(approver: Pick<Approver, 'user'>): string {
  return approver.user.slice(approver.user.lastIndexOf('/') + 1);
}
