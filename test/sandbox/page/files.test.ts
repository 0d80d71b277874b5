import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { Request } from '../../../sandbox/http.ts';
import { pageFile } from '../../../sandbox/page/files.ts';

/** The file as a client asks for it. */
const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  pageFile({ method, path, headers, query: new URLSearchParams() } as unknown as Request);
const bodyOf = (reply: ReturnType<typeof get>) => Buffer.from(reply?.body as Buffer);

describe('the built page', () => {
  beforeAll(() => {
    if (!existsSync('.page/index.html')) spawnSync(process.execPath, ['scripts/page.mjs']);
  }, 60_000);

  it('is at /, asked for anew each time, and lets nothing of elsewhere in', () => {
    const reply = get('/');
    expect(reply).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' } });
    expect(reply?.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
    const policy = String(reply?.headers?.['content-security-policy']).split('; ');
    expect(policy).toEqual(
      expect.arrayContaining(["default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'"]),
    );
    expect(bodyOf(reply).toString()).toContain('<title>Interlock’s sandbox</title>');
  });

  it('is asked for anew by its own name too', () => {
    expect(get('/index.html')?.headers).toMatchObject({ 'cache-control': 'no-cache' });
  });

  it('names files by what is in them, which are kept for good', () => {
    const named = [
      ...bodyOf(get('/'))
        .toString()
        .matchAll(/(?:src|href)="(\/page\/[^"]+)"/g),
    ].map(([, file = '']) => file);
    expect(named.map((file) => file.replace(/^.*\./, '')).sort()).toEqual(expect.arrayContaining(['css', 'js']));
    for (const file of named) {
      expect(get(file)).toMatchObject({ status: 200, headers: { 'cache-control': 'public, max-age=31536000, immutable' } });
    }
  });

  it('comes compressed as the client takes it', () => {
    const plain = bodyOf(get('/'));
    expect(get('/')?.headers).not.toHaveProperty('content-encoding');
    const brotli = get('/', { 'accept-encoding': 'gzip, deflate, br' });
    expect(brotli?.headers).toMatchObject({ 'content-encoding': 'br', vary: 'accept-encoding, accept' });
    expect(brotliDecompressSync(bodyOf(brotli))).toEqual(plain);
    const gzip = get('/', { 'accept-encoding': 'gzip' });
    expect(gzip?.headers).toMatchObject({ 'content-encoding': 'gzip' });
    expect(gunzipSync(bodyOf(gzip))).toEqual(plain);
    expect(get('/', {}, 'HEAD')).toMatchObject({ status: 200, body: '' });
  });

  it.each([
    '/../package.json',
    '/page/../../package.json',
    '/%2e%2e/package.json',
    '//etc/passwd',
    '/page/..%2f..%2fpackage.json',
    '/page',
    '/index.html.br',
    '/constructor',
  ])('has nothing at %s', (path) => {
    expect(get(path)).toBeUndefined();
  });

  it('is only looked at', () => {
    expect(get('/', {}, 'POST')).toBeUndefined();
  });
});
