/** App Home: the same as `status`, for whoever opens it. */
import type { AllMiddlewareArgs, SlackEventMiddlewareArgs } from '@slack/bolt';
import type { Desk } from '../desk.ts';
import { homeView } from '../views/status.ts';

export function onHomeOpened(desk: Desk) {
  return async ({ event, body, client }: SlackEventMiddlewareArgs<'app_home_opened'> & AllMiddlewareArgs): Promise<void> => {
    if (event.tab !== 'home') return;
    const status = await desk.status({ user: event.user, team: body.team_id });
    await client.views.publish({ user_id: event.user, view: homeView(status) });
  };
}
