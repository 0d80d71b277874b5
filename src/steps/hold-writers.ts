/** HoldWriters and ReleaseWriters: while a bucket is emptied its policy keeps others from writing to it, with this request's session and nothing else. */
import type { PolicyOutcome } from '../aws/bucket-policy.ts';
import { holdWriters, lateWritersStatement, releaseWriters, STILL_HELD } from '../domain/late-writers.ts';
import { placeOf, roleArn } from '../domain/names.ts';
import { type Hold, isEmptyingKind } from '../domain/request.ts';
import { TryAgain } from '../errors.ts';
import type { ChangeGuardParts } from './change-guard.ts';
import type { HoldInput } from './inputs.ts';
import { openLongSession } from './session.ts';

export type HoldParts = Omit<ChangeGuardParts, 'audit'>;

/**
 * Puts the statement in (`hold`) or takes it off. What can't be held off is no reason not to empty: it shows in what is left at the end. And what can't be
 * taken off ends by itself. Paused, nothing is put in. Throws TryAgain while others are at the policy.
 */
export async function holdOrRelease(input: HoldInput, parts: HoldParts): Promise<Hold> {
  const { request, answer, facts, hold } = input;
  const { config, stage, changePolicy } = parts;
  const { bucket } = request;
  // A purge's bucket stays in use.
  if (!isEmptyingKind(request.kind) || (hold && config.paused)) return { held: false, why: '' };
  const session = await openLongSession(input, parts);
  const approver = config.approvers[answer.approver];
  const principal = approver?.session === 'user' ? approver.user : roleArn(placeOf(config, stage), 'deletion');
  const statement = lateWritersStatement(bucket, principal, session.expiresAt);
  const at = { bucket, account: config.account, region: facts.region, writer: request.requestId };
  const outcome = await changePolicy(at, session, (policy) => (hold ? holdWriters(policy, statement) : releaseWriters(policy)));
  return conclude(outcome, hold);
}

function conclude(outcome: PolicyOutcome, hold: boolean): Hold {
  switch (outcome.kind) {
    case 'written':
    case 'unchanged':
      return { held: hold, why: '' };
    case 'absent':
      return { held: false, why: '' };
    case 'refused':
    case 'denied':
      return { held: !hold, why: hold ? 'What writes to the bucket could not be held off while it is emptied.' : STILL_HELD };
    case 'sessionEnded':
      return { held: !hold, why: hold ? '' : STILL_HELD };
    case 'busy':
      throw new TryAgain(outcome.why);
  }
}
