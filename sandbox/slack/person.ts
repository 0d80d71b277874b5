/** A person's hands: what they can do in Slack, and what Slack makes of it for the app and for them. */
import { answerCommand, answerSubmission, couldNotReach } from './answers.ts';
import type { Deliver, Delivered } from './delivery.ts';
import { type By, complaints, elementsOf, fill, names, optionsOf } from './form.ts';
import type { Context } from './methods.ts';
import { Payloads } from './payloads.ts';
import type { ResponseUrls } from './response-urls.ts';
import { isObject } from './schema.ts';
import { ActError, type Block, type Element, type Message, type Option } from './types.ts';
import type { ShownView, View } from './views.ts';
import type { Person } from './workspace.ts';

/**
 * One thing that a person does. `click`: the text of a button, or of an option of a menu; `ts`: on which message (otherwise
 * the open modal's, else the newest message's that has it, else the Home tab's); `block_id` and `action_id`: of several with
 * that text the one that is meant. `submit`: values by the fields' labels, or with `by` by their block ids: labels may be the same.
 * `again`: the app gets this person's last action once more, as Slack repeats deliveries, with these headers besides.
 */
export type Action =
  | { command: string; text?: string; channel?: string }
  | { click: string; ts?: string; block_id?: string; action_id?: string }
  | { submit: Record<string, unknown>; by?: By }
  | { close: true }
  | { home: true }
  | { again: true; headers?: Record<string, string> };

/** Where a button was found. */
export type Place = { message: Message } | { view: View };

/** Where something is to be clicked, as far as it was said. */
interface Where {
  ts: string | undefined;
  block_id: string | undefined;
  action_id: string | undefined;
}

interface Clickable {
  label: string;
  block: Block;
  element: Element;
  option?: Option;
  place: Place;
}

const FORM = 'application/x-www-form-urlencoded';

export class Hands {
  readonly #context: Context;
  readonly #deliver: Deliver;
  readonly #payloads: Payloads;
  readonly #last = new Map<string, { contentType: string; body: string }>();

  constructor(context: Context, responseUrls: ResponseUrls, deliver: Deliver, now: () => number) {
    this.#context = context;
    this.#deliver = deliver;
    this.#payloads = new Payloads(context, responseUrls, now);
  }

  /** Does it and says how the app answered. Throws ActError when it can't be done in Slack as it stands. */
  async act(user: string, action: unknown): Promise<Delivered> {
    const person = this.#context.workspace.person(user);
    if (!person || person.is_bot) throw new ActError(`there is no person "${user}" in this workspace`);
    if (!isObject(action)) throw new ActError('an action is a JSON object');
    const { command, text, channel, click, submit, by, headers } = action;
    if (typeof command === 'string') return this.#command(person, command, word(text, 'text') ?? '', word(channel, 'channel'));
    if (typeof click === 'string') return this.#click(person, click, whereOf(action));
    if (isObject(submit)) return this.#submit(person, submit, byOf(by));
    if (action.close === true) return this.#close(person);
    if (action.home === true) return this.#send(person, 'application/json', JSON.stringify(this.#payloads.homeOpened(person)));
    if (action.again === true) return this.#again(person, headers);
    throw new ActError(
      'an action is one of {"command", "text"}, {"click", "ts"}, {"submit"}, {"close": true}, {"home": true}, {"again": true}',
    );
  }

  async #command(person: Person, command: string, text: string, channel = this.#context.workspace.home): Promise<Delivered> {
    const { workspace } = this.#context;
    if (!command.startsWith('/')) throw new ActError(`a command starts with a slash, not "${command}"`);
    const place = workspace.channel(channel);
    if (!place?.members.has(person.id)) throw new ActError(`${person.name} is in no channel "${channel}"`);
    const fields = this.#payloads.command(person, place, command, text);
    const answer = await this.#send(person, FORM, new URLSearchParams(fields).toString());
    answerCommand(this.#context, answer, { user: person.id, channel, command });
    return answer;
  }

  async #click(person: Person, label: string, { ts, block_id, action_id }: Where): Promise<Delivered> {
    const there = this.#clickables(person, ts).filter(
      ({ block, element }) => (block_id ?? block.block_id) === block.block_id && (action_id ?? element.action_id) === element.action_id,
    );
    // The last place in the list is the first that a person would look at.
    const found = there.findLast((one) => one.label === label);
    if (!found)
      throw new ActError(
        `${person.name} sees no button "${label}"${onWhat({ ts, block_id, action_id })}; there is: ${names([...new Set(there.map((one) => one.label))])}`,
      );
    const answer = await this.#interact(person, this.#payloads.blockActions(person, found));
    if (answer.status !== 200) couldNotReach(this.#context, answer, person.id, found.place);
    return answer;
  }

  /** All that this person can click: the Home tab's, then the messages' from the oldest on, then the open modal's. */
  #clickables(person: Person, ts: string | undefined): Clickable[] {
    const { messages, views } = this.#context;
    const home = views.home(person.id);
    const modal = views.top(person.id);
    const seen = messages.seenBy(person.id).filter((message) => ts === undefined || message.ts === ts);
    if (ts !== undefined && seen.length === 0) throw new ActError(`${person.name} sees no message ${ts}`);
    const places: Place[] = seen.map((message) => ({ message }));
    if (ts === undefined && home) places.unshift({ view: home });
    if (ts === undefined && modal) places.push({ view: modal });
    return places.flatMap((place) => {
      const { blocks } = 'view' in place ? place.view : place.message;
      return elementsOf(blocks).flatMap(({ block, element }): Clickable[] => {
        if (element.type === 'button') return [{ label: typeof element.text === 'object' ? element.text.text : '', block, element, place }];
        if (block.type === 'input') return [];
        return optionsOf(element).map((option) => ({ label: option.text.text, block, element, option, place }));
      });
    });
  }

  async #submit(person: Person, values: Record<string, unknown>, by: By): Promise<Delivered> {
    const { views } = this.#context;
    const view = this.#modal(person);
    if (!view.submit) throw new ActError('the open modal has nothing to submit');
    const filled = fill(view.blocks, view.state.values, values, by);
    const wrong = complaints(view.blocks, filled);
    views.amend(person.id, view.id, { values: filled, errors: wrong.length > 0 ? told(wrong) : undefined });
    if (wrong.length > 0) return { status: 0, body: wrong.map(({ label, text }) => `${label}: ${text}`).join('\n'), ms: 0 };
    const answer = await this.#interact(person, this.#payloads.submission(person, { ...view, state: { values: filled } }));
    answerSubmission(this.#context, answer, person.id, view);
    return answer;
  }

  async #close(person: Person): Promise<Delivered> {
    const view = this.#modal(person);
    const gone = this.#context.views.close(person.id, view, view.clear_on_close);
    if (!view.notify_on_close) return { status: 200, body: '', ms: 0 };
    return this.#interact(person, this.#payloads.closed(person, view, gone.length > 1));
  }

  #modal(person: Person): ShownView {
    const view = this.#context.views.top(person.id);
    if (!view) throw new ActError(`${person.name} has no modal open`);
    return view;
  }

  async #again(person: Person, headers: unknown): Promise<Delivered> {
    const last = this.#last.get(person.id);
    if (!last) throw new ActError(`${person.name} has done nothing yet that could be sent again`);
    if (headers !== undefined && !(isObject(headers) && Object.values(headers).every((value) => typeof value === 'string')))
      throw new ActError('"headers" is an object of strings');
    return this.#deliver(last.contentType, last.body, (headers ?? {}) as Record<string, string>);
  }

  #interact(person: Person, payload: unknown): Promise<Delivered> {
    return this.#send(person, FORM, new URLSearchParams({ payload: JSON.stringify(payload) }).toString());
  }

  #send(person: Person, contentType: string, body: string): Promise<Delivered> {
    this.#last.set(person.id, { contentType, body });
    return this.#deliver(contentType, body);
  }
}

function whereOf({ ts, block_id, action_id }: Record<string, unknown>): Where {
  return { ts: word(ts, 'ts'), block_id: word(block_id, 'block_id'), action_id: word(action_id, 'action_id') };
}

const onWhat = (where: Where): string =>
  Object.entries(where)
    .flatMap(([name, value]) => (value === undefined ? [] : [name === 'ts' ? ` on ${value}` : ` with ${name} ${value}`]))
    .join('');

function byOf(by: unknown): By {
  if (by === undefined || by === 'label' || by === 'block_id') return by ?? 'label';
  throw new ActError('"by" is "label" or "block_id"');
}

/** What the person is told, by block id and by label. */
function told(wrong: ReturnType<typeof complaints>): Record<string, string> {
  return Object.fromEntries(
    wrong.flatMap(({ label, block_id, text }) => [
      [block_id, text],
      [label, text],
    ]),
  );
}

function word(value: unknown, name: string): string | undefined {
  if (value === undefined || value === null || typeof value === 'string') return value ?? undefined;
  throw new ActError(`"${name}" is text`);
}
