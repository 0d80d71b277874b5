/** Approve, reject, cancel: the buttons and the modals behind them. */
import type { ViewSubmitAction } from '@slack/bolt';
import { slackError } from '../client.ts';
import type { Decided, Desk, Refused, Submission } from '../desk.ts';
import { INPUT } from '../ids.ts';
import { literal, user, users } from '../text.ts';
import { approveModal, parseApprove, parseModalFor, rejectModal, tellingModal } from '../views/approve.ts';
import { type StateValues, typed } from '../views/inputs.ts';
import type { ClickArgs, SubmitArgs } from './failures.ts';
import { tell } from './tell.ts';

export const onApproveClicked = (desk: Desk) => openModal(desk, 'approve');
export const onRejectClicked = (desk: Desk) => openModal(desk, 'reject');

function openModal(desk: Desk, to: 'approve' | 'reject') {
  return async ({ ack, body, action, client }: ClickArgs): Promise<void> => {
    const click = { requestId: action.value ?? '', user: body.user.id, team: body.team?.id ?? '' };
    const considered = await desk.consider({ ...click, to });
    if (!considered.ok) {
      await tell(client, body, refusal(considered));
      return ack();
    }
    const { approval } = considered;
    const view = to === 'approve' ? approveModal(approval) : rejectModal(approval.request, approval.attempt);
    let viewId: string | undefined;
    try {
      viewId = (await client.views.open({ trigger_id: body.trigger_id, view })).view?.id;
    } catch (error) {
      await tell(client, body, `Slack could not open the form (${slackError(error)}). Nothing was decided: click again.`);
    }
    if (viewId) await desk.opened(click.requestId, click.user, viewId);
    await ack();
  };
}

/** Takes the code; the modal turns into "checking with AWS" and is told by the flow how it went on. */
export function onApproveSubmitted(desk: Desk) {
  return async ({ ack, body, view }: SubmitArgs): Promise<void> => {
    const { code, bucketName } = parseApprove(view.state.values as StateValues);
    const decided = await decide(body, view, (submission) => desk.approve({ ...submission, code, bucketName }));
    if (!decided.ok) return ack(refusedIn(decided));
    await ack({
      response_action: 'update',
      view: tellingModal(
        'Checking with AWS',
        'Checking with AWS: AWS looks at your code now. This takes a few seconds; this window tells how it went.',
      ),
    });
  };
}

export function onRejectSubmitted(desk: Desk) {
  return async ({ ack, body, view }: SubmitArgs): Promise<void> => {
    const reason = typed(view.state.values as StateValues, INPUT.reason);
    const decided = await decide(body, view, (submission) => desk.reject({ ...submission, reason }));
    await (decided.ok ? ack() : ack(refusedIn(decided)));
  };
}

/** Says at once that it is being cancelled; the message itself follows the request. */
export function onCancelClicked(desk: Desk) {
  return async ({ ack, body, action, client }: ClickArgs): Promise<void> => {
    const cancelled = await desk.cancel({ requestId: action.value ?? '', user: body.user.id, team: body.team?.id ?? '' });
    if (!cancelled.ok) await tell(client, body, refusal(cancelled));
    await ack();
  };
}

/** The message itself tells when the work has stopped. */
export function onStopClicked(desk: Desk) {
  return async ({ ack, body, action, client }: ClickArgs): Promise<void> => {
    const stopped = await desk.stop({ requestId: action.value ?? '', user: body.user.id, team: body.team?.id ?? '' });
    await tell(
      client,
      body,
      stopped.ok ? 'It stops after what is being deleted at this moment; the message tells what is gone.' : refusal(stopped),
    );
    await ack();
  };
}

type Submit = (submission: Submission) => Promise<Decided>;

async function decide(body: ViewSubmitAction, view: ViewSubmitAction['view'], submit: Submit): Promise<Decided> {
  const modalFor = parseModalFor(view.private_metadata);
  if (!modalFor) return { ok: false, over: 'This window is not one of Interlock’s. Click the button in the channel again.' };
  return submit({ ...modalFor, user: body.user.id, team: body.team?.id ?? '', viewId: view.id, view });
}

function refusedIn(decided: Exclude<Decided, { ok: true }>) {
  if ('over' in decided) return { response_action: 'update' as const, view: tellingModal('Not done', said(decided.over, decided.who)) };
  return { response_action: 'errors' as const, errors: decided.errors };
}

function refusal({ why, who, whoCan }: Refused): string {
  return whoCan.length === 0 ? said(why, who) : `${said(why, who)} ${users(whoCan)} can.`;
}

function said(why: string, who: string | undefined): string {
  return who === undefined ? literal(why) : `${user(who)} ${literal(why)}`;
}
