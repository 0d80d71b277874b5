import { AwsError } from './service.ts';

/**
 * Takes an upload out of `aws-chunked` (S3 user guide, "Signature calculations for the Authorization header: transferring payload in
 * multiple chunks"): `<hex length>[;chunk-signature=…]\r\n<bytes>\r\n … 0\r\n<trailers>\r\n`. The signatures of single chunks are not checked:
 * the one of the request is.
 * @returns the bytes and the trailing headers (checksums). Throws IncompleteBody.
 */
export function decodeChunked(raw: Buffer): { body: Buffer; trailers: Record<string, string> } {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = raw.indexOf('\r\n', at);
    const length = end < 0 ? Number.NaN : Number.parseInt(raw.toString('latin1', at, end), 16);
    if (!Number.isInteger(length) || length < 0) throw incomplete();
    at = end + 2;
    if (length === 0) return { body: Buffer.concat(parts), trailers: readTrailers(raw.toString('latin1', at)) };
    if (raw.toString('latin1', at + length, at + length + 2) !== '\r\n') throw incomplete();
    parts.push(raw.subarray(at, at + length));
    at += length + 2;
  }
}

function readTrailers(text: string): Record<string, string> {
  const lines = text.split('\r\n').filter((line) => line.includes(':'));
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
}

const incomplete = (): AwsError => new AwsError('IncompleteBody', 'The request body terminated unexpectedly');
