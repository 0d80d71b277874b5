/** Inspect and CheckUnchanged: is this the request that Slack sealed, who may, what is the bucket like now? Changes nothing. */
import { isDeepStrictEqual } from 'node:util';
import type { Look } from '../aws/bucket.ts';
import type { Seals } from '../aws/sealed.ts';
import type { Config } from '../config.ts';
import { changes, obstacles } from '../domain/obstacles.ts';
import type { Inspection, Request } from '../domain/request.ts';
import { decide } from '../domain/rules.ts';
import { BadInput } from '../errors.ts';
import type { InspectInput } from './inputs.ts';

export interface InspectParts {
  config: Config;
  seals: Seals;
  look: (bucket: string, account: string, now: string) => Promise<Look>;
  now: () => number;
}

/** Throws BadInput where the input is not what the Slack function sealed under this execution's name. */
export async function inspect(input: InspectInput, { config, seals, look, now }: InspectParts): Promise<Inspection> {
  const { request, shown } = input;
  await checkSeal(input, seals, config.account);
  const time = now();
  const secondsLeft = secondsUntilAsked(request, time);
  const end = (verdict: Inspection['verdict'], why: string): Inspection => ({ verdict, why, facts: shown, changes: [], secondsLeft });

  if (time >= Date.parse(request.expiresAt)) return end('expired', 'Nobody approved it before its time was over.');
  const decision = decide({ kind: 'proceed', bucket: request.bucket, team: request.team, user: request.requester }, config);
  if (!decision.allow) return end(decision.reason === 'paused' ? 'stopped' : 'refused', decision.why);

  const seen = await look(request.bucket, config.account, new Date(time).toISOString());
  if (seen.kind === 'absent') {
    return end(
      'refused',
      `There is no bucket named ${request.bucket}: it was deleted already, or its name is spelled differently. Check the name in S3, then ask again.`,
    );
  }
  if (seen.kind === 'foreign') {
    return end('refused', `${request.bucket} belongs to another account than ${config.account}: ask its owner to delete it there.`);
  }
  const { facts } = seen;
  const inTheWay = obstacles(facts);
  if (inTheWay.length > 0) return { ...end('refused', inTheWay.join(' ')), facts };
  const differences = shown ? changes(shown, facts) : [];
  // The code is sealed for what was shown: that stays as it is.
  if (input.step === 'check' && differences.length === 0) return end('unchanged', '');
  return { verdict: 'ask', why: '', facts, changes: differences, secondsLeft };
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
function secondsUntilAsked(request: Request, now: number): number {
  const remindAt = Date.parse(request.remindAt);
  const until = now < remindAt ? remindAt : Date.parse(request.expiresAt);
  return Math.max(1, Math.ceil((until - now) / 1000));
}
