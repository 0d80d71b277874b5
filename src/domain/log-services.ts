/** Who delivers logs and reports into buckets, as bucket policies name them. */

/**
 * Services that write into a bucket by themselves, and what for (S3 User Guide, "Enabling Amazon S3 server access logging", "Granting permissions for
 * Amazon S3 Inventory and analytics"; CloudWatch Logs, "Enabling logging from AWS services"; CloudTrail, Config, Redshift, GuardDuty and Elastic Load
 * Balancing guides, bucket policies; read November 2026).
 */
export const LOG_SERVICES: Readonly<Record<string, string>> = {
  'logging.s3.amazonaws.com': 'S3 access logs',
  's3.amazonaws.com': 'S3 inventory or analytics',
  'delivery.logs.amazonaws.com': 'AWS log delivery',
  'logs.amazonaws.com': 'CloudWatch Logs',
  'cloudtrail.amazonaws.com': 'CloudTrail',
  'config.amazonaws.com': 'AWS Config',
  'guardduty.amazonaws.com': 'GuardDuty',
  'redshift.amazonaws.com': 'Redshift',
  'logdelivery.elasticloadbalancing.amazonaws.com': 'load balancers',
  'logdelivery.elb.amazonaws.com': 'load balancers',
};

/**
 * The accounts from which load balancers of the older regions write (Elastic Load Balancing, "Enable access logs for your Application Load Balancer",
 * read November 2026).
 */
export const LOAD_BALANCING_ACCOUNTS: ReadonlySet<string> = new Set([
  '127311923021',
  '033677994240',
  '027434742980',
  '797873946194',
  '098369216593',
  '985666609251',
  '054676820928',
  '156460612806',
  '652711504416',
  '635631232127',
  '009996457667',
  '897822967062',
  '754344448648',
  '582318560864',
  '600734575887',
  '383597477331',
  '114774131450',
  '783225319266',
  '589379963580',
  '718504428378',
  '076674570225',
  '507241528517',
]);
