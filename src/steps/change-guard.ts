/** ChangeGuard: puts the guard on or takes it off, with the session of this request's code and nothing else. */
import { isDeepStrictEqual } from 'node:util';
import type { PolicyChange, PolicyOutcome } from '../aws/bucket-policy.ts';
import type { Session } from '../aws/mfa.ts';
import { approvedPrincipals } from '../domain/guard.ts';
import { planGuardChange } from '../domain/guard-change.ts';
import { type GuardChange, type GuardKind, isGuardKind, type Work } from '../domain/request.ts';
import { ruleFor } from '../domain/rules.ts';
import { BadInput, TryAgain } from '../errors.ts';
import type { GuardInput } from './inputs.ts';
import { type SessionParts, withSession } from './session.ts';

export interface ChangeGuardParts extends SessionParts {
  stage: string;
  /** Changes the policy of the bucket in its region with these credentials, in a turn of `writer`; asks `change` what is to become of it. */
  changePolicy: (
    at: { bucket: string; account: string; region: string; writer: string },
    session: Session,
    change: Change,
  ) => Promise<PolicyOutcome>;
}

export type Change = PolicyChange['change'];

/**
 * Changes the guard as the approver read it, once: run again, it finds the guard as it is to be, and says the same. Statements of others stay.
 * Throws BadInput for a request of another kind, TryAgain while others are at the policy.
 */
export async function changeGuard(input: GuardInput, parts: ChangeGuardParts): Promise<Work> {
  const { request, facts } = input;
  const { bucket, kind } = request;
  const { account } = parts.config;
  if (!isGuardKind(kind) || request.rehearsal) throw new BadInput('This request asks for no change of a guard; start it from Slack.');
  return withSession(input, parts, {
    who: 'changeGuard',
    begins: 'changing-guard',
    takenFor: { kind, rehearsal: false },
    at: input.enteredAt,
    // Even where the bucket was made anew meanwhile, it makes only the change that was shown, of a guard that is as it was shown.
    repeatable: true,
    async act(session) {
      // Run again after a death half-way, it goes on in the turn that it has: waiting for it would cost the approver the code.
      const at = { bucket, account, region: facts.region, writer: request.requestId };
      return conclude(await parts.changePolicy(at, session, asShown(input, kind, parts)), input);
    },
  });
}

/** The change that was shown and no other: where the guard, or whom it is to let through, is not as it was shown, nothing is written. */
function asShown({ request, facts }: GuardInput, kind: GuardKind, { config, stage }: ChangeGuardParts): Change {
  const { bucket } = request;
  const letThrough = approvedPrincipals(config, bucket, stage);
  const required = ruleFor(config, bucket)?.guard === 'required';
  return (policy) => {
    if (!letThrough) return { ok: false, why: `No rule names ${bucket} any more; nothing was changed. An operator can add one.` };
    const plan = planGuardChange(policy, { bucket, kind, required, ...letThrough });
    if (!plan.ok || !plan.changed || isDeepStrictEqual(plan.change, facts.guardChange)) return plan;
    return { ok: false, why: `The guard of ${bucket} is not as the approver was shown it any more; nothing was changed. Ask again.` };
  };
}

/** Told with the outcome: what it was changed from. */
const BEFORE: Record<GuardChange['before'], string> = {
  none: 'It had no guard before.',
  basic: 'Its guard was the basic one before.',
  hardened: 'Its guard was the hardened one before.',
  recipe: 'Its guard was the one of AWS Support, of 2016, before.',
  broken: 'Its guard was not whole before.',
};

function conclude(outcome: PolicyOutcome, { request, facts: { guard, guardChange } }: GuardInput): Omit<Work, 'auditHead'> {
  switch (outcome.kind) {
    case 'written':
    case 'unchanged':
      return { verdict: request.kind === 'guard-off' ? 'unguarded' : 'guarded', why: BEFORE[guardChange.before] };
    case 'refused':
    case 'absent':
      return { verdict: 'refused', why: outcome.why };
    case 'denied': {
      const where =
        [...guardChange.denials, ...guard.findings].join(' ') ||
        'A policy of the bucket, of the approver or of the organisation forbids it: CloudTrail says which.';
      return { verdict: 'refused', why: `AWS denied the change to the approved session. ${where} Mend that, then ask again.` };
    }
    case 'sessionEnded':
      return { verdict: 'refused', why: 'The session ended before the guard was changed. Ask again.' };
    case 'busy':
      throw new TryAgain(outcome.why);
  }
}
