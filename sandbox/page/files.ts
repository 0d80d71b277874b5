/** The built page: read once, compressed as it was built, with the headers that keep it to itself. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Reply, Request } from '../http.ts';

/** Where `scripts/page.mjs` puts it. */
const BUILT = path.resolve(import.meta.dirname, '../../.page');

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * Nothing from elsewhere, no script in the page itself, nobody's frame. Styles in attributes are the graph's and React's own
 * (MDN, "Content-Security-Policy").
 */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HEADERS = { 'content-security-policy': POLICY, 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' };

interface File {
  type: string;
  plain: Buffer;
  brotli?: Buffer;
  gzip?: Buffer;
}

let files: Map<string, File> | undefined;

/** The file at this path (`/` is the page); undefined where there is none, or no page was built. */
export function pageFile({ method, path: asked, headers }: Request): Reply | undefined {
  if (method !== 'GET' && method !== 'HEAD') return undefined;
  files ??= read();
  const name = asked === '/' ? '/index.html' : asked;
  const file = files.get(name);
  if (!file) return undefined;
  const accepted = String(headers['accept-encoding'] ?? '');
  const [body, encoding] =
    accepted.includes('br') && file.brotli
      ? [file.brotli, 'br']
      : accepted.includes('gzip') && file.gzip
        ? [file.gzip, 'gzip']
        : [file.plain];
  // Names of what index.html names carry a hash of what is in it.
  const cache = name === '/index.html' ? 'no-cache' : 'public, max-age=31536000, immutable';
  return {
    status: 200,
    headers: {
      ...HEADERS,
      'content-type': file.type,
      'cache-control': cache,
      vary: 'accept-encoding, accept',
      ...(encoding && { 'content-encoding': encoding }),
    },
    body: method === 'HEAD' ? '' : body,
  };
}

function read(): Map<string, File> {
  const found = new Map<string, File>();
  if (!existsSync(BUILT)) return found;
  const names = readdirSync(BUILT, { recursive: true }).map(String);
  for (const name of names) {
    const type = TYPES[path.extname(name)];
    if (!type) continue;
    const file = path.join(BUILT, name);
    const compressed = (ending: string) => (names.includes(name + ending) ? readFileSync(file + ending) : undefined);
    const [brotli, gzip] = [compressed('.br'), compressed('.gz')];
    found.set(`/${name.split(path.sep).join('/')}`, { type, plain: readFileSync(file), ...(brotli && { brotli }), ...(gzip && { gzip }) });
  }
  return found;
}
