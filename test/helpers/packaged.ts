import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { unzipSync } from 'fflate';

export interface Resource {
  Type: string;
  DependsOn?: string | string[];
  // biome-ignore lint/suspicious/noExplicitAny: CloudFormation has as many shapes as types
  Properties: Record<string, any>;
}
export type Template = { Resources: Record<string, Resource>; Outputs?: unknown };

/** Packages the sandbox's stage where something has changed, and reads its template. */
export function packagedTemplate(): Template {
  execFileSync(process.execPath, ['scripts/package.mjs'], { stdio: 'pipe' });
  return JSON.parse(readFileSync('.serverless/cloudformation-template-update-stack.json', 'utf8'));
}

/** The files in a function's packaged zip. */
export function packagedFiles(name: string, directory = '.serverless'): Record<string, Uint8Array> {
  return unzipSync(readFileSync(`${directory}/${name}.zip`));
}
