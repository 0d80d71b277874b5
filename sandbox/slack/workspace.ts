/** Who and what is in the workspace: team, people, channels, direct messages, user groups; all with fixed ids. */
import type { Clock } from '../clock.ts';

/** A person as the sandbox's options give them; what is left out has a sensible value. */
export interface PersonOptions {
  id: string;
  real_name?: string;
  display_name?: string;
  /** A time zone's name from the IANA database. */
  tz?: string;
  is_bot?: boolean;
  /** A guest. */
  is_restricted?: boolean;
  /** A guest in one channel. */
  is_ultra_restricted?: boolean;
  deleted?: boolean;
  /** Is this person in the approvals channel? True unless said otherwise. */
  in_channel?: boolean;
}

export interface ChannelOptions {
  id: string;
  name: string;
  /** Names or ids of people; the bot is a member when its id is among them. */
  members: string[];
  is_archived?: boolean;
  is_private?: boolean;
}

export interface WorkspaceOptions {
  team?: string;
  app?: string;
  /** Id of the app's bot user. */
  bot?: string;
  /** Id of the approvals channel, where everybody and the bot are. */
  channel?: string;
  /** By the name that `act` and `view` take: the person, or only an id. */
  users?: Record<string, PersonOptions | string>;
  /** Further channels. */
  channels?: ChannelOptions[];
  /** User group id → names or ids of people. */
  groups?: Record<string, string[]>;
}

export interface Person extends Required<Omit<PersonOptions, 'in_channel'>> {
  name: string;
}

export interface Channel {
  id: string;
  name: string;
  members: Set<string>;
  is_archived: boolean;
  is_private: boolean;
  /** The other side of a direct message with the bot. */
  im?: string;
}

const PEOPLE: Record<string, PersonOptions> = {
  riya: { id: 'U0RIYA', real_name: 'Riya Sen', tz: 'Europe/Amsterdam' },
  alice: { id: 'U0ALICE', real_name: 'Alice Moreau', tz: 'America/New_York' },
  bob: { id: 'U0BOB', real_name: 'Bob Tanaka', tz: 'Asia/Tokyo' },
  mallory: { id: 'U0MALLORY', real_name: 'Mallory Kent', tz: 'UTC' },
};

/** Slack's own voice in a workspace. */
export const SLACKBOT = 'USLACKBOT';

export class Workspace {
  readonly team: { id: string; name: string; domain: string };
  readonly app: string;
  readonly bot: string;
  readonly botId = 'B0INTERLOCK';
  /** The approvals channel. */
  readonly home: string;
  readonly #people = new Map<string, Person>();
  readonly #channels = new Map<string, Channel>();
  readonly #groups = new Map<string, string[]>();
  readonly #clock: Clock;

  constructor(options: WorkspaceOptions, clock: Clock) {
    this.#clock = clock;
    this.team = { id: options.team ?? 'T0INTERLOCK', name: 'Interlock sandbox', domain: 'interlock-sandbox' };
    this.app = options.app ?? 'A0INTERLOCK';
    this.bot = options.bot ?? 'U0INTERLOCK';
    this.home = options.channel ?? 'C0APPROVALS';
    const members = new Set([this.bot]);
    for (const [name, given] of Object.entries(options.users ?? PEOPLE)) {
      const person = typeof given === 'string' ? { ...PEOPLE[name], id: given } : given;
      this.#people.set(person.id, complete(name, person));
      if (person.in_channel ?? true) members.add(person.id);
    }
    this.#people.set(this.bot, complete('interlock', { id: this.bot, real_name: 'Interlock', is_bot: true }));
    this.#channels.set(this.home, { id: this.home, name: 's3-approvals', members, is_archived: false, is_private: false });
    for (const { id, name, members, is_archived = false, is_private = false } of options.channels ?? []) {
      this.#channels.set(id, { id, name, members: new Set(members.map((one) => this.person(one)?.id ?? one)), is_archived, is_private });
    }
    for (const [id, members] of Object.entries(options.groups ?? {})) {
      this.#groups.set(
        id,
        members.map((one) => this.person(one)?.id ?? one),
      );
    }
  }

  /** By id (`U0RIYA`) or by name (`riya`). */
  person(idOrName: string): Person | undefined {
    return this.#people.get(idOrName) ?? [...this.#people.values()].find(({ name }) => name === idOrName);
  }

  /** Everybody but bots, in the order of the options. */
  people(): Person[] {
    return [...this.#people.values()].filter(({ is_bot }) => !is_bot);
  }

  channel(id: string): Channel | undefined {
    return this.#channels.get(id);
  }

  channels(): Channel[] {
    return [...this.#channels.values()];
  }

  group(id: string): string[] | undefined {
    return this.#groups.get(id);
  }

  /** The direct message between the bot and this person, opened when it is first used. */
  directMessage(user: string): Channel {
    const id = `D${user.slice(1)}`;
    const there = this.#channels.get(id);
    if (there) return there;
    const channel = { id, name: 'directmessage', members: new Set([user, this.bot]), is_archived: false, is_private: true, im: user };
    this.#channels.set(id, channel);
    return channel;
  }

  /** Seconds east of UTC where this person is, by the sandbox's clock. */
  tzOffset(person: Person): number {
    const parts = new Intl.DateTimeFormat('en', { timeZone: person.tz, timeZoneName: 'longOffset' }).formatToParts(this.#clock.date());
    const match = /GMT([+-])(\d{2}):(\d{2})/.exec(parts.find(({ type }) => type === 'timeZoneName')?.value ?? '');
    return match ? (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 3600 + Number(match[3]) * 60) : 0;
  }
}

function complete(name: string, given: PersonOptions): Person {
  return {
    name,
    id: given.id,
    real_name: given.real_name ?? name,
    display_name: given.display_name ?? name,
    tz: given.tz ?? 'UTC',
    is_bot: given.is_bot ?? false,
    is_restricted: given.is_restricted ?? false,
    is_ultra_restricted: given.is_ultra_restricted ?? false,
    deleted: given.deleted ?? false,
  };
}
