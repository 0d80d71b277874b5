/**
 * `aws`, as far as docs/by-hand.md uses it, by the SDK: where there is no AWS CLI, the document's commands run all the same.
 * Options, answers as text and errors are as the AWS CLI has them.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { toldByCli } from './by-hand.ts';

type Command = new (input: object) => object;
type Client = new (options: object) => { send(command: object): Promise<object> };

/** The service's client and commands; loaded when asked for, since each call is a process of its own. */
async function serviceOf(name: string): Promise<[Client, Record<string, unknown>]> {
  if (name === 's3api') {
    const s3 = await import('@aws-sdk/client-s3');
    return [s3.S3Client as unknown as Client, s3];
  }
  if (name === 'iam') {
    const iam = await import('@aws-sdk/client-iam');
    return [iam.IAMClient as unknown as Client, iam];
  }
  if (name === 'sts') {
    const sts = await import('@aws-sdk/client-sts');
    return [sts.STSClient as unknown as Client, sts];
  }
  throw new Error(`no service ${name} here`);
}

const pascal = (name: string): string => name.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase()).replace('Mfa', 'MFA');

/** Of the named profile; without one, of the environment's three variables (AWS CLI user guide, "Configuration and credentials precedence"). */
function keysOf(profile: string | undefined): object {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_SHARED_CREDENTIALS_FILE = '' } = process.env;
  if (profile === undefined)
    return { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY, sessionToken: AWS_SESSION_TOKEN };
  const section = readFileSync(AWS_SHARED_CREDENTIALS_FILE, 'utf8').split(`[${profile}]`)[1] ?? '';
  const value = (key: string) => new RegExp(`${key} = (\\S+)`).exec(section)?.[1];
  return { accessKeyId: value('aws_access_key_id'), secretAccessKey: value('aws_secret_access_key') };
}

/** What of JMESPath the document uses: `A.B`, `A[?B.C=='x'].D`, `… | [-1]` and `A.[B,C]`. */
function query(answer: unknown, path: string): unknown {
  const member = (value: unknown, names: string) =>
    names.split('.').reduce((found: unknown, name) => (found as Record<string, unknown> | undefined)?.[name], value);
  const filtered = /^(\w+)\[\?([\w.]+)=='([^']*)'\]\.(\w+)$/.exec(path);
  if (filtered) {
    const [, list = '', left = '', right, wanted = ''] = filtered;
    const items = member(answer, list) as unknown[];
    return items.filter((item) => member(item, left) === right).map((item) => member(item, wanted));
  }
  if (path.endsWith(' | [-1]')) return (query(answer, path.slice(0, -' | [-1]'.length)) as unknown[]).at(-1);
  const several = /^(\w+)\.\[([\w,]+)\]$/.exec(path);
  if (several) return (several[2] ?? '').split(',').map((name) => member(answer, `${several[1]}.${name}`));
  return member(answer, path);
}

async function main(): Promise<void> {
  const { values, tokens, positionals } = parseArgs({
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: Object.fromEntries(process.argv.flatMap((arg) => (arg.startsWith('--') ? [[arg.slice(2), { type: 'string' as const }]] : []))),
  });
  const [service = '', operation = ''] = positionals;
  const { profile, query: path, output } = values as Record<string, string | undefined>;
  const input = tokens.flatMap((token) => {
    if (token.kind !== 'option' || ['profile', 'query', 'output'].includes(token.name)) return [];
    const text = (token.value ?? '').replace(/^file:\/\/(.+)$/, (_, file: string) => readFileSync(file, 'utf8'));
    // AWS CLI user guide, "Using shorthand syntax".
    if (token.name.endsWith('-configuration'))
      return [[pascal(token.name), Object.fromEntries(text.split(',').map((part) => part.split('=')))]];
    return [[pascal(token.name), token.name.endsWith('-seconds') ? Number(text) : text]];
  });
  const [Service, all] = await serviceOf(service);
  const name = pascal(operation);
  const client = new Service({
    endpoint: process.env.AWS_ENDPOINT_URL,
    region: process.env.AWS_DEFAULT_REGION,
    credentials: keysOf(profile),
    forcePathStyle: true,
    maxAttempts: 1,
  });
  try {
    const { $metadata: _, ...answer } = (await client.send(new (all[`${name}Command`] as Command)(Object.fromEntries(input)))) as Record<
      string,
      unknown
    >;
    if (output === 'text') process.stdout.write(`${[query(answer, path ?? '')].flat().join('\t')}\n`);
    else if (Object.keys(answer).length > 0) process.stdout.write(`${JSON.stringify(answer, null, 4)}\n`);
  } catch (error) {
    process.stderr.write(`\nAn error occurred ${toldByCli(name, error)}\n`);
    process.exitCode = 255;
  }
}

await main();
