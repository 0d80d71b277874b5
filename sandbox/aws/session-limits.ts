import { Refusal } from './refusals.ts';
import type { Caller } from './service.ts';

const STS_FOR_SESSIONS = new Set(['AssumeRole', 'GetCallerIdentity']);

/**
 * What credentials of GetSessionToken may never do (STS API reference, "GetSessionToken": no IAM operations unless MFA was given, no STS
 * operations but AssumeRole and GetCallerIdentity). Throws Refusal.
 */
export function checkSessionLimits(caller: Caller, service: string, operation: string): void {
  if (caller.kind !== 'session') return;
  if (service === 'sts' && operation === 'GetSessionToken')
    throw new Refusal('denied', 'Cannot call GetSessionToken with session credentials');
  if (caller.of === 'role') return;
  if (service === 'iam' && caller.mfaAt === undefined) throw new Refusal('unknown-key');
  if (service === 'sts' && !STS_FOR_SESSIONS.has(operation))
    throw new Refusal('denied', `Cannot call ${operation} with session credentials`);
}
