/** What was asked for, and what is wrong with its words: found before anything is loaded or asked. */
import { parseBucket } from '../src/domain/bucket-name.ts';
import { type Level, parsePrincipal } from '../src/domain/guard.ts';
import { Failure } from './failure.ts';
import { canAsk } from './terminal.ts';

export type Verb = 'plan' | 'apply' | 'check' | 'remove';

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
  /** What the principals' requests carry that the proof can't know: values of condition keys, by name. */
  given: Record<string, string>;
  stage?: string;
  json: boolean;
  yes: boolean;
}

/**
 * The request, with the names of the buckets in whatever was typed for them (`s3://name`, an ARN, an address of the console). Throws Failure where
 * the words don't make one, or there is nobody to ask before something is written.
 */
export function checkRequest(verb: Verb, request: GuardRequest): GuardRequest {
  const { buckets, all, pattern, principals, stage, json, yes } = request;
  if (buckets.length === 0 && !all && pattern === undefined)
    throw new Failure('name a bucket', '--all takes all that a rule covers, --pattern those of a name');
  if (buckets.length > 0 && (all || pattern !== undefined)) throw new Failure('name buckets, or take --all or --pattern', 'not both');
  if (all && stage === undefined) throw new Failure('--all needs a stage, whose rules say which buckets', 'add --stage <stage>');
  if (verb !== 'remove' && principals.length === 0 && stage === undefined) {
    throw new Failure('nobody is named who may delete', 'add --stage <stage>, whose rules name them, or --principal <arn>');
  }
  for (const principal of principals) {
    const parsed = parsePrincipal(principal);
    if (!parsed.ok) throw new Failure(`--principal ${principal}: ${lowerFirst(parsed.why)}`, 'npx --no interlock guard --help');
  }
  const writes = verb === 'apply' || verb === 'remove';
  if (writes && json && !yes)
    throw new Failure('nothing was written: --json shows no change before it asks', 'add --yes, once plan shows what you want');
  if (writes && !yes && !canAsk()) {
    throw new Failure('nothing was written: nobody is there to be asked', 'add --yes, once plan shows what you want');
  }
  const names = buckets.map((typed) => {
    const parsed = parseBucket(typed);
    if (!parsed.ok) throw new Failure(`${typed}: ${lowerFirst(parsed.why)}`, 'npx --no interlock guard --help');
    return parsed.bucket;
  });
  return { ...request, buckets: [...new Set(names)] };
}

/** Keys that the proof sets itself, in whatever case: what is said of them would count in some of its questions and not in others. */
const PROOFS_OWN =
  /^(?:aws:(?:principal(?:arn|account|type|isawsservice)|principaltag\/interlock-bucket|sourceidentity|username|multifactorauth\w*|tokenissuetime|currenttime|epochtime|requestedregion|resourceaccount|securetransport|viaawsservice)|s3:(?:tlsversion|signatureversion|authtype))$/i;

/** Condition keys with the values that were typed for them. Throws Failure where one is none, or is the proof's own. */
export function givenIn(typed: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    typed.map((text): [string, string] => {
      const [, key = '', value = ''] = /^(aws:[\w/-]+|s3:[\w/-]+)=(.+)$/.exec(text) ?? [];
      if (key === '') throw new Failure(`--given ${text}: that is no condition key with its value`, '--given aws:PrincipalOrgID=o-…');
      if (PROOFS_OWN.test(key)) throw new Failure(`--given ${key}: the proof asks with values of its own there`, 'name other keys only');
      return [key, value];
    }),
  );
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '');
