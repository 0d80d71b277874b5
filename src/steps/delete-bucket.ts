/** DeleteBucket and Rehearse: the deletion, with the session of this request's code and nothing else. */
import type { DeleteResult } from '../aws/bucket.ts';
import type { Session } from '../aws/mfa.ts';
import type { Kind, Work } from '../domain/request.ts';
import { AnswerLost, TryAgain } from '../errors.ts';
import type { DeleteInput } from './inputs.ts';
import { type SessionParts, withSession } from './session.ts';

export interface DeleteParts extends SessionParts {
  deleteBucket: (bucket: string, account: string, region: string, session: Session) => Promise<DeleteResult>;
  tryRead: (bucket: string, account: string, region: string, session: Session) => Promise<DeleteResult>;
  /** Milliseconds since 1970. */
  now: () => number;
}

/**
 * Deletes what the frozen request names, once: run again, it says the same. A rehearsal reads, whatever is rehearsed.
 *
 * A name is free for anybody once its bucket is gone, so a deletion isn't simply sent again: the bucket may be another by then. Where S3 says
 * that it did nothing, TryAgain has it tried again. Where no answer came, or what came of it could not be written down, AnswerLost has the state
 * machine look for the bucket first, by its creation date, and this is called again with what was `found`.
 */
export function deleteOrRehearse(input: DeleteInput, parts: DeleteParts): Promise<Work> {
  const { request, facts, rehearse, found } = input;
  return withSession(input, parts, {
    who: 'deleteBucket',
    begins: rehearse ? 'rehearsing' : 'deleting',
    takenFor: {
      ...(rehearse && request.purge && { purge: request.purge }),
      kind: rehearse || request.kind === 'empty-delete' ? request.kind : 'delete',
      rehearsal: rehearse,
    },
    // Entered once more after its answer was lost, it is the same deletion; hours may lie between the session and the last plan.
    at: input.emptying?.at,
    repeatable: rehearse,
    done: found === 'gone' || found === 'madeAnew',
    async act(session, first) {
      if (found === 'gone') return DELETED;
      if (found === 'madeAnew')
        return { ...DELETED, since: `${request.bucket} was made anew since, by somebody else; that one was left alone.` };
      const act = rehearse ? parts.tryRead : parts.deleteBucket;
      // Without an answer S3 doesn't say that the session has ended: so that it is not sent for ever.
      const ended = parts.now() >= Date.parse(session.expiresAt);
      const result = ended ? 'sessionEnded' : await act(request.bucket, parts.config.account, facts.region, session);
      if (result === 'busy' || (result === 'lost' && rehearse)) throw new TryAgain('S3 did nothing for the moment; it is tried again.');
      if (result === 'lost') throw new AnswerLost('S3 gave no answer to the deletion; the bucket is looked for.');
      return conclude(result, input, first);
    },
  });
}

const WOULD: Partial<Record<Kind, string>> = {
  delete: 'deleted it',
  'empty-delete': 'emptied and deleted it',
  empty: 'emptied it',
  purge: 'deleted old versions in it',
};

const DELETED = { verdict: 'deleted', why: '' } as const;

function conclude(
  result: Exclude<DeleteResult, 'busy' | 'lost'>,
  { rehearse, request, facts }: DeleteInput,
  first: boolean,
): Omit<Work, 'auditHead'> {
  const { bucket, kind } = request;
  switch (result) {
    case 'done':
      return rehearse
        ? {
            verdict: 'rehearsed',
            why: `The code was right, and the session that AWS gave for it could read ${bucket}. A real request would have ${WOULD[kind] ?? 'changed its guard'} now.`,
          }
        : DELETED;
    case 'absent':
      // A retry of our own deletion finds nothing, and that is what was wanted (DeleteBucket, API reference).
      if (!first && !rehearse) return DELETED;
      return { verdict: 'refused', why: `${bucket} was already gone when it was to be deleted: somebody else was first.` };
    case 'notEmpty': {
      if (kind === 'empty-delete') return { verdict: 'notEmpty', why: '' };
      const why = `Something was written to ${bucket} after it was looked at. Empty it, stop what writes there, and ask again.`;
      return { verdict: 'refused', why };
    }
    case 'accessPoints': {
      const why = `S3 keeps ${bucket} while it has access points, and of this account there was none when it was looked at: they are another account’s, or new.`;
      return { verdict: 'refused', why: `${why} Have them deleted, then ask again.` };
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
