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
import { InterlockError } from '../../errors.ts';
import { tell } from './tell.ts';

const SORRY = 'Something failed for the moment, and nothing was done. Try again; if it fails again, tell your operators.';

export type CommandArgs = SlackCommandMiddlewareArgs & AllMiddlewareArgs;
export type ClickArgs = SlackActionMiddlewareArgs<BlockButtonAction> & AllMiddlewareArgs;
export type SubmitArgs = SlackViewMiddlewareArgs<ViewSubmitAction> & AllMiddlewareArgs;

type Listener<Args> = (args: Args) => Promise<void>;

/** Wraps listeners by what they answer; `view` names the input below which it is said, so that what was typed stays. */
export function failuresAnswered(logger: Logger) {
  const wrap =
    <Args>(listener: Listener<Args>, answer: Listener<Args>): Listener<Args> =>
    async (args) => {
      try {
        await listener(args);
      } catch (error) {
        // Our own errors hold no secret; others' text may.
        logger.error(
          'a listener failed:',
          error instanceof InterlockError ? error.message : error instanceof Error ? error.name : typeof error,
        );
        await answer(args);
      }
    };
  return {
    command: (listener: Listener<CommandArgs>) => wrap(listener, ({ ack }) => ack({ response_type: 'ephemeral', text: SORRY })),
    view: (input: string, listener: Listener<SubmitArgs>) =>
      wrap(listener, ({ ack }) => ack({ response_action: 'errors', errors: { [input]: SORRY } })),
    click: (listener: Listener<ClickArgs>) =>
      wrap(listener, async ({ ack, body, client }) => {
        await tell(client, body, SORRY);
        await ack();
      }),
  };
}
