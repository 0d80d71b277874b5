/** Whoever clicked or typed hears it when something of ours failed: never Slack's own error, never silence. */
import type {
  AllMiddlewareArgs,
  BlockButtonAction,
  Logger,
  SlackActionMiddlewareArgs,
  SlackCommandMiddlewareArgs,
  SlackViewMiddlewareArgs,
  ViewSubmitAction,
} from '@slack/bolt';
import { InterlockError, StartUnknown } from '../../errors.ts';
import { tell } from './tell.ts';

const SORRY = 'Something failed for the moment. Try again, which does no harm; if it fails again, tell your operators.';

const UNKNOWN =
  'AWS gave no answer: your request may have been started, or not. If no message about it comes, send this form again as it is; it is not asked twice.';

export type CommandArgs = SlackCommandMiddlewareArgs & AllMiddlewareArgs;
export type ClickArgs = SlackActionMiddlewareArgs<BlockButtonAction> & AllMiddlewareArgs;
export type SubmitArgs = SlackViewMiddlewareArgs<ViewSubmitAction> & AllMiddlewareArgs;

type Listener<Args> = (args: Args) => Promise<void>;

/** Wraps listeners by what they answer; `view` names the input below which it is said, so that what was typed stays. */
export function failuresAnswered(logger: Logger) {
  const wrap =
    <Args>(listener: Listener<Args>, answer: (args: Args, sentence: string) => Promise<void>): Listener<Args> =>
    async (args) => {
      try {
        await listener(args);
      } catch (error) {
        // Our own errors hold no secret; others' text may.
        logger.error(
          'a listener failed:',
          error instanceof InterlockError ? error.message : error instanceof Error ? error.name : typeof error,
        );
        await answer(args, error instanceof StartUnknown ? UNKNOWN : SORRY);
      }
    };
  return {
    command: (listener: Listener<CommandArgs>) => wrap(listener, ({ ack }, text) => ack({ response_type: 'ephemeral', text })),
    view: (input: string, listener: Listener<SubmitArgs>) =>
      wrap(listener, ({ ack }, text) => ack({ response_action: 'errors', errors: { [input]: text } })),
    click: (listener: Listener<ClickArgs>) =>
      wrap(listener, async ({ ack, body, client }, text) => {
        await tell(client, body, text);
        await ack();
      }),
  };
}
