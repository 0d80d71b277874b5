/** Inspect, CheckUnchanged, CheckBucket, CheckDeleted: is this the request that Slack sealed, who may, what is the bucket like now? Changes nothing. */
import { isDeepStrictEqual } from 'node:util';
import type { Asked, Look, ReadsPolicy } from '../aws/bucket.ts';
import type { BucketHome } from '../aws/buckets.ts';
import { nameOf } from '../aws/clients.ts';
import type { Seals } from '../aws/sealed.ts';
import type { Config, Rule } from '../config.ts';
import { readPolicy } from '../domain/bucket-policy.ts';
import { refusals } from '../domain/consequences.ts';
import { sayProgress } from '../domain/emptying.ts';
import { approvedPrincipals } from '../domain/guard.ts';
import { guardChanges, planGuardChange, whyLockedOut, whyNothingToDo } from '../domain/guard-change.ts';
import { applyCommand, firstFew, guardSeen } from '../domain/guard-seen.ts';
import { placeOf, roleName } from '../domain/names.ts';
import { changes, guardObstacles, obstacles } from '../domain/obstacles.ts';
import { type Facts, type Found, type GuardKind, type Inspection, isGuardKind, type Kind } from '../domain/request.ts';
import { lockObstacles } from '../domain/retention.ts';
import { decide } from '../domain/rules.ts';
import { type Window, windowOf } from '../domain/window.ts';
import { AnswerLost, BadInput } from '../errors.ts';
import type { InspectInput } from './inputs.ts';

export interface InspectParts {
  config: Config;
  seals: Seals;
  look: (bucket: string, account: string, now: string, reads: ReadsPolicy, asked: Asked) => Promise<Look>;
  find: (bucket: string) => Promise<BucketHome | 'absent' | 'foreign'>;
  now: () => number;
  stage: string;
}

/** Throws BadInput where the input is not what the Slack function sealed under this execution's name. */
export async function inspect(input: InspectInput, parts: InspectParts): Promise<Inspection> {
  const { config, stage, seals, look, now } = parts;
  const { request } = input;
  const { bucket } = request;
  const shown = input.shown?.facts ?? null;
  await checkSeal(input, seals, config.account);
  const time = now();
  const window = windowOf(request, input.emptying);
  const secondsLeft = secondsUntilAsked(window, time);
  const end = (verdict: Inspection['verdict'], why: string): Inspection => ({
    verdict,
    why,
    facts: shown,
    notes: [],
    refused: false,
    secondsLeft,
  });

  if (input.step === 'find' || input.step === 'between') return end(isStillThere(await parts.find(bucket), shown), '');
  if (time >= window.until) return end('expired', input.emptying ? ENDED_LATE : 'Nobody approved it before its time was over.');
  const decision = decide({ kind: 'proceed', bucket, team: request.team, user: request.requester }, config);
  if (!decision.allow) return end(decision.reason === 'paused' ? 'stopped' : 'refused', decision.why);

  // The Slack function sets the time, at the first look: the flow itself must not end first, in the middle of what it does.
  const longest = time + (decision.rule?.windowSeconds ?? 0) * 1000 + SKEW_MS;
  if (!shown && Date.parse(request.expiresAt) > longest) return end('refused', 'It would wait longer than its rule lets it; ask again.');

  const reads: ReadsPolicy = (policy) => guardSeen(policy, { bucket, config, stage });
  const { kind } = request;
  const seen = await look(bucket, config.account, new Date(time).toISOString(), reads, request).catch((error: unknown) =>
    unlessDenied(error),
  );
  if (seen.kind === 'denied') return end('refused', whyUnseen(bucket, seen.action, roleName(placeOf(config, stage), 'inspect')));
  if (seen.kind === 'absent') {
    return end(
      'refused',
      `There is no bucket named ${bucket}: it was deleted already, or its name is spelled differently. Check the name in S3, then ask again.`,
    );
  }
  if (seen.kind === 'foreign') {
    return end('refused', `${bucket} belongs to another account than ${config.account}: ask its owner to do it there.`);
  }
  const judged = isGuardKind(kind)
    ? judgeGuard(seen, { bucket, kind, required: decision.rule?.guard === 'required' }, parts)
    : judgeDeletion(seen, { bucket, kind, rule: decision.rule, bypass: request.bypassGovernance === true }, parts);
  const { facts, inTheWay } = judged;
  if (inTheWay.length > 0) return { ...end('refused', inTheWay.join(' ')), facts };
  const differences = shown ? judged.differencesFrom(shown) : [];
  // The code is sealed for what was shown: that stays as it is.
  if (input.step === 'check' && differences.length === 0) return { ...end('unchanged', ''), notes: input.shown?.notes ?? [] };
  return { verdict: 'ask', why: '', facts, ...notesOf(input, differences), secondsLeft };
}

/** Clocks differ a little. */
const SKEW_MS = 60_000;

/** A bucket's own policy may deny a look at it, as nothing that Interlock installs does. Throws all other errors. */
function unlessDenied(error: unknown): { kind: 'denied'; action: string | undefined } {
  if (nameOf(error) !== 'AccessDenied') throw error;
  // S3 names the action where the caller is of the bucket's account; nothing else of its text is repeated.
  const [, action] = /not authorized to perform: (s3:[A-Za-z]+)/.exec(error instanceof Error ? error.message : '') ?? [];
  return { kind: 'denied', action };
}

function whyUnseen(bucket: string, action: string | undefined, role: string): string {
  const what = action ? `${action} is denied` : 'access is denied';
  return `Interlock can't look at ${bucket}: ${what} to its role ${role}. Let that role through in the bucket's policy (under a hardened guard root does it), or in your organisation's, then ask again.`;
}

const ENDED_LATE = 'The session ended with work left, and nobody gave a fresh code in time. Ask again: it goes on with what is left.';
const CHANGED = 'The bucket has changed since it was shown. Read it again:';
const CHANGED_UNUSED = 'The bucket has changed since you were shown it, so your code was not used. Read it again:';

/** More of a note than anybody reads: a message's section has as much (Slack, Block Kit reference). */
const NOTE = 3000;

/** Why it is asked again. Of a code that was refused it is said once, in the asking that comes of it. */
function notesOf(
  { step, request, answer, elevation, emptying }: InspectInput,
  differences: string[],
): Pick<Inspection, 'notes' | 'refused'> {
  const refused = elevation?.verdict === 'askAgain' && elevation.attempt === answer?.attempt ? [elevation.why] : [];
  const ended = emptying?.verdict === 'sessionEnded' ? [sayProgress(emptying, windowOf(request, emptying).until)] : [];
  const told = differences.map((one) => (one.length > NOTE ? `${one.slice(0, NOTE)} …` : one));
  const changed = told.length > 0 ? [step === 'check' ? CHANGED_UNUSED : CHANGED, ...told] : [];
  return { notes: [...refused, ...ended, ...changed], refused: refused.length > 0 };
}

/** A bucket of the name that was created at another time is another bucket. Throws AnswerLost where a time is unknown: nobody can tell then. */
function isStillThere(home: BucketHome | 'absent' | 'foreign', shown: Facts | null): Found {
  if (home === 'absent' || home === 'foreign') return 'gone';
  if (!home.createdAt || !shown?.createdAt) {
    throw new AnswerLost(
      'S3 does not say when the bucket was created, so nobody knows whether it is the one that was approved; look at it in S3.',
    );
  }
  return home.createdAt === shown.createdAt ? 'there' : 'madeAnew';
}

type Seen = Extract<Look, { kind: 'seen' }>;

interface Judged {
  facts: Facts;
  /** Why it can't be done, each in a sentence with what to do. */
  inTheWay: string[];
  differencesFrom: (shown: Facts) => string[];
}

interface Deletion {
  bucket: string;
  kind: Kind;
  rule?: Rule | undefined;
  /** Is governance retention to be bypassed? */
  bypass: boolean;
}

function judgeDeletion({ facts }: Seen, { bucket, kind, rule, bypass }: Deletion, { stage }: InspectParts): Judged {
  const ofGuard = guardObstacles(facts, applyCommand(bucket, stage), rule?.guard === 'required');
  const ofLocks = lockObstacles(facts, kind, { asked: bypass, allowed: rule?.bypassGovernanceRetention === true });
  return {
    facts,
    inTheWay: [...ofGuard, ...obstacles(facts, { kind, bucket }), ...ofLocks, ...refusals(facts, kind, rule?.refuseIf)],
    differencesFrom: (shown) => changes(shown, facts, kind),
  };
}

/** A policy that can't be read or written with the guard, or has it already, is in the way; what the bucket holds is not. */
function judgeGuard(seen: Seen, asked: { bucket: string; kind: GuardKind; required: boolean }, { config, stage }: InspectParts): Judged {
  const judged = (facts: Facts, ...inTheWay: string[]) => ({
    facts,
    inTheWay,
    differencesFrom: (shown: Facts) => guardChanges(shown, facts),
  });
  const { bucket, kind } = asked;
  const read = readPolicy(seen.policy);
  if (!read.ok) return judged(seen.facts, read.why);
  // The rule was there a moment ago, when it was decided who may.
  const letThrough = approvedPrincipals(config, bucket, stage) ?? { principals: [], approvers: [] };
  const plan = planGuardChange(read.policy, { ...asked, ...letThrough });
  if (!plan.ok) return judged(seen.facts, plan.why);
  const facts = { ...seen.facts, guardChange: { ...plan.change, denials: firstFew(plan.change.denials) } };
  if (!plan.changed) return judged(facts, whyNothingToDo(bucket, kind));
  const lockedOut = facts.guard.deniesApprovers && plan.deniedNow.includes('s3:PutBucketPolicy');
  return lockedOut ? judged(facts, whyLockedOut(applyCommand(bucket, stage))) : judged(facts);
}

/** Who may start executions can't name another requester, bucket or time: the request must be what was sealed for this execution. */
async function checkSeal({ request, sealedRequest }: InspectInput, seals: Seals, account: string): Promise<void> {
  const { requestId, bucket } = request;
  const sealed = await seals.open(sealedRequest, { purpose: 'request', requestId, bucket, account });
  if (!isDeepStrictEqual(JSON.parse(sealed.reveal()), request)) {
    throw new BadInput('The request is not the one that was sealed when it was asked; start it from Slack.');
  }
}

/** Until the reminder at half the window, then until its end; whole seconds, 1 or more, since a wait takes no others. */
function secondsUntilAsked({ remindAt, until: end }: Window, now: number): number {
  const until = now < remindAt ? remindAt : end;
  return Math.max(1, Math.ceil((until - now) / 1000));
}
