/** The Bolt app: a table from ids to listeners. */
import { App, type AwsLambdaReceiver, type Logger } from '@slack/bolt';
import type { Secret } from '../secret.ts';
import { CLIENT_OPTIONS } from './client.ts';
import type { Desk } from './desk.ts';
import { ACTION, CALLBACK, COMMAND, INPUT } from './ids.ts';
import { builtFor, onAskGuardSubmitted, onAskPurgeSubmitted, onAskSubmitted, onCommand } from './listeners/ask.ts';
import {
  onApproveClicked,
  onApproveSubmitted,
  onCancelClicked,
  onRejectClicked,
  onRejectSubmitted,
  onStopClicked,
} from './listeners/decide.ts';
import { failureOf, failuresAnswered } from './listeners/failures.ts';
import { onHomeOpened } from './listeners/home.ts';
import { leavingOne } from './listeners/older.ts';
import { askGuardModal, askPurgeModal } from './views/ask.ts';

/** Wires the listeners to a receiver. `authorize` saves the `auth.test` that Bolt would make at every cold start with a token. */
export function createApp(receiver: AwsLambdaReceiver, botToken: Secret, desk: Desk, logger: Logger): App {
  const app = new App({
    receiver,
    authorize: async () => ({ botToken: botToken.reveal() }),
    clientOptions: CLIENT_OPTIONS,
    processBeforeResponse: true,
    logger,
  });
  const answered = failuresAnswered(logger);
  app.command(COMMAND.delete, answered.command(onCommand(desk, builtFor(desk))));
  app.command(COMMAND.guard, answered.command(onCommand(desk, askGuardModal)));
  app.command(COMMAND.purge, answered.command(onCommand(desk, askPurgeModal)));
  app.view(CALLBACK.ask, answered.view(INPUT.bucket, onAskSubmitted(desk)));
  app.view(CALLBACK.askGuard, answered.view(INPUT.bucket, onAskGuardSubmitted(desk)));
  app.view(CALLBACK.askPurge, answered.view(INPUT.bucket, onAskPurgeSubmitted(desk)));
  app.action(ACTION.approve, answered.click(leavingOne(desk, 'message', onApproveClicked(desk))));
  app.view(CALLBACK.approve, answered.view(INPUT.code, onApproveSubmitted(desk)));
  app.action(ACTION.reject, answered.click(leavingOne(desk, 'message', onRejectClicked(desk))));
  app.view(CALLBACK.reject, answered.view(INPUT.reason, onRejectSubmitted(desk)));
  app.action(ACTION.cancel, answered.click(leavingOne(desk, 'direct', onCancelClicked(desk))));
  app.action(ACTION.stop, answered.click(onStopClicked(desk)));
  app.event('app_home_opened', onHomeOpened(desk));
  app.error(async (error) => logger.error('a listener failed:', error.code, failureOf(error)));
  return app;
}
