/** What people type for a bucket, and what a bucket's name may be. */

export type ParsedBucket = { ok: true; bucket: string } | { ok: false; why: string };

/**
 * The bucket's name in what somebody typed: a name, `s3://name/…`, an ARN, or an address of the S3 console or of S3 itself.
 * Refuses what is no general purpose bucket, with a sentence for the person.
 */
export function parseBucket(typed: string): ParsedBucket {
  const text = typed.trim();
  if (text === '') return { ok: false, why: 'Type the name of the bucket.' };
  const bucket = fromUri(text) ?? fromArn(text) ?? fromAddress(text) ?? text;
  const why = faultOf(bucket);
  return why === undefined ? { ok: true, bucket } : { ok: false, why };
}

function fromUri(text: string): string | undefined {
  return /^s3:\/\/([^/]*)/i.exec(text)?.[1];
}

function fromArn(text: string): string | undefined {
  return /^arn:aws[\w-]*:s3:::([^/]*)/.exec(text)?.[1];
}

/** Console addresses (`…/s3/buckets/<name>?…`), and S3's own (`<name>.s3.<region>.amazonaws.com`, path style). */
function fromAddress(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') return undefined;
  const inConsole = /\/s3\/(?:buckets|object)\/([^/?#]+)/.exec(url.pathname)?.[1];
  if (inConsole) return inConsole;
  const virtualHost = /^(.+)\.s3[.-][\w.-]*amazonaws\.com(?:\.cn)?$/.exec(url.hostname)?.[1];
  if (virtualHost) return virtualHost;
  return /^s3[.-][\w.-]*amazonaws\.com/.test(url.hostname) ? url.pathname.split('/')[1] : undefined;
}

/**
 * What is wrong with a name, or undefined. The grammar is that of general purpose buckets (S3 user guide, "General purpose
 * bucket naming rules", read November 2026); buckets that are older than the grammar are out of scope and said to be.
 */
function faultOf(name: string): string | undefined {
  if (/--x-s3$/.test(name)) return 'That is a directory bucket (S3 Express); only general purpose buckets can be deleted here.';
  if (/--table-s3$/.test(name)) return 'That is a table bucket; only general purpose buckets can be deleted here.';
  if (/-s3alias$|--ol-s3$/.test(name)) return 'That is the alias of an access point; type the name of the bucket itself.';
  if (name.length < 3 || name.length > 63) return `A bucket's name has 3 to 63 characters; this has ${name.length}.`;
  if (!/^[a-z0-9][a-z0-9.-]*[a-z0-9]$/.test(name)) {
    return "A bucket's name has lower-case letters, digits, dots and hyphens only, and begins and ends with a letter or digit.";
  }
  if (name.includes('..')) return "A bucket's name has no two dots in a row.";
  if (/^\d+\.\d+\.\d+\.\d+$/.test(name)) return "A bucket's name is no IP address.";
  if (name.startsWith('xn--') || name.startsWith('sthree-')) return 'No bucket has a name that begins like that.';
  return undefined;
}
