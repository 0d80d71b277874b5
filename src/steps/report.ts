/** Report: closes the record, edits the message, tells everybody, frees the lock. Run again, it says the same and tells nobody twice. */
import type { Spent } from '../aws/attempts.ts';
import type { Audit } from '../aws/audit.ts';
import type { Plans } from '../aws/emptying/plans.ts';
import type { Locks } from '../aws/locks.ts';
import type { RequestRow } from '../aws/requests.ts';
import type { Config } from '../config.ts';
import { auditEntry, lastHead } from '../domain/audit.ts';
import type { Emptying } from '../domain/emptying.ts';
import { MAY_BE_HELD } from '../domain/late-writers.ts';
import { sayManifest } from '../domain/manifest.ts';
import { nextStep, whyFailed } from '../domain/next.ts';
import {
  type Answer,
  type Conclusion,
  type Elevation,
  isEmptyingKind,
  type Kind,
  type Outcome,
  Request,
  type Work,
} from '../domain/request.ts';
import { TryAgain } from '../errors.ts';
import { literal } from '../slack/text.ts';
import { tellingModal } from '../slack/views/approve.ts';
import { addressedTo, type Ended, endedMessage, headline, outcomeMessage } from '../slack/views/messages.ts';
import { type Heard, type NoticeParts, notify } from './notices.ts';
import { noticesOfEnd, noticesOfRecord, noticesOfSpent } from './notices-of-end.ts';
import { attempted, endOf, post, readRow } from './telling.ts';
import { spentFor, stepsBeside, stopWorkers, withStopper } from './traces.ts';

export interface ReportParts extends NoticeParts {
  locks: Locks;
  audit: Audit;
  plans: Pick<Plans, 'stop' | 'stopped' | 'last'>;
  /** The codes that `elevate` got for a request, the last one last. */
  spent: (requestId: string) => Promise<Spent[]>;
}

export interface ToReport {
  requestId: string;
  /** As the flow holds it; null where EventBridge reports. */
  request: Request | null;
  conclusion: Conclusion;
  /** What went of the bucket, and what stays in its policy, in sentences; '' where that is nothing, or EventBridge reports. */
  went: string;
  /** When it ended, ISO 8601: the same each time it is reported. */
  at: string;
  /** The last one; null where nobody has answered, or EventBridge reports. */
  answer: Answer | null;
  elevation: Elevation | null;
  /** How it was emptied; null where it wasn't. */
  emptying: Emptying | null;
  /** What was done with a session; of an emptying, the deletion. */
  work: Work | null;
}

/** What the flow itself says counts for all that is told and recorded, whatever the record says; of EventBridge's reports the first one stands. */
export async function report(said: ToReport, parts: ReportParts): Promise<{ outcome: Outcome }> {
  const { config, requests, locks, audit } = parts;
  const toReport = await withStopper(said, parts);
  const { requestId, answer } = toReport;
  const found = await readRow(requests, requestId);
  const stopping = await stopWorkers(toReport, found.row, parts);
  const known = knownEnd(toReport, config);
  const owed = known && noticesOfEnd(known, toReport, config);
  // Before the record is looked at: it counts for nothing in this.
  const first = known && owed ? await notify(known.request, owed.notices, found.row, parts) : { told: found.row?.told ?? {} };
  if ('fault' in found) throw found.fault;
  const codes = await spentFor(requestId, parts);
  if (codes.fault && !known) throw codes.fault;
  const spent = known ? undefined : codes.spent.at(-1);
  const doubted = known ? toReport : { ...toReport, went: doubt(codes.spent) };
  // Before it is written, too: a record that takes no more keeps nobody from hearing of their code.
  const before = found.row && { ...found.row, told: first.told };
  const second = await tellSpent(doubted, codes.spent, { known, told: owed?.of ?? [], row: before }, parts);
  const row = await closed(doubted, known, before && { ...before, told: second.told }, { ...parts, codes: codes.spent });
  const ended = known ?? recordedEnd(doubted, row, { spent, config });
  const given = answer ?? toReport.elevation ?? spent;
  if (!ended || !(row?.outcome || given)) {
    throwFault(first, second, codes, stopping);
    return { outcome: toReport.conclusion.outcome };
  }
  const { request, conclusion } = ended;
  if (row?.outcome) await audit.record(lastEntry(request, conclusion, ended.closedAt, row.closedAfter ?? ''));
  await locks.free(request.bucket, request.requester, requestId);
  const toApprovers = inOurWords(ended, doubted, known, config);
  const heard = { known: known !== undefined, heard: owed?.heard ?? false, codes: known ? [] : codes.spent };
  const rest = row?.outcome ? noticesOfRecord(row, { ended: toApprovers, recorded: ended }, { config, ...heard }) : [];
  const last = await notify(request, rest, row, parts);
  const shown = row?.outcome ? await tell({ ...row, told: last.told }, ended, toApprovers, parts) : {};
  throwFault(first, second, last, shown, codes, stopping);
  return { outcome: row?.outcome ? conclusion.outcome : toReport.conclusion.outcome };
}

/** Without the flow nobody knows what came of a session that was for going through all that a bucket holds. */
function doubt(spent: readonly Spent[]): string {
  const kind = spent.find(({ result }) => !result || result.verdict === 'session')?.request.kind;
  if (kind === 'purge') return 'Some of its old versions may be gone.';
  return kind && isEmptyingKind(kind) ? MAY_BE_HELD : '';
}

/** Tells of the codes that were given what the flow itself has not: of the request that they were given for, and of the end as it stands or will. */
async function tellSpent(
  toReport: ToReport,
  spent: Spent[],
  { known, told, row }: { known: Ended | undefined; told: Parameters<typeof noticesOfSpent>[1]['told']; row: RequestRow | undefined },
  parts: ReportParts,
): Promise<Heard> {
  const recorded = spent.length > 0 ? (known ?? recordedEnd(toReport, row, { spent: spent.at(-1), config: parts.config })) : undefined;
  if (!recorded) return { told: row?.told ?? {} };
  const ended = inOurWords(recorded, toReport, known, parts.config);
  return notify(recorded.request, noticesOfSpent(spent, { ended, recorded, told }, parts.config), row, parts);
}

/** Without the flow, the record alone knows who decided. What is said to approvers is ours all the same. */
function inOurWords(ended: Ended, toReport: ToReport, known: Ended | undefined, config: Config): Ended {
  const { conclusion, request } = ended;
  const why = conclusion.why === inWords(toReport, request.kind, config).conclusion.why ? conclusion.why : '';
  return { ...ended, conclusion: { ...conclusion, why }, went: known?.went ?? '' };
}

/** The end by the record, where it is in words of ours, and of EventBridge's report otherwise; of the request that a code was sent for, where one was. */
function recordedEnd(
  toReport: ToReport,
  row: RequestRow | undefined,
  { spent, config }: { spent: Spent | undefined; config: Config },
): Ended | undefined {
  const request = spent?.request ?? (row && Request.strip().parse(row));
  if (!request) return undefined;
  const { at } = toReport;
  return (row && endOf(row, request, at)) ?? { request, ...inWords(toReport, request.kind, config), closedAt: at };
}

/** After all else is done: run again, it tells whom Slack kept from hearing. */
function throwFault(...heard: Pick<Heard, 'fault'>[]): void {
  for (const { fault } of heard) if (fault) throw fault;
}

/** Long after the window no flow of the request is at work (the last step ends, and the report). */
const END_MS = 60 * 60_000;

/**
 * The end as the flow knows it, whose request is the one that Slack sealed: each look compares it, and only a first look that fails comes to an end
 * without. Undefined otherwise. A name that an execution bore may be used again after ninety days (StartExecution, API reference): then it only
 * expires, and what the record says of the first stands.
 */
function knownEnd(toReport: ToReport, config: Config): Ended | undefined {
  const { request, conclusion, answer, elevation, at } = toReport;
  if (!request) return undefined;
  const looked = answer ?? elevation ?? (conclusion.outcome !== 'failed' && Date.parse(at) < Date.parse(request.expiresAt) + END_MS);
  return looked ? { request, ...inWords(toReport, request.kind, config), closedAt: at } : undefined;
}

/** The row with its end in it; of two that know nothing of the flow one writes that, and both tell it. Undefined where there is no row. */
async function closed(
  toReport: ToReport,
  known: Ended | undefined,
  row: RequestRow | undefined,
  { codes, ...parts }: ReportParts & { codes: Spent[] },
): Promise<RequestRow | undefined> {
  const { requests, config } = parts;
  const { requestId, at, work } = toReport;
  if (!row || (row.outcome && !known)) return row;
  const { elevation, emptying } = known ? toReport : await stepsBeside(row, codes, parts);
  const { conclusion, went } = known ?? inWords(toReport, row.kind, config);
  const before = row.outcome ? (row.closedAfter ?? row.auditHead) : row.auditHead;
  const closedAfter = lastHead({ ...row, auditHead: before }, elevation, emptying, work);
  const auditHead = auditEntry(lastEntry(known?.request ?? row, conclusion, at, closedAfter)).hash;
  const { outcome, why, by: closedBy } = conclusion;
  // Another end than was told is told as well.
  const { thread: _thread, requester: _requester, ...told } = row.told ?? {};
  const isOther = row.outcome !== undefined && row.outcome !== outcome;
  const end = {
    outcome,
    why,
    closedBy,
    closedAt: at,
    closedAfter,
    auditHead,
    ...((went || row.went) && { went }),
    ...(isOther && { told }),
  };
  await requests.close(requestId, end, known !== undefined);
  return known ? { ...row, ...end } : requests.get(requestId);
}

/** The trail's last entry, the same however often it is written; of another outcome, it is one more. */
function lastEntry({ requestId, bucket }: Pick<Request, 'requestId' | 'bucket'>, conclusion: Conclusion, at: string, previous: string) {
  return { requestId, entry: `999-closed-${conclusion.outcome}`, at, who: 'report', what: { ...conclusion, bucket }, previous };
}

const DONE: ReadonlySet<Outcome> = new Set(['deleted', 'emptied', 'purged']);

/** Outcomes that somebody decided; the others came of themselves. */
const BY_SOMEBODY: ReadonlySet<Outcome> = new Set([
  'deleted',
  'emptied',
  'purged',
  'guarded',
  'unguarded',
  'rehearsed',
  'rejected',
  'cancelled',
  'locked',
  'stopped',
]);

/** Did something go, or may it have? Then there is a manifest, where there is an archive. */
function isListed(emptying: Emptying | null): boolean {
  return emptying !== null && (emptying.verdict === 'divided' || emptying.least || emptying.done.versions + emptying.done.markers > 0);
}

/** A reason that somebody typed stays as it is, and what went is told beside it. */
function inWords(toReport: ToReport, kind: Kind, { archive }: Config): Required<Pick<Ended, 'conclusion' | 'went'>> {
  const { conclusion, emptying, requestId } = toReport;
  const who = BY_SOMEBODY.has(conclusion.outcome);
  const why = conclusion.outcome === 'failed' && /^[\w.]+$/.test(conclusion.why) ? whyFailed(conclusion.why, kind) : conclusion.why;
  const manifest = archive && isListed(emptying) ? sayManifest(archive, requestId) : '';
  const by = who ? conclusion.by : null;
  const { outcome } = conclusion;
  const went = `${toReport.went} ${manifest}`.trim();
  if (outcome === 'rejected') return { conclusion: { outcome, why, by }, went };
  // What was done comes first, and else why it wasn't.
  const all = DONE.has(outcome) ? [toReport.went, why, manifest] : [why, toReport.went, manifest];
  return { conclusion: { outcome, why: all.filter((part) => part !== '').join(' '), by }, went: '' };
}

/** Each place once; one that fails keeps nobody else from hearing. `fault`: Slack failed in passing, and a message may still have its buttons. */
async function tell(
  row: RequestRow,
  ended: Ended,
  toApprovers: Ended,
  { config, requests, slack, warn }: ReportParts,
): Promise<Pick<Heard, 'fault'>> {
  const { request, conclusion } = ended;
  const next = nextStep(conclusion.outcome, request.kind);
  const message = outcomeMessage(ended, next);
  const told = { ...row.told };
  const once = async (place: 'thread' | 'requester', act: () => Promise<{ ts: string }>) => {
    if (told[place]) return true;
    const at = await attempted(warn, `the outcome (${place})`, act);
    if (!at) return false;
    told[place] = at.ts;
    await requests.placed(request.requestId, { told });
    return true;
  };
  let fault: TryAgain | undefined;
  /** Gives where it stands, which is elsewhere where it was gone. */
  const close = async (which: 'message' | 'direct', channel: string) => {
    const there = row[which];
    if (!there) return undefined;
    const at = await attempted(warn, `the message (${which})`, () =>
      post(slack, channel, endedMessage(ended), there).catch((error: unknown) => {
        if (error instanceof TryAgain) fault = error;
        throw error;
      }),
    );
    if (at && at !== there) await requests.placed(request.requestId, { [which]: at });
    return at ?? there;
  };

  const thread = (await close('message', config.slack.channel))?.ts;
  if (thread) await once('thread', () => post(slack, config.slack.channel, message, undefined, thread));
  await close('direct', request.requester);
  // No reply to the one before: no page says that Slack notifies anybody of replies to an app's message.
  const reached = await once('requester', () => post(slack, request.requester, message));
  // Where Slack takes no direct message, the person is mentioned in the channel.
  if (!reached)
    await once('requester', () => post(slack, config.slack.channel, addressedTo(request.requester, message), undefined, thread));
  const { decision } = row;
  const viewId = decision?.verdict === 'approved' ? decision.viewId : null;
  if (viewId) {
    const lines = [headline(toApprovers), literal(toApprovers.conclusion.why), next];
    const view = tellingModal(TITLES[conclusion.outcome] ?? 'It has ended', lines.filter((line) => line !== '').join('\n'));
    await attempted(warn, 'the modal', () => slack.views.update({ view_id: viewId, view }));
  }
  return fault ? { fault } : {};
}

const TITLES: Partial<Record<Outcome, string>> = {
  deleted: 'Deleted',
  emptied: 'Emptied',
  purged: 'Purged',
  guarded: 'Guarded',
  unguarded: 'Guard taken off',
  rehearsed: 'Rehearsed',
  locked: 'Locked',
  failed: 'Failed',
  stopped: 'Stopped',
};
