/** Modals, which a person has stacked before them, and Home tabs. */
import type { Clock } from '../clock.ts';
import type { Signal } from '../signal.ts';
import { viewFaults } from './block-kit.ts';
import { stateOf } from './form.ts';
import { withIds } from './ids.ts';
import { LIMITS } from './limits.ts';
import { invalidArguments, SlackError, type StateValues, type ViewSource } from './types.ts';
import type { Workspace } from './workspace.ts';

/** A view as Slack sends it to apps, and as a person sees it. */
export interface View extends ViewSource {
  id: string;
  team_id: string;
  app_id: string;
  app_installed_team_id: string;
  bot_id: string;
  hash: string;
  state: { values: StateValues };
  root_view_id: string;
  previous_view_id: string | null;
}

/** A view with what the person is told about it: `errors` by block id and by label, `error` for the whole. */
export interface ShownView extends View {
  errors?: Record<string, string>;
  error?: string;
}

export class Views {
  /** The modals before each person, the one on top last; a stack that a newer `views.open` covers lies below it. */
  readonly #modals = new Map<string, ShownView[]>();
  readonly #homes = new Map<string, View>();
  readonly #clock: Clock;
  readonly #workspace: Workspace;
  readonly #changed: Signal;
  #number = 0;

  constructor(clock: Clock, workspace: Workspace, changed: Signal) {
    this.#clock = clock;
    this.#workspace = workspace;
    this.#changed = changed;
  }

  /** The modal that this person has before them. */
  top(user: string): ShownView | undefined {
    return this.#modals.get(user)?.at(-1);
  }

  home(user: string): View | undefined {
    return this.#homes.get(user);
  }

  /** Throws `duplicate_external_id`. */
  open(user: string, source: ViewSource): View {
    this.#free(source.external_id);
    const view = this.#make(source, null);
    this.#modals.set(user, [...(this.#modals.get(user) ?? []), view]);
    this.#changed.ring();
    return view;
  }

  /** On top of the open modal. Throws `not_found` when none is open, `push_limit_reached`, `duplicate_external_id`. */
  push(user: string, source: ViewSource): View {
    const below = this.top(user);
    if (!below) throw new SlackError('not_found');
    this.#free(source.external_id);
    const stack = this.#modals.get(user) ?? [];
    if (stack.filter(({ root_view_id }) => root_view_id === below.root_view_id).length >= LIMITS.viewStack.max)
      throw new SlackError('push_limit_reached');
    const view = this.#make(source, below);
    stack.push(view);
    this.#changed.ring();
    return view;
  }

  /** Throws `not_found` when that view isn't open any more, `hash_conflict` when it has changed since the hash was made. */
  update(which: { view_id?: string | undefined; external_id?: string | undefined }, source: ViewSource, hash?: string): View {
    for (const stack of this.#modals.values()) {
      const at = stack.findIndex((one) => (which.view_id ? one.id === which.view_id : one.external_id === which.external_id));
      const old = stack[at];
      if (!old) continue;
      if (hash && hash !== old.hash) throw new SlackError('hash_conflict');
      if (source.external_id && source.external_id !== old.external_id) this.#free(source.external_id);
      const { id, root_view_id, previous_view_id } = old;
      const view = { ...this.#make(source, null, old.state.values), id, root_view_id, previous_view_id };
      stack[at] = view;
      this.#changed.ring();
      return view;
    }
    throw new SlackError('not_found');
  }

  /** Throws `hash_conflict`. */
  publish(user: string, source: ViewSource, hash?: string): View {
    const old = this.#homes.get(user);
    if (hash && old && hash !== old.hash) throw new SlackError('hash_conflict');
    const view = this.#make(source, null, old?.state.values);
    const home = old ? { ...view, id: old.id, root_view_id: old.id } : view;
    this.#homes.set(user, home);
    this.#changed.ring();
    return home;
  }

  /** Takes the view away, and with `all` the whole stack that it stands in; returns what was taken, the top one first. */
  close(user: string, view: View, all = false): View[] {
    const stack = this.#modals.get(user) ?? [];
    const gone = stack.filter((one) => one.id === view.id || (all && one.root_view_id === view.root_view_id));
    this.#modals.set(
      user,
      stack.filter((one) => !gone.includes(one)),
    );
    this.#changed.ring();
    return gone.reverse();
  }

  /** Changes what the person has typed or is told; nothing happens when the view is gone by now. */
  amend(
    user: string,
    id: string,
    change: { values?: StateValues; errors?: Record<string, string> | undefined; error?: string | undefined },
  ): void {
    const view = this.#modals.get(user)?.find((one) => one.id === id);
    if (!view) return;
    if (change.values) view.state = { values: change.values };
    delete view.errors;
    delete view.error;
    if (change.errors) view.errors = change.errors;
    if (change.error) view.error = change.error;
    this.#changed.ring();
  }

  #make(source: ViewSource, below: View | null, before?: StateValues): View {
    const id = `V${String(++this.#number).padStart(8, '0')}`;
    const { team, app, botId } = this.#workspace;
    const blocks = withIds(source.blocks);
    const { title, submit = null, close = null, clear_on_close = false, notify_on_close = false } = source;
    return {
      id,
      team_id: team.id,
      type: source.type,
      ...(title && { title }),
      submit,
      close,
      blocks,
      private_metadata: source.private_metadata ?? '',
      callback_id: source.callback_id ?? '',
      external_id: source.external_id ?? '',
      state: { values: stateOf(blocks, before) },
      hash: `${Math.floor(this.#clock.now() / 1000)}.${this.#number.toString(16).padStart(8, '0')}`,
      clear_on_close,
      notify_on_close,
      root_view_id: below?.root_view_id ?? id,
      previous_view_id: below?.id ?? null,
      app_id: app,
      app_installed_team_id: team.id,
      bot_id: botId,
    };
  }

  #free(external_id: string | undefined): void {
    if (!external_id) return;
    for (const stack of this.#modals.values()) {
      if (stack.some((one) => one.external_id === external_id)) throw new SlackError('duplicate_external_id');
    }
  }
}

/** The view that an app sent, checked. Throws `invalid_arguments` with the reasons, or `view_too_large`. */
export function checkedView(view: unknown, type: 'modal' | 'home'): ViewSource {
  if (view === undefined || view === null) throw invalidArguments('missing required field: view [json-pointer:]');
  if (Buffer.byteLength(JSON.stringify(view)) > LIMITS.viewBytes.max) throw new SlackError('view_too_large');
  const faults = viewFaults(view, type);
  if (faults.length > 0) throw invalidArguments(...faults);
  return view as ViewSource;
}
