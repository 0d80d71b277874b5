/** Makes a request of what somebody typed: checked, locked, written down, sealed, started. */
import { createHash, randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { OPEN_EACH } from '../aws/locks.ts';
import { auditEntry } from '../domain/audit.ts';
import { parseBucket } from '../domain/bucket-name.ts';
import { parseCode } from '../domain/code.ts';
import type { Request } from '../domain/request.ts';
import { decide, ruleFor, type Standing } from '../domain/rules.ts';
import { StartUnknown } from '../errors.ts';
import { Secret } from '../secret.ts';
import type { Asked, Desk } from '../slack/desk.ts';
import type { DeskParts } from './desk.ts';

/** Delivered again, the same submission is the same request: it is made, and started, once. */
export async function ask(asked: Parameters<Desk['ask']>[0], parts: DeskParts): Promise<Asked> {
  const { config, requests, locks, flow, now } = parts;
  const { user, team } = asked;
  // A code that somebody typed here, by mistake or in a false window, is kept nowhere.
  if (parseCode(asked.bucket).ok) return refuse(`${NO_CODE} A bucket of such a name is asked for as s3://….`);
  const parsed = parseBucket(asked.bucket);
  if (!parsed.ok) return refuse(parsed.why);
  if (asked.reason.trim() === '') return { ok: false, field: 'reason', why: 'Say why: the approver decides by it.' };
  if (parseCode(asked.reason).ok) return { ok: false, field: 'reason', why: `${NO_CODE} Say in words why.` };
  const { bucket } = parsed;
  const rule = ruleFor(config, bucket);
  const standing = rule ? await parts.standing(user, rule.requesters) : NOBODY;
  const decision = decide({ kind: 'ask', bucket, team, user, standing }, config);
  if (!decision.allow) return refuse(decision.why);
  if (asked.bypassGovernance && !rule?.bypassGovernanceRetention) {
    return refuse('The rule of this bucket does not allow governance retention to be bypassed. Ask without that.');
  }

  const fixed = {
    bucket,
    kind: asked.kind,
    rehearsal: asked.rehearsal,
    requester: user,
    team,
    reason: asked.reason,
    ...(asked.purge && { purge: asked.purge }),
    ...(asked.bypassGovernance && { bypassGovernance: true as const }),
  };
  const requestId = requestIdOf(asked.viewId, fixed);
  const row = await requests.get(requestId);
  if (row?.outcome) return { ok: true };
  // Of a row only the time is taken, and only of what this very submission wrote: who may write rows can't have one sealed.
  if (row && !isOurs(row, fixed, now())) return refuse(SENT_BEFORE);
  const askedAt = row ? Date.parse(row.askedAt) : now();
  const request = requestOf({ requestId, ...fixed }, askedAt, rule?.windowSeconds ?? 0);
  const [mine, by] = [{ requestId, takenAt: new Date(now()).toISOString() }, randomUUID()];
  const lock = await locks.take({ bucket, ...mine }, by);
  if (lock) return refuse(`${lock.requestId} for this bucket is open already; wait for its end, or ask who made it to cancel it.`);
  if (!(await locks.takeSlot(user, mine, by))) {
    await locks.giveBack(bucket, user, requestId, by);
    return refuse(`You have ${OPEN_EACH} open requests, which is as many as may be; cancel one, or wait for its end.`);
  }
  try {
    await requests.create(request);
    const context = { purpose: 'request', requestId, bucket, account: config.account } as const;
    const sealing = parts.seals.seal(new Secret(JSON.stringify(request)), context);
    const [sealedRequest] = await Promise.all([sealing, parts.audit.record(entryOf(request))]);
    await flow.start(requestId, { request, sealedRequest });
    return { ok: true };
  } catch (error) {
    // Where the answer was lost the flow may be at work: the lock stays, and is taken over if nothing comes of it.
    if (!(error instanceof StartUnknown)) await locks.giveBack(bucket, user, requestId, by);
    throw error;
  }
}

const NO_CODE = 'That looks like an MFA code, which belongs in the window behind “Approve” alone.';

/** Was this row written for the same submission, a moment ago? */
function isOurs(row: Request, fixed: Fixed, now: number): boolean {
  const same = (Object.keys(fixed) as (keyof Fixed)[]).every((member) => isDeepStrictEqual(row[member], fixed[member]));
  const age = now - Date.parse(row.askedAt);
  return same && age >= 0 && age < RESUBMIT_MS;
}

/** A modal is submitted again within minutes, if at all; later its lock may be another's, and its times are long gone. */
const RESUBMIT_MS = 15 * 60_000;
const SENT_BEFORE = 'This form was sent before, and nothing came of it. Close it, and give the command again.';

type Fixed = Pick<Request, 'bucket' | 'kind' | 'rehearsal' | 'requester' | 'team' | 'reason' | 'purge' | 'bypassGovernance'>;

function requestOf(fixed: Fixed & { requestId: string }, askedAt: number, windowSeconds: number): Request {
  const at = (seconds: number) => new Date(askedAt + seconds * 1000).toISOString();
  const timed = { ...fixed, askedAt: at(0), remindAt: at(windowSeconds / 2), expiresAt: at(windowSeconds) };
  return { ...timed, auditHead: auditEntry(entryOf(timed)).hash };
}

const NOBODY: Standing = { inChannel: false, groups: [] };

/** The first entry of the trail; of the same request always the same. */
function entryOf({ requestId, askedAt, requester, expiresAt, purge, ...asked }: Omit<Request, 'auditHead'>) {
  const { bucket, kind, rehearsal, reason, bypassGovernance } = asked;
  const what = { bucket, kind, rehearsal, reason, expiresAt, ...purge, ...(bypassGovernance && { bypassGovernance }) };
  return { requestId, entry: '000-asked', at: askedAt, who: requester, what, previous: '' };
}

function refuse(why: string): Asked {
  return { ok: false, field: 'bucket', why };
}

/** The same submission, however often it is delivered, is the same request; with anything else in it, it is another. */
function requestIdOf(viewId: string, { team, requester, bucket, kind, rehearsal, reason, purge, bypassGovernance }: Fixed): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
  const digest = createHash('sha256')
    .update(JSON.stringify([team, requester, viewId, bucket, kind, rehearsal, reason, purge, bypassGovernance]))
    .digest();
  return `req-${[...digest.subarray(0, 12)].map((byte) => alphabet[byte % 32]).join('')}`;
}
