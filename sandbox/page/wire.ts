/**
 * What the page hears and says. `GET /sandbox/events?user=<name>` is a stream of server-sent events, each named after a member of `Told` with
 * that member's shape as JSON; it begins with all that is kept, and goes on with what changes.
 */
import type { CallRecord } from '../aws/calls.ts';
import type { Message } from '../slack/types.ts';
import type { ShownView, View } from '../slack/views.ts';

/**
 * So many of the newest are kept, by the stream for who comes or falls behind as by the page: messages of each conversation, calls and
 * executions. It is the same number on both sides, so that nothing is missing in between.
 */
export const KEPT = { messages: 1_000, calls: 1_000, executions: 100 } as const;

/** Of messages, oldest first, those that are kept. */
export function keptOf<T extends { channel: string }>(messages: T[]): T[] {
  const left = new Map<string, number>();
  for (const { channel } of messages) left.set(channel, (left.get(channel) ?? 0) + 1);
  return messages.filter(({ channel }) => {
    const newer = left.get(channel) ?? 0;
    left.set(channel, newer - 1);
    return newer <= KEPT.messages;
  });
}

export interface Told {
  hello: Hello;
  clock: { /** How far the sandbox's clock is ahead of the machine's, in milliseconds. */ shift: number };
  slack: SlackNews;
  devices: Device[];
  buckets: BucketNow[];
  calls: CallRecord[];
  executions: ExecutionNews[];
}

/** First of all; another `boot` than before: the sandbox began anew, and everything that was told is over. */
export interface Hello {
  boot: string;
  account: string;
  region: string;
  people: { id: string; name: string; realName: string; timeZone: string }[];
  /** The person whom this stream is for. */
  user: string;
  /** The app's bot user. */
  bot: { id: string; name: string };
  /** Slack's own voice. */
  slackbot: string;
  /** The approvals channel. */
  home: string;
  commands: { command: string; description: string; hint: string }[];
  /** By people's names: who has an MFA device, so that a code can be shown. */
  approvers: string[];
}

export interface SlackNews {
  /**
   * New and changed messages, oldest first; one with a known channel and ts takes that one's place. Where there are many already, the stream
   * begins with the newest ones, and tells the older ones after that.
   */
  messages: Message[];
  removed: { channel: string; ts: string }[];
  modal: ShownView | null;
  home: View | null;
  /** All the channels that the person is in; `im`: their direct message with the app. */
  channels: { id: string; name: string; im: boolean }[];
}

/** An MFA device and what it shows. Times in milliseconds since 1970, by the sandbox's clock. */
export interface Device {
  owner: string;
  serial: string;
  /** `otpauth://totp/…`, for a QR code. */
  uri: string;
  /** What it shows now, and next: so many that the page can count on by itself. */
  codes: { code: string; from: number; until: number }[];
  /** The code that AWS took last; null where none was used yet. */
  spent: string | null;
}

export interface BucketNow {
  name: string;
  account: string;
  region: string;
  versioning: 'Enabled' | 'Suspended' | null;
  /** Versions that are objects, noncurrent ones included. */
  versions: number;
  markers: number;
  bytes: number;
  uploads: number;
  guard: 'basic' | 'hardened' | null;
  /** Late writers are held off just now. */
  held: boolean;
  objectLock: boolean;
  mfaDelete: boolean;
}

export interface Visit {
  name: string;
  type: string;
  /** ISO 8601. */
  enteredAt: string;
  exitedAt: string | null;
}

export interface ExecutionNews {
  name: string;
  /** What it is about; null where its input says nothing of a bucket. */
  bucket: string | null;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  startDate: string;
  stopDate: string | null;
  error: string | null;
  cause: string | null;
  /** `visits` take the place of those that are known from this one on. */
  from: number;
  visits: Visit[];
}

/** `GET /sandbox/machine`. */
export interface MachineDefinition {
  name: string;
  definition: unknown;
}

/** `POST /sandbox/break-in`. */
export interface BreakIn {
  try: 'delete-as-administrator' | 'delete-without-code' | 'take-guard-off' | 'replay-code';
  bucket: string;
  /** Whose key; alice, where nobody is named. */
  approver?: string;
}

/** How AWS answered a try to break in. */
export interface BreakInAnswer {
  /** Did AWS do it? */
  done: boolean;
  /** What was asked, as whom: `s3:DeleteBucket on guarded-ledger, as arn:aws:iam::…:user/admin`. */
  asked: string;
  /** AWS's error code and message, word for word; null where it was done. */
  error: { code: string; message: string } | null;
  /** What that means, in a sentence or two. */
  words: string;
}
