/**
 * PlanEmptying: what is left of the bucket, and in which stretches it is emptied. It comes again after each pass, until nothing is left or nothing more can
 * be done; what one pass left, for whatever reason, the next one finds.
 */
import { randomUUID } from 'node:crypto';
import { nameOf } from '../aws/clients.ts';
import type { Left } from '../aws/emptying/division.ts';
import type { Plan, Plans, StretchRow } from '../aws/emptying/plans.ts';
import type { Session } from '../aws/mfa.ts';
import { lastHead } from '../domain/audit.ts';
import type { Piece } from '../domain/divide.ts';
import { add, capital, type Emptying, MOST_ROUNDS, NONE, sayTally, sayWent } from '../domain/emptying.ts';
import type { Stretch } from '../domain/key-space.ts';
import type { Archive } from '../domain/manifest.ts';
import { mfaDeleteCommand } from '../domain/obstacles.ts';
import type { Found, Request } from '../domain/request.ts';
import { BEGUN, type Rest, restOf, sweptOn } from '../domain/sweep.ts';
import { quotedKey } from '../domain/words.ts';
import type { PlanInput } from './inputs.ts';
import { emptyingEntry, openLongSession, type SessionParts } from './session.ts';

export interface PlanParts extends SessionParts {
  plans: Plans;
  /** Looks at the bucket, at unfinished uploads too where they go; `divide` gives stretches of it, or one where it may be `lone` and is guessed to hold little. Throws the SDK's errors. */
  look: (
    at: { bucket: string; account: string; region: string; prefix?: string; uploads: boolean },
    session: Session,
  ) => Promise<{ left: Left; divide: (lone: boolean) => Promise<Piece[]> }>;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** A session that ends sooner is not begun with: a worker has to list, delete and keep its account. */
const WORTH_BEGINNING = 30_000;

/** Says the same when it is run again: the plan that it wrote is found. Throws SealBroken where the session was given for something else. */
export async function planEmptying(input: PlanInput, parts: PlanParts): Promise<Emptying> {
  const { request, elevation, answer, before } = input;
  const { plans, config, audit } = parts;
  const { requestId, bucket } = request;
  const pass = (before?.pass ?? 0) + 1;
  const known = await plans.last(requestId);
  if (known?.result.pass === pass) return known.result;

  const ended = before ? await plans.stretches(requestId, before) : [];
  const done = ended.reduce((sum, { progress }) => add(sum, progress.done), known?.result.done ?? NONE);
  const wasLeast = known?.result.least ?? false;
  const least = wasLeast || ended.some(isUncounted);
  // The entry is the same however often it is written: it says what the passes before came to.
  const entry = { requestId, entry: emptyingEntry(answer.attempt, pass) };
  const what = { bucket, pass, ...done, ...(least && { least }) };
  const at = input.enteredAt;
  const previous = lastHead({ ...answer, auditHead: elevation.auditHead }, elevation, before, input.work);
  const { head: auditHead } = await audit.record({ ...entry, at, who: 'planEmptying', what, previous });

  const result = { why: '', at, pass, run: randomUUID(), last: 0, done, least, left: 0, by: '', attempt: answer.attempt, auditHead };
  // A purge goes on where it got to; all else is found by looking.
  const isPurge = request.kind === 'purge';
  const [rest, sweep] = isPurge ? [restOf(ended), sweptOn(known?.sweep ?? BEGUN, before, ended)] : [[], BEGUN];
  // What of a purge was begun is handed on, and counted by whoever goes on.
  const leastBut = (handedOn: readonly unknown[]) => (isPurge && handedOn.length > 0 ? wasLeast : least);
  const conclude = async (verdict: Emptying['verdict'], why: string, more: Partial<Emptying> = {}, rounds = known?.rounds ?? 0) => {
    const stretches = verdict === 'sessionEnded' ? rest : [];
    const plan = { result: { ...result, verdict, why, ...more, least: leastBut(stretches) }, rounds, sweep };
    return (await plans.plan(requestId, plan, stretches)).result;
  };
  const divided = async (stretches: readonly (Stretch | Rest)[], guess: number, { rounds, sweep }: Pick<Plan, 'rounds' | 'sweep'>) => {
    const more = { verdict: 'divided' as const, last: stretches.length - 1, left: guess, least: leastBut(stretches) };
    return (await plans.plan(requestId, { result: { ...result, ...more }, rounds, sweep }, stretches)).result;
  };
  const wentAndStays = `${capital(sayWent(result))} of ${bucket} went`;
  if (config.paused) return conclude('stopped', `Interlock was paused by its operators. ${wentAndStays}; the rest stays.`);
  const stop = await plans.stopped(requestId);
  if (stop && stop.by !== '') return conclude('stopped', `${wentAndStays}; the rest stays.`, { by: stop.by });
  const otherBucket = whyOther(bucket, input.still ?? null, ended);
  if (otherBucket) return conclude('refused', `${otherBucket} ${wentAndStays}.`);
  const stuck = whyStuck(ended, config.archive);
  if (stuck) return conclude('refused', `${stuck} ${wentAndStays}; the rest stays.`);
  if (stop)
    return conclude('refused', `A worker can’t go on (${stop.why}); the log of emptyRange says why. ${wentAndStays}; the rest stays.`);

  const session = await openLongSession(input, parts);
  if (Date.parse(session.expiresAt) - parts.now() < WORTH_BEGINNING || ended.some(({ end }) => end === 'sessionEnded')) {
    return conclude('sessionEnded', '', { left: before?.left ?? 0 });
  }
  const where = { bucket, account: config.account, region: input.facts.region, ...(request.purge && { prefix: request.purge.prefix }) };
  const looked = await parts.look({ ...where, uploads: request.kind !== 'purge' }, session).catch(unseen);
  if (looked === 'sessionEnded') return conclude('sessionEnded', '', { left: before?.left ?? 0 });
  if (looked === 'denied') return conclude('refused', `${DENIED} ${wentAndStays}; the rest stays.`);
  // DeleteBucket finds that out for itself, and says so.
  if (looked === 'absent' && request.kind === 'empty-delete') return conclude('empty', '');
  if (looked === 'absent') return conclude('refused', `There is no bucket ${bucket} any more: somebody else deleted it.`);
  const { left, divide } = looked;
  const nothing = left.entries.length === 0 && left.uploads === 0;
  if (isPurge && sweep.idle > MOST_ROUNDS) return conclude('refused', `${failing('Purging', bucket)} ${wentAndStays}; the rest stays.`);
  if (rest.length > 0 && !nothing) return divided(rest, before?.left ?? 0, { rounds: known?.rounds ?? 0, sweep });
  // A marker that hid something goes once that is gone, when all is gone through again; the last time finds nothing.
  const whole = before?.verdict === 'divided';
  if (isPurge && (nothing || (whole && (!sweep.went || (known?.rounds ?? 0) >= MOST_ROUNDS)))) return conclude('purged', mfaAgain(bucket));
  // A pass that was cut short says nothing of who else writes.
  const rounds = (known?.rounds ?? 0) + (isRound(before, ended) ? 1 : 0);
  if (!isPurge && rounds > MOST_ROUNDS) return conclude('refused', `${whyGivenUp(request, left, ended)} ${wentAndStays}; the rest stays.`);
  if (nothing) return conclude(request.kind === 'empty' ? 'emptied' : 'empty', '', {}, rounds);

  // A guess that was wrong costs one short pass; a purge goes through all of it each time.
  const pieces = left.more ? await divide(pass === 1 && !isPurge) : [];
  const stretches: (Piece | (Stretch & { weight: number }))[] =
    pieces.length > 0 ? pieces : [{ after: '', upTo: null, weight: left.entries.length }];
  const guess = Math.round(stretches.reduce((sum, { weight }) => sum + weight, 0));
  // How far a purge is has to be one place in each.
  const uncut = stretches.map(({ after, upTo }) => ({ after, upTo }));
  return divided(isPurge ? uncut : stretches, guess, { rounds, sweep: whole ? BEGUN : sweep });
}

/** Only root can have made way for a purge under MFA Delete, and nobody sees whether it did. */
const mfaAgain = (bucket: string): string =>
  `If MFA Delete was switched off for this, root switches it on again: ${mfaDeleteCommand('on', bucket)}.`;

/** Did the pass before come to its end, so that nothing was left then? Or did nothing come of it? Neither may go on for ever. */
function isRound(before: Emptying | null, ended: readonly StretchRow[]): boolean {
  if (before?.verdict === 'empty') return true;
  if (before?.verdict !== 'divided') return false;
  const went = ended.reduce((sum, { progress: { done } }) => sum + done.versions + done.markers + done.uploads, 0);
  return went === 0 || ended.every(({ end }) => end === 'done');
}

/** Is it another bucket by now, or none? The session would work on whatever has its name. */
function whyOther(bucket: string, still: Found | null, ended: readonly StretchRow[]): string | undefined {
  if (still === 'madeAnew') return `${bucket} was deleted by somebody else meanwhile, and made anew; the new one is left alone.`;
  if (still === 'gone' || ended.some(({ end }) => end === 'absent')) return `${bucket} was deleted by somebody else meanwhile.`;
  return undefined;
}

/** Is there something begun that nobody counts any more? */
const isUncounted = ({ progress: { parts } }: StretchRow): boolean => parts?.some(({ begun }) => begun !== null) ?? false;

/** So many keys are named. */
const SHOWN_KEYS = 3;

/** What S3 won't let go of, whatever is tried again; undefined where it let go of everything. */
function whyStuck(ended: readonly StretchRow[], archive: Archive | undefined): string | undefined {
  if (archive && ended.some(({ end }) => end === 'unarchived')) {
    return `The list of what goes can’t be written to s3://${archive.bucket}/${archive.prefix}/, and what isn’t written down isn’t deleted. An operator sees to it that the bucket is there and takes objects from the role of emptyRange.`;
  }
  if (ended.some(({ end }) => end === 'denied')) {
    return DENIED;
  }
  const kept = ended.flatMap(({ progress }) => progress.kept);
  const count = ended.reduce((sum, { progress }) => sum + progress.keptCount, 0);
  if (count === 0) return undefined;
  const [first] = kept;
  const names = kept.slice(0, SHOWN_KEYS).map(({ key, code }) => `${quotedKey(key)} (${code})`);
  const mend =
    first?.code === 'AccessDenied'
      ? 'A policy forbids it, or Object Lock keeps them.'
      : 'Look them up in the S3 API Reference, “Error responses”.';
  return `S3 did not delete ${count.toLocaleString('en-US')} version${count === 1 ? '' : 's'}: ${names.join(', ')}${count > names.length ? ` and ${(count - names.length).toLocaleString('en-US')} more` : ''}. ${mend}`;
}

const DENIED =
  'AWS denied it to the approved session: a policy of the bucket, of the approver or of the organisation forbids it, and CloudTrail says which.';

const UNSEEN: Record<string, 'sessionEnded' | 'denied' | 'absent'> = {
  ExpiredToken: 'sessionEnded',
  AccessDenied: 'denied',
  NoSuchBucket: 'absent',
};

/** Why it can't be looked at. Throws what is no answer to that. */
function unseen(error: unknown): 'sessionEnded' | 'denied' | 'absent' {
  const why = UNSEEN[nameOf(error)];
  if (!why) throw error;
  return why;
}

const failing = (what: string, bucket: string): string => `${what} ${bucket} failed again and again; the log of emptyRange says why.`;

/** Why no further pass is tried. */
function whyGivenUp({ bucket }: Request, left: Left, ended: readonly StretchRow[]): string {
  if (ended.some(({ end }) => end === 'failed' || end === null)) {
    return failing('Emptying', bucket);
  }
  const nothing = left.entries.length === 0 && left.uploads === 0;
  return nothing ? `S3 still says that ${bucket} is not empty, though nothing is listed in it. Ask again later.` : leftover(left, bucket);
}

/** Up to so many prefixes are named. */
const PREFIXES = 5;

/** Who still writes is found by where it writes. */
function leftover({ entries, more, uploads }: Left, bucket: string): string {
  const counts = new Map<string, number>();
  for (const { key } of entries) {
    const prefix = key.includes('/') ? key.slice(0, key.indexOf('/') + 1) : key;
    counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
  }
  const most = [...counts].sort(([, a], [, b]) => b - a).slice(0, PREFIXES);
  const where = most.map(([prefix, count]) => `${quotedKey(prefix)} (${count.toLocaleString('en-US')})`).join(', ');
  const what = `${entries.length.toLocaleString('en-US')}${more ? ' or more' : ''} versions and markers`;
  const open = uploads > 0 ? `, ${sayTally({ ...NONE, uploads })}` : '';
  return `Something writes to ${bucket} again and again: after ${MOST_ROUNDS} rounds it still holds ${what}${open}${where ? `, under ${where}` : ''}. Stop what writes there, then ask again.`;
}
