/** What Slack sends an app ("Slash commands", "Interactivity payloads", "Events API" in its reference), field by field. */
import { wire } from './chat.ts';
import { echoed } from './echo.ts';
import { stateOf } from './form.ts';
import type { Context } from './methods.ts';
import type { Place } from './person.ts';
import type { ResponseUrls } from './response-urls.ts';
import type { Block, Element, Option } from './types.ts';
import type { ShownView, View } from './views.ts';
import type { Channel, Person } from './workspace.ts';

/** The deprecated verification token: apps check the signature instead. */
const VERIFICATION_TOKEN = 'sandbox-verification-token';

export class Payloads {
  readonly #context: Context;
  readonly #responseUrls: ResponseUrls;
  readonly #now: () => number;
  #events = 0;

  constructor(context: Context, responseUrls: ResponseUrls, now: () => number) {
    this.#context = context;
    this.#responseUrls = responseUrls;
    this.#now = now;
  }

  /** The fields of the form. */
  command(person: Person, channel: Channel, command: string, text: string): Record<string, string> {
    const { team, app } = this.#context.workspace;
    return {
      token: VERIFICATION_TOKEN,
      team_id: team.id,
      team_domain: team.domain,
      channel_id: channel.id,
      channel_name: channel.name,
      user_id: person.id,
      user_name: person.name,
      command,
      text,
      api_app_id: app,
      is_enterprise_install: 'false',
      response_url: this.#responseUrls.give({ user: person.id, channel: channel.id }),
      trigger_id: this.#context.triggers.give(person.id),
    };
  }

  blockActions(person: Person, { block, element, option, place }: { block: Block; element: Element; option?: Option; place: Place }) {
    const action = { ...this.#action(element, option), block_id: block.block_id, action_id: element.action_id, action_ts: this.#seconds() };
    const shared = { ...this.#interaction('block_actions', person), trigger_id: this.#context.triggers.give(person.id), actions: [action] };
    if ('view' in place) return { ...shared, container: { type: 'view', view_id: place.view.id }, view: sent(place.view) };
    const { message } = place;
    const channel = this.#context.workspace.channel(message.channel);
    return {
      ...shared,
      container: {
        type: 'message',
        message_ts: message.ts,
        ...(message.thread_ts && { thread_ts: message.thread_ts }),
        channel_id: message.channel,
        is_ephemeral: message.ephemeral,
      },
      channel: { id: message.channel, name: channel?.name ?? '' },
      // Slack sends no message for an ephemeral one ("block_actions payload", message).
      ...(!message.ephemeral && { message: wire(message, this.#context) }),
      state: { values: stateOf(message.blocks) },
      response_url: this.#responseUrls.give({ user: person.id, channel: message.channel, message }),
    };
  }

  submission(person: Person, view: View) {
    return {
      ...this.#interaction('view_submission', person),
      trigger_id: this.#context.triggers.give(person.id),
      view: sent(view),
      response_urls: [],
    };
  }

  closed(person: Person, view: View, is_cleared: boolean) {
    return { ...this.#interaction('view_closed', person), view: sent(view), is_cleared };
  }

  homeOpened(person: Person) {
    const { workspace, views } = this.#context;
    const view = views.home(person.id);
    return {
      token: VERIFICATION_TOKEN,
      team_id: workspace.team.id,
      api_app_id: workspace.app,
      event: {
        type: 'app_home_opened',
        user: person.id,
        channel: workspace.directMessage(person.id).id,
        tab: 'home',
        event_ts: this.#seconds(),
        ...(view && { view: sent(view) }),
      },
      type: 'event_callback',
      event_id: `Ev${String(++this.#events).padStart(8, '0')}`,
      event_time: Math.floor(this.#now() / 1000),
      authorizations: [
        { enterprise_id: null, team_id: workspace.team.id, user_id: workspace.bot, is_bot: true, is_enterprise_install: false },
      ],
      is_ext_shared_channel: false,
    };
  }

  #interaction(type: string, person: Person) {
    const { team, app } = this.#context.workspace;
    return {
      type,
      team: { id: team.id, domain: team.domain },
      user: { id: person.id, username: person.name, name: person.name, team_id: team.id },
      api_app_id: app,
      token: VERIFICATION_TOKEN,
      enterprise: null,
      is_enterprise_install: false,
    };
  }

  #action({ type, text, value }: Element, option: Option | undefined) {
    if (type === 'checkboxes' || type === 'multi_static_select') return { type, selected_options: option ? [option] : [] };
    return option ? { type, selected_option: option } : { type, text, ...(value !== undefined && { value }) };
  }

  #seconds(): string {
    return (this.#now() / 1000).toFixed(6);
  }
}

/** A view without what only the person sees, as Slack sends it. */
function sent({ errors: _, error: __, ...view }: ShownView): View {
  return echoed(view);
}
