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
import { refusalOf } from '../client.ts';
import { tell } from './tell.ts';

const SORRY = 'Something failed for the moment. Try again, which does no harm; if it fails again, tell your operators.';

const UNKNOWN =
  'AWS gave no answer: your request may have been started, or not. If no message about it comes, send this form again as it is; it is not asked twice.';

function sentenceFor(error: unknown): string {
  if (error instanceof StartUnknown) return UNKNOWN;
  const refusal = refusalOf(error);
  return refusal ? `Slack refuses Interlock something that it needs for this (${refusal}). Tell your operators that word.` : SORRY;
}

/** What the log says of it. Our own errors and Slack's words hold no secret; others' text may. */
export function failureOf(error: unknown): string {
  if (error instanceof InterlockError) return error.message;
  return refusalOf(error) ?? (error instanceof Error ? error.name : typeof error);
}

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
        logger.error('a listener failed:', failureOf(error));
        await answer(args, sentenceFor(error));
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
