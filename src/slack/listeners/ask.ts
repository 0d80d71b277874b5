/** `/delete-bucket` and the modal it opens. */
import { slackError } from '../client.ts';
import type { Desk } from '../desk.ts';
import { COMMAND, INPUT } from '../ids.ts';
import { askModal, parseAsk } from '../views/ask.ts';
import type { StateValues } from '../views/inputs.ts';
import { helpMessage, statusMessage } from '../views/status.ts';
import type { CommandArgs, SubmitArgs } from './failures.ts';

/** Opens the modal, or answers `help` and `status` with a message that only this person sees. */
export function onCommand(desk: Desk) {
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
      await client.views.open({ trigger_id: command.trigger_id, view: askModal(text) });
      await ack();
    } catch (error) {
      await ack({
        response_type: 'ephemeral',
        text: `Slack could not open the form (${slackError(error)}). Nothing was asked: type ${COMMAND} again.`,
      });
    }
  };
}

/** Makes the request; what is wrong with it stands below the input. */
export function onAskSubmitted(desk: Desk) {
  return async ({ ack, body, view }: SubmitArgs): Promise<void> => {
    const asked = parseAsk(view.state.values as StateValues);
    const result = await desk.ask({ ...asked, user: body.user.id, team: body.team?.id ?? '', viewId: view.id });
    if (result.ok) return ack();
    await ack({ response_action: 'errors', errors: { [INPUT[result.field]]: result.why } });
  };
}
