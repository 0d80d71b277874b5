import { AwsError } from '../../service.ts';
import type { Version } from './bucket.ts';

interface Conditions {
  IfMatch?: string | undefined;
  IfNoneMatch?: string | undefined;
  IfModifiedSince?: Date | undefined;
  IfUnmodifiedSince?: Date | undefined;
}

/**
 * Conditional requests on what is there now, for reads and writes (user guide, "Conditional requests"; RFC 9110, 13.2.2).
 * Throws PreconditionFailed, or for reads 304 where the client has what it asks for.
 */
export function checkPreconditions(conditions: Conditions, version: Version | undefined, reading = false): void {
  const there = version?.body ? version : undefined;
  const { IfMatch, IfNoneMatch, IfModifiedSince, IfUnmodifiedSince } = conditions;
  if (IfMatch !== undefined && !matches(IfMatch, there)) throw failed('If-Match');
  if (IfMatch === undefined && IfUnmodifiedSince && there && there.seconds * 1000 > IfUnmodifiedSince.getTime())
    throw failed('If-Unmodified-Since');
  if (IfNoneMatch !== undefined && matches(IfNoneMatch, there)) throw reading ? notModified() : failed('If-None-Match');
  if (IfNoneMatch === undefined && IfModifiedSince && there && there.seconds * 1000 <= IfModifiedSince.getTime()) throw notModified();
}

function matches(condition: string, version: Version | undefined): boolean {
  if (!version) return false;
  return condition === '*' || condition.split(',').some((tag) => tag.trim().replace(/^"|"$/g, '') === version.etag);
}

const failed = (condition: string) =>
  new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412, { Condition: condition });

const notModified = () => new AwsError('NotModified', 'Not Modified', 304);
