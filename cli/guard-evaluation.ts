/**
 * Asks IAM's rules whether somebody may do something with a bucket under a policy. The evaluator is under the AGPL and loaded here alone, when a
 * policy is about to be written; nothing that is deployed holds it.
 */
import {
  type AnyStatement,
  type BucketPolicy,
  bucketArn,
  type Clause,
  clausesOf,
  policyText,
  principalsOf,
  statementName,
  strings,
} from '../src/domain/bucket-policy.ts';

/** Somebody who asks, with what is known of their requests. */
export interface Caller {
  /** The user's, role's or root's own ARN. */
  arn: string;
  /** As which it makes requests. */
  principal: string;
  reading: string;
  context: Record<string, string>;
  /** May it come from another place where people sign in, and its requests say so? */
  mayBeFederated?: boolean;
  /** Its own policy. */
  permissions: object;
}

export interface Scene {
  bucket: string;
  policy: BucketPolicy;
  /** Of the bucket. */
  account: string;
  region: string;
  now: Date;
  /** What somebody knows of their requests that can't be known here: values of condition keys, by name. */
  given?: Readonly<Record<string, string>>;
}

/** Why it is denied: `what` denies it; `unknown`: or may, for all that is known: the condition keys on whose values it hangs. */
export interface Denial {
  what: string;
  kind: 'statement' | 'own' | 'broken';
  unknown: readonly string[];
}

/** Why a caller may not, or may not for all that is known; undefined where it may. */
export async function denialOf(caller: Caller, action: string, scene: Scene): Promise<Denial | undefined> {
  const { runSimulation } = await import('@cloud-copilot/iam-simulate');
  const document = JSON.parse(policyText(scene.policy) ?? '{}') as { Statement?: AnyStatement[] };
  const context = contextOf(caller, scene);
  const read = (document.Statement ?? []).map((statement) => assumed(statement, context, caller, scene.now));
  const outcome = await runSimulation(
    {
      request: {
        principal: caller.principal,
        action,
        resource: { resource: bucketArn(scene.bucket), accountId: scene.account },
        contextVariables: context,
      },
      identityPolicies: [{ name: 'own', policy: caller.permissions }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy: { ...document, Statement: read.map(({ statement }) => forEvaluator(statement, caller)) },
    },
    {},
  );
  const broken = (why: string): Denial => ({ what: `the policy can't be evaluated (${why})`, kind: 'broken', unknown: [] });
  if (outcome.resultType === 'error') return broken(outcome.errors.message);
  const results = outcome.resultType === 'single' ? [outcome.result] : outcome.results;
  if (outcome.overallResult === 'Allowed') {
    const ignored = results.flatMap(({ ignoredContextKeys = [] }) => ignoredContextKeys).map((key) => key.toLowerCase());
    const asked = read.flatMap(({ statement }) => clausesOf(statement)).find(({ key }) => ignored.includes(key));
    return asked && broken(`a condition on ${asked.key}`);
  }
  const denying = results.find(({ analysis: { result } }) => result !== 'Allowed')?.analysis?.resourceAnalysis?.denyStatements ?? [];
  const indexes = denying.map(({ statement }) => Number(statement.index()) - 1);
  // One that denies whatever isn't known is the one to name.
  const index = indexes.find((one) => read[one]?.unknown.length === 0) ?? indexes[0];
  if (index === undefined) return { what: "its own policies don't allow it on this bucket", kind: 'own', unknown: [] };
  const what = `statement ${statementName(scene.policy.statements[index] ?? {}, index)} of the bucket's policy`;
  return { what, kind: 'statement', unknown: read[index]?.unknown ?? [] };
}

/** What is known of a caller's requests: keys aren't case-sensitive, and what the proof asks with wins over what was said. */
function contextOf(caller: Caller, scene: Scene): Record<string, string> {
  const own = { ...circumstancesOf(scene), ...caller.context };
  const keys = new Set(Object.keys(own).map((key) => key.toLowerCase()));
  return { ...Object.fromEntries(Object.entries(scene.given ?? {}).filter(([key]) => !keys.has(key.toLowerCase()))), ...own };
}

/** What any request of theirs says. */
function circumstancesOf({ account, region, now }: Scene): Record<string, string> {
  return {
    'aws:CurrentTime': now.toISOString(),
    'aws:EpochTime': String(Math.floor(now.getTime() / 1000)),
    'aws:RequestedRegion': region,
    'aws:ResourceAccount': account,
    'aws:SecureTransport': 'true',
    'aws:ViaAWSService': 'false',
    'aws:PrincipalIsAWSService': 'false',
    's3:TlsVersion': '1.3',
    's3:signatureversion': 'AWS4-HMAC-SHA256',
    's3:authType': 'REST-HEADER',
  };
}

/** Keys that their requests don't carry: of other callers, of services, of listings by prefix, of writes of objects. */
const ABSENT =
  /^(?:aws:(?:sourceidentity|username|multifactorauth\w+|principalservicename\w*|source(?:arn|account|orgid|orgpaths)|calledvia\w*)|s3:(?:prefix|delimiter|versionid|(?:existing|request)objecttag.*|x-amz-(?!content-sha256).+))$/;

/** Keys whose values are times: of the request, and of the session that it is made with. */
export const TIMES = /^aws:(?:currenttime|epochtime|tokenissuetime)$/i;

/** What is decided by the time changes by itself: a Deny whose end is past is over, and of any other the start or the end counts for nothing. */
function isOver({ operator, key, values }: Clause, now: Date): boolean | undefined {
  if (!TIMES.test(key) || !/^(?:date|numeric)/.test(operator)) return undefined;
  const ends = values.map((value) => (/^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value)));
  return /^(?:date|numeric)lessthan(?:equals)?$/.test(operator) && ends.every((end) => end < now.getTime());
}

/**
 * A statement as it is at its worst: of a Deny, the conditions on keys whose values aren't known hold; an Allow with such a condition doesn't.
 * Where requests come from, which tags a principal has and which organisation it belongs to is not known here.
 */
function assumed(
  statement: AnyStatement,
  context: Record<string, string>,
  { mayBeFederated = false }: Caller,
  now: Date,
): { statement: AnyStatement; unknown: string[] } {
  const known = new Set(Object.keys(context).map((key) => key.toLowerCase()));
  const isKnown = (key: string) => known.has(key) || ABSENT.test(key) || (key === 'aws:federatedprovider' && !mayBeFederated);
  const isOpen = (clause: Clause) => {
    const over = isOver(clause, now);
    if (over !== undefined) return !over;
    const variables = clause.values.flatMap((value) => [...value.matchAll(/\$\{([^},]+)/g)].map(([, name = '']) => name.trim()));
    return [clause.key, ...variables].some((key) => !/^[*?$]$/.test(key) && !isKnown(key.toLowerCase()));
  };
  const { Condition, ...rest } = statement;
  const open = clausesOf(statement).filter(isOpen);
  // What is no condition at all is the evaluator's to refuse.
  if (open.length === 0 || typeof Condition !== 'object' || Condition === null) return { statement, unknown: [] };
  const unknown = [...new Set(open.map(({ key }) => nameIn(Condition, key)))];
  if (statement.Effect === 'Allow') return { statement: { ...rest, ...NOBODYS }, unknown };
  const left = Object.entries(Condition).map(([operator, keys]): [string, object] => [
    operator,
    Object.fromEntries(
      Object.entries((keys ?? {}) as object).filter(
        ([key]) => !open.some((clause) => clause.operator === operator.toLowerCase() && clause.key === key.toLowerCase()),
      ),
    ),
  ]);
  const conditions = left.filter(([, keys]) => Object.keys(keys).length > 0);
  return { statement: { ...rest, ...(conditions.length > 0 && { Condition: Object.fromEntries(conditions) }) }, unknown };
}

/** A key as the policy writes it. */
function nameIn(condition: object, key: string): string {
  const names = Object.values(condition).flatMap((keys: unknown) => Object.keys((keys ?? {}) as object));
  return names.find((name) => name.toLowerCase() === key) ?? key;
}

/** An account that nobody belongs to. */
const NOBODY = { AWS: 'arn:aws:iam::000000000000:root' };
const NOBODYS = { Principal: NOBODY, NotPrincipal: undefined };

/**
 * `NotPrincipal` in a Deny excepts whom it lists with all that they consist of: the account, and the user, or the role and its session (IAM User
 * Guide, "AWS JSON policy elements: NotPrincipal", read November 2026); the evaluator takes any one for enough. JSON's numbers and booleans in
 * conditions are their text to AWS, and nothing to the evaluator.
 */
function forEvaluator(statement: AnyStatement, { arn, principal }: Caller): object {
  const { NotPrincipal: except, Condition, ...rest } = statement;
  const condition = Condition === undefined ? {} : { Condition: textual(Condition) };
  if (except === undefined) return { ...rest, ...condition };
  const listed = principalsOf(except);
  const parts = [`arn:aws:iam::${arn.split(':')[4]}:root`, arn, principal];
  return { ...rest, ...condition, Principal: listed.includes('*') || parts.every((part) => listed.includes(part)) ? NOBODY : '*' };
}

function textual(condition: unknown): unknown {
  if (typeof condition !== 'object' || condition === null) return condition;
  return Object.fromEntries(
    Object.entries(condition).map(([operator, keys]) => [
      operator,
      Object.fromEntries(
        Object.entries((keys ?? {}) as object).map(([key, value]) => [key, Array.isArray(value) ? strings(value) : strings(value)[0]]),
      ),
    ]),
  );
}
