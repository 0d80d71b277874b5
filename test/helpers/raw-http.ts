import { request as httpRequest } from 'node:http';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import { Sha256 } from '../../sandbox/aws/signature.ts';
import type { Keys, Running } from './sandbox-aws.ts';

export interface Raw {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

/** HTTP without a client's help: as written (`send`), or signed by `admin` (`signed`). */
export function rawHttp(run: Running, admin: Keys) {
  /** A request as it is written, no client's help. */
  const send = ({
    method = 'GET',
    path = '/',
    headers = {},
    body,
  }: Raw): Promise<{ status: number; headers: Record<string, unknown>; text: string }> =>
    new Promise((resolve, reject) => {
      const { port } = new URL(run.url);
      const sent = httpRequest({ host: '127.0.0.1', port, method, path, headers: { connection: 'close', ...headers } }, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part) => parts.push(part));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(parts).toString() }),
        );
      });
      sent.on('error', reject);
      sent.end(body);
    });

  const signed = async (raw: Raw, options: { at?: Date; service?: string; keys?: Keys; presign?: boolean } = {}) => {
    const { service = 's3', keys = admin, at = new Date() } = options;
    const { host } = new URL(run.url);
    const [path = '/', search = ''] = (raw.path ?? '/').split('?');
    const signer = new SignatureV4({ credentials: keys, region: 'us-east-1', service, sha256: Sha256, uriEscapePath: service !== 's3' });
    const plain = new HttpRequest({
      method: raw.method ?? 'GET',
      path,
      query: Object.fromEntries(new URLSearchParams(search)),
      headers: { host, ...raw.headers },
      body: raw.body,
    });
    if (!options.presign) return send({ ...raw, headers: (await signer.sign(plain, { signingDate: at })).headers });
    plain.headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD';
    const result = await signer.presign(plain, {
      signingDate: at,
      expiresIn: 60,
      unsignableHeaders: new Set(['x-amz-content-sha256']),
      unhoistableHeaders: new Set(['x-amz-content-sha256']),
    });
    return send({
      method: result.method,
      path: `${path}?${new URLSearchParams(result.query as Record<string, string>)}`,
      headers: { host },
    });
  };

  return { send, signed };
}
