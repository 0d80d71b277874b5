/** Report: closes the record, edits the message, tells everybody, frees the lock. Run again, it says the same and tells nobody twice. */
import type { WebClient } from '@slack/web-api';
import type { Audit } from '../aws/audit.ts';
import type { Locks } from '../aws/locks.ts';
import type { RequestRow, Requests } from '../aws/requests.ts';
import type { Config } from '../config.ts';
import { auditEntry } from '../domain/audit.ts';
import { nextStep, whyFailed } from '../domain/next.ts';
import { type Conclusion, type Elevation, type Outcome, Request, type Work } from '../domain/request.ts';
import { literal } from '../slack/text.ts';
import { tellingModal } from '../slack/views/approve.ts';
import { addressedTo, type Ended, endedMessage, headline, outcomeMessage } from '../slack/views/messages.ts';
import { codeRefusedMessage, codeUsedMessage, forOperatorsMessage } from '../slack/views/notices.ts';
import { attempted, post, type Warn } from './telling.ts';

export interface ReportParts {
  config: Config;
  requests: Requests;
  locks: Locks;
  audit: Audit;
  slack: WebClient;
  warn: Warn;
}

export interface ToReport {
  requestId: string;
  conclusion: Conclusion;
  /** When it ended, ISO 8601: the same each time it is reported. */
  at: string;
  elevation: Elevation | null;
  work: Work | null;
}

/** The outcome that was there first stands, whatever is reported later. */
export async function report(toReport: ToReport, parts: ReportParts): Promise<{ outcome: Outcome }> {
  const { requests, locks, audit } = parts;
  const { requestId, elevation } = toReport;
  const row = await closed(toReport, requests);
  if (!row?.outcome) return { outcome: toReport.conclusion.outcome };
  const conclusion = { outcome: row.outcome, why: row.why ?? '', by: row.closedBy ?? null };
  const closedAt = row.closedAt ?? toReport.at;
  await audit.record(lastEntry(row, conclusion, closedAt, row.closedAfter ?? ''));
  await locks.free(row.bucket, row.requester, requestId);
  await tell(row, { request: Request.strip().parse(row), conclusion, closedAt }, elevation, parts);
  return { outcome: conclusion.outcome };
}

/** The row with its end in it: of two that report at once one writes that, and both tell it. Undefined where there is no row. */
async function closed(toReport: ToReport, requests: Requests): Promise<RequestRow | undefined> {
  const { requestId, at, elevation, work } = toReport;
  const row = await requests.get(requestId);
  if (!row || row.outcome) return row;
  const conclusion = inWords(toReport.conclusion);
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

/** Outcomes that somebody decided; the others came of themselves. */
const BY_SOMEBODY: ReadonlySet<Outcome> = new Set(['deleted', 'guarded', 'unguarded', 'rehearsed', 'rejected', 'cancelled', 'locked']);

/** Outcomes in which what was asked for was done. */
const DONE: ReadonlySet<Outcome> = new Set(['deleted', 'guarded', 'unguarded', 'rehearsed']);

function inWords(conclusion: Conclusion): Conclusion {
  const who = BY_SOMEBODY.has(conclusion.outcome);
  const why = conclusion.outcome === 'failed' && /^[\w.]+$/.test(conclusion.why) ? whyFailed(conclusion.why) : conclusion.why;
  return { outcome: conclusion.outcome, why, by: who ? conclusion.by : null };
}

/** Each place once; one that fails keeps nobody else from hearing. */
async function tell(
  row: RequestRow,
  ended: Ended,
  elevation: Elevation | null,
  { config, requests, slack, warn }: ReportParts,
): Promise<void> {
  const { request, conclusion } = ended;
  const { requestId } = request;
  const next = nextStep(conclusion.outcome, request.kind);
  const message = outcomeMessage(ended, next);
  const told = { ...row.told };
  const once = async (place: keyof typeof told, act: () => Promise<{ ts: string }>) => {
    if (told[place]) return true;
    const at = await attempted(warn, `the outcome (${place})`, act);
    if (!at) return false;
    told[place] = at.ts;
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
  // Whose code was used hears of it, whatever the record says of a decision.
  const approver = approverOf(config, elevation) ?? (decision?.verdict === 'cancelled' ? undefined : decision?.by);
  const used = elevation?.verdict === 'session' || (decision?.verdict === 'approved' && elevation === null);
  if (approver && (approver !== request.requester || used)) {
    const refused = elevation?.verdict === 'locked' ? codeRefusedMessage(request, conclusion.why) : message;
    const notice = used ? codeUsedMessage(ended, elevation !== null, DONE.has(conclusion.outcome) ? '' : next) : refused;
    await once('approver', () => post(slack, approver, notice));
  }
}

/** The Slack user whose code the elevation was about. */
function approverOf(config: Config, elevation: Elevation | null): string | undefined {
  return elevation ? config.approvers[elevation.approver]?.slackUser : undefined;
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
