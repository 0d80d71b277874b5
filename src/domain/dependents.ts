/** What depends on a bucket, out of what was read of its settings and its policy, in words. Pure; nothing of a policy is evaluated here. */
import { type AnyStatement, clausesOf, folded, principalsOf, readPolicy, strings } from './bucket-policy.ts';
import { LOAD_BALANCING_ACCOUNTS, LOG_SERVICES } from './log-services.ts';
import type { Dependent, DependentKind } from './request.ts';
import { list, say } from './words.ts';

/** A setting as S3 gives it; undefined where the bucket has none, `denied` where it may not be read. */
type Setting<T> = T | undefined | 'denied';

/** The settings by which others depend on a bucket (S3 API Reference, GetBucketWebsite, GetBucketReplication, GetBucketNotificationConfiguration). */
export interface Settings {
  website: Setting<{ RedirectAllRequestsTo?: { HostName?: string | undefined } | undefined }>;
  replication: Setting<{
    Rules?: { Status?: string | undefined; Destination?: { Bucket?: string | undefined } | undefined }[] | undefined;
  }>;
  notifications: Setting<{
    TopicConfigurations?: Told<'TopicArn'>[] | undefined;
    QueueConfigurations?: Told<'QueueArn'>[] | undefined;
    LambdaFunctionConfigurations?: Told<'LambdaFunctionArn'>[] | undefined;
    EventBridgeConfiguration?: object | undefined;
  }>;
}

type Told<Arn extends string> = { [Name in Arn]?: string | undefined } & { Events?: string[] | undefined };

/** Nothing set: for requests for which none of it matters. */
export const NO_SETTINGS: Settings = { website: undefined, replication: undefined, notifications: undefined };

/**
 * What depends on a bucket, each in a sentence.
 * @param policy the bucket's policy as S3 gives it; undefined where it has none
 */
export function dependentsIn(settings: Settings, policy: string | undefined): Dependent[] {
  const read = readPolicy(policy);
  const allows = read.ok ? read.policy.statements.filter(({ Effect }) => Effect === 'Allow') : [];
  return [
    ...of('website', websiteOf(settings.website), 'serves a website', 's3:GetBucketWebsite'),
    ...of('cloudfront', cloudFrontIn(allows)),
    ...of('logs', logsIn(allows)),
    ...of('notifications', notifiedBy(settings.notifications), 'tells others of what is written to it', 's3:GetBucketNotification'),
    ...of('replication', replicatedTo(settings.replication), 'replicates to other buckets', 's3:GetReplicationConfiguration'),
    ...of('replication', replicatedFrom(allows)),
    ...of('services', servicesIn(allows)),
  ];
}

function of(kind: DependentKind, text: string | undefined | 'denied', what = '', action = ''): Dependent[] {
  if (text === undefined) return [];
  if (text === 'denied') return [{ kind, text: `Whether it ${what} could not be looked at: ${action} is denied.`, seen: false }];
  return [{ kind, text, seen: true }];
}

function websiteOf(website: Settings['website']): string | undefined {
  if (website === undefined || website === 'denied') return website;
  const host = website.RedirectAllRequestsTo?.HostName;
  return host === undefined ? 'It serves a website.' : `Its website address sends everybody on to ${named([host])}.`;
}

function replicatedTo(replication: Settings['replication']): string | undefined {
  if (replication === undefined || replication === 'denied') return replication;
  const rules = (replication.Rules ?? []).filter(({ Status }) => Status === 'Enabled');
  const to = rules.map(({ Destination }) => (Destination?.Bucket ?? '').replace(/^arn:aws:s3:::/, ''));
  return to.length === 0 ? undefined : `It replicates to ${named(to)}.`;
}

/** Replication from another account is allowed by the policy of the bucket that it goes to (S3 User Guide, "Configuring replication", other accounts). */
function replicatedFrom(allows: readonly AnyStatement[]): string | undefined {
  const replicating = allows.filter(({ Action }) => strings(Action).some((action) => folded(action).startsWith('s3:replicate')));
  const who = replicating.flatMap(({ Principal }) => principalsOf(Principal)).map(lastPart);
  return who.length === 0 ? undefined : `Others may replicate into it: ${named(who)}.`;
}

function notifiedBy(notifications: Settings['notifications']): string | undefined {
  if (notifications === undefined || notifications === 'denied') return notifications;
  const { TopicConfigurations = [], QueueConfigurations = [], LambdaFunctionConfigurations = [], EventBridgeConfiguration } = notifications;
  const all = [...TopicConfigurations, ...QueueConfigurations, ...LambdaFunctionConfigurations];
  const names = [
    ...LambdaFunctionConfigurations.map(({ LambdaFunctionArn = '' }) => lastPart(LambdaFunctionArn)),
    ...QueueConfigurations.map(({ QueueArn = '' }) => lastPart(QueueArn)),
    ...TopicConfigurations.map(({ TopicArn = '' }) => lastPart(TopicArn)),
    ...(EventBridgeConfiguration ? ['EventBridge'] : []),
  ];
  if (names.length === 0) return undefined;
  const deletions = EventBridgeConfiguration || all.some(({ Events = [] }) => Events.some((event) => event.startsWith('s3:ObjectRemoved')));
  return `Its events go to ${named(names)}${deletions ? ', those of deletions too' : ''}.`;
}

/**
 * By origin access control CloudFront is a service, by the older identities a user of its own account or a canonical user (CloudFront Developer
 * Guide, "Restrict access to an Amazon S3 origin", read November 2026).
 */
function cloudFrontIn(allows: readonly AnyStatement[]): string | undefined {
  const reading = allows.filter(
    (one) =>
      principalsNamed(one, 'Service').includes('cloudfront.amazonaws.com') ||
      principalsNamed(one, 'CanonicalUser').length > 0 ||
      principalsOf(one.Principal).some((principal) => principal.startsWith('arn:aws:iam::cloudfront:user/')),
  );
  if (reading.length === 0) return undefined;
  const sources = reading.flatMap((one) => clausesOf(one).filter(({ key }) => key === 'aws:sourcearn'));
  const names = sources.flatMap(({ values }) => values.filter((value) => value.includes(':distribution/')).map(lastPart));
  return names.length === 0 ? 'CloudFront reads it.' : `CloudFront reads it (${named(names)}).`;
}

function logsIn(allows: readonly AnyStatement[]): string | undefined {
  const services = allows.flatMap((one) => principalsNamed(one, 'Service')).filter(isLogService);
  const balancers = allows
    .flatMap((one) => principalsOf(one.Principal))
    .filter((arn) => LOAD_BALANCING_ACCOUNTS.has(arn.split(':')[4] ?? ''));
  const names = [...services.map((service) => LOG_SERVICES[service] ?? service), ...balancers.map(() => 'load balancers')];
  return names.length === 0 ? undefined : `AWS delivers logs to it: ${named(names)}.`;
}

function servicesIn(allows: readonly AnyStatement[]): string | undefined {
  const others = allows
    .flatMap((one) => principalsNamed(one, 'Service'))
    .filter((service) => service !== 'cloudfront.amazonaws.com' && !isLogService(service));
  return others.length === 0 ? undefined : `Its policy lets services of AWS in: ${named(others)}.`;
}

/** CloudWatch Logs has a name in each region (CloudWatch Logs User Guide, "Export log data to Amazon S3"). */
const isLogService = (service: string): boolean => service in LOG_SERVICES || /^logs\.[a-z0-9-]+\.amazonaws\.com$/.test(service);

function principalsNamed({ Principal }: AnyStatement, kind: 'Service' | 'CanonicalUser'): string[] {
  const named = typeof Principal === 'object' && Principal !== null ? (Principal as Record<string, unknown>)[kind] : undefined;
  return strings(named ?? []).map(kind === 'Service' ? folded : String);
}

const lastPart = (arn: string): string => arn.slice(Math.max(arn.lastIndexOf('/'), arn.lastIndexOf(':')) + 1);

/** So many names are shown; a policy may give hundreds. */
const SHOWN = 3;

/** Names that others chose: plain ones are shown, any other is only counted. Each once. */
function named(names: readonly string[]): string {
  const all = [...new Set(names)];
  const plain = all.filter((name) => /^[\w .@-]{1,80}$/.test(name));
  const shown = plain.slice(0, SHOWN);
  const more = all.length - shown.length;
  if (shown.length === 0) return say({ count: more, more: false }, 'place') || 'places';
  return list([...shown, ...(more > 0 ? [`${more.toLocaleString('en-US')} more`] : [])]);
}
