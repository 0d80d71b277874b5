/**
 * What the Slack side can have done: the listeners know this and nothing of AWS. Every method decides anew who may;
 * a refusal is a value with a sentence for the person. Users are Slack user ids of signed payloads.
 */
import type { Purge } from '../domain/purge.ts';
import type { Kind } from '../domain/request.ts';
import type { Approval } from './views/approve.ts';
import type { Status } from './views/status.ts';

/** Who clicked or typed, from the signed payload. */
export interface Person {
  user: string;
  team: string;
}

export interface Refused {
  ok: false;
  /** Slack user id of whom the sentence begins with ("<@U…> has approved it already."). */
  who?: string;
  why: string;
  /** Slack user ids of those who can. */
  whoCan: string[];
}

export type Asked = { ok: true } | { ok: false; field: 'bucket' | 'reason'; why: string };

/**
 * `errors`: what is wrong with which input of the modal; `over`: nothing can be decided in this modal any more, and why.
 * `who`: the Slack user whom the sentence begins with.
 */
export type Decided =
  | { ok: true }
  | { ok: false; errors: Partial<Record<'code' | 'bucketName' | 'reason', string>> }
  | { ok: false; over: string; who?: string };

export interface Submission extends Person {
  requestId: string;
  attempt: number;
  /** When the modal was built, as it says itself. */
  now: string;
  /** The modal as Slack signed it: what the person read. */
  view: unknown;
  /** The modal that was submitted: it counts only if the app opened it for this person. */
  viewId: string;
}

export interface Desk {
  ask(
    asked: Person & {
      bucket: string;
      kind: Kind;
      reason: string;
      rehearsal: boolean;
      purge?: Purge;
      bypassGovernance?: true;
      viewId: string;
    },
  ): Promise<Asked>;
  /** Does the rule of the bucket that somebody typed allow governance retention to be bypassed, so that it may be asked for? Any rule, where none is named. */
  mayBypass?(typed: string): boolean;
  /** What the modal shows to somebody who wants to approve or reject. */
  consider(click: Person & { requestId: string; to: 'approve' | 'reject' }): Promise<{ ok: true; approval: Approval } | Refused>;
  /** Remembers the modal that was opened for a person. */
  opened(requestId: string, user: string, viewId: string): Promise<void>;
  approve(submission: Submission & { code: string; bucketName: string }): Promise<Decided>;
  reject(submission: Submission & { reason: string }): Promise<Decided>;
  cancel(click: Person & { requestId: string }): Promise<{ ok: true } | Refused>;
  /** Ends an emptying that goes on: what is gone stays gone. */
  stop(click: Person & { requestId: string }): Promise<{ ok: true } | Refused>;
  /** Tells the operators that somebody asks in a window which shows something else than Interlock put into it. Throws nothing. */
  otherWindow(user: string): Promise<void>;
  /** Where the message in the channel stands, or the one to the requester. */
  stands(requestId: string, which: 'message' | 'direct'): Promise<{ channel: string; ts: string } | undefined>;
  status(person: Person): Promise<Status>;
}
