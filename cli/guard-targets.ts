/** Which buckets the guard command is about, and which guard each is to have. */
import { homeOf, listBuckets } from '../src/aws/buckets.ts';
import type { Config } from '../src/domain/configuration.ts';
import { approvedPrincipals, type Guard, type GuardFor, guardFor } from '../src/domain/guard.ts';
import { userName } from '../src/domain/names.ts';
import { matches } from '../src/domain/patterns.ts';
import { approversOf, ruleFor } from '../src/domain/rules.ts';
import type { Aws } from './aws.ts';
import { Failure } from './failure.ts';
import type { GuardRequest } from './guard-request.ts';
import { forEach } from './terminal.ts';

export interface Stage {
  name: string;
  config: Config;
}

export type Target = { bucket: string; ok: true; region: string } | { bucket: string; ok: false; why: string };

/** The buckets that are meant, each with its region, or why it can't be. Throws Failure where none is, and the SDK's errors. */
export async function targetsOf(request: GuardRequest, aws: Aws, stage: Stage | undefined): Promise<Target[]> {
  const s3 = aws.s3('us-east-1');
  if (request.buckets.length > 0) {
    return forEach(request.buckets, 8, async (bucket): Promise<Target> => {
      const home = await homeOf(s3, bucket);
      if (home === 'absent') return { bucket, ok: false, why: 'There is no bucket of that name.' };
      if (home === 'foreign') {
        return {
          bucket,
          ok: false,
          why: `It isn't a bucket of account ${aws.account}, whose credentials these are: take those of its own.`,
        };
      }
      return { bucket, ok: true, region: home.region };
    });
  }
  const found = (await listBuckets(s3)).filter(
    ({ bucket }) =>
      (request.pattern === undefined || matches(request.pattern, bucket)) && (!request.all || !stage || ruleFor(stage.config, bucket)),
  );
  if (found.length === 0) {
    const what = request.pattern === undefined ? `that a rule of config/${stage?.name}.yml covers` : `of the name ${request.pattern}`;
    throw new Failure(`account ${aws.account} has no bucket ${what}`, 'aws s3 ls shows what it has');
  }
  return found.map(({ bucket, region }) => ({ bucket, ok: true, region }));
}

/** The guard that a bucket is to have, or why there can be none. */
export function guardOf(
  request: GuardRequest,
  bucket: string,
  stage: Stage | undefined,
): { ok: true; guard: Guard } | { ok: false; why: string } {
  const whom = whomFor(request, bucket, stage);
  if (!whom) {
    return { ok: false, why: `No rule of config/${stage?.name}.yml names who may delete it: add a rule, or name them with --principal.` };
  }
  try {
    return { ok: true, guard: guardFor({ bucket, level: request.level, ...whom }) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { ok: false, why: `${error.message.replace(/\.$/, '')} (--approver <name of the approver's IAM user>).` };
  }
}

function whomFor({ principals, approvers }: GuardRequest, bucket: string, stage: Stage | undefined): GuardFor | undefined {
  const ofRule = stage && approvedPrincipals(stage.config, bucket, stage.name);
  if (principals.length === 0 && !ofRule) return undefined;
  const rule = stage && ruleFor(stage.config, bucket);
  const all = stage && rule ? approversOf(stage.config, rule).map(userName) : [];
  const known = ofRule && ofRule.approvers.length > 0 ? ofRule.approvers : all;
  return {
    principals: principals.length > 0 ? principals : (ofRule?.principals ?? []),
    approvers: approvers.length > 0 ? approvers : known,
  };
}
