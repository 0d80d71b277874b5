/** What people type for a bucket, and what a bucket's name may be. */

export type ParsedBucket = { ok: true; bucket: string } | { ok: false; why: string };

/**
 * The bucket's name in what somebody typed: a name, `s3://name/…`, an ARN, or an address of the S3 console or of S3 itself.
 * Refuses what is no general purpose bucket, with a sentence for the person that doesn't repeat what was typed.
 */
export function parseBucket(typed: string): ParsedBucket {
  const text = typed.trim();
  if (text === '') return { ok: false, why: 'Type the name of the bucket.' };
  const bucket = fromUri(text) ?? fromArn(text) ?? fromAddress(text);
  if (bucket === '') return { ok: false, why: NO_BUCKET };
  const name = bucket ?? text;
  const why = faultOf(name);
  return why === undefined ? { ok: true, bucket: name } : { ok: false, why };
}

/** Is it this bucket's name that somebody typed? Phones begin a text with a capital, and no name begins so. */
export function isNameOf(bucket: string, typed: string): boolean {
  const text = typed.trim();
  return text.charAt(0).toLowerCase() + text.slice(1) === bucket;
}

const NO_BUCKET =
  "No bucket is named there. Type the bucket's name, s3://name, arn:aws:s3:::name, or the address of the bucket's page in the S3 console.";

/** The name in an S3 URI, '' where it holds none, undefined where it is none. The two below answer the same way. */
function fromUri(text: string): string | undefined {
  return /^s3:\/\/([^/?#]*)/i.exec(text)?.[1];
}

/** A bucket's or an object's ARN, of any partition; those of access points, table and directory buckets name no bucket. */
function fromArn(text: string): string | undefined {
  if (!/^arn:/i.test(text)) return undefined;
  return /^arn:aws[\w-]*:s3:::([^/]*)/i.exec(text)?.[1] ?? '';
}

/** Console addresses (`…/s3/buckets/<name>?…`), and S3's own (`<name>.s3.<region>.amazonaws.com`, path style). */
function fromAddress(text: string): string | undefined {
  if (!/^https?:\/\//i.test(text)) return undefined;
  const { hostname, pathname } = URL.canParse(text) ? new URL(text) : { hostname: '', pathname: '' };
  if (CONSOLE.test(hostname)) return /^\/s3\/(?:buckets?|object|upload)\/([^/]+)/.exec(pathname)?.[1] ?? '';
  const s3 = ENDPOINT.exec(hostname);
  return s3 ? (s3[1] ?? pathname.split('/')[1] ?? '') : '';
}

/** `<region>.console.aws.amazon.com`, with an account and a session before it where several are open, and other partitions' (AWS General Reference). */
const CONSOLE = /(?:^|\.)console\.(?:aws\.amazon\.com|amazonaws\.cn|amazonaws-us-gov\.com|amazonaws-eusc\.eu)$/;

/** S3's endpoints with the bucket before them or not (S3 user guide, "Virtual hosting of buckets", "Website endpoints", "Dual-stack endpoints"); not those of access points. */
const ENDPOINT =
  /^(?:(.+)\.)?s3(?:-fips|-website|-accelerate)?(?:\.dualstack)?(?:[.-][a-z]+(?:-[a-z]+)+-\d+)?\.amazonaws\.(?:com|com\.cn|eu)$/;

/**
 * What is wrong with a name, or undefined. The grammar is that of general purpose buckets (S3 user guide, "General purpose
 * bucket naming rules", read November 2026); buckets that are older than the grammar are out of scope.
 */
function faultOf(name: string): string | undefined {
  if (/--x-s3$/.test(name)) return 'That is a directory bucket (S3 Express); only general purpose buckets can be deleted here.';
  if (/--table-s3$/.test(name)) return 'That is a table bucket; only general purpose buckets can be deleted here.';
  if (/-s3alias$|--ol-s3$|\.mrap$/.test(name)) return 'That is the alias of an access point; type the name of the bucket itself.';
  if (name.length < 3 || name.length > 63) return `A bucket's name has 3 to 63 characters; this has ${name.length}.`;
  if (!/^[a-z0-9][a-z0-9.-]*[a-z0-9]$/.test(name)) {
    return "A bucket's name has lower-case letters, digits, dots and hyphens only, and begins and ends with a letter or digit.";
  }
  if (name.includes('..')) return "A bucket's name has no two dots in a row.";
  if (/^\d+\.\d+\.\d+\.\d+$/.test(name)) return "A bucket's name is no IP address.";
  if (name.startsWith('xn--') || name.startsWith('sthree-')) return 'No bucket has a name that begins like that.';
  return undefined;
}
