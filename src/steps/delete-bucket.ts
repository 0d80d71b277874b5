/** DeleteBucket and Rehearse: the deletion, with the session of this request's code and nothing else. */
import type { DeleteResult } from '../aws/bucket.ts';
import type { Session } from '../aws/mfa.ts';
import type { Work } from '../domain/request.ts';
import { TryAgain } from '../errors.ts';
import type { DeleteInput } from './inputs.ts';
import { type SessionParts, withSession } from './session.ts';

export interface DeleteParts extends SessionParts {
  deleteBucket: (bucket: string, account: string, region: string, session: Session) => Promise<DeleteResult>;
  tryRead: (bucket: string, account: string, region: string, session: Session) => Promise<DeleteResult>;
}

/** Deletes what the frozen request names, once: run again, it says the same. A rehearsal reads, whatever is rehearsed. */
export function deleteOrRehearse(input: DeleteInput, parts: DeleteParts): Promise<Work> {
  const { request, facts, rehearse } = input;
  return withSession(input, parts, {
    who: 'deleteBucket',
    begins: rehearse ? 'rehearsing' : 'deleting',
    takenFor: { kind: rehearse ? request.kind : 'delete', rehearsal: rehearse },
    async act(session, first) {
      const act = rehearse ? parts.tryRead : parts.deleteBucket;
      const result = await act(request.bucket, parts.config.account, facts.region, session);
      if (result === 'busy') throw new TryAgain('S3 is still busy with another change to this bucket; it is tried again.');
      return conclude(result, input, first);
    },
  });
}

function conclude(
  result: Exclude<DeleteResult, 'busy'>,
  { rehearse, request, facts }: DeleteInput,
  first: boolean,
): Omit<Work, 'auditHead'> {
  const { bucket, kind } = request;
  switch (result) {
    case 'done':
      return rehearse
        ? {
            verdict: 'rehearsed',
            why: `The code was right, and the session that AWS gave for it could read ${bucket}. A real request would have ${kind === 'delete' ? 'deleted it' : 'changed its guard'} now.`,
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
