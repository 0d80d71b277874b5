import type { Caller, Question } from './service.ts';

/** What a request says beside its question. */
export interface Circumstances {
  /** Milliseconds since 1970, by the sandbox's clock. */
  now: number;
  region: string;
  sourceIp?: string;
}

type Context = Record<string, string | string[]>;

/** The context keys of a question: the request's, the caller's and the question's own (IAM user guide, "AWS global condition context keys"). */
export function contextOf(caller: Caller, question: Question, circumstances: Circumstances): Context {
  const { now, region, sourceIp } = circumstances;
  return {
    'aws:CurrentTime': new Date(now).toISOString(),
    'aws:EpochTime': String(Math.floor(now / 1000)),
    'aws:RequestedRegion': region,
    // The sandbox's HTTP on 127.0.0.1 stands for AWS's HTTPS.
    'aws:SecureTransport': 'true',
    'aws:ViaAWSService': 'false',
    'aws:ResourceAccount': question.resourceAccount,
    'aws:PrincipalIsAWSService': String(caller.kind === 'service'),
    ...(sourceIp !== undefined && { 'aws:SourceIp': sourceIp }),
    ...callerKeys(caller, now),
    ...question.context,
  };
}

function callerKeys(caller: Caller, now: number): Context {
  switch (caller.kind) {
    case 'anonymous':
      return { 'aws:PrincipalType': 'Anonymous', 'aws:userid': 'anonymous' };
    case 'service':
      return { 'aws:PrincipalServiceName': caller.service };
    case 'root':
      return {
        'aws:PrincipalArn': caller.arn,
        'aws:PrincipalAccount': caller.account,
        'aws:PrincipalType': 'Account',
        'aws:userid': caller.id,
      };
    case 'user':
      return {
        'aws:PrincipalArn': caller.arn,
        'aws:PrincipalAccount': caller.account,
        'aws:PrincipalType': 'User',
        'aws:userid': caller.id,
        'aws:username': caller.name,
        ...tagKeys(caller.tags),
      };
    case 'session':
      return {
        'aws:PrincipalArn': caller.principalArn,
        'aws:PrincipalAccount': caller.account,
        'aws:PrincipalType': { role: 'AssumedRole', user: 'User', root: 'Account' }[caller.of],
        'aws:userid': caller.id,
        'aws:TokenIssueTime': new Date(caller.issuedAt).toISOString(),
        ...(caller.of === 'user' && caller.userName !== undefined && { 'aws:username': caller.userName }),
        ...(caller.sourceIdentity !== undefined && { 'aws:SourceIdentity': caller.sourceIdentity }),
        ...(caller.mfaPresent !== undefined && { 'aws:MultiFactorAuthPresent': String(caller.mfaPresent) }),
        ...(caller.mfaAt !== undefined && { 'aws:MultiFactorAuthAge': String(Math.max(0, Math.floor((now - caller.mfaAt) / 1000))) }),
        ...tagKeys(caller.tags),
      };
  }
}

const tagKeys = (tags: Record<string, string>): Context =>
  Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:PrincipalTag/${key}`, value]));
