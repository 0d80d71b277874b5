import { type Statement, statementsOn } from './policy-traps.ts';

/** `*`, a bucket or the start of bucket names, with or without all their objects. */
const KEY_BLIND = /^(\*|arn:aws:s3:::[^*?/]*\*?(\/\*)?)$/;

/**
 * The evaluator takes tens of milliseconds for a long object key, and DeleteObjects asks for a thousand. Most policies can't tell one key
 * of a bucket from another: then one answer holds for all. Gives the ARN that stands for all keys of the bucket; undefined where a statement on this action can tell keys apart,
 * or it is no object.
 */
export function anyKey(
  resource: string,
  policies: unknown[],
  action: string,
  context: Record<string, string | string[]>,
): string | undefined {
  const bucket = /^arn:aws:s3:::[^/]+\//.exec(resource)?.[0];
  if (bucket === undefined || bucket.length === resource.length) return undefined;
  const values = new Map(
    Object.entries(context).map(([key, value]) => [key.toLowerCase(), (typeof value === 'string' ? value : value[0]) ?? '']),
  );
  const patterns = policies.flatMap((policy) => statementsOn(policy, action)).flatMap(resourcesOf);
  return patterns.every((pattern) => KEY_BLIND.test(pattern.includes('$') ? resolve(pattern, values) : pattern)) ? `${bucket}k` : undefined;
}

const resourcesOf = ({ Resource, NotResource }: Statement): string[] => [Resource ?? [], NotResource ?? []].flat();

/** A variable's value counts as written; one without a value makes the pattern match nothing, whatever the key. */
const resolve = (pattern: string, values: Map<string, string>): string =>
  pattern.replace(/\$\{([^},]+)[^}]*\}/g, (_, name: string) => (values.get(name.trim().toLowerCase()) ?? '').replace(/[*?]/g, '-'));
