import { AwsError } from '../../service.ts';
import { BUCKET_ACTIONS, OBJECT_ACTIONS } from './actions.ts';

/** User guide, "Bucket policies for Amazon S3": "Bucket policies are limited to 20 KB in size". Blanks between tokens don't count. */
const MAX_SIZE = 20 * 1024;

const POLICY_FIELDS = ['Version', 'Id', 'Statement'];
const STATEMENT_FIELDS = ['Sid', 'Effect', 'Principal', 'NotPrincipal', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'];

type Json = Record<string, unknown>;

/** Whether a principal (the ARN of a user or role of the sandbox's account) is there. */
export type KnowsPrincipal = (arn: string) => boolean;

/**
 * Reads a bucket policy as S3 does (user guide, "Bucket policies for Amazon S3"; messages as S3 gives them to clients).
 * Returns the document and its text without blanks. Throws MalformedPolicy, or PolicyTooLarge.
 */
export function readPolicy(text: string, bucket: string, knowsPrincipal: KnowsPrincipal): { text: string; document: unknown } {
  const document = parsed(text);
  const compact = JSON.stringify(document);
  if (Buffer.byteLength(compact) > MAX_SIZE) throw new AwsError('PolicyTooLarge', 'Policy exceeds the maximum allowed document size.', 400);
  checkFields(document, POLICY_FIELDS);
  if (document.Version !== undefined && document.Version !== '2012-10-17' && document.Version !== '2008-10-17')
    throw malformed('The policy must contain a valid version string');
  const statements = list(document.Statement);
  if (statements.length === 0) throw malformed('Missing required field Statement');
  for (const statement of statements) checkStatement(statement, bucket, knowsPrincipal);
  return { text: compact, document };
}

/**
 * Whether a policy lets everybody in (user guide, "Blocking public access" › "The meaning of public"): it allows something to
 * all principals, and no condition narrows that to fixed accounts, principals, networks or the like.
 */
export function isPublic(document: unknown): boolean {
  return list((document as Json).Statement).some((statement) => {
    const { Effect, Principal, Condition } = statement as Json;
    const everybody = Principal === '*' || (isObject(Principal) && list(Principal.AWS).includes('*'));
    return Effect === 'Allow' && everybody && !isNarrow(Condition);
  });
}

const NARROWING = [
  'aws:principalarn',
  'aws:principalaccount',
  'aws:principalorgid',
  'aws:principalorgpaths',
  'aws:userid',
  'aws:sourcearn',
  'aws:sourceaccount',
  'aws:sourceowner',
  'aws:sourceip',
  'aws:sourcevpc',
  'aws:sourcevpce',
  's3:dataaccesspointaccount',
  's3:dataaccesspointarn',
];

function isNarrow(condition: unknown): boolean {
  if (!isObject(condition)) return false;
  return Object.entries(condition).some(
    ([operator, keys]) =>
      /^(StringEquals|StringLike|ArnEquals|ArnLike|IpAddress)$/i.test(operator) &&
      Object.entries(keys as Json).some(
        ([key, values]) =>
          NARROWING.includes(key.toLowerCase()) && list(values).every((value) => !/^[*?]*$|\$\{|^(0\.0\.0\.0|::)\/0$/.test(String(value))),
      ),
  );
}

function parsed(text: string): Json {
  try {
    const document: unknown = JSON.parse(text);
    if (isObject(document) && text.startsWith('{')) return document;
  } catch {
    // the same answer as for JSON that is no object
  }
  throw malformed("Policies must be valid JSON and the first byte must be '{'");
}

function checkStatement(statement: unknown, bucket: string, knowsPrincipal: KnowsPrincipal): void {
  if (!isObject(statement)) throw malformed('Invalid policy syntax.');
  checkFields(statement, STATEMENT_FIELDS);
  if (statement.Effect === undefined) throw malformed('Missing required field Effect');
  if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny') throw malformed(`Invalid effect: ${String(statement.Effect)}`);
  checkPrincipal(either(statement, 'Principal'), knowsPrincipal);
  checkTargets(either(statement, 'Action'), either(statement, 'Resource'), statement, bucket);
  if (statement.Condition !== undefined && !isObject(statement.Condition)) throw malformed('Invalid policy syntax.');
  for (const operator of Object.keys(statement.Condition ?? {})) {
    if (!OPERATOR.test(operator)) throw malformed(`Invalid Condition type : ${operator}`);
  }
}

/** IAM user guide, "IAM JSON policy elements: Condition operators". */
const OPERATOR =
  /^((ForAllValues|ForAnyValue):)?(((String(Not)?(Equals|EqualsIgnoreCase|Like))|((Numeric|Date)((Not)?Equals|LessThan(Equals)?|GreaterThan(Equals)?))|Bool|BinaryEquals|(Not)?IpAddress|Arn(Not)?(Equals|Like))(IfExists)?|Null)$/;

/** The value of a member or of its `Not…` form, exactly one of which must be there. */
function either(statement: Json, name: string): unknown {
  const value = statement[name] ?? statement[`Not${name}`];
  if (value === undefined) throw malformed(`Missing required field ${name}`);
  if (statement[name] !== undefined && statement[`Not${name}`] !== undefined) throw malformed('Invalid policy syntax.');
  return value;
}

function checkPrincipal(principal: unknown, knowsPrincipal: KnowsPrincipal): void {
  if (principal === '*') return;
  if (!isObject(principal) || Object.keys(principal).length === 0) throw malformed('Invalid policy syntax.');
  for (const [kind, values] of Object.entries(principal)) {
    if (!['AWS', 'Service', 'Federated', 'CanonicalUser'].includes(kind)) throw malformed('Invalid policy syntax.');
    for (const value of list(values)) {
      const valid = typeof value === 'string' && (kind !== 'AWS' || isPrincipal(value, knowsPrincipal));
      if (!valid) throw malformed('Invalid principal in policy', { Detail: `"${kind}" : "${String(value)}"` });
    }
  }
}

/** Ids of deleted users and roles (`AIDA…`, `AROA…`), and ARNs of principals that never were, can't be written. */
function isPrincipal(value: string, knowsPrincipal: KnowsPrincipal): boolean {
  if (value === '*' || /^\d{12}$/.test(value) || /^arn:aws:iam::\d{12}:root$/.test(value)) return true;
  if (/^arn:aws:sts::\d{12}:(assumed-role\/[\w+=,.@-]+\/|federated-user\/)[\w+=,.@-]+$/.test(value)) return true;
  return /^arn:aws:iam::\d{12}:(user|role)\/[\w+=,.@/-]+$/.test(value) && knowsPrincipal(value);
}

function checkTargets(actions: unknown, resources: unknown, statement: Json, bucket: string): void {
  const asked = list(actions).map(String);
  const onObjects = asked.filter((action) => matchesAny(action, OBJECT_ACTIONS));
  const onBucket = asked.filter((action) => matchesAny(action, BUCKET_ACTIONS));
  if (asked.length === 0 || asked.some((action) => !onObjects.includes(action) && !onBucket.includes(action)))
    throw malformed('Policy has invalid action');
  const targets = list(resources).map((resource) => targetsOf(resource, bucket));
  if (targets.length === 0 || targets.includes(undefined)) throw malformed('Policy has invalid resource');
  if (statement.NotAction !== undefined || statement.NotResource !== undefined) return;
  const kinds = targets.flat();
  const idle = asked.some(
    (action) => !(onObjects.includes(action) && kinds.includes('object')) && !(onBucket.includes(action) && kinds.includes('bucket')),
  );
  if (idle) throw malformed('Action does not apply to any resource(s) in statement');
}

function matchesAny(action: string, names: string[]): boolean {
  if (action === '*') return true;
  const pattern = /^s3:(.+)$/i.exec(action)?.[1];
  if (pattern === undefined) return false;
  const match = new RegExp(`^${literal(pattern).replaceAll('\\*', '.*').replaceAll('\\?', '.')}$`, 'i');
  return names.some((name) => match.test(name));
}

const literal = (text: string) => text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');

/** What a resource names of this bucket; undefined for what is elsewhere. `bucket*` is taken: it names the bucket and its objects. */
function targetsOf(resource: unknown, bucket: string): ('bucket' | 'object')[] | undefined {
  const name = typeof resource === 'string' ? /^arn:aws:s3:::(.*)$/s.exec(resource)?.[1] : undefined;
  if (name === bucket) return ['bucket'];
  if (name?.startsWith(`${bucket}/`)) return ['object'];
  return name?.startsWith(`${bucket}*`) ? ['bucket', 'object'] : undefined;
}

function checkFields(object: Json, known: string[]): void {
  const unknown = Object.keys(object).find((name) => !known.includes(name));
  if (unknown !== undefined) throw malformed(`Unknown field ${unknown}`);
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

const list = (value: unknown): unknown[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

const malformed = (message: string, fields: Record<string, string> = {}) => new AwsError('MalformedPolicy', message, 400, fields);
