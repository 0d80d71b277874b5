import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { unzipSync } from 'fflate';
import { COMPILED } from './compiled.ts';

export interface Resource {
  Type: string;
  DependsOn?: string | string[];
  DeletionPolicy?: string;
  // biome-ignore lint/suspicious/noExplicitAny: CloudFormation has as many shapes as types
  Properties: Record<string, any>;
}
export type Template = { Resources: Record<string, Resource>; Outputs?: unknown };

/** Packages the sandbox's stage where something has changed, and reads its template. */
export function packagedTemplate(): Template {
  execFileSync(process.execPath, ['scripts/package.mjs'], { stdio: 'pipe', env: { ...process.env, ...COMPILED } });
  return JSON.parse(readFileSync('.serverless/cloudformation-template-update-stack.json', 'utf8'));
}

const unzipped = new Map<string, Record<string, Uint8Array>>();

/** The files in a function's packaged zip; unzipped once as long as the zip is the same. */
export function packagedFiles(name: string, directory = '.serverless'): Record<string, Uint8Array> {
  const zip = `${directory}/${name}.zip`;
  const { mtimeMs, ino } = statSync(zip);
  const key = `${zip} ${ino} ${mtimeMs}`;
  const files = unzipped.get(key) ?? unzipSync(readFileSync(zip));
  unzipped.set(key, files);
  return files;
}
