import { randomUUID } from 'node:crypto';
import type { Decision } from './authorize.ts';
import type { CallRecord } from './calls.ts';
import type { Caller } from './service.ts';

/** A call as CloudTrail would tell it ("CloudTrail userIdentity element"). */
export function recordOf(call: {
  caller: Caller | undefined;
  operation: string;
  action: string;
  resource: string;
  region: string;
  time: Date;
  decision: Pick<Decision, 'allowed' | 'decidedBy' | 'mfa'>;
  errorCode?: string | undefined;
  sourceIp?: string | undefined;
}): CallRecord {
  const { caller, decision } = call;
  return {
    time: call.time.toISOString(),
    eventId: randomUUID(),
    operation: call.operation,
    ...identity(caller),
    action: call.action,
    resource: call.resource,
    region: call.region,
    mfa: decision.mfa,
    ...(caller?.kind === 'session' && caller.sourceIdentity !== undefined && { sourceIdentity: caller.sourceIdentity }),
    allowed: decision.allowed,
    decidedBy: decision.decidedBy,
    ...(call.errorCode !== undefined && { errorCode: call.errorCode }),
    ...(call.sourceIp !== undefined && { sourceIp: call.sourceIp }),
  };
}

function identity(caller: Caller | undefined): Pick<CallRecord, 'principal' | 'principalType'> {
  switch (caller?.kind) {
    case undefined:
      return { principal: 'unknown', principalType: 'Unknown' };
    case 'anonymous':
      return { principal: 'anonymous', principalType: 'Anonymous' };
    case 'service':
      return { principal: caller.service, principalType: 'AWSService' };
    case 'root':
      return { principal: caller.arn, principalType: 'Root' };
    case 'user':
      return { principal: caller.arn, principalType: 'IAMUser' };
    case 'session':
      return { principal: caller.arn, principalType: { role: 'AssumedRole', user: 'IAMUser', root: 'Root' }[caller.of] };
  }
}
