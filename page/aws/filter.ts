/** Which calls are shown. */
import type { Told } from '../../sandbox/page/wire.ts';

export type Call = Told['calls'][number];

export const KINDS = ['all', 'denied', 'S3 and STS'] as const;
export type Kind = (typeof KINDS)[number];

/** `text` is looked for in all that a call says, whatever its case. */
export function wanted(call: Call, kind: Kind, text: string): boolean {
  if (kind === 'denied' && call.allowed) return false;
  if (kind === 'S3 and STS' && !/^(s3|sts|s3-object-lambda):/.test(call.action)) return false;
  if (!text) return true;
  const said = [call.principal, call.action, call.resource, call.decidedBy, call.errorCode, call.sourceIdentity, call.region];
  return said.join(' ').toLowerCase().includes(text.toLowerCase());
}

/** A principal's ARN as one says it: a role with its session, a user, a service. */
export function shortPrincipal(principal: string): string {
  const [, role, session] = /:assumed-role\/(?:.*\/)?([^/]+)\/([^/]+)$/.exec(principal) ?? [];
  if (role) return `${role.replace(/^interlock-sandbox-/, '')}/${session}`;
  return /:(?:user|role)\/(?:.*\/)?([^/]+)$/.exec(principal)?.[1] ?? (/:root$/.test(principal) ? 'root' : principal);
}

/** A resource without what all ARNs begin with. */
export const shortResource = (resource: string): string =>
  resource.replace(/^arn:aws:([^:]*):[^:]*:[^:]*:/, (_, service) => (service === 's3' ? '' : `${service}:`));

export const mfaWords = (mfa: boolean | null): string => (mfa === null ? 'absent' : mfa ? 'yes' : 'no');
