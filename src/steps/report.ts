/** Report: closes the record, edits the message, tells everybody, frees the lock. Run again, it says the same and tells nobody twice. */
import type { WebClient } from '@slack/web-api';
import type { Audit } from '../aws/audit.ts';
import type { Locks } from '../aws/locks.ts';
import type { RequestRow, Requests } from '../aws/requests.ts';
import type { Config } from '../config.ts';
import { auditEntry } from '../domain/audit.ts';
import { nextStep, whyFailed } from '../domain/next.ts';
import { type Answer, type Conclusion, type Elevation, type Kind, type Outcome, Request, type Work } from '../domain/request.ts';
import { literal } from '../slack/text.ts';
import { tellingModal } from '../slack/views/approve.ts';
import { addressedTo, type Ended, endedMessage, headline, type Message, outcomeMessage } from '../slack/views/messages.ts';
import { codeRefusedMessage, codeUsedMessage, forOperatorsMessage } from '../slack/views/notices.ts';
import { attempted, type Mark, type Notice, post, readRow, tellOfCode, type Warn } from './telling.ts';

export interface ReportParts {
  config: Config;
  requests: Requests;
  locks: Locks;
  audit: Audit;
  slack: WebClient;
  mark: Mark;
  warn: Warn;
}

export interface ToReport {
  requestId: string;
  /** As the flow holds it; null where EventBridge reports. Once somebody has answered it is the one that was sealed: the flow looked first. */
  request: Request | null;
  conclusion: Conclusion;
  /** When it ended, ISO 8601: the same each time it is reported. */
  at: string;
  /** The last one; null where nobody has answered, or EventBridge reports. */
  answer: Answer | null;
  elevation: Elevation | null;
  /** What was done last with a session. */
  work: Pick<Work, 'auditHead'> | null;
}

/** The outcome that was there first stands, whatever is reported later; but whose code was given hears what the flow says, not the record. */
export async function report(toReport: ToReport, parts: ReportParts): Promise<{ outcome: Outcome }> {
  const { config, requests, locks, audit } = parts;
  const { requestId, answer, elevation } = toReport;
  const found = await readRow(requests, requestId);
  const notice = noticeOfCode(toReport, config);
  const told = notice ? await tellOfCode(requestId, found.row, notice, parts) : found.row?.told;
  if ('fault' in found) throw found.fault;
  const frozen = (elevation ?? answer) ? toReport.request : null;
  const row = await closed(toReport, found.row, requests);
  if (!row?.outcome) {
    if (frozen) await locks.free(frozen.bucket, frozen.requester, requestId);
    return { outcome: toReport.conclusion.outcome };
  }
  const conclusion = { outcome: row.outcome, why: row.why ?? '', by: row.closedBy ?? null };
  const closedAt = row.closedAt ?? toReport.at;
  await audit.record(lastEntry(row, conclusion, closedAt, row.closedAfter ?? ''));
  const { bucket, requester } = frozen ?? row;
  await locks.free(bucket, requester, requestId);
  const request = frozen ?? Request.strip().parse(row);
  const heard = codeGiven(answer, elevation, toReport.conclusion.outcome) !== undefined;
  await tell({ ...row, ...(told && { told }) }, { request, conclusion, closedAt }, { elevation, heard }, parts);
  return { outcome: conclusion.outcome };
}

/** The row with its end in it: of two that report at once one writes that, and both tell it. Undefined where there is no row. */
async function closed(toReport: ToReport, row: RequestRow | undefined, requests: Requests): Promise<RequestRow | undefined> {
  const { requestId, at, elevation, work } = toReport;
  if (!row || row.outcome) return row;
  const conclusion = inWords(toReport.conclusion, row.kind);
  const previous = work?.auditHead ?? (elevation?.attempt === row.attempt ? elevation.auditHead : row.auditHead);
  const auditHead = auditEntry(lastEntry(row, conclusion, at, previous)).hash;
  const { outcome, why, by: closedBy } = conclusion;
  await requests.close(requestId, { outcome, why, closedBy, closedAt: at, closedAfter: previous, auditHead });
  return requests.get(requestId);
}

/** The trail's last entry, the same however often it is written. */
function lastEntry({ requestId, bucket }: RequestRow, conclusion: Conclusion, at: string, previous: string) {
  return { requestId, entry: '999-closed', at, who: 'report', what: { ...conclusion, bucket }, previous };
}

/** What the approver hears whose code AWS was given, by what the flow itself knows; undefined where it knows of none. */
function noticeOfCode({ request, answer, elevation, conclusion, at }: ToReport, config: Config): Notice | undefined {
  const code = codeGiven(answer, elevation, conclusion.outcome);
  const approver = code && config.approvers[code.approver]?.slackUser;
  // Who asked hears of any end as such.
  if (!request || !approver || (code.fate === 'unused' && approver === request.requester)) return undefined;
  const ended = { request, conclusion: inWords(conclusion, request.kind), closedAt: at };
  return { place: 'approver', what: 'ended', approver, message: messageOf(code.fate, ended) };
}

type Fate = 'session' | 'unknown' | 'refused' | 'unused';

/** Whose code the end is about, and what became of it: where the state that spends it failed, nobody knows. */
function codeGiven(answer: Answer | null, elevation: Elevation | null, outcome: Outcome): { approver: string; fate: Fate } | undefined {
  if (outcome === 'failed' && answer?.verdict === 'approved' && answer.approver && answer.attempt !== elevation?.attempt) {
    return { approver: answer.approver, fate: 'unknown' };
  }
  if (!elevation) return undefined;
  const { approver, verdict } = elevation;
  return { approver, fate: verdict === 'session' ? 'session' : verdict === 'locked' ? 'refused' : 'unused' };
}

function messageOf(fate: Fate, ended: Ended): Message {
  const { request, conclusion } = ended;
  const next = nextStep(conclusion.outcome, request.kind);
  switch (fate) {
    case 'session':
    case 'unknown':
      return codeUsedMessage(ended, fate === 'session', DONE.has(conclusion.outcome) ? '' : next);
    case 'refused':
      return codeRefusedMessage(request, conclusion.why);
    case 'unused':
      return outcomeMessage(ended, next);
  }
}

/** Outcomes that somebody decided; the others came of themselves. */
const BY_SOMEBODY: ReadonlySet<Outcome> = new Set([
  'deleted',
  'emptied',
  'guarded',
  'unguarded',
  'rehearsed',
  'rejected',
  'cancelled',
  'locked',
  'stopped',
]);

/** Outcomes in which what was asked for was done. */
const DONE: ReadonlySet<Outcome> = new Set(['deleted', 'emptied', 'guarded', 'unguarded', 'rehearsed']);

function inWords(conclusion: Conclusion, kind: Kind): Conclusion {
  const who = BY_SOMEBODY.has(conclusion.outcome);
  const why = conclusion.outcome === 'failed' && /^[\w.]+$/.test(conclusion.why) ? whyFailed(conclusion.why, kind) : conclusion.why;
  return { outcome: conclusion.outcome, why, by: who ? conclusion.by : null };
}

/** Each place once; one that fails keeps nobody else from hearing. */
async function tell(
  row: RequestRow,
  ended: Ended,
  { elevation, heard }: { elevation: Elevation | null; heard: boolean },
  { config, requests, slack, mark, warn }: ReportParts,
): Promise<void> {
  const { request, conclusion } = ended;
  const { requestId } = request;
  const next = nextStep(conclusion.outcome, request.kind);
  const message = outcomeMessage(ended, next);
  const told = { ...row.told };
  const once = async (place: keyof typeof told, act: () => Promise<{ ts: string }>) => {
    const marked = place === 'approver' ? mark(`${requestId} ended`) : undefined;
    if (marked ? told[place] === marked : told[place]) return true;
    const at = await attempted(warn, `the outcome (${place})`, act);
    if (!at) return false;
    told[place] = marked ?? at.ts;
    await requests.placed(requestId, { told });
    return true;
  };

  if (row.message) {
    await attempted(warn, 'the message in the channel', () => post(slack, config.slack.channel, endedMessage(ended), row.message));
    await once('thread', () => post(slack, config.slack.channel, message, undefined, row.message?.ts));
  }
  const { operatorsChannel } = config.slack;
  if (operatorsChannel && (conclusion.outcome === 'failed' || elevation?.tellOperators)) {
    await once('operators', () => post(slack, operatorsChannel, forOperatorsMessage(request, conclusion.why)));
  }
  const { direct, decision } = row;
  if (direct) await attempted(warn, 'the direct message', () => post(slack, direct.channel, endedMessage(ended), direct));
  const reached = await once('requester', () => post(slack, request.requester, message, undefined, direct?.ts));
  // Where Slack takes no direct message, the person is mentioned in the channel.
  if (!reached)
    await once('requester', () => post(slack, config.slack.channel, addressedTo(request.requester, message), undefined, row.message?.ts));
  const viewId = decision?.verdict === 'approved' ? decision.viewId : null;
  if (viewId) {
    const view = tellingModal(
      TITLES[conclusion.outcome] ?? 'It has ended',
      [headline(ended), literal(conclusion.why), next].filter((line) => line !== '').join('\n'),
    );
    await attempted(warn, 'the modal', () => slack.views.update({ view_id: viewId, view }));
  }
  // Where the flow says nothing of a code, the record alone knows who decided, and whether a code was on its way.
  const approver = heard || decision?.verdict === 'cancelled' ? undefined : decision?.by;
  const given = decision?.verdict === 'approved';
  if (approver && (approver !== request.requester || given)) {
    await once('approver', () => post(slack, approver, given ? messageOf('unknown', ended) : message));
  }
}

const TITLES: Partial<Record<Outcome, string>> = {
  deleted: 'Deleted',
  guarded: 'Guarded',
  unguarded: 'Guard taken off',
  rehearsed: 'Rehearsed',
  locked: 'Locked',
  failed: 'Failed',
  stopped: 'Stopped',
};
