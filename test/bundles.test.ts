import { readFileSync } from 'node:fs';
import { FUNCTIONS } from '../src/domain/names.ts';
import { packagedFiles, packagedTemplate } from './helpers/packaged.ts';

beforeAll(() => void packagedTemplate(), 60_000);

/** The code of a packaged function. */
function codeOf(name: string): string {
  const [, code] = Object.entries(packagedFiles(name)).find(([path]) => path.endsWith('.mjs')) ?? [];
  return Buffer.from(code ?? []).toString();
}

/** Text that outlives minifying, and the file that brings it. */
const LEFT_OUT: [what: string, file: string, text: string][] = [
  ["express's types of files", 'mime-db/db.json', 'application/vnd.'],
  ["express's request", 'express/lib/request.js', 'X-Forwarded-Host'],
  ["body-parser's encodings", 'iconv-lite/encodings/sbcs-data-generated.js', 'windows1252'],
  ["OAuth's tokens", 'jsonwebtoken/lib/JsonWebTokenError.js', 'JsonWebTokenError'],
  ["Socket Mode's client", '@slack/socket-mode/dist/src/SocketModeClient.js', 'Starting Socket Mode session'],
  ["Socket Mode's undici", 'undici/lib/core/errors.js', 'UND_ERR_'],
  [
    'the branch key store',
    '@aws-crypto/branch-keystore-node/build/module/src/branch_keystore.js',
    'Logical keystore name must be a string',
  ],
  ['the RSA keyring', '@aws-crypto/raw-rsa-keyring-node/build/module/src/oaep_hash_supported.js', 'Unexpected error testing oaepHash'],
  ["a container's credentials", '@aws-sdk/credential-provider-http/dist-es/fromHttp/fromHttp.js', 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'],
];

describe('a bundle', () => {
  it.each(LEFT_OUT)('holds nothing of %s', (_, file, text) => {
    expect(readFileSync(`node_modules/${file}`, 'utf8').includes(text)).toBe(true);
    expect(FUNCTIONS.filter((name) => codeOf(name).includes(text))).toEqual([]);
  });

  it('holds the receiver and the keyring that are used', () => {
    expect(codeOf('slack').includes('AwsLambdaReceiver')).toBe(true);
    expect(FUNCTIONS.filter((name) => codeOf(name).includes('Noop keyring is not allowed'))).toEqual(
      FUNCTIONS.filter((name) => name !== 'checkGuards' && name !== 'tellProgress'),
    );
  });

  it.each(FUNCTIONS)('%s never imports node:http, which would evaluate all of undici', (name) => {
    const imported = [...codeOf(name).matchAll(/\b(?:from|import)\s*\(?["'`]([^"'`]+)["'`]/g)].map(([, what]) => what);
    expect(imported).toContain('node:module');
    expect(imported.filter((what) => /^(?:node:)?https?$/.test(what ?? ''))).toEqual([]);
  });
});
