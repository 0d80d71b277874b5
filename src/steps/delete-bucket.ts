/** DeleteBucket and Rehearse: the deletion, with the session of this request's code and nothing else. */
import type { Audit } from '../aws/audit.ts';
import type { DeleteResult } from '../aws/bucket.ts';
import type { Session } from '../aws/mfa.ts';
import type { Seals } from '../aws/sealed.ts';
import type { Config } from '../config.ts';
import type { Deletion } from '../domain/request.ts';
import { TryAgain } from '../errors.ts';
import type { DeleteInput } from './inputs.ts';

export interface DeleteParts {
  config: Config;
  seals: Seals;
  audit: Audit;
  deleteBucket: (bucket: string, account: string, region: string, session: Session) => Promise<DeleteResult>;
  tryRead: (bucket: string, account: string, region: string, session: Session) => Promise<DeleteResult>;
}

/** Deletes what the frozen request names, once: run again, it says the same. */
export async function deleteOrRehearse(input: DeleteInput, parts: DeleteParts): Promise<Deletion> {
  const { config, seals, audit } = parts;
  const { request, answer, elevation, facts } = input;
  const { requestId, bucket } = request;
  if (config.paused) {
    const why = 'Interlock was paused by its operators before the session was used.';
    return { verdict: 'stopped', why, auditHead: elevation.auditHead };
  }
  const context = {
    purpose: 'session',
    requestId,
    bucket,
    account: config.account,
    approver: answer.approver,
    attempt: answer.attempt,
    rehearsal: input.rehearse,
  } as const;
  const session = JSON.parse((await seals.open(elevation.sealedSession, context)).reveal()) as Session;
  const name = (suffix: string) => `${String(answer.attempt).padStart(3, '0')}-${suffix}`;
  const entry = { requestId, at: input.enteredAt, who: 'deleteBucket' };

  const kind = input.rehearse ? 'rehearsing' : 'deleting';
  const started = await audit.record({
    ...entry,
    entry: name(`4-${kind}`),
    what: { bucket, region: facts.region },
    previous: elevation.auditHead,
  });
  const act = input.rehearse ? parts.tryRead : parts.deleteBucket;
  const result = await act(bucket, config.account, facts.region, session);
  if (result === 'busy') throw new TryAgain('S3 is still busy with another change to this bucket; it is tried again.');
  const { verdict, why } = conclude(result, input, started.first);
  const ended = await audit.record({ ...entry, entry: name(`5-${verdict}`), what: { bucket, why }, previous: started.head });
  return { verdict, why, auditHead: ended.head };
}

function conclude(
  result: Exclude<DeleteResult, 'busy'>,
  { rehearse, request, facts }: DeleteInput,
  first: boolean,
): Omit<Deletion, 'auditHead'> {
  const { bucket } = request;
  switch (result) {
    case 'done':
      return rehearse
        ? {
            verdict: 'rehearsed',
            why: `The code was right, and the session that AWS gave for it could read ${bucket}. A real request would have deleted it now.`,
          }
        : { verdict: 'deleted', why: '' };
    case 'absent':
      // A retry of our own deletion finds nothing, and that is what was wanted (DeleteBucket, API reference).
      if (!first && !rehearse) return { verdict: 'deleted', why: '' };
      return { verdict: 'refused', why: `${bucket} was already gone when it was to be deleted: somebody else was first.` };
    case 'notEmpty': {
      const why = `Something was written to ${bucket} after it was looked at. Empty it, stop what writes there, and ask again.`;
      return { verdict: 'refused', why };
    }
    case 'denied': {
      const where =
        facts.denials.length > 0
          ? facts.denials.join(' ')
          : 'A policy of the bucket, of the approver or of the organisation forbids it: CloudTrail says which.';
      return { verdict: 'refused', why: `AWS denied it to the approved session. ${where} Change that, then ask again.` };
    }
    case 'sessionEnded':
      return { verdict: 'refused', why: 'The session ended before the bucket was deleted. Ask again.' };
  }
}
