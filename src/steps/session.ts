/** What the states that work with a session have in common: they open it, say what they begin and what came of it, and nothing of AWS is theirs. */
import type { Audit } from '../aws/audit.ts';
import type { Session } from '../aws/mfa.ts';
import type { Seals } from '../aws/sealed.ts';
import type { Config } from '../config.ts';
import type { Request, Work } from '../domain/request.ts';
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
  takenFor: Pick<Request, 'kind' | 'rehearsal'>;
  /** `first`: is it the first time that this step is begun? */
  act: (session: Session, first: boolean) => Promise<Omit<Work, 'auditHead'>>;
}

/** Does what a session was given for, unless Interlock is paused. Throws SealBroken where the session was given for anything else. */
export async function withSession(
  input: Pick<DeleteInput | GuardInput, 'request' | 'answer' | 'elevation' | 'enteredAt' | 'facts'>,
  { config, seals, audit }: SessionParts,
  { who, begins, takenFor, act }: Task,
): Promise<Work> {
  const { request, answer, elevation, facts } = input;
  const { requestId, bucket } = request;
  if (config.paused) {
    const why = 'Interlock was paused by its operators before the session was used.';
    return { verdict: 'stopped', why, auditHead: elevation.auditHead };
  }
  const { kind, rehearsal } = takenFor;
  const { approver, attempt } = answer;
  const context = { purpose: 'session', requestId, bucket, account: config.account, approver, attempt, kind, rehearsal } as const;
  const session = JSON.parse((await seals.open(elevation.sealedSession, context)).reveal()) as Session;
  const name = (suffix: string) => `${String(attempt).padStart(3, '0')}-${suffix}`;
  const entry = { requestId, at: input.enteredAt, who };

  const what = { bucket, region: facts.region };
  const started = await audit.record({ ...entry, entry: name(`4-${begins}`), what, previous: elevation.auditHead });
  const { verdict, why } = await act(session, started.first);
  const ended = await audit.record({ ...entry, entry: name(`5-${verdict}`), what: { bucket, why }, previous: started.head });
  return { verdict, why, auditHead: ended.head };
}
