import type * as sdk from '@aws-sdk/client-s3';
import {
  GetObjectLegalHold$,
  GetObjectLockConfiguration$,
  GetObjectRetention$,
  PutObjectLegalHold$,
  PutObjectLockConfiguration$,
  PutObjectRetention$,
} from '@aws-sdk/client-s3';
import { AwsError, type Service } from '../../service.ts';
import { type Output, onBucket, onObject, type S3 } from './access.ts';
import type { Bucket, Version, VersionDetails } from './bucket.ts';
import { accessDenied, invalidArgument, invalidRequest, malformedXml } from './errors.ts';
import { readVersion } from './versions.ts';

const DAY = 24 * 60 * 60 * 1000;

/** Object Lock: the bucket's configuration, and retention and legal holds of versions. */
export function lockOperations(s3: S3): Service['operations'] {
  return {
    GetObjectLockConfiguration: onBucket<sdk.GetObjectLockConfigurationRequest, Output<sdk.GetObjectLockConfigurationOutput>>(
      s3,
      GetObjectLockConfiguration$,
      'GetBucketObjectLockConfiguration',
      (bucket) => {
        if (!bucket.objectLock)
          throw new AwsError('ObjectLockConfigurationNotFoundError', 'Object Lock configuration does not exist for this bucket', 404, {
            BucketName: bucket.name,
          });
        return { ObjectLockConfiguration: bucket.objectLock };
      },
    ),
    PutObjectLockConfiguration: onBucket<sdk.PutObjectLockConfigurationRequest, Output<sdk.PutObjectLockConfigurationOutput>>(
      s3,
      PutObjectLockConfiguration$,
      'PutBucketObjectLockConfiguration',
      (bucket, input) => {
        if (bucket.versioning !== 'Enabled')
          throw new AwsError('InvalidBucketState', "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration", 409);
        bucket.objectLock = checkedConfiguration(input.ObjectLockConfiguration);
        return {};
      },
    ),
    GetObjectRetention: onObject<sdk.GetObjectRetentionRequest, Output<sdk.GetObjectRetentionOutput>>(
      s3,
      GetObjectRetention$,
      () => ['GetObjectRetention'],
      (bucket, key, input) => {
        const retention = lockable(bucket, key, input.VersionId).details?.retention;
        if (!retention) throw noLock();
        return { Retention: retention };
      },
    ),
    PutObjectRetention: onObject<sdk.PutObjectRetentionRequest, Output<sdk.PutObjectRetentionOutput>>(
      s3,
      PutObjectRetention$,
      (input) => (input.BypassGovernanceRetention ? ['PutObjectRetention', 'BypassGovernanceRetention'] : ['PutObjectRetention']),
      (bucket, key, input, call) => {
        const version = lockable(bucket, key, input.VersionId);
        const wanted = checkedRetention(input.Retention, call.now);
        if (!mayChange(version.details?.retention, wanted, input.BypassGovernanceRetention ?? false, call.now)) throw lockedVersion();
        version.details = { ...version.details, retention: wanted };
        return {};
      },
      (input) => ({
        's3:object-lock-mode': input.Retention?.Mode,
        's3:object-lock-retain-until-date': input.Retention?.RetainUntilDate?.toISOString(),
      }),
    ),
    GetObjectLegalHold: onObject<sdk.GetObjectLegalHoldRequest, Output<sdk.GetObjectLegalHoldOutput>>(
      s3,
      GetObjectLegalHold$,
      () => ['GetObjectLegalHold'],
      (bucket, key, input) => {
        const hold = lockable(bucket, key, input.VersionId).details?.legalHold;
        if (!hold) throw noLock();
        return { LegalHold: { Status: hold } };
      },
    ),
    PutObjectLegalHold: onObject<sdk.PutObjectLegalHoldRequest, Output<sdk.PutObjectLegalHoldOutput>>(
      s3,
      PutObjectLegalHold$,
      () => ['PutObjectLegalHold'],
      (bucket, key, input) => {
        const version = lockable(bucket, key, input.VersionId);
        const status = input.LegalHold?.Status;
        if (status !== 'ON' && status !== 'OFF') throw malformedXml();
        version.details = { ...version.details, legalHold: status };
        return {};
      },
      (input) => ({ 's3:object-lock-legal-hold': input.LegalHold?.Status }),
    ),
  };
}

/** Throws AccessDenied where a lock keeps the version (user guide, "How S3 Object Lock works"): a bypass lifts governance alone. */
export function checkUnlocked(version: Version, bypass: boolean, now: number): void {
  const { legalHold, retention } = version.details ?? {};
  const retained = (retention?.RetainUntilDate?.getTime() ?? 0) > now && !(retention?.Mode === 'GOVERNANCE' && bypass);
  if (legalHold === 'ON' || retained) throw lockedVersion();
}

/** Throws InvalidArgument where a bypass is asked for in a bucket that has no Object Lock. */
export function checkBypass(bucket: Bucket, bypass: boolean | undefined): void {
  if (bypass !== undefined && !bucket.objectLock)
    throw invalidArgument(
      'x-amz-bypass-governance-retention',
      String(bypass),
      'x-amz-bypass-governance-retention is only applicable to Object Lock enabled buckets.',
    );
}

/** The locks of a new version: those that were sent, else the bucket's default. Throws where the bucket has no Object Lock. */
export function locksFor(
  bucket: Bucket,
  input: {
    ObjectLockMode?: sdk.ObjectLockMode;
    ObjectLockRetainUntilDate?: Date;
    ObjectLockLegalHoldStatus?: sdk.ObjectLockLegalHoldStatus;
  },
  now: number,
): Pick<VersionDetails, 'retention' | 'legalHold'> {
  const asked = input.ObjectLockMode !== undefined || input.ObjectLockRetainUntilDate !== undefined;
  if (!bucket.objectLock) {
    if (asked || input.ObjectLockLegalHoldStatus) throw invalidRequest('Bucket is missing Object Lock Configuration');
    return {};
  }
  if (asked && !(input.ObjectLockMode && input.ObjectLockRetainUntilDate))
    throw invalidArgument(
      'x-amz-object-lock-mode',
      input.ObjectLockMode ?? '',
      'x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied',
    );
  const retention = asked
    ? checkedRetention({ Mode: input.ObjectLockMode, RetainUntilDate: input.ObjectLockRetainUntilDate }, now)
    : byDefault(bucket.objectLock, now);
  return { ...(retention && { retention }), ...(input.ObjectLockLegalHoldStatus && { legalHold: input.ObjectLockLegalHoldStatus }) };
}

function byDefault(configuration: sdk.ObjectLockConfiguration, now: number): sdk.ObjectLockRetention | undefined {
  const rule = configuration.Rule?.DefaultRetention;
  if (!rule) return undefined;
  return { Mode: rule.Mode, RetainUntilDate: new Date(now + (rule.Days ?? (rule.Years ?? 0) * 365) * DAY) };
}

/** Retention may be made longer or stricter by anybody, loosened by a bypass of governance alone. */
function mayChange(
  now: sdk.ObjectLockRetention | undefined,
  wanted: sdk.ObjectLockRetention | undefined,
  bypass: boolean,
  time: number,
): boolean {
  const until = now?.RetainUntilDate?.getTime() ?? 0;
  if (until <= time || (now?.Mode === 'GOVERNANCE' && bypass)) return true;
  const longer = (wanted?.RetainUntilDate?.getTime() ?? 0) >= until;
  return longer && (wanted?.Mode === now?.Mode || wanted?.Mode === 'COMPLIANCE');
}

function checkedRetention(retention: sdk.ObjectLockRetention | undefined, now: number): sdk.ObjectLockRetention | undefined {
  // An empty <Retention/> takes the retention away.
  if (!retention?.Mode && !retention?.RetainUntilDate) return undefined;
  if ((retention.Mode !== 'GOVERNANCE' && retention.Mode !== 'COMPLIANCE') || !retention.RetainUntilDate) throw malformedXml();
  if (retention.RetainUntilDate.getTime() <= now)
    throw invalidArgument('RetainUntilDate', retention.RetainUntilDate.toISOString(), 'The retain until date must be in the future!');
  return retention;
}

function checkedConfiguration(configuration: sdk.ObjectLockConfiguration | undefined): sdk.ObjectLockConfiguration {
  if (configuration?.ObjectLockEnabled !== 'Enabled') throw malformedXml();
  const rule = configuration.Rule?.DefaultRetention;
  const period = rule?.Days ?? rule?.Years;
  if (configuration.Rule && (!rule?.Mode || period === undefined || (rule.Days !== undefined && rule.Years !== undefined)))
    throw malformedXml();
  if (period !== undefined && period < 1)
    throw invalidArgument('Period', String(period), 'Default retention period must be a positive integer value.');
  return configuration;
}

function lockable(bucket: Bucket, key: string, versionId: string | undefined): Version {
  if (!bucket.objectLock) throw invalidRequest('Bucket is missing Object Lock Configuration');
  return readVersion(bucket, key, versionId);
}

const lockedVersion = () => accessDenied('Access Denied because object protected by object lock.');

const noLock = () => new AwsError('NoSuchObjectLockConfiguration', 'The specified object does not have a ObjectLock configuration', 404);
