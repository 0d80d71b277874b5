/** `/delete-bucket`, `/guard-bucket`, `/purge-versions`, and the modals they open. */
import type { ModalView } from '@slack/types';
import { slackError } from '../client.ts';
import type { Desk } from '../desk.ts';
import { INPUT } from '../ids.ts';
import { literal } from '../text.ts';
import { tellingModal } from '../views/approve.ts';
import { isAsBuilt } from '../views/as-built.ts';
import { askGuardModal, askModal, askPurgeModal, parseAsk, parseAskGuard, parseAskPurge, prefilled } from '../views/ask.ts';
import type { StateValues } from '../views/inputs.ts';
import { helpMessage, statusMessage } from '../views/status.ts';
import type { CommandArgs, SubmitArgs } from './failures.ts';

/** Opens the command's modal, or answers `help` and `status` with a message that only this person sees. */
export function onCommand(desk: Desk, modal: (bucket: string) => ModalView) {
  return async ({ command, ack, client }: CommandArgs): Promise<void> => {
    const text = command.text.trim();
    // Phones begin with a capital; no bucket does.
    const word = text.toLowerCase();
    if (word === 'help') return ack({ response_type: 'ephemeral', ...helpMessage() });
    if (word === 'status') {
      const status = await desk.status({ user: command.user_id, team: command.team_id });
      return ack({ response_type: 'ephemeral', ...statusMessage(status) });
    }
    try {
      await client.views.open({ trigger_id: command.trigger_id, view: modal(text) });
      await ack();
    } catch (error) {
      await ack({
        response_type: 'ephemeral',
        text: `Slack could not open the form (${slackError(error)}). Nothing was asked: type ${command.command} again.`,
      });
    }
  };
}

/** The modal of `/delete-bucket`, with what may be asked for here. */
export function builtFor(desk: Pick<Desk, 'mayBypass'>): (typed: string) => ModalView {
  return (typed) => askModal(typed, desk.mayBypass?.(typed));
}

/** Asks for the deletion, or the emptying. */
export function onAskSubmitted(desk: Desk) {
  return ifAsBuilt(desk, builtFor(desk), async (args) => {
    const { kind, ...asked } = parseAsk(args.view.state.values as StateValues);
    if (asked.bypassGovernance && kind === 'delete') {
      const why = 'Retention is bypassed only where a bucket is emptied: tick Empty it first too.';
      return args.ack({ response_action: 'errors', errors: { [INPUT.bypass]: why } });
    }
    if (kind) return submit(desk, args, { ...asked, kind });
    await args.ack({ response_action: 'errors', errors: { [INPUT.keep]: 'To keep the empty bucket, tick Empty it first too.' } });
  });
}

/** Asks for the change of the guard that was chosen. */
export function onAskGuardSubmitted(desk: Desk) {
  return ifAsBuilt(desk, askGuardModal, async (args) => {
    const { kind, ...asked } = parseAskGuard(args.view.state.values as StateValues);
    if (kind) return submit(desk, args, { ...asked, kind });
    await args.ack({ response_action: 'errors', errors: { [INPUT.change]: 'Choose one of the three changes.' } });
  });
}

/** Asks for the deletion of old versions. */
export function onAskPurgeSubmitted(desk: Desk) {
  return ifAsBuilt(desk, askPurgeModal, async (args) => {
    const parsed = parseAskPurge(args.view.state.values as StateValues);
    if (parsed.ok) return submit(desk, args, { ...parsed.asked, kind: 'purge' });
    await args.ack({ response_action: 'errors', errors: parsed.errors });
  });
}

/** What was typed into a window that shows anything but what Interlock put into it, a code perhaps, goes nowhere; operators are told. */
function ifAsBuilt(desk: Desk, modal: (typed: string) => ModalView, listener: (args: SubmitArgs) => Promise<void>) {
  return async (args: SubmitArgs): Promise<void> => {
    const { ack, body, view } = args;
    if (isAsBuilt(modal(prefilled(view)), view)) return listener(args);
    await desk.otherWindow(body.user.id);
    await ack({ response_action: 'update', view: tellingModal('Not done', literal(OTHER_WINDOW)) });
  };
}

const OTHER_WINDOW =
  'This window doesn’t show what Interlock put into it, so nothing was done with what you typed. Tell your operators, and give the command again.';

/** Makes the request; what is wrong with it stands below the input. */
async function submit(
  desk: Desk,
  { ack, body, view }: SubmitArgs,
  asked: Omit<Parameters<Desk['ask']>[0], 'user' | 'team' | 'viewId'>,
): Promise<void> {
  const result = await desk.ask({ ...asked, user: body.user.id, team: body.team?.id ?? '', viewId: view.id });
  if (result.ok) return ack();
  await ack({ response_action: 'errors', errors: { [INPUT[result.field]]: result.why } });
}
