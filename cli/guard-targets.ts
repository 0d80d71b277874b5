/** Which buckets the guard command is about, and which guard each is to have. */
import { homeOf, listBuckets } from '../src/aws/buckets.ts';
import type { Config } from '../src/domain/configuration.ts';
import { approvedPrincipals, type Guard, type GuardFor, guardFor, type Level, parsePrincipal } from '../src/domain/guard.ts';
import { userName } from '../src/domain/names.ts';
import { matches } from '../src/domain/patterns.ts';
import { approversOf, ruleFor } from '../src/domain/rules.ts';
import type { Aws } from './aws.ts';
import { Failure } from './failure.ts';
import { forEach } from './terminal.ts';

/** What was asked for on the command line. */
export interface GuardRequest {
  buckets: string[];
  all: boolean;
  pattern?: string;
  level: Level;
  /** ARNs; empty: what the approvers of the bucket's rule act as. */
  principals: string[];
  /** `aws:SourceIdentity` of a role's sessions; empty: the approvers of the bucket's rule. */
  approvers: string[];
  stage?: string;
}

export interface Stage {
  name: string;
  config: Config;
}

export type Target = { bucket: string; ok: true; region: string } | { bucket: string; ok: false; why: string };

/** What is wrong with the words of a request, before anything is asked of AWS. Throws Failure. */
export function checkRequest({ buckets, all, pattern, principals, stage }: GuardRequest, needsGuard: boolean): void {
  if (buckets.length === 0 && !all && pattern === undefined)
    throw new Failure('name a bucket', '--all takes all that a rule covers, --pattern those of a name');
  if (buckets.length > 0 && (all || pattern !== undefined)) throw new Failure('name buckets, or take --all or --pattern', 'not both');
  if (all && stage === undefined) throw new Failure('--all needs a stage, whose rules say which buckets', 'add --stage <stage>');
  if (needsGuard && principals.length === 0 && stage === undefined) {
    throw new Failure('nobody is named who may delete', 'add --stage <stage>, whose rules name them, or --principal <arn>');
  }
  for (const principal of principals) {
    const parsed = parsePrincipal(principal);
    if (!parsed.ok) throw new Failure(`--principal ${principal}: ${lowerFirst(parsed.why)}`, 'npx --no interlock guard --help');
  }
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '');

/** The buckets that are meant, each with its region, or why it can't be. Throws Failure where none is, and the SDK's errors. */
export async function targetsOf(request: GuardRequest, aws: Aws, stage: Stage | undefined): Promise<Target[]> {
  const s3 = aws.s3('us-east-1');
  if (request.buckets.length > 0) {
    return forEach([...new Set(request.buckets)], 8, async (bucket): Promise<Target> => {
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
