/** EmptyRange: one stretch of a bucket, with the session of this request's code and nothing else. It throws for none of its outcomes. */

import { randomUUID } from 'node:crypto';
import type { Entry } from '../aws/emptying/listing.ts';
import type { ManifestOf } from '../aws/emptying/manifest.ts';
import type { Plans } from '../aws/emptying/plans.ts';
import type { StretchJob } from '../aws/emptying/stretch.ts';
import type { Session } from '../aws/mfa.ts';
import type { Progress, StretchEnd } from '../domain/emptying.ts';
import type { Stretch } from '../domain/key-space.ts';
import { purging, type Within, withoutNull } from '../domain/purge.ts';
import { BadInput } from '../errors.ts';
import type { RangeInput } from './inputs.ts';
import { openLongSession, type SessionParts } from './session.ts';

export interface RangeParts extends Omit<SessionParts, 'audit'> {
  plans: Plans;
  empty: (
    at: { bucket: string; account: string; region: string; prefix?: string; bypass?: boolean },
    session: Session,
    job: Omit<StretchJob, 'removal' | 'archive'>,
    of: ManifestOf,
  ) => Promise<{ end: StretchEnd; progress: Progress }>;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** A worker's time: Lambda's is 15 minutes (Lambda Developer Guide, "Configure Lambda function timeout"), and what is begun has to end in it. */
const WORK = 10 * 60_000;
/** Where all of a bucket was left in one at first, that was a guess: what is left after a minute is divided. */
const FIRST_WORK = 60_000;
/** What is begun has to end before the session does. */
const BEFORE_SESSION_ENDS = 15_000;

/** Run again it goes on where it was, and says the same once it is over. Throws the SDK's errors where S3 fails for long, TryAgain where it was run once more meanwhile. */
export async function emptyRange(input: RangeInput, parts: RangeParts): Promise<{ verdict: StretchEnd }> {
  const { request, facts, pass, run, range } = input;
  const { requestId, bucket } = request;
  const { plans, config, now } = parts;
  const at = { pass, run, stretch: range };
  // One that is thought dead may work on: two would count what the other one does, and each keep its own account as that of both.
  const mine = { ...at, worker: randomUUID() };
  const row = await plans.take(requestId, mine);
  if (!row) throw new BadInput('There is no such stretch of this request; start it from Slack.');
  if (row.end) return { verdict: row.end };
  if (input.giveUp) {
    await plans.note(requestId, mine, row.progress, 'failed');
    return { verdict: 'failed' };
  }
  const session = await openLongSession(input, parts);
  const guessed = pass === 1 && row.after === '' && row.upTo === null && request.kind !== 'purge';
  const deadline = Math.min(now() + (guessed ? FIRST_WORK : WORK), Date.parse(session.expiresAt) - BEFORE_SESSION_ENDS);
  const stretch: Stretch = { after: row.after, upTo: row.upTo };
  const { purge, bypassGovernance } = request;
  // S3 refuses the header where there is no Object Lock.
  const bypass = bypassGovernance && facts.objectLock;
  const where = {
    bucket,
    account: config.account,
    region: facts.region,
    ...(purge && { prefix: purge.prefix }),
    ...(bypass && { bypass }),
  };
  const { end, progress } = await parts.empty(
    where,
    session,
    {
      stretch,
      progress: row.progress,
      // As old as the person who asked meant it.
      ...(purge && {
        selection: (from?: Within) => withoutNull(purging<Entry>(purge, Date.parse(request.askedAt), from), facts.versioning),
      }),
      async mayGoOn() {
        if (config.paused || (await plans.stopped(requestId))) return 'stopped';
        return now() >= deadline ? 'more' : undefined;
      },
      note: (sofar) => plans.note(requestId, mine, sofar, null),
    },
    { requestId, ...at },
  );
  // Nothing is gained by the others' going on: all of it has to go.
  if (end === 'kept' || end === 'denied' || end === 'unarchived') await plans.stop(requestId, { by: '', why: end });
  await plans.note(requestId, mine, progress, end);
  return { verdict: end };
}
