/** AskApprover: shows the request in the approvals channel and to the requester, and keeps the way back for the answer. */
import type { Audit } from '../aws/audit.ts';
import type { MessageAt, RequestRow } from '../aws/requests.ts';
import type { Config } from '../config.ts';
import { auditEntry, lastHead } from '../domain/audit.ts';
import type { Request } from '../domain/request.ts';
import { approversOf, ruleFor } from '../domain/rules.ts';
import { windowOf } from '../domain/window.ts';
import { BadInput, SlackRefused, Stopped, TryAgain } from '../errors.ts';
import { Secret } from '../secret.ts';
import { approveModal } from '../slack/views/approve.ts';
import { endedMessage, followMessage, reminderMessage, type Waiting, waitingMessage } from '../slack/views/messages.ts';
import { askedAnewMessage, forOperatorsMessage } from '../slack/views/notices.ts';
import type { AskInput } from './inputs.ts';
import { type Notice, type NoticeParts, noticesOfRefusal, noticesOfSession, notify } from './notices.ts';
import { attempted, endOf, post, readRow } from './telling.ts';

export interface AskParts extends NoticeParts {
  audit: Audit;
  now: () => number;
}

/** Asks, or asks again. The channel's message and the notice of the code before must arrive (TryAgain otherwise); the others are told as well as can be. */
export async function askApprover(input: AskInput, parts: AskParts): Promise<void> {
  const { config, requests, audit, seals, slack, now, warn } = parts;
  const { request, inspection, elevation } = input;
  const { facts, notes } = inspection;
  const found = await readRow(requests, request.requestId);
  // Before the record is looked at: it counts for nothing in this.
  const heard = await notify(request, noticesOfCode(input, config), found.row, parts);
  if ('fault' in found) throw found.fault;
  const { row } = found;
  if (!row || row.state === 'closed') throw new BadInput('The record of this request is missing or closed; ask anew from Slack.');
  if (row.stopping) throw new Stopped('It was stopped while a fresh code was to be asked for.');

  const entryOf = (attempt: number, previous: string) => ({
    requestId: request.requestId,
    entry: `${String(attempt).padStart(3, '0')}-1-asked`,
    at: input.enteredAt,
    who: 'askApprover',
    what: { bucket: request.bucket, notes: notes.join(' ') },
    previous,
  });
  const wasAsked = row.askedIn === input.enteredAt;
  // It may have died before it could record that.
  if (wasAsked) await audit.record(entryOf(row.attempt, row.askedAfter ?? ''));
  // Run again, it is the same asking; unless somebody answered the first run, whose wait was over by then.
  const again = wasAsked && !row.decision;
  const attempt = again ? row.attempt : row.attempt + 1;
  const { requestId, bucket } = request;
  const context = { purpose: 'taskToken', requestId, bucket, account: config.account, attempt } as const;
  const sealedToken = await seals.seal(new Secret(input.taskToken), context);
  const window = windowOf(request, input.emptying);
  const timed = { ...request, expiresAt: new Date(window.until).toISOString() };
  const until = timed.expiresAt === request.expiresAt ? undefined : timed.expiresAt;
  const askedAfter = again ? (row.askedAfter ?? '') : lastHead(row, elevation, input.emptying);
  const entry = entryOf(attempt, askedAfter);
  const auditHead = again ? row.auditHead : auditEntry(entry).hash;

  const modal = modalToUpdate(row, again);
  const views = again ? (row.views ?? {}) : modal ? { [modal.user]: modal.viewId } : {};
  const shown = { askedIn: input.enteredAt, askedAfter, until, facts, notes, sealedToken, auditHead, views };
  // Who decided meanwhile decided for a wait that is over: run again, it is another asking, and comes after that in the trail.
  if (!(await requests.asked(requestId, attempt, shown, again ? 'again' : { head: row.auditHead })))
    throw new TryAgain('Somebody answered while it was asked once more, or it was closed; it is looked at anew.');
  await audit.record(entry);

  const rule = ruleFor(config, bucket);
  const may = (user: string) => user !== request.requester || rule?.requesterMayApprove;
  const approvers = rule ? approversOf(config, rule).filter((approver) => may(approver.slackUser)) : [];
  const mentions = approvers.map((approver) => approver.slackUser);
  const message = await show({ request: timed, facts, approvers: mentions, notes }, row, parts);
  const direct = await attempted(warn, 'the direct message', async () =>
    post(slack, request.requester, followMessage({ request: timed, approvers: mentions }), row.direct),
  );
  await requests.placed(requestId, { ...(message && { message }), ...(direct && { direct }) });
  if (modal) {
    const unlimited = approvers.some((approver) => approver.slackUser === modal.user && approver.session === 'user');
    const view = approveModal({ request, facts, attempt, notes, now: new Date(now()).toISOString(), unlimited });
    const updated = await attempted(warn, 'the modal', () => slack.views.update({ view_id: modal.viewId, view }));
    if (!updated && !inspection.refused)
      await attempted(warn, 'the approver', () => post(slack, modal.user, askedAnewMessage(request, notes)));
  }
  const over = await isOver(request, [message, direct], parts);
  const time = now();
  const reminded = row.remindedAt !== undefined && Date.parse(row.remindedAt) >= window.from;
  if (time >= window.remindAt && !reminded && !over) {
    await attempted(warn, 'the reminder', () =>
      post(slack, config.slack.channel, reminderMessage(timed, mentions), undefined, message?.ts),
    );
    await requests.placed(requestId, { remindedAt: new Date(time).toISOString() });
  }
  if (heard.fault) throw heard.fault;
}

/**
 * Of the code before. Whatever `inspect` says of it, and however often it is asked since: marks keep anybody from hearing it twice.
 */
function noticesOfCode({ request, elevation }: AskInput, config: Config): Notice[] {
  if (elevation?.verdict === 'askAgain') return noticesOfRefusal(request, elevation, config);
  // It is asked again after a session where that is over with work left, and only there.
  if (elevation?.verdict !== 'session') return [];
  return noticesOfSession(request, elevation, config.approvers[elevation.approver]?.slackUser);
}

/** Shows the question in the channel; to each approver directly where the channel takes it no more. Throws where nobody can be shown it. */
async function show(waiting: Waiting, row: RequestRow, { config, slack, warn }: AskParts): Promise<MessageAt | undefined> {
  const { channel, operatorsChannel } = config.slack;
  try {
    return await post(slack, channel, waitingMessage(waiting), row.message);
  } catch (error) {
    if (!(error instanceof SlackRefused)) throw error;
    warn('the approvals channel takes no messages', { error: error.message });
    const question = waitingMessage({ ...waiting, notes: [...waiting.notes, NO_CHANNEL] });
    const shown = await Promise.all(waiting.approvers.map((user) => attempted(warn, 'an approver', () => post(slack, user, question))));
    if (!shown.some(Boolean)) throw error;
    const why = `${error.message} Its approvers were asked directly.`;
    if (operatorsChannel)
      await attempted(warn, 'the operators', () => post(slack, operatorsChannel, forOperatorsMessage(waiting.request, why)));
    return undefined;
  }
}

/**
 * Was it ended while it was being shown, as by a click on what stood there before? Whoever reported that may have edited the messages already, and then the
 * question stood there in its place.
 */
async function isOver(request: Request, messages: (MessageAt | undefined)[], { requests, slack, now, warn }: AskParts): Promise<boolean> {
  const { row } = await readRow(requests, request.requestId);
  const ended = row && endOf(row, request, new Date(now()).toISOString());
  if (!ended) return false;
  for (const at of messages) if (at) await attempted(warn, 'the end', () => post(slack, at.channel, endedMessage(ended), at));
  return true;
}

const NO_CHANNEL = 'Slack takes no message for the approvals channel, so you are asked here. Tell your operators.';

/** The modal in which the last code was given: it says "checking" and has to ask again. Once the asking is written, it stands among the views. */
function modalToUpdate({ decision, views }: RequestRow, again: boolean): { user: string; viewId: string } | undefined {
  if (decision) return decision.verdict === 'approved' && decision.viewId ? { user: decision.by, viewId: decision.viewId } : undefined;
  const [user, viewId] = (again && Object.entries(views ?? {})[0]) || [];
  return user && viewId ? { user, viewId } : undefined;
}
