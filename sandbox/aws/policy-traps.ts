/** Where the evaluator needs help: what it would ignore or misread is written so that it doesn't. */

type Context = Record<string, string | string[]>;

/**
 * The evaluator doesn't know `kms:EncryptionContext:<key>`: an Allow on it would never match, a Deny never bite. A global key that
 * it knows stands in, in policies and context alike.
 */
const ENCRYPTION_CONTEXT = /kms:EncryptionContext:/gi;
const STAND_IN = 'aws:PrincipalTag/kms-encryption-context/';

/** What was made of a document, as long as it reads the same; and of text. DeleteObjects asks a thousand times. */
const rewritten = new WeakMap<object, { text: string; result: unknown }>();
const parsed = new Map<string, unknown>();
/** How many texts are kept, and how many actions of a policy. */
const KEPT = 500;

function kept<Value>(values: Map<string, Value>, key: string, make: () => Value): Value {
  const known = values.get(key);
  if (known !== undefined) return known;
  if (values.size >= KEPT) values.clear();
  const made = make();
  values.set(key, made);
  return made;
}

/** A policy as the evaluator takes it, the same object for the same one; text is parsed. Throws SyntaxError where it is no JSON. */
export function policyForEvaluator(document: unknown): unknown {
  if (typeof document === 'string') return kept(parsed, document, () => policyForEvaluator(JSON.parse(document)));
  if (typeof document !== 'object' || document === null) return document;
  const text = JSON.stringify(document);
  const known = rewritten.get(document);
  if (known?.text === text) return known.result;
  const result = JSON.parse(text.replace(ENCRYPTION_CONTEXT, STAND_IN));
  rewritten.set(document, { text, result });
  return result;
}

export function contextForEvaluator(context: Context): Context {
  return Object.fromEntries(Object.entries(context).map(([key, value]) => [key.replace(ENCRYPTION_CONTEXT, STAND_IN), value]));
}

/** An object's key may hold what the evaluator takes for a pattern or can't match: written percent-encoded, pattern signs are plain text. */
export function resourceForEvaluator(resource: string): string {
  const key = /^(arn:[^:]*:s3:::[^/]+\/)(.*)$/s.exec(resource);
  if (!key) return resource;
  const text = key[2] ?? '';
  return key[1] + text.replace(/[\r\n*?$]/g, (sign) => `%${sign.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`);
}

/** An account that nobody belongs to. */
const NOBODY = { AWS: 'arn:aws:iam::000000000000:root' };

/**
 * `NotPrincipal` with Deny excepts a principal only where all that it consists of is listed: the account, and the user, or the role and
 * the session (IAM user guide, "AWS JSON policy elements: NotPrincipal"). The evaluator takes any one of them for enough. So the statement
 * is written as one on everybody, or on nobody.
 * @param consistsOf the ARNs of account, role, session or user; a service's name; empty for anonymous callers
 */
export function resolveNotPrincipal(policy: unknown, consistsOf: string[]): unknown {
  const statements = statementsOf(policy);
  if (!statements.some(({ NotPrincipal }) => NotPrincipal !== undefined)) return policy;
  const resolved = statements.map(({ NotPrincipal: except, ...statement }) => {
    if (except === undefined) return statement;
    const listed = new Set(listedPrincipals(except));
    const excepted = listed.has('*') || (consistsOf.length > 0 && consistsOf.every((principal) => listed.has(principal)));
    return { ...statement, Principal: excepted ? NOBODY : '*' };
  });
  return { ...(policy as object), Statement: resolved };
}

/** The principals of an element; an account's id counts as the ARN of its root. */
function listedPrincipals(element: unknown): string[] {
  if (typeof element === 'string') return [element];
  const values = Object.values(element as Record<string, string | string[]>).flat();
  return values.map((value) => (/^\d{12}$/.test(value) ? `arn:aws:iam::${value}:root` : value));
}

/** The condition keys (lower case) that statements on this action ask for, and those in their variables. */
export function keysAsked(policies: unknown[], action: string): Set<string> {
  const keys = new Set<string>();
  for (const statement of policies.flatMap((policy) => statementsOn(policy, action))) {
    for (const operator of Object.values((statement.Condition ?? {}) as Record<string, object>)) {
      for (const key of Object.keys(operator)) keys.add(key.toLowerCase());
    }
    for (const [, name] of JSON.stringify(statement).matchAll(/\$\{([^},]+)/g)) if (name) keys.add(name.trim().toLowerCase());
  }
  return keys;
}

/** A statement, as far as it is looked at here. */
export interface Statement {
  Action?: string | string[];
  NotAction?: string | string[];
  NotPrincipal?: unknown;
  Resource?: string | string[];
  NotResource?: string | string[];
  Condition?: unknown;
}

function statementsOf(policy: unknown): Statement[] {
  const statements = (policy as { Statement?: Statement | Statement[] } | undefined)?.Statement;
  return statements === undefined ? [] : [statements].flat();
}

const concerning = new WeakMap<object, Map<string, Statement[]>>();

/** The statements on an action, of a policy that `policyForEvaluator` gave: it doesn't change any more. */
export function statementsOn(policy: unknown, action: string): Statement[] {
  if (typeof policy !== 'object' || policy === null) return [];
  const known = concerning.get(policy) ?? new Map<string, Statement[]>();
  concerning.set(policy, known);
  return kept(known, action, () => statementsOf(policy).filter((statement) => concerns(statement, action)));
}

/** Whether a statement is about this action. */
function concerns(statement: Statement, action: string): boolean {
  const matches = (patterns: string | string[]): boolean => [patterns].flat().some((pattern) => wildcard(pattern).test(action));
  return statement.Action !== undefined ? matches(statement.Action) : statement.NotAction === undefined || !matches(statement.NotAction);
}

const wildcard = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    'is',
  );
