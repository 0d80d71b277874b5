/** views.*: modals and Home tabs. The view is checked first: a trigger isn't spent on one that Slack refuses. */
import type { ViewsOpenResponse, ViewsPublishResponse, ViewsPushResponse, ViewsUpdateResponse } from '@slack/web-api';
import { type Method, optional, required } from './methods.ts';
import { invalidArguments, SlackError } from './types.ts';
import { checkedView } from './views.ts';

const open: Method<ViewsOpenResponse> = {
  run({ trigger_id, view }, { triggers, views }) {
    const source = checkedView(view, 'modal');
    return { view: views.open(triggers.take(trigger_id), source) as ViewsOpenResponse['view'] };
  },
};

const push: Method<ViewsPushResponse> = {
  run({ trigger_id, view }, { triggers, views }) {
    const source = checkedView(view, 'modal');
    return { view: views.push(triggers.take(trigger_id), source) as ViewsPushResponse['view'] };
  },
};

const update: Method<ViewsUpdateResponse> = {
  run(args, { views }) {
    const view_id = optional(args, 'view_id');
    const external_id = optional(args, 'external_id');
    if (view_id && external_id) throw invalidArguments('Cannot provide both `view_id` and `external_id`');
    if (!view_id && !external_id) throw invalidArguments('Must provide either `view_id` or `external_id`');
    const source = checkedView(args.view, 'modal');
    return { view: views.update({ view_id, external_id }, source, optional(args, 'hash')) as ViewsUpdateResponse['view'] };
  },
};

const publish: Method<ViewsPublishResponse> = {
  run(args, { views, workspace }) {
    const user = required(args, 'user_id');
    if (workspace.person(user)?.id !== user) throw new SlackError('user_not_found');
    const source = checkedView(args.view, 'home');
    return { view: views.publish(user, source, optional(args, 'hash')) as ViewsPublishResponse['view'] };
  },
};

export const VIEWS = { 'views.open': open, 'views.push': push, 'views.update': update, 'views.publish': publish };
