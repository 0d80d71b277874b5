/** What the states that work with a session have in common: they open it, say what they begin and what came of it, and nothing of AWS is theirs. */
import type { Audit } from '../aws/audit.ts';
import { isPassing } from '../aws/clients.ts';
import type { Session } from '../aws/mfa.ts';
import type { Seals } from '../aws/sealed.ts';
import type { Config } from '../config.ts';
import type { Purge } from '../domain/purge.ts';
import { isLongKind, type Request, type Work } from '../domain/request.ts';
import { AnswerLost, BadInput, TryAgain } from '../errors.ts';
import type { DeleteInput, GuardInput } from './inputs.ts';

export interface SessionParts {
  config: Config;
  seals: Seals;
  audit: Audit;
}

/** What a state does with its session. */
export interface Task {
  /** The function, and what it begins, as the trail calls them. */
  who: string;
  begins: string;
  /** What the session must have been taken for: it opens for nothing else. */
  takenFor: Pick<Request, 'kind' | 'rehearsal' | 'purge'>;
  /** Its time in the trail, ISO 8601, where that isn't the session's: the same however often it is done, as the entries are. */
  at?: string | undefined;
  /** May it be done again where what came of it could not be written down? Otherwise AnswerLost is thrown then. */
  repeatable: boolean;
  /** Is it done already, and only to be said? Then a pause comes too late. */
  done?: boolean;
  /** `first`: is it the first time that this step is begun? `since`: what happened after it was done, told beside `why`. */
  act: (session: Session, first: boolean) => Promise<Omit<Work, 'auditHead'> & { since?: string }>;
}

/** The session, where it was taken for this and nothing else. Throws SealBroken for any other. */
export async function openSession(
  { request, answer, elevation }: Pick<DeleteInput, 'request' | 'answer' | 'elevation'>,
  { config, seals }: Pick<SessionParts, 'config' | 'seals'>,
  { kind, rehearsal, purge }: Pick<Request, 'kind' | 'rehearsal' | 'purge'>,
): Promise<Session> {
  const { requestId, bucket } = request;
  const { approver, attempt } = answer;
  const takenFor = { kind, rehearsal, bypassGovernance: request.bypassGovernance, ...purgeContext(purge) };
  const context = { purpose: 'session', requestId, bucket, account: config.account, approver, attempt, ...takenFor } as const;
  return JSON.parse((await seals.open(elevation.sealedSession, context)).reveal()) as Session;
}

/** The name of a plan's entry in the trail; those of what comes of it follow it. */
export function emptyingEntry(attempt: number, pass: number): string {
  return `${String(attempt).padStart(3, '0')}-4-emptying-${String(pass).padStart(4, '0')}`;
}

/** A session of a purge is for what the approver read of it and nothing else. */
export const purgeContext = (purge: Purge | undefined): { purge?: string } =>
  purge ? { purge: JSON.stringify([purge.prefix, purge.olderThanDays, purge.keep]) } : {};

/** The session of a request that goes through all that a bucket holds. Throws BadInput for any other, SealBroken where it was taken for anything else. */
export function openLongSession(
  input: Pick<DeleteInput, 'request' | 'answer' | 'elevation'>,
  parts: Pick<SessionParts, 'config' | 'seals'>,
): Promise<Session> {
  const { kind, rehearsal, purge } = input.request;
  if (!isLongKind(kind) || rehearsal || (kind === 'purge') !== (purge !== undefined)) {
    throw new BadInput('This request asks for nothing to be emptied or purged; start it from Slack.');
  }
  return openSession(input, parts, input.request);
}

/** Does what a session was given for, unless Interlock is paused. Throws SealBroken where the session was given for anything else. */
export async function withSession(
  input: Pick<DeleteInput | GuardInput, 'request' | 'answer' | 'elevation' | 'facts'> & Partial<Pick<DeleteInput, 'emptying'>>,
  { config, seals, audit }: SessionParts,
  { who, begins, takenFor, at, repeatable, done = false, act }: Task,
): Promise<Work> {
  const { request, answer, elevation, facts } = input;
  const { requestId, bucket } = request;
  const head = input.emptying?.auditHead ?? elevation.auditHead;
  if (config.paused && !done) {
    const why = 'Interlock was paused by its operators before anything came of the session.';
    return { verdict: 'stopped', why, auditHead: head };
  }
  const session = await openSession(input, { config, seals }, takenFor);
  // A bucket that was emptied may be found not empty, emptied again, and deleted then: the entries come in that order.
  const begun = input.emptying ? emptyingEntry(answer.attempt, input.emptying.pass) : String(answer.attempt).padStart(3, '0');
  const name = (suffix: string) => `${begun}-${suffix}`;
  const entry = { requestId, at: at ?? session.givenAt, who };

  const what = { bucket, region: facts.region };
  const started = await audit.record({ ...entry, entry: name(`4-${begins}`), what, previous: head });
  const { verdict, why, since = '' } = await act(session, started.first);
  try {
    const ended = await audit.record({ ...entry, entry: name(`5-${verdict}`), what: { bucket, why }, previous: started.head });
    return { verdict, why: why + since, auditHead: ended.head };
  } catch (error) {
    if (repeatable || !(error instanceof TryAgain || isPassing(error))) throw error;
    throw new AnswerLost('What came of it could not be written down; the bucket is looked for.');
  }
}
