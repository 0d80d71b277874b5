/** Makes a request of what somebody typed: checked, locked, written down, sealed, started. */
import { createHash } from 'node:crypto';
import { OPEN_EACH } from '../aws/locks.ts';
import { auditEntry } from '../domain/audit.ts';
import { parseBucket } from '../domain/bucket-name.ts';
import { Request } from '../domain/request.ts';
import { decide, ruleFor, type Standing } from '../domain/rules.ts';
import { Secret } from '../secret.ts';
import type { Asked, Desk } from '../slack/desk.ts';
import type { DeskParts } from './desk.ts';

/** Delivered again, the same submission is the same request: it is made, and started, once. */
export async function ask(asked: Parameters<Desk['ask']>[0], parts: DeskParts): Promise<Asked> {
  const { config, requests, locks, flow, now } = parts;
  const { user, team } = asked;
  const parsed = parseBucket(asked.bucket);
  if (!parsed.ok) return refuse(parsed.why);
  if (asked.reason.trim() === '') return { ok: false, field: 'reason', why: 'Say why: the approver decides by it.' };
  const { bucket } = parsed;
  const rule = ruleFor(config, bucket);
  const standing = rule ? await parts.standing(user, rule.requesters) : NOBODY;
  const decision = decide({ kind: 'ask', bucket, team, user, standing }, config);
  if (!decision.allow) return refuse(decision.why);

  const requestId = requestIdOf(team, user, asked.viewId);
  const start = now();
  const at = (seconds: number) => new Date(start + seconds * 1000).toISOString();
  const window = rule?.windowSeconds ?? 0;
  const times = { askedAt: at(0), remindAt: at(window / 2), expiresAt: at(window) };
  if ((await requests.get(requestId))?.outcome) return { ok: true };
  const lock = await locks.take({ bucket, requestId, takenAt: times.askedAt });
  if (lock) return refuse(`${lock.requestId} for this bucket is open already; wait for its end, or have it cancelled.`);
  if (!(await locks.takeSlot(user, requestId, times.askedAt))) {
    await locks.free(bucket, user, requestId);
    return refuse(`You have ${OPEN_EACH} open requests, which is as many as may be; cancel one, or wait for its end.`);
  }
  const wanted = { requestId, bucket, rehearsal: asked.rehearsal, requester: user, team, reason: asked.reason, ...times };
  try {
    const row = await requests.create({ ...wanted, auditHead: auditEntry(entryOf(wanted)).hash });
    const request = Request.strip().parse(row);
    const context = { purpose: 'request', requestId, bucket, account: config.account } as const;
    const sealing = parts.seals.seal(new Secret(JSON.stringify(request)), context);
    const [sealedRequest] = await Promise.all([sealing, parts.audit.record(entryOf(request))]);
    await flow.start(requestId, { request, sealedRequest });
    return { ok: true };
  } catch (error) {
    // Nothing was started, or nobody knows: asked again from the same window, it is the same request.
    await locks.free(bucket, user, requestId);
    throw error;
  }
}

const NOBODY: Standing = { inChannel: false, groups: [] };

/** The first entry of the trail; of the same request always the same. */
function entryOf({ requestId, askedAt, requester, bucket, rehearsal, reason, expiresAt }: Omit<Request, 'auditHead'>) {
  const what = { bucket, rehearsal, reason, expiresAt };
  return { requestId, entry: '000-asked', at: askedAt, who: requester, what, previous: '' };
}

function refuse(why: string): Asked {
  return { ok: false, field: 'bucket', why };
}

/** The same submission, however often it is delivered, is the same request (Slack repeats with and without a retry header). */
function requestIdOf(team: string, user: string, viewId: string): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
  const digest = createHash('sha256')
    .update(JSON.stringify([team, user, viewId]))
    .digest();
  return `req-${[...digest.subarray(0, 12)].map((byte) => alphabet[byte % 32]).join('')}`;
}
