import { isIPv4 } from 'node:net';
import { AwsError } from '../../service.ts';

/** S3 user guide, "General purpose bucket naming rules": what a name may not begin or end with. */
const RESERVED_PREFIXES = ['xn--', 'sthree-', 'amzn-s3-demo-'];
const RESERVED_SUFFIXES = ['-s3alias', '--ol-s3', '.mrap', '--x-s3', '--table-s3'];

/**
 * Throws InvalidBucketName unless the name follows S3's rules for general purpose buckets. Names in an account's own
 * namespace (`<prefix>-<account>-<region>-an`) can be taken by that account in that region alone.
 */
export function checkBucketName(name: string, account: string, region: string): void {
  const valid =
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !name.includes('..') &&
    !isIPv4(name) &&
    !RESERVED_PREFIXES.some((prefix) => name.startsWith(prefix)) &&
    !RESERVED_SUFFIXES.some((suffix) => name.endsWith(suffix)) &&
    (!name.endsWith('-an') || name.endsWith(`-${account}-${region}-an`));
  if (!valid) throw new AwsError('InvalidBucketName', 'The specified bucket is not valid.', 400, { BucketName: name });
}
