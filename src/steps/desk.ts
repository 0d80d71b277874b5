/** What the Slack function does for the people who click: checks, seals, starts or resumes the flow. Nothing else. */
import type { Audit } from '../aws/audit.ts';
import type { Flow } from '../aws/flow.ts';
import type { Locks } from '../aws/locks.ts';
import type { Decision, RequestRow, Requests } from '../aws/requests.ts';
import type { Seals } from '../aws/sealed.ts';
import type { Approver, Config } from '../config.ts';
import { auditEntry } from '../domain/audit.ts';
import { isNameOf } from '../domain/bucket-name.ts';
import { parseCode } from '../domain/code.ts';
import { type Answer, isLongKind } from '../domain/request.ts';
import { decide, mayAskToBypass, type Standing } from '../domain/rules.ts';
import { shownDigest } from '../domain/shown.ts';
import { untilOf } from '../domain/window.ts';
import { Secret } from '../secret.ts';
import type { Decided, Desk, Refused, Submission } from '../slack/desk.ts';
import { type Approval, approveModal, rejectModal } from '../slack/views/approve.ts';
import { isAsBuilt } from '../slack/views/as-built.ts';
import type { Message } from '../slack/views/messages.ts';
import { otherFormMessage, otherWindowMessage } from '../slack/views/notices.ts';
import { ask } from './ask.ts';
import { statusOf } from './status.ts';

export interface DeskParts {
  config: Config;
  requests: Requests;
  locks: Locks;
  audit: Audit;
  seals: Seals;
  flow: Flow;
  /** What Slack says of somebody who asks, where the rule names `named` as requesters (all members of the channel if undefined). */
  standing: (user: string, named: string[] | undefined) => Promise<Standing>;
  /** Has an emptying end after what is being deleted at the moment; false where that was said before. */
  stop: (requestId: string, by: string) => Promise<boolean>;
  /** Tells the operators. */
  alarm: (message: Message) => Promise<void>;
  /** Milliseconds since 1970. */
  now: () => number;
}

export function createDesk(parts: DeskParts): Desk {
  const { config, requests, audit, seals, flow, now } = parts;
  const iso = () => new Date(now()).toISOString();

  /** The row, if this person may decide it now. */
  async function open(click: { requestId: string; user: string; team: string; viewId?: string }, kind: 'approve' | 'reject') {
    const row = await requests.get(click.requestId);
    if (!row) return refuse('This request is not known here.');
    const decision = decide({ kind, bucket: row.bucket, team: click.team, user: click.user, requester: row.requester }, config);
    if (!decision.allow || !decision.approver)
      return refuse(decision.allow ? 'You are no approver.' : decision.why, decision.allow ? [] : decision.whoCan);
    const over = isRepeated(row, click, kind === 'approve' ? 'approved' : 'rejected') ? undefined : whyOver(row, now());
    return over ?? { ok: true as const, row, approver: decision.approver };
  }

  async function consider(click: Parameters<Desk['consider']>[0]): ReturnType<Desk['consider']> {
    const opened = await open(click, click.to);
    if (!opened.ok) return opened;
    const approval = approvalOf(opened, iso());
    return approval ? { ok: true, approval } : refuse('It is still being looked at. Click again in a moment.');
  }

  async function approve(submission: Submission & { code: string; bucketName: string }): Promise<Decided> {
    const opened = await open(submission, 'approve');
    if (!opened.ok) return { ok: false, over: opened.why, ...(opened.who ? { who: opened.who } : {}) };
    const { row, approver } = opened;
    const stale = whyStale(row, submission);
    if (stale) return { ok: false, over: stale };
    const approval = approvalOf(opened, submission.now);
    const isOurs = approval && isMoment(approval, now()) && isAsBuilt(approveModal(approval), submission.view);
    if (!isOurs) return otherWindow(row, submission.user, 'approve');
    const parsed = parseCode(submission.code);
    const errors = {
      ...(parsed.ok ? {} : { code: parsed.why }),
      ...(isNameOf(row.bucket, submission.bucketName)
        ? {}
        : { bucketName: `Type ${row.bucket}, the name of the bucket that is asked for.` }),
    };
    if (!parsed.ok || 'bucketName' in errors) return { ok: false, errors };
    const { requestId, bucket, attempt } = row;
    const shown = shownDigest(row, approval.facts, approval.notes);
    const context = { requestId, bucket, account: config.account, attempt, shown };
    const sealedCode = await seals.seal(new Secret(parsed.code), { purpose: 'code', approver: approver.name, ...context });
    return settle(row, submission, { verdict: 'approved', why: '', approver: approver.name, sealedCode });
  }

  async function reject(submission: Submission & { reason: string }): Promise<Decided> {
    const opened = await open(submission, 'reject');
    if (!opened.ok) return { ok: false, over: opened.why, ...(opened.who ? { who: opened.who } : {}) };
    const { row } = opened;
    const stale = whyStale(row, submission);
    if (stale) return { ok: false, over: stale };
    if (!isAsBuilt(rejectModal(row, row.attempt), submission.view)) return otherWindow(row, submission.user, 'reject');
    const why = submission.reason.trim();
    if (why === '') return { ok: false, errors: { reason: 'Say why: the person who asked is told.' } };
    if (parseCode(why).ok) return { ok: false, errors: { reason: CODE_FOR_REASON } };
    return settle(row, submission, { verdict: 'rejected', why, approver: opened.approver.name, sealedCode: null });
  }

  /** Told or not, nothing is done; the sentence asks the person to tell the operators too. */
  async function otherWindow(row: RequestRow, user: string, to: 'approve' | 'reject'): Promise<Decided> {
    await parts.alarm(otherWindowMessage(row, user, to)).catch(() => undefined);
    return { ok: false, over: OTHER_WINDOW[to] };
  }

  async function cancel(click: Parameters<Desk['cancel']>[0]): Promise<{ ok: true } | Refused> {
    const row = await requests.get(click.requestId);
    if (!row) return refuse('This request is not known here.');
    const decision = decide({ kind: 'cancel', bucket: row.bucket, team: click.team, user: click.user, requester: row.requester }, config);
    if (!decision.allow) return refuse(decision.why, decision.whoCan);
    const over = isRepeated(row, click, 'cancelled') ? undefined : whyOver(row, now());
    if (over) return over;
    const settled = await settle(row, { ...click, viewId: null }, { verdict: 'cancelled', why: '', approver: null, sealedCode: null });
    if (settled.ok) return settled;
    return 'over' in settled ? { ok: false, why: settled.over, whoCan: [], ...(settled.who ? { who: settled.who } : {}) } : refuse('');
  }

  const mayStop = ({ bucket, requester }: RequestRow, user: string, team = config.slack.team) =>
    decide({ kind: 'stop', bucket, team, user, requester }, config);

  async function stop(click: Parameters<Desk['stop']>[0]): Promise<{ ok: true } | Refused> {
    const { requestId, user, team } = click;
    const row = await requests.get(requestId);
    if (!row) return refuse('This request is not known here.');
    const decision = mayStop(row, user, team);
    if (!decision.allow) return refuse(decision.why, decision.whoCan);
    if (row.outcome) return refuse(`This is over: ${row.outcome}.`);
    if (!isLongKind(row.kind) || !(row.state === 'decided' || (row.state === 'waiting' && row.stopping)))
      return refuse('Nothing is being emptied for this request at the moment.');
    // First of all: whatever fails after it, Stop can be pressed once more.
    await requests.stopping(requestId);
    const first = await parts.stop(requestId, user);
    // Its session may have ended meanwhile: then nobody is asked for another code, or no more where they are asked already.
    await unask(requestId, user);
    return first ? { ok: true } : refuse('It is being stopped already.');
  }

  /**
   * Ends a wait for a fresh code, also where that failed half-way before: what another one left so is passed on, as theirs. Whoever gave a code at the same
   * moment has it used for nothing: the plan that comes of it finds that it was stopped.
   */
  async function unask(requestId: string, user: string): Promise<void> {
    const row = await requests.get(requestId);
    const by = row?.state === 'waiting' ? user : row?.decision?.by;
    if (!row || !by || !(row.state === 'waiting' || isRepeated(row, { user: by }, 'cancelled')) || !mayStop(row, by).allow) return;
    await settle(row, { user: by, viewId: null }, { verdict: 'cancelled', why: '', approver: null, sealedCode: null });
  }

  /** Of two decisions one wins, by a conditional write; the winner resumes the flow. */
  async function settle(
    row: RequestRow,
    by: { user: string; viewId: string | null },
    made: Pick<Answer, 'verdict' | 'why' | 'approver' | 'sealedCode'>,
  ): Promise<Decided> {
    const { requestId, bucket, attempt, sealedToken } = row;
    const stands = row.state === 'decided' ? row.decision : undefined;
    const repeated = stands && isSaidAgain(stands, made.why, row.askedAt, iso()) ? stands : undefined;
    const decision: Decision = {
      verdict: made.verdict,
      by: by.user,
      why: made.why,
      attempt,
      at: repeated?.at ?? iso(),
      viewId: by.viewId,
      previous: repeated?.previous ?? row.auditHead,
    };
    const what = { verdict: made.verdict, approver: made.approver, why: decision.why };
    const entry = {
      requestId,
      // Said in other words, it is one more entry.
      entry: `${pad(attempt)}-2-${made.verdict}${stands && !repeated ? `-${decision.at}` : ''}`,
      at: decision.at,
      who: by.user,
      what,
      previous: decision.previous,
    };
    const auditHead = auditEntry(entry).hash;
    // Opened before anything is written: a decision that can't be passed on would keep everybody from another.
    const token =
      sealedToken && (await seals.open(sealedToken, { purpose: 'taskToken', requestId, bucket, account: config.account, attempt }));
    if (!token || !(await requests.decided(requestId, decision, { auditHead, sealedToken, over: stands }))) {
      const current = await requests.get(requestId);
      // Delivered twice at once, as by a double click: it is what the other one said, and says that again. Not of another asking: a code is for its own.
      const mine = { user: by.user, ...(by.viewId && { viewId: by.viewId }) };
      if (token && current?.attempt === attempt && current.decision?.at !== stands?.at && isRepeated(current, mine, made.verdict))
        return settle(current, by, made);
      const over = current && whyOver(current, now());
      return { ok: false, over: over?.why ?? ASKED_ANEW, ...(over?.who ? { who: over.who } : {}) };
    }
    await audit.record(entry);
    const answer: Answer = { ...made, why: decision.why, slackUser: by.user, attempt, auditHead };
    const resumed = await flow.resume(token, answer);
    // Nothing is lost where this fails: the same may be said again, and ends in nothing.
    await requests.passedOn(requestId, attempt).catch(() => undefined);
    if (resumed || stands) return { ok: true };
    // The wait that this was for is over: by time, or since the state that asks was run again.
    return { ok: false, over: now() >= Date.parse(untilOf(row)) ? EXPIRED : ASKED_ANEW };
  }

  return {
    mayBypass: (typed) => mayAskToBypass(config, typed),
    ask: (asked) => ask(asked, parts),
    consider,
    approve,
    reject,
    cancel,
    stop,
    status: (person) => statusOf(person, parts),
    stands: async (requestId, which) => (await requests.get(requestId))?.[which],
    otherWindow: (user) => parts.alarm(otherFormMessage(user)).catch(() => undefined),
    opened: (...args) => requests.viewOpened(...args),
  };
}

/**
 * The same decision again: delivered again from the same modal, or said again by any way since the flow wasn't told of it (it failed in
 * between). It is answered as the first time, and passed on once more.
 */
function isRepeated(
  { state, decision, attempt }: RequestRow,
  click: { user: string; viewId?: string },
  verdict: Decision['verdict'],
): boolean {
  if (state !== 'decided' || !decision) return false;
  const same = decision.by === click.user && decision.verdict === verdict && decision.attempt === attempt;
  return same && (!decision.passedOn || (click.viewId !== undefined && decision.viewId === click.viewId));
}

/** Is a decision that stands what its person says now? Who writes records could have planted another in their name, or of another time. */
const isSaidAgain = ({ why, at }: Decision, said: string, askedAt: string, now: string): boolean =>
  why === said && at >= askedAt && at <= now;

/** What the approver is shown of a row, at a time; undefined while the bucket hasn't been looked at. */
function approvalOf({ row, approver }: { row: RequestRow; approver: Approver }, now: string): Approval | undefined {
  const { facts, attempt, notes = [] } = row;
  return facts && { request: row, facts, attempt, notes, now, unlimited: approver.session === 'user' };
}

/** A window says itself when it was built, and so how old its facts are: not before they were seen, nor later than now. Clocks differ a little. */
function isMoment({ now: built, facts }: Approval, now: number): boolean {
  const at = Date.parse(built);
  return at >= Date.parse(facts.lookedAt) - SKEW_MS && at <= now + SKEW_MS;
}
const SKEW_MS = 60_000;

const OTHER_WINDOW = {
  approve:
    'This window doesn’t show what Interlock put into it, so your code was not used. Tell your operators, and click the button in the channel to see what is asked.',
  reject:
    'This window doesn’t show what Interlock put into it, so nothing was done with what you typed. Tell your operators, and click the button in the channel again.',
};
const CODE_FOR_REASON =
  'That is a code, which everybody would read: it belongs in the window behind “Approve”. It was not used. Say in words why.';
const ASKED_ANEW = 'Nothing was used: it was asked anew meanwhile. Click the button in the channel again.';
const OTHER = 'Nothing was used: this is not the window that Interlock opened for you last. Click the button in the channel.';
const EXPIRED = 'This has expired: nobody decided in time. It can be asked anew.';

/** Why nothing can be decided now; undefined while it waits. */
function whyOver(row: RequestRow, now: number): Refused | undefined {
  if (row.outcome && !row.decision) return refuse(`This is over: ${row.outcome}.`);
  if (row.outcome && row.decision)
    return { ...refuse(`has ${row.decision.verdict} it already; it is over: ${row.outcome}.`), who: row.decision.by };
  if (row.state === 'decided' && row.decision) return { ...refuse(`has ${row.decision.verdict} it already.`), who: row.decision.by };
  if (now >= Date.parse(untilOf(row))) return refuse(EXPIRED);
  if (row.state === 'started') return refuse('The bucket is still being looked at. Click again in a moment.');
  return undefined;
}

/** A submission counts only for the asking and the modal that the app opened for that person. */
function whyStale(row: RequestRow, { user, viewId, attempt }: Submission): string | undefined {
  // Asked anew, as by a reminder, it has no windows open any more: this one may have been opened well enough.
  if (row.attempt !== attempt) return ASKED_ANEW;
  if (row.views?.[user] !== viewId) return OTHER;
  return undefined;
}

function refuse(why: string, whoCan: string[] = []): Refused {
  return { ok: false, why, whoCan };
}

function pad(attempt: number): string {
  return String(attempt).padStart(3, '0');
}
