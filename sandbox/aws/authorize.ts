import { anonymousPrincipal, isWildcardOnlyAction, type RequestAnalysis, runSimulation } from '@cloud-copilot/iam-simulate';
import { type Circumstances, contextOf } from './context.ts';
import { type Applied, KnownAnswers } from './known-answers.ts';
import { anyKey } from './object-keys.ts';
import { contextForEvaluator, keysAsked, policyForEvaluator, resolveNotPrincipal, resourceForEvaluator } from './policy-traps.ts';
import type { Caller, Question } from './service.ts';
import type { IamStore, NamedPolicy } from './services/iam-store.ts';

export interface Decision {
  allowed: boolean;
  /** Which statement of which policy decided, with what effect, or that none allows it. */
  decidedBy: string;
  /** AWS's words for a refusal. */
  message: string;
  /** `aws:MultiFactorAuthPresent` as evaluated; null where absent. */
  mfa: boolean | null;
}

/** The question could not be evaluated as it was meant: a fault of the sandbox or of a policy, never an answer. */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError';
}

const FULL_ACCESS: NamedPolicy = {
  name: 'root of the account',
  document: { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } },
};

/** S3 user guide, "Bucket policies": the owner's root passes any bucket policy for these three, so that nobody locks themselves out. */
const ROOT_PASSES = new Set(['s3:GetBucketPolicy', 's3:PutBucketPolicy', 's3:DeleteBucketPolicy']);

const RESOURCE_POLICIES = {
  bucket: "the bucket's policy",
  trust: "the role's trust policy",
  key: "the key's policy",
  secret: "the secret's policy",
};

/** Puts questions to the policies that apply. */
export class Authorizer {
  readonly #iam: IamStore;
  readonly #known: KnownAnswers;

  constructor(iam: IamStore, known = new KnownAnswers()) {
    this.#iam = iam;
    this.#known = known;
  }

  /** Throws EvaluationError where a condition could not be evaluated: a condition that isn't evaluated is no condition. */
  async decide(caller: Caller, question: Question, circumstances: Circumstances): Promise<Decision> {
    const context = contextOf(caller, question, circumstances);
    const present = context['aws:MultiFactorAuthPresent'];
    const mfa = present === undefined ? null : present === 'true';
    if (isRoot(caller) && 'account' in caller && caller.account === question.resourceAccount && ROOT_PASSES.has(question.action)) {
      return {
        allowed: true,
        decidedBy: `allowed: root of the bucket's account passes any bucket policy for ${question.action}`,
        message: '',
        mfa,
      };
    }
    const policies = {
      identity: this.#identityPolicies(caller).map(({ name, document }) => ({ name, policy: policyForEvaluator(document) })),
      session: caller.kind === 'session' && caller.sessionPolicy !== undefined ? policyForEvaluator(caller.sessionPolicy) : undefined,
      resource:
        question.resourcePolicy === undefined
          ? undefined
          : resolveNotPrincipal(policyForEvaluator(question.resourcePolicy), partsOf(caller)),
    };
    const given = contextForEvaluator(context);
    const resource = anyKey(question.resource, listed(policies), question.action, given) ?? question.resource;
    const asked = [principalOf(caller), question.action, resource, question.resourceAccount, policies.identity.map(({ name }) => name)];
    const analysis = await this.#known.get(asked, listed(policies) as Applied[], given, () =>
      evaluate(caller, { ...question, resource }, given, policies),
    );
    return {
      allowed: analysis.result === 'Allowed',
      decidedBy: tell(analysis, question),
      message: analysis.result === 'Allowed' ? '' : refusal(caller, question, analysis),
      mfa,
    };
  }

  #identityPolicies(caller: Caller): NamedPolicy[] {
    if (isRoot(caller)) return [FULL_ACCESS];
    if (caller.kind === 'user') return this.#iam.users.get(caller.name)?.policies ?? [];
    if (caller.kind !== 'session') return [];
    return (caller.of === 'role' ? this.#iam.roles.get(caller.roleName ?? '') : this.#iam.users.get(caller.userName ?? ''))?.policies ?? [];
  }
}

const isRoot = (caller: Caller): boolean => caller.kind === 'root' || (caller.kind === 'session' && caller.of === 'root');

/** Who is asking, as policies name them: a role's session by its session ARN, a user's or root's by the user or root. */
function principalOf(caller: Caller): string | typeof anonymousPrincipal {
  if (caller.kind === 'anonymous') return anonymousPrincipal;
  if (caller.kind === 'service') return caller.service;
  return caller.kind === 'session' && caller.of !== 'role' ? caller.principalArn : caller.arn;
}

/** What a principal consists of: its account, its role, itself. */
function partsOf(caller: Caller): string[] {
  if (caller.kind === 'anonymous') return [];
  if (caller.kind === 'service') return [caller.service];
  const parts = [`arn:aws:iam::${caller.account}:root`, caller.arn];
  return caller.kind === 'session' ? [...parts, caller.principalArn] : parts;
}

interface Policies {
  identity: { name: string; policy: unknown }[];
  session: unknown;
  resource: unknown;
}

const listed = ({ identity, session, resource }: Policies): unknown[] => [...identity.map(({ policy }) => policy), session, resource];

async function evaluate(
  caller: Caller,
  question: Question,
  contextVariables: Record<string, string | string[]>,
  policies: Policies,
): Promise<RequestAnalysis> {
  const [service = '', name = ''] = question.action.split(':');
  const wildcardOnly = await isWildcardOnlyAction(service, name).catch(() => false);
  const outcome = await runSimulation(
    {
      request: {
        principal: principalOf(caller),
        action: question.action,
        // Actions without a resource type (`states:SendTaskSuccess`) know `*` alone.
        resource: { resource: wildcardOnly ? '*' : resourceForEvaluator(question.resource), accountId: question.resourceAccount },
        contextVariables,
      },
      identityPolicies: policies.identity,
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(policies.session !== undefined && { sessionPolicy: policies.session }),
      ...(policies.resource !== undefined && { resourcePolicy: policies.resource }),
    },
    {},
  );
  const where = `${question.action} on ${question.resource}`;
  if (outcome.resultType === 'error') throw new EvaluationError(`IAM can't be asked for ${where}: ${JSON.stringify(outcome.errors)}`);
  const results = outcome.resultType === 'single' ? [outcome.result] : outcome.results;
  const asked = keysAsked(listed(policies), question.action);
  const ignored = results.flatMap(({ ignoredContextKeys }) => ignoredContextKeys ?? []).filter((key) => asked.has(key.toLowerCase()));
  if (ignored.length > 0) {
    throw new EvaluationError(
      `IAM was asked for ${where}, and the evaluator ignored context keys that a policy's condition needs: ${[...new Set(ignored)].join(', ')}`,
    );
  }
  // Several results: a resource with wildcards, one for each pattern in the policies; the first that agrees with the whole tells why.
  const deciding = results.find(({ analysis }) => analysis.result === outcome.overallResult) ?? results[0];
  if (!deciding) throw new EvaluationError(`IAM gave no result for ${where}`);
  return deciding.analysis;
}

type Part = Pick<NonNullable<RequestAnalysis['identityAnalysis']>, 'denyStatements' | 'allowStatements'>;

/** Names the statements that decided: the first Deny, or those that allow together. */
function tell(analysis: RequestAnalysis, question: Question): string {
  const { resourcePolicyKind: kind } = question;
  const name = (source: string | undefined, [first]: Part['allowStatements']): string => {
    const sid = first?.statement.sid();
    return `statement ${sid ? `"${sid}"` : (first?.statement.index() ?? '')} of ${source ?? `policy "${first?.policyId}"`}`;
  };
  const parts: [string | undefined, Part | undefined][] = [
    [kind ? RESOURCE_POLICIES[kind] : "the resource's policy", analysis.resourceAnalysis],
    ['the session policy', analysis.sessionAnalysis],
    [undefined, analysis.identityAnalysis],
  ];
  for (const [source, part] of parts) {
    if (part && part.denyStatements.length > 0) return `denied by ${name(source, part.denyStatements)}`;
  }
  if (analysis.result !== 'Allowed') {
    return `no statement ${analysis.sessionAnalysis?.result === 'ImplicitlyDenied' ? 'of the session policy ' : ''}allows it`;
  }
  // A bucket's policy adds to what the identity may: it is named where the identity's own policies don't suffice.
  const counts = kind === 'trust' || kind === 'key' || analysis.identityAnalysis?.result !== 'Allowed';
  const allowing = parts.filter(([, part]) => part && part.allowStatements.length > 0 && (part !== analysis.resourceAnalysis || counts));
  return allowing.length === 0
    ? 'allowed: needs no permission'
    : `allowed by ${allowing.map(([source, part]) => name(source, part?.allowStatements ?? [])).join(' and ')}`;
}

/** IAM user guide, "Troubleshoot access denied error messages". S3 sets the resource in quotes; STS gives no reason for an implicit denial. */
function refusal(caller: Caller, question: Question, analysis: RequestAnalysis): string {
  if (caller.kind === 'anonymous') return 'Access Denied';
  const who = caller.kind === 'service' ? caller.service : caller.arn;
  const isS3 = question.action.startsWith('s3:');
  const what = `User: ${who} is not authorized to perform: ${question.action} on resource: ${isS3 ? `"${question.resource}"` : question.resource}`;
  const denies = (part: { denyStatements: unknown[] } | undefined): boolean => (part?.denyStatements.length ?? 0) > 0;
  if (denies(analysis.resourceAnalysis)) return `${what} with an explicit deny in a resource-based policy`;
  if (denies(analysis.identityAnalysis)) return `${what} with an explicit deny in an identity-based policy`;
  if (denies(analysis.sessionAnalysis)) return `${what} with an explicit deny in a session policy`;
  if (question.action.startsWith('sts:')) return what;
  const kind =
    analysis.sessionAnalysis?.result === 'ImplicitlyDenied'
      ? 'session'
      : analysis.identityAnalysis?.result === 'Allowed'
        ? 'resource-based'
        : 'identity-based';
  return `${what} because no ${kind} policy allows the ${question.action} action`;
}
