/**
 * Files of tests that run as one when all tests run: what they import is then loaded once, not for each of them anew, which is half of what they take.
 * Those that say where AWS is before all their tests, or ask where it is by the environment, or keep snapshots beside them, stay by themselves.
 */
import { readdirSync } from 'node:fs';
import path from 'node:path';

const TEST = path.resolve(import.meta.dirname, '..');

/** Folders below test/ by their group, and the files in them that stay by themselves. */
const GROUPS = {
  domain: { folders: ['domain'], alone: /^$/ },
  steps: { folders: ['steps', 'slack', 'page', 'flow', '.'], alone: /^(bench|bundles|cases|cli-.*|packaging|scripts|template)\.test\.ts$/ },
  aws: { folders: ['aws'], alone: /^(emptying-elsewhere|flow|mfa|short-way)\.test\.ts$/ },
  sandbox: { folders: ['sandbox'], alone: /^(starting|sandbox|demo)\.test\.ts$/ },
};

/** @param {string} group @returns {string[]} absolute paths of its files */
export function filesOf(group) {
  const { folders, alone } = GROUPS[group];
  return folders.flatMap((folder) =>
    readdirSync(path.join(TEST, folder))
      .filter((file) => file.endsWith('.test.ts') && !alone.test(file))
      .map((file) => path.join(TEST, folder, file)),
  );
}

/** All files that are in a group. */
export const grouped = () => Object.keys(GROUPS).flatMap(filesOf);
