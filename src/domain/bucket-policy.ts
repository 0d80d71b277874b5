/**
 * A bucket's policy: kept as it stands, and read as AWS reads it. One statement stands alone or in a list, an action or a resource
 * as text or as a list, an account's number is its root's ARN, a condition's boolean or number is its text, and no `Version` is
 * 2008-10-17 (IAM User Guide, "Grammar of the IAM JSON policy language", "IAM JSON policy elements: Version", read November 2026).
 */
import { overlap } from './pattern-relations.ts';
import { matches } from './patterns.ts';

/** A statement as it stands: anybody's. */
export type AnyStatement = Readonly<Record<string, unknown>>;

export interface BucketPolicy {
  /** The document as it stands, but for its statements. */
  document: Readonly<Record<string, unknown>>;
  /** In their order, as they stand. */
  statements: readonly AnyStatement[];
}

export type PolicyRead = { ok: true; policy: BucketPolicy } | { ok: false; why: string };

/** The policy of a bucket that has none. */
export const NO_POLICY: BucketPolicy = { document: { Version: '2012-10-17', Statement: [] }, statements: [] };

/**
 * Reads a bucket's policy.
 * @param text what GetBucketPolicy gives; undefined where the bucket has no policy
 * @returns the policy, or what is wrong with the text and what to do
 */
export function readPolicy(text: string | undefined): PolicyRead {
  if (text === undefined || text.trim() === '') return { ok: true, policy: NO_POLICY };
  let document: unknown;
  try {
    document = JSON.parse(text, exactNumbers);
  } catch {
    return refusal('is no JSON');
  }
  if (!isObject(document)) return refusal('is no JSON object');
  const found = document.Statement;
  const statements = Array.isArray(found) ? found : [found];
  if (!statements.every(isObject)) return refusal('has a Statement that is neither a statement nor a list of statements');
  return { ok: true, policy: { document, statements } };
}

const refusal = (what: string): PolicyRead => ({
  ok: false,
  why: `The bucket's policy ${what}, so nothing was changed; look at it with aws s3api get-bucket-policy, mend it, then try again.`,
});

/** A whole number that a double can't hold stays as its digits, in quotes, which AWS reads alike: it would be written back as another number. */
function exactNumbers(_: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === 'number' && !(Math.abs(value) <= Number.MAX_SAFE_INTEGER) ? (context?.source ?? String(value)) : value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The policy with other statements; those that stay are JSON-equal to what they were. */
export function withStatements(policy: BucketPolicy, statements: readonly AnyStatement[]): BucketPolicy {
  return { document: policy.document, statements };
}

/** The policy as PutBucketPolicy takes it, without white space; undefined where no statement is left, which is DeleteBucketPolicy. */
export function policyText({ document, statements }: BucketPolicy): string | undefined {
  return statements.length === 0 ? undefined : JSON.stringify({ ...document, Statement: statements });
}

/** A policy's size in bytes of UTF-8, without white space between its members. */
export function policySize(policy: BucketPolicy): number {
  return new TextEncoder().encode(policyText(policy) ?? '').length;
}

/** What a statement is called in a sentence: by its `Sid` where that is a plain name, else by its place, counted from 1. */
export function statementName(statement: AnyStatement, index: number): string {
  const sid = sidOf(statement);
  return sid !== undefined && /^[\w -]{1,80}$/.test(sid) ? `“${sid}”` : `number ${index + 1}`;
}

export function sidOf({ Sid }: AnyStatement): string | undefined {
  return typeof Sid === 'string' ? Sid : undefined;
}

/** What stands alone or in a list, as a list of texts; what is no text, number or boolean is left out. */
export function strings(value: unknown): string[] {
  const items = Array.isArray(value) ? value : [value];
  return items.filter((item) => ['string', 'number', 'boolean'].includes(typeof item)).map(String);
}

/** The AWS principals of a `Principal` or `NotPrincipal`; an account's number is its root's ARN, `"*"` is `{"AWS": "*"}`. */
export function principalsOf(element: unknown): string[] {
  if (typeof element === 'string') return [element];
  if (!isObject(element)) return [];
  return strings(element.AWS).map((principal) => (/^\d{12}$/.test(principal) ? `arn:aws:iam::${principal}:root` : principal));
}

/** Is the statement about everybody? */
export function isAboutAll({ Principal }: AnyStatement): boolean {
  return principalsOf(Principal).includes('*');
}

/** In lower case, as IAM folds it: A to Z alone. Other letters that JavaScript folds too (the Kelvin sign, to a k) are none of S3's. */
export const folded = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/** Is the statement about this action? IAM folds the case of actions. */
export function speaksOfAction({ Action, NotAction }: AnyStatement, action: string): boolean {
  const hit = (patterns: unknown) => strings(patterns).some((pattern) => matches(folded(pattern), folded(action)));
  return NotAction === undefined ? hit(Action) : !hit(NotAction);
}

/** Longer patterns name no object that there can be (an object's key has 1,024 bytes at most: S3 User Guide, "Naming Amazon S3 objects"), and take long. */
const LONGEST = 1_200;

/**
 * Every resource, or resources of S3 by a pattern of their names: all that is known to match. What a star in front of the name takes is not
 * (`arn:*:name`): each part of an ARN is matched by itself (IAM User Guide, "IAM JSON policy elements: Resource", read November 2026).
 */
const namesOfS3 = (pattern: string): boolean => pattern === '*' || pattern.startsWith(bucketArn(''));

/** Does the statement reach the bucket itself, or all of its objects, whatever the values of variables? IAM doesn't fold the case of resources. */
export function covers({ Resource, NotResource }: AnyStatement, bucket: string, what: 'bucket' | 'objects'): boolean {
  const arn = bucketArn(bucket);
  if (NotResource !== undefined) {
    // A variable may stand for anything: it may except what is asked about.
    const may = (pattern: string) => pattern.length > LONGEST || overlap(opened(pattern), what === 'bucket' ? arn : `${arn}/*`);
    return !strings(NotResource).some(may);
  }
  // Stands for any object's key: a pattern that takes it by a star or a question mark, with a star behind, takes every key.
  const any = '\uffff';
  const takesAny = (pattern: string) => pattern.endsWith('*') && !pattern.includes(any) && matches(pattern, `${arn}/${any}`);
  const all = (pattern: string) => (what === 'bucket' ? matches(pattern, arn) : takesAny(pattern));
  return strings(Resource).some((pattern) => namesOfS3(pattern) && opened(pattern) === pattern && all(pattern));
}

/** May the statement reach the bucket itself? A variable may stand for it, and may not except it. */
export function mayReach({ Resource, NotResource }: AnyStatement, bucket: string): boolean {
  const arn = bucketArn(bucket);
  if (NotResource !== undefined) {
    return !strings(NotResource).some((pattern) => namesOfS3(pattern) && opened(pattern) === pattern && matches(pattern, arn));
  }
  return Resource === undefined || strings(Resource).some((pattern) => matches(opened(pattern), arn));
}

export const bucketArn = (bucket: string): string => `arn:aws:s3:::${bucket}`;

const opened = (pattern: string): string => pattern.replace(/\$\{[^}]*\}/g, '*');

/** One condition: its operator and key in lower case, which IAM folds, and its values as text. */
export interface Clause {
  operator: string;
  key: string;
  values: string[];
}

/**
 * The conditions of a statement, all of which must hold. Context keys are not case-sensitive (IAM User Guide, "IAM JSON policy elements: Condition",
 * read November 2026). UNVERIFIED: whether operators are; where AWS takes them in capitals only, others never stand in a policy.
 */
export function clausesOf({ Condition }: AnyStatement): Clause[] {
  if (Condition === undefined) return [];
  if (!isObject(Condition)) return [{ operator: 'unknown', key: JSON.stringify(Condition), values: [] }];
  return Object.entries(Condition).flatMap(([operator, keys]) =>
    Object.entries(isObject(keys) ? keys : {}).map(([key, values]) => ({
      operator: folded(operator),
      key: folded(key),
      values: valuesOf(operator, values),
    })),
  );
}

/** Booleans and numbers are compared as such: `"False"` is `false`, `3600.0` is `3600`. */
function valuesOf(operator: string, values: unknown): string[] {
  const texts = strings(values);
  if (/bool|^null$/i.test(operator)) return texts.map((text) => text.toLowerCase());
  if (/numeric/i.test(operator)) return texts.map((text) => (/^\s*-?[\d.]+\s*$/.test(text) ? String(Number(text)) : text));
  return texts;
}

/**
 * Whether two policies say the same: the same statements under the same names in the same order, each in whatever way it is written. S3 may answer a
 * list of one as its only member, or an account's number as its root's ARN.
 */
export function saysTheSame(a: BucketPolicy, b: BucketPolicy): boolean {
  const rest = ({ document: { Statement: _, ...others }, statements }: BucketPolicy) =>
    statements.length > 0 ? JSON.stringify(others) : '';
  return (
    a.statements.length === b.statements.length &&
    rest(a) === rest(b) &&
    a.statements.every((one, index) => {
      const other = b.statements[index] ?? {};
      return sidOf(one) === sidOf(other) && sameMeaning(one, other);
    })
  );
}

/**
 * The same text for all texts of a policy that say the same, statements in their order and under their names: one that was written anew, with a statement more and
 * without it again, is what it was, though its only statement stands in a list now. The very text where it can't be read.
 */
export function policyMeaning(text: string): string {
  const read = readPolicy(text);
  if (!read.ok) return text;
  const { document, statements } = read.policy;
  const others = Object.entries(document).filter(([name]) => name !== 'Statement');
  const foreign = (statement: AnyStatement) => Object.entries(statement).filter(([name]) => !ELEMENTS.includes(name));
  return JSON.stringify([others.sort(), statements.map((one) => [sidOf(one), meaning(one), foreign(one).sort()])]);
}

/** What a statement is read by. */
const ELEMENTS = 'Sid Effect Principal NotPrincipal Action NotAction Resource NotResource Condition'.split(' ');

/** Whether two statements say the same, apart from their names: no list's order, no repetition and no way of writing counts. */
export function sameMeaning(a: AnyStatement, b: AnyStatement): boolean {
  return meaning(a) === meaning(b);
}

function meaning(statement: AnyStatement): string {
  const { Effect, Principal, NotPrincipal, Action, NotAction, Resource, NotResource } = statement;
  const actions = (value: unknown) => set(strings(value).map(folded));
  const principals = (element: unknown) => [set(principalsOf(element)), others(element)];
  return JSON.stringify([
    Effect,
    [Principal === undefined, ...principals(Principal)],
    [NotPrincipal === undefined, ...principals(NotPrincipal)],
    [NotAction === undefined, actions(Action), actions(NotAction)],
    [NotResource === undefined, set(strings(Resource)), set(strings(NotResource))],
    set(clausesOf(statement).map(({ operator, key, values }) => JSON.stringify([operator, key, set(values)]))),
  ]);
}

/** Principals that are not of AWS: services, federated, canonical users. */
function others(element: unknown): unknown {
  if (!isObject(element)) return [];
  const kinds = Object.entries(element).filter(([kind]) => kind !== 'AWS');
  return set(kinds.map(([kind, value]) => JSON.stringify([kind, set(strings(value))])));
}

const set = (items: string[]): string[] => [...new Set(items)].sort();
