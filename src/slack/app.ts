/** The Bolt app: a table from ids to listeners. */
import { App, type AwsLambdaReceiver, type Logger } from '@slack/bolt';
import type { Secret } from '../secret.ts';
import { CLIENT_OPTIONS } from './client.ts';
import type { Desk } from './desk.ts';
import { ACTION, CALLBACK, COMMAND } from './ids.ts';
import { onAskSubmitted, onCommand } from './listeners/ask.ts';
import { onApproveClicked, onApproveSubmitted, onCancelClicked, onRejectClicked, onRejectSubmitted } from './listeners/decide.ts';
import { onHomeOpened } from './listeners/home.ts';

/** Wires the listeners to a receiver. `authorize` saves the `auth.test` that Bolt would make at every cold start with a token. */
export function createApp(receiver: AwsLambdaReceiver, botToken: Secret, desk: Desk, logger: Logger): App {
  const app = new App({
    receiver,
    authorize: async () => ({ botToken: botToken.reveal() }),
    clientOptions: CLIENT_OPTIONS,
    processBeforeResponse: true,
    logger,
  });
  app.command(COMMAND, onCommand(desk));
  app.view(CALLBACK.ask, onAskSubmitted(desk));
  app.action(ACTION.approve, onApproveClicked(desk));
  app.view(CALLBACK.approve, onApproveSubmitted(desk));
  app.action(ACTION.reject, onRejectClicked(desk));
  app.view(CALLBACK.reject, onRejectSubmitted(desk));
  app.action(ACTION.cancel, onCancelClicked(desk));
  app.event('app_home_opened', onHomeOpened(desk));
  app.error(async (error) => logger.error('a listener failed', error.code, error.message));
  return app;
}
