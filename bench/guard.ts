/**
 * What checking the guards of many buckets costs, through the sandbox over HTTP: `interlock guard check` in a process of its own, beside a process that
 * makes the same calls and nothing else. They take turns, so that what else the machine does hits both alike.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CreateBucketCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { forEach } from '../cli/terminal.ts';
import { NO_POLICY, policyText, readPolicy } from '../src/domain/bucket-policy.ts';
import { type Guard, guardFor } from '../src/domain/guard.ts';
import { checkGuard } from '../src/domain/guard-check.ts';
import { mergeGuard } from '../src/domain/guard-merge.ts';
import { type Sandbox, startSandbox } from '../test/helpers/sandbox.ts';
import { type Summary, summarize } from './statistics.ts';

export interface GuardResults {
  buckets: number;
  /** The command, and the bare calls: seconds, megabytes, and calls of one run. */
  check: GuardRun;
  bare: GuardRun;
  /** Comparing alone, without any call: milliseconds for all buckets. */
  compare: Summary;
}

export interface GuardRun {
  seconds: Summary;
  /** The most memory that a run held, in MB. */
  memory: Summary;
  calls: number;
}

const PREFIX = 'bench-guarded-';
const BOB = 'arn:aws:iam::111122223333:user/interlock-bob';
const AT_ONCE = 8;

/** Measures so many runs over so many buckets. Throws where a run fails, or a guard isn't whole. */
export async function measureGuards(buckets: number, runs: number): Promise<GuardResults> {
  const sandbox = await startSandbox();
  try {
    const guards = Array.from({ length: buckets }, (_, index) =>
      guardFor({ bucket: `${PREFIX}${String(index).padStart(5, '0')}`, level: 'hardened', principals: [BOB], approvers: [] }),
    );
    await forEach(guards, AT_ONCE, (guard) => putOn(sandbox, guard));
    const programs = {
      check: ['cli/main.ts', 'guard', 'check', '--pattern', `${PREFIX}*`, '--principal', BOB, '--json'],
      bare: ['bench/guard-bare.ts', PREFIX, String(AT_ONCE)],
    };
    const measured = { check: [] as Run[], bare: [] as Run[] };
    for (let run = 0; run < runs; run++) {
      for (const kind of ['bare', 'check'] as const) measured[kind].push(await runOnce(sandbox, programs[kind]));
    }
    return { buckets, check: sumUp(measured.check), bare: sumUp(measured.bare), compare: compare(guards, runs) };
  } finally {
    await sandbox.stop();
  }
}

async function putOn(sandbox: Sandbox, guard: Guard): Promise<void> {
  const s3 = sandbox.s3();
  await s3.send(new CreateBucketCommand({ Bucket: guard.bucket }));
  await s3.send(new PutBucketPolicyCommand({ Bucket: guard.bucket, Policy: textOf(guard) }));
  s3.destroy();
}

function textOf(guard: Guard): string {
  const merged = mergeGuard(NO_POLICY, guard);
  return (merged.ok && policyText(merged.policy)) || '';
}

interface Run {
  seconds: number;
  megabytes: number;
  calls: number;
}

/** Writes into a file how much memory a process held at most, when it ends. */
const TELL_MEMORY = `data:text/javascript,import{writeFileSync}from'node:fs';process.on('exit',()=>writeFileSync(process.env.MEMORY_FILE,String(process.resourceUsage().maxRSS)))`;

async function runOnce(sandbox: Sandbox, program: string[]): Promise<Run> {
  const { accessKeyId, secretAccessKey } = sandbox.keysOf('admin');
  const file = path.join(sandbox.dir, 'memory');
  const before = (await sandbox.calls()).length;
  const begun = performance.now();
  const child = spawn(process.execPath, ['--import', TELL_MEMORY, ...program], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env.PATH,
      MEMORY_FILE: file,
      AWS_ENDPOINT_URL: sandbox.urls.aws,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    },
  });
  const status = await new Promise((resolve) => child.once('exit', resolve));
  const seconds = (performance.now() - begun) / 1000;
  if (status !== 0) throw new Error(`${program[0]} ended with ${String(status)}`);
  return { seconds, megabytes: Number(readFileSync(file, 'utf8')) / 1000, calls: (await sandbox.calls()).length - before };
}

function sumUp(runs: Run[]): GuardRun {
  return {
    seconds: summarize(runs.map(({ seconds }) => seconds)),
    memory: summarize(runs.map(({ megabytes }) => megabytes)),
    calls: runs[0]?.calls ?? 0,
  };
}

function compare(guards: Guard[], runs: number): Summary {
  const times = Array.from({ length: runs }, () => {
    const begun = performance.now();
    for (const guard of guards) {
      const read = readPolicy(textOf(guard));
      if (!read.ok || !checkGuard(read.policy, guard).whole) throw new Error(`the guard of ${guard.bucket} is not whole`);
    }
    return performance.now() - begun;
  });
  return summarize(times);
}
