/**
 * Builds the sandbox's page into .page/, compressed beside it. Skipped when nothing that goes in has changed.
 *
 *   node scripts/page.mjs [--force]
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { ROOT } from './setup.mjs';

const OUT = join(ROOT, '.page');
const STAMP = 'inputs.sha256';
const INPUTS = ['page', 'sandbox/page/wire.ts', 'package-lock.json', 'scripts/page.mjs'];

const hash = createHash('sha256');
for (const file of INPUTS.flatMap((input) => filesUnder(join(ROOT, input))))
  hash
    .update(`${relative(ROOT, file)}\0`)
    .update(readFileSync(file))
    .update('\0');
const inputs = hash.digest('hex');
const stamp = join(OUT, STAMP);
if (!process.argv.includes('--force') && existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs) {
  process.stdout.write('page: .page is up to date\n');
} else {
  await build();
  process.stdout.write('page: .page written\n');
}

async function build() {
  const { build: vite } = await import('vite');
  mkdirSync(join(ROOT, '.build'), { recursive: true });
  const work = join(ROOT, '.build', `page-${process.pid}`);
  try {
    await vite({ configFile: join(ROOT, 'page', 'vite.config.mjs'), logLevel: 'warn', build: { outDir: work, emptyOutDir: true } });
    for (const file of filesUnder(work)) {
      const content = readFileSync(file);
      writeFileSync(`${file}.br`, brotliCompressSync(content));
      writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
    }
    writeFileSync(join(work, STAMP), inputs);
    rmSync(OUT, { recursive: true, force: true });
    renameSync(work, OUT);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function filesUnder(path) {
  if (!statSync(path).isDirectory()) return [path];
  const entries = readdirSync(path, { recursive: true }).map((entry) => join(path, entry));
  return entries.filter((entry) => statSync(entry).isFile()).sort();
}
