/** docs/by-hand.md as its reader uses it: its commands run in a shell, one after the other, with the AWS CLI or with one made of the SDK. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { COMPILED } from './compiled.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** A fenced block: `sh root` has the language `sh` and the name `root`. */
export interface Block {
  language: string;
  name: string;
  text: string;
}

/** What a block of commands printed and answered. */
export interface Ran {
  text: string;
  output: string;
  errors: string;
  code: number;
}

/** The document's blocks in their order, and the errors that its table explains. */
export function readByHand(): { blocks: Block[]; errors: string[] } {
  const document = readFileSync(path.join(ROOT, 'docs/by-hand.md'), 'utf8');
  const blocks = [...document.matchAll(/^```(\w+) ?(\w*)\n(.*?)^```$/gms)].map(([, language = '', name = '', text = '']) => ({
    language,
    name,
    text,
  }));
  const errors = [...document.matchAll(/^\| `(\(\w+\) when calling .+?)` \|/gm)].map(([, error = '']) => oneBlank(error));
  return { blocks, errors };
}

/** Blanks in AWS's texts vary. */
export const oneBlank = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** An SDK's error as the AWS CLI tells it, after "An error occurred". The answer to a HEAD has no body: the CLI shows its status. */
export function toldByCli(operation: string, error: unknown): string {
  const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  const [code, text] = operation === 'HeadBucket' ? [status, status === 404 ? 'Not Found' : 'Forbidden'] : [name, message];
  return `(${code}) when calling the ${operation} operation: ${text}`;
}

/**
 * Whether there is an AWS CLI that may be used: one that knows AWS_ENDPOINT_URL (AWS CLI changelog, 1.29.0 and 2.13.0; localstack/awscli-local#76), since an older one would
 * call AWS itself. INTERLOCK_AWS_CLI=off: as if there were none.
 */
export function hasAwsCli(): boolean {
  if (process.env.INTERLOCK_AWS_CLI === 'off') return false;
  const [, major, minor] = /^aws-cli\/(\d+)\.(\d+)\./.exec(spawnSync('aws', ['--version'], { encoding: 'utf8' }).stdout ?? '') ?? [];
  return (major === '1' && Number(minor) >= 29) || (major === '2' && Number(minor) >= 13);
}

export type Way = 'AWS CLI' | 'SDK';

/**
 * Runs blocks in one shell, in a folder of its own, and tells of each what it printed. Nothing of this machine's own AWS configuration is
 * used. `replace` has what the document has by way of example, and what stands in its place.
 */
export async function runBlocks(way: Way, blocks: Block[], replace: Record<string, string>): Promise<Ran[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'interlock-by-hand-'));
  try {
    const texts = blocks.map(({ text }) => Object.entries(replace).reduce((done, [example, own]) => done.replaceAll(example, own), text));
    const script = texts.map((text, index) => `{\n${text}} >${index}.out 2>${index}.err; echo $? >${index}.code\n`).join('');
    writeFileSync(path.join(folder, 'script'), script);
    await promisify(execFile)('sh', ['script'], { cwd: folder, env: environment(way, folder) });
    const read = (file: string) => readFileSync(path.join(folder, file), 'utf8');
    return texts.map((text, index) => ({
      text,
      output: read(`${index}.out`).trim(),
      errors: read(`${index}.err`).trim(),
      code: Number(read(`${index}.code`)),
    }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function environment(way: Way, folder: string): NodeJS.ProcessEnv {
  const { PATH = '', HOME } = process.env;
  const none = path.join(folder, 'none');
  const isolated = {
    HOME,
    AWS_CONFIG_FILE: none,
    AWS_SHARED_CREDENTIALS_FILE: none,
    AWS_EC2_METADATA_DISABLED: 'true',
    // No details on further lines (aws/aws-cli#10094).
    AWS_CLI_ERROR_FORMAT: 'legacy',
  };
  if (way === 'AWS CLI') return { PATH, ...isolated };
  const command = `#!/bin/sh\nexec '${process.execPath}' --no-warnings '${path.join(ROOT, 'test/helpers/aws-cli.ts')}' "$@"\n`;
  writeFileSync(path.join(folder, 'aws'), command, { mode: 0o755 });
  return { PATH: `${folder}${path.delimiter}${PATH}`, ...COMPILED, ...isolated };
}
