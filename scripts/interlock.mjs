#!/usr/bin/env node
/** Starts the command on the Node that Lambda runs, from any folder of the clone. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { findNode, ROOT } from './setup.mjs';

const { node, missing } = findNode();
if (missing) {
  process.stderr.write(`${missing}\n`);
  process.exit(1);
}
const { status } = spawnSync(node, [join(ROOT, 'cli', 'main.ts'), ...process.argv.slice(2)], { stdio: 'inherit' });
process.exit(status ?? 1);
