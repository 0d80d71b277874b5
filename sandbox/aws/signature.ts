import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import { Refusal } from './refusals.ts';
import { queryValue, type WireRequest } from './wire.ts';

/** What a request says about its signature. */
export interface Signature {
  accessKeyId: string;
  region: string;
  service: string;
  signedHeaders: string[];
  signature: string;
  /** When it was signed, in milliseconds since 1970. */
  signedAt: number;
  sessionToken?: string;
  /** For presigned addresses: how long they hold, in seconds. */
  expiresIn?: number;
}

/** S3 user guide, "Authenticating Requests"; fifteen minutes either way. */
const SKEW = 15 * 60_000;
const ALGORITHM = 'AWS4-HMAC-SHA256';

/** SHA-256, with a key HMAC-SHA-256, as the SDK's signer takes it. */
export class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined
        ? createHash('sha256')
        : createHmac('sha256', typeof secret === 'string' ? secret : Buffer.from(secret as Uint8Array));
  }

  update(data: Uint8Array): void {
    this.#hash.update(data);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  reset(): void {
    throw new Error('one hash a text');
  }
}

/** Reads the signature from the header or the query; undefined for an unsigned request. Throws Refusal where it is no SigV4 signature. */
export function readSignature(request: WireRequest): Signature | undefined {
  const header = request.headers.authorization;
  if (header !== undefined) {
    const [algorithm, ...rest] = header.split(' ');
    const parts = new Map(
      rest
        .join(' ')
        .split(',')
        .map((part): [string, string] => {
          const [name = '', ...value] = part.trim().split('=');
          return [name, value.join('=')];
        }),
    );
    return assemble(algorithm, parts.get('Credential'), parts.get('SignedHeaders'), parts.get('Signature'), request.headers['x-amz-date'], {
      sessionToken: request.headers['x-amz-security-token'],
    });
  }
  const algorithm = queryValue(request, 'X-Amz-Algorithm');
  if (algorithm === undefined) return undefined;
  return assemble(
    algorithm,
    queryValue(request, 'X-Amz-Credential'),
    queryValue(request, 'X-Amz-SignedHeaders'),
    queryValue(request, 'X-Amz-Signature'),
    queryValue(request, 'X-Amz-Date'),
    { sessionToken: queryValue(request, 'X-Amz-Security-Token'), expiresIn: Number(queryValue(request, 'X-Amz-Expires') ?? Number.NaN) },
  );
}

function assemble(
  algorithm: string | undefined,
  credential: string | undefined,
  signedHeaders: string | undefined,
  signature: string | undefined,
  date: string | undefined,
  more: Pick<Signature, 'sessionToken' | 'expiresIn'>,
): Signature {
  const [accessKeyId, day, region, service, end] = credential?.split('/') ?? [];
  const time = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date ?? '');
  if (
    algorithm !== ALGORITHM ||
    !accessKeyId ||
    !region ||
    !service ||
    end !== 'aws4_request' ||
    !signature ||
    !time ||
    !date?.startsWith(day ?? '-')
  ) {
    throw new Refusal('incomplete-signature');
  }
  const names = (signedHeaders ?? '').split(';');
  if (!names.includes('host') || Number.isNaN(more.expiresIn)) throw new Refusal('incomplete-signature');
  const [, year, month, dayOfMonth, hours, minutes, seconds] = time.map(Number);
  const signedAt = Date.UTC(year ?? 0, (month ?? 1) - 1, dayOfMonth, hours, minutes, seconds);
  return { accessKeyId, region, service, signedHeaders: names, signature, signedAt, ...more };
}

/**
 * Checks the signature by signing again, and the date by the sandbox's clock and the real one: the functions sign with the
 * shifted clock, clients outside with their own. Throws Refusal.
 */
export async function verifySignature(request: WireRequest, signature: Signature, secretAccessKey: string, now: number): Promise<void> {
  const held = (signature.expiresIn ?? 0) * 1000;
  const fits = (time: number): boolean => time >= signature.signedAt - SKEW && time <= signature.signedAt + Math.max(SKEW, held);
  if (!fits(now) && !fits(Date.now())) throw new Refusal('skewed');
  const again =
    signature.expiresIn === undefined
      ? await signHeaders(request, signature, secretAccessKey)
      : await signQuery(request, signature, secretAccessKey);
  if (again !== signature.signature) throw new Refusal('bad-signature');
}

const HASH = 'x-amz-content-sha256';
const DIGEST = /^[0-9a-f]{64}$/i;

/** Checks the body against the digest that was signed. Throws Refusal. */
export function verifyBody(request: WireRequest, raw: Uint8Array): void {
  const said = request.headers[HASH];
  if (said && DIGEST.test(said) && createHash('sha256').update(raw).digest('hex') !== said.toLowerCase())
    throw new Refusal('body-mismatch');
}

const signer = (signature: Signature, secretAccessKey: string, sessionToken: string | undefined): SignatureV4 =>
  new SignatureV4({
    credentials: { accessKeyId: signature.accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) },
    region: signature.region,
    service: signature.service,
    sha256: Sha256,
    // S3 user guide, "Signature Calculations": S3 alone takes the path as it stands.
    uriEscapePath: signature.service !== 's3',
    applyChecksum: false,
  });

async function signHeaders(request: WireRequest, signature: Signature, secretAccessKey: string): Promise<string | undefined> {
  const signed = new Set(signature.signedHeaders);
  const token = signed.has('x-amz-security-token') ? signature.sessionToken : undefined;
  const result = await signer(signature, secretAccessKey, token).sign(plain(request, signature, request.query), {
    signingDate: new Date(signature.signedAt),
    signableHeaders: signed,
    unsignableHeaders: new Set(signed.has(HASH) ? [] : [HASH]),
  });
  return /Signature=([0-9a-f]+)$/.exec(result.headers.authorization ?? '')?.[1];
}

const AUTH_PARAMETERS = [
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Date',
  'X-Amz-Expires',
  'X-Amz-SignedHeaders',
  'X-Amz-Signature',
  'X-Amz-Security-Token',
];

async function signQuery(request: WireRequest, signature: Signature, secretAccessKey: string): Promise<string | undefined> {
  const bare = plain(
    request,
    signature,
    request.query.filter(([name]) => !AUTH_PARAMETERS.includes(name)),
  );
  bare.headers[HASH] = 'UNSIGNED-PAYLOAD';
  const result = await signer(signature, secretAccessKey, signature.sessionToken).presign(bare, {
    signingDate: new Date(signature.signedAt),
    expiresIn: signature.expiresIn ?? 0,
    signableHeaders: new Set(signature.signedHeaders),
    unsignableHeaders: new Set([HASH]),
    unhoistableHeaders: new Set([...signature.signedHeaders, HASH]),
  });
  const value = result.query?.['X-Amz-Signature'];
  return typeof value === 'string' ? value : undefined;
}

/** The request as the signer takes it: the headers that were signed, and the body's digest. */
function plain(request: WireRequest, signature: Signature, parameters: [string, string][]): HttpRequest {
  const names = [...signature.signedHeaders, HASH].filter((name) => request.headers[name] !== undefined);
  const query: Record<string, string[]> = {};
  for (const [name, value] of parameters) query[name] = [...(query[name] ?? []), value];
  return new HttpRequest({
    method: request.method,
    path: request.path,
    query,
    headers: Object.fromEntries(names.map((name) => [name, request.headers[name] ?? ''])),
    body: request.body,
  });
}
