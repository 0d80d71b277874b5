/** What goes round a guard: what empties a bucket or makes it unreadable without any request that a bucket's policy could deny. */
import { say } from './words.ts';

/** A lifecycle rule, as S3 gives it (S3 API Reference, LifecycleRule). */
export interface LifecycleRule {
  ID?: string | undefined;
  Status?: string | undefined;
  Prefix?: string | undefined;
  Filter?:
    | { Prefix?: string | undefined; Tag?: Tag | undefined; And?: { Prefix?: string | undefined; Tags?: Tag[] | undefined } | undefined }
    | undefined;
  Expiration?: { Days?: number | undefined; Date?: Date | string | undefined; ExpiredObjectDeleteMarker?: boolean | undefined } | undefined;
  NoncurrentVersionExpiration?: { NoncurrentDays?: number | undefined; NewerNoncurrentVersions?: number | undefined } | undefined;
}

interface Tag {
  Key?: string | undefined;
  Value?: string | undefined;
}

/** What has to be known of a bucket to say what goes round its guard. */
export interface Surroundings {
  lifecycle: readonly LifecycleRule[];
  versioning: 'never on' | 'on' | 'suspended';
  /** The account of the bucket. */
  account: string;
  /**
   * The KMS keys that the bucket's default encryption or its objects use: an ARN, id or alias, and who manages it as KMS says (DescribeKey,
   * KeyManager), where that was asked.
   */
  keys: readonly { key: string; manager?: 'AWS' | 'CUSTOMER' | undefined }[];
}

/**
 * Sentences on what goes round the guard of a bucket, the gravest first; empty where nothing does. S3 itself carries out a lifecycle rule, and
 * asks no policy: to keep objects one has to deny the writing of rules (S3 API Reference, PutBucketLifecycleConfiguration, "Permissions"; what
 * expiring does by versioning: S3 User Guide, "Expiring objects"; read November 2026).
 */
export function waysRound({ lifecycle, versioning, keys, account }: Surroundings): string[] {
  return [
    ...lifecycle.flatMap((rule, index) => ruleSentences(rule, index, versioning)),
    ...versioningSentences(versioning),
    ...keySentences(keys, account),
  ];
}

function ruleSentences(rule: LifecycleRule, index: number, versioning: Surroundings['versioning']): string[] {
  if (rule.Status !== 'Enabled') return [];
  const name = `Lifecycle rule ${rule.ID && /^[\w .-]{1,80}$/.test(rule.ID) ? `“${rule.ID}”` : `number ${index + 1}`}`;
  const { Expiration: current, NoncurrentVersionExpiration: old } = rule;
  const expires = current?.Days !== undefined || current?.Date !== undefined;
  const what = `objects${scopeOf(rule)}`;
  return [
    ...(expires
      ? [`${name} ${versioning === 'on' ? `hides ${what} behind delete markers` : `deletes ${what}`} ${whenOf(current)}, guard or not.`]
      : []),
    ...(old
      ? [
          `${name} destroys old versions of ${what} ${old.NoncurrentDays ? `${days(old.NoncurrentDays)} after they were replaced` : 'once they are replaced'}, guard or not.`,
        ]
      : []),
  ];
}

const days = (count: number): string => say({ count, more: false }, 'day');

function whenOf({ Days, Date: date }: NonNullable<LifecycleRule['Expiration']>): string {
  if (Days !== undefined) return `${days(Days)} after they were written`;
  return `from ${new Date(date ?? 0).toISOString().slice(0, 10)} on`;
}

/** Which objects a rule is about. A prefix and tags are others' text: a plain one is shown, any other only mentioned. */
function scopeOf({ Prefix, Filter }: LifecycleRule): string {
  const prefix = Filter?.And?.Prefix ?? Filter?.Prefix ?? Prefix ?? '';
  const tags = [...(Filter?.And?.Tags ?? []), ...(Filter?.Tag ? [Filter.Tag] : [])];
  return [
    prefix === '' ? '' : ` under ${PLAIN.test(prefix) ? `“${prefix}”` : 'a prefix'}`,
    ...tags.map(({ Key = '', Value = '' }) => (PLAIN.test(`${Key}=${Value}`) ? ` tagged ${Key}=${Value}` : ' with a tag')),
  ].join('');
}

const PLAIN = /^[\w/.=-]{1,80}$/;

function versioningSentences(versioning: Surroundings['versioning']): string[] {
  if (versioning === 'on') return [];
  const since = versioning === 'never on' ? 'Versioning was never on' : 'Versioning is suspended';
  const mend = 'switch versioning on (a hardened guard denies that: first /guard-bucket, “Put the basic guard on”)';
  return [`${since}: whoever may write or delete objects destroys what was there, and the guard does not stop that; ${mend}.`];
}

/**
 * A key in the hands of AWS can't be scheduled for deletion (KMS Developer Guide, "AWS KMS keys", AWS managed keys, read November 2026); S3's own
 * has the alias aws/s3.
 */
function keySentences(keys: Surroundings['keys'], account: string): string[] {
  const customers = keys.filter(({ key, manager }) => manager !== 'AWS' && !/(?:^|:)alias\/aws\//.test(key));
  const seen = new Set<string>();
  return customers.flatMap(({ key, manager }) => {
    if (seen.has(key)) return [];
    seen.add(key);
    const owner = /^arn:aws:kms:[\w-]+:(\d{12}):/.exec(key)?.[1] ?? account;
    const whose = owner === account ? '' : ` of account ${owner}`;
    const unless = manager === undefined ? " (unless it is AWS's own)" : '';
    const name = /^[\w:/-]{1,200}$/.test(key) ? key : 'of a name not shown here';
    return [
      `Whoever may schedule the deletion of the KMS key ${name}${whose} can make what it encrypts unreadable${unless}, guard or not.`,
    ];
  });
}
