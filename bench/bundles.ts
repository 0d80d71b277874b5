/**
 * Size and cold import of the packaged bundles. Each is unzipped outside the repository and imported by a fresh Node, as Lambda does when it
 * sets up an execution environment; all take turns, so that what else the machine does hits all alike.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { unzipSync, zipSync } from 'fflate';
import { FUNCTIONS, type FunctionName } from '../src/domain/names.ts';
import { type Summary, summarize } from './statistics.ts';

export interface BundleResult {
  name: string;
  zipBytes: number;
  /** Milliseconds from `import()` to the module's end. */
  load: Summary;
}

interface Bundle {
  name: string;
  zip: Uint8Array;
  /** The handler's file, once unzipped. */
  entry: string;
  env: Record<string, string>;
}

const EMPTY = 'export const handler = async () => ({ statusCode: 200 });\n';
const PACKAGED = path.resolve(import.meta.dirname, '../.serverless');

/** Imports each bundle and an empty handler so many times. Throws where one does not load. */
export async function measureBundles(runs: number): Promise<BundleResult[]> {
  const directory = mkdtempSync(path.join(tmpdir(), 'interlock-bench-'));
  const aws = await secretsOnly();
  try {
    const endpoint = `http://127.0.0.1:${(aws.address() as AddressInfo).port}`;
    const bundles = [emptyBundle(), ...FUNCTIONS.map((name) => packagedBundle(name, endpoint))];
    for (const bundle of bundles) unzip(bundle, path.join(directory, bundle.name));
    const times = new Map<string, number[]>(bundles.map(({ name }) => [name, []]));
    for (let run = 0; run < runs; run++) {
      for (const bundle of bundles) times.get(bundle.name)?.push(await load(bundle, path.join(directory, bundle.name)));
    }
    return bundles.map(({ name, zip }) => ({ name, zipBytes: zip.length, load: summarize(times.get(name) ?? []) }));
  } finally {
    rmSync(directory, { recursive: true, force: true });
    aws.closeAllConnections();
    aws.close();
  }
}

/** Stands for Secrets Manager, which some functions read while they are loaded. */
async function secretsOnly(): Promise<Server> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify({ SecretString: 'for-the-benchmark' }));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return server;
}

function emptyBundle(): Bundle {
  return { name: 'an empty handler', zip: zipSync({ 'handlers/empty.mjs': Buffer.from(EMPTY) }), entry: 'handlers/empty.mjs', env: {} };
}

/** A packaged function, with the environment that the template gives it and, for AWS, the endpoint. */
function packagedBundle(name: FunctionName, endpoint: string): Bundle {
  const template = JSON.parse(readFileSync(path.join(PACKAGED, 'cloudformation-template-update-stack.json'), 'utf8'));
  const { Handler, Environment } = template.Resources[`${name[0]?.toUpperCase()}${name.slice(1)}LambdaFunction`].Properties;
  const variables = Object.entries(Environment.Variables as Record<string, unknown>);
  return {
    name,
    zip: readFileSync(path.join(PACKAGED, `${name}.zip`)),
    entry: `${Handler.slice(0, Handler.lastIndexOf('.'))}.mjs`,
    env: {
      // What is no text refers to a resource of the template; any ARN does.
      ...Object.fromEntries(variables.map(([key, value]) => [key, typeof value === 'string' ? value : 'arn:aws:kms:us-east-1:1:key/k'])),
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'example',
      AWS_ENDPOINT_URL: endpoint,
      SLACK_API_URL: `${endpoint}/api/`,
    },
  };
}

function unzip({ zip }: Bundle, root: string): void {
  for (const [name, bytes] of Object.entries(unzipSync(zip))) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), bytes);
  }
}

/** Milliseconds that a fresh process needs to import the handler. */
async function load({ name, entry, env }: Bundle, root: string): Promise<number> {
  const program = `
    const start = performance.now();
    await import(${JSON.stringify(path.join(root, entry))});
    process.stdout.write('\\n' + String(performance.now() - start));
    process.exit();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { cwd: root, env: { ...env, LAMBDA_TASK_ROOT: root } });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (errors += chunk));
  const code = await new Promise((closed) => child.on('close', closed));
  const milliseconds = Number(output.split('\n').at(-1) || Number.NaN);
  if (code !== 0 || Number.isNaN(milliseconds)) throw new Error(`${name} did not load: ${errors || output}`);
  return milliseconds;
}
