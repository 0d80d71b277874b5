/**
 * Packages the stack: the CloudFormation template and a zip a function, with no account and no network.
 *
 *   node scripts/package.mjs [--stage sandbox] [--config config/<stage>.yml] [--out .serverless] [--force]
 *
 * Skipped when nothing that goes in has changed. Needs Node 24 (it reads TypeScript); `npm run package` brings it.
 * It works in a directory of its own and puts the result in place at the end, so that two runs don't meet.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { absence, configFault, configOf, nameFault } from './stage.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
/** What the stack is made of, besides the configuration. */
const INPUTS = [
  'serverless.yml',
  'resources',
  'src',
  'handlers',
  'statemachine',
  'package.json',
  'package-lock.json',
  'scripts/package.mjs',
];
/** Where the packaged stack says what it was made from. */
const STAMP = 'inputs.sha256';

async function main() {
  const options = readOptions();
  const inputs = hashOf([...INPUTS.map((input) => join(ROOT, input)), options.config], options.stage);
  if (!options.force && isFresh(options.out, inputs)) return say(`package: ${relative(ROOT, options.out)} is up to date`);
  const fault = await configFault(options.config);
  if (fault) fail(fault);
  // Beside the result, so that putting it in place is one rename.
  const work = join(dirname(options.out), '.build', `package-${process.pid}`);
  try {
    const packaged = build(options, work);
    writeFileSync(join(packaged, STAMP), inputs);
    replace(options.out, packaged);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  say(`package: ${relative(ROOT, options.out)} written`);
}

function readOptions() {
  let values;
  try {
    ({ values } = parseArgs({
      options: { stage: { type: 'string' }, config: { type: 'string' }, out: { type: 'string' }, force: { type: 'boolean' } },
    }));
  } catch (error) {
    fail(error.message, 2);
  }
  const { stage = 'sandbox', config = configOf(stage), out = join(ROOT, '.serverless'), force = false } = values;
  const fault = nameFault(stage);
  if (fault) fail(fault, 2);
  const missing = absence(config);
  if (missing) fail(missing);
  return { stage, config: resolve(config), out: resolve(out), force };
}

function hashOf(paths, ...also) {
  const hash = createHash('sha256');
  for (const path of paths.flatMap(filesUnder)) hash.update(`${path}\0`).update(readFileSync(path)).update('\0');
  return hash.update(JSON.stringify([process.version, ...also])).digest('hex');
}

function filesUnder(path) {
  if (!statSync(path).isDirectory()) return [path];
  const entries = readdirSync(path, { recursive: true }).map((entry) => join(path, entry));
  return entries.filter((entry) => statSync(entry).isFile()).sort();
}

function isFresh(out, inputs) {
  const stamp = join(out, STAMP);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs && existsSync(join(out, 'cloudformation-template-update-stack.json'));
}

/** Packages in `work`, where everything is a link to the repository but the configuration; returns where the result lies. */
function build({ stage, config }, work) {
  rmSync(work, { recursive: true, force: true });
  mkdirSync(join(work, 'config'), { recursive: true });
  for (const name of ['resources', 'src', 'handlers', 'statemachine', 'node_modules', 'package.json', 'package-lock.json']) {
    symlinkSync(join(ROOT, name), join(work, name));
  }
  copyFileSync(join(ROOT, 'serverless.yml'), join(work, 'serverless.yml'));
  copyFileSync(config, join(work, 'config', `${stage}.yml`));
  const osls = join(ROOT, 'node_modules', 'serverless', 'bin', 'serverless.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [osls, 'package', '--stage', stage], {
    cwd: work,
    encoding: 'utf8',
    env: environment(),
  });
  if (status !== 0) fail(`osls could not package:\n${stdout}${stderr}`);
  return join(work, '.serverless');
}

/** No account, no profile, no update check; what osls caches stays in the repository. */
function environment() {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(AWS|SLS|SERVERLESS|LAMBDA|INTERLOCK)_|^NODE_OPTIONS$/.test(name)),
  );
  return {
    ...env,
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    SLS_SCHEMA_CACHE_BASE_DIR: join(ROOT, 'node_modules', '.cache', 'osls'),
    // esbuild collects its garbage less often: a fifth less work.
    GOGC: '400',
  };
}

/** Another run may put its result in place at the same time: whoever comes last wins, and what is there is always whole. */
function replace(out, packaged) {
  for (let attempt = 0; ; attempt++) {
    try {
      if (existsSync(out)) renameSync(out, `${packaged}-old-${attempt}`);
      return renameSync(packaged, out);
    } catch (error) {
      if (attempt === 9 || !['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(error.code)) throw error;
    }
  }
}

function say(text) {
  process.stdout.write(`${text}\n`);
}

function fail(message, code = 1) {
  process.stderr.write(`package: ${message}\n`);
  process.exit(code);
}

await main();
