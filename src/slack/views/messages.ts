/** The messages that follow a request: in the approvals channel, in its thread, and directly to people. Pure. */
import type { KnownBlock } from '@slack/types';
import { type Conclusion, type Facts, isGuardKind, type Outcome, type Request } from '../../domain/request.ts';
import { ACTION } from '../ids.ts';
import {
  code,
  context,
  duration,
  fallback,
  firstSentence,
  literal,
  plain,
  quotation,
  quotedLine,
  section,
  user,
  users,
  warnings,
  when,
} from '../text.ts';
import { allGoes, nameFate } from './facts.ts';
import { guardConsequence, seenBlocks } from './guard.ts';
import { doingOf, purgeWords, whatOf } from './kinds.ts';

export interface Message {
  text: string;
  blocks: KnownBlock[];
}

/** What the approvals channel is shown while a request waits. */
export interface Waiting {
  request: Request;
  facts: Facts;
  /** Slack user ids of those who may approve. */
  approvers: string[];
  /** Why it is asked again: what changed, or what became of the last code. */
  notes: string[];
}

export function waitingMessage({ request, facts, approvers, notes }: Waiting): Message {
  const what = whatOf(request);
  return {
    text: fallback(
      `${user(request.requester)} asks to ${what} ${code(request.bucket)}. ${users(approvers)} can approve. Reason: ${quotedLine(request.reason)}`,
    ),
    blocks: [
      section(`${users(approvers)}: ${user(request.requester)} asks to *${what} the bucket* ${code(request.bucket)}.`),
      quotation(request.reason),
      ...warnings(notes.map(literal)),
      ...seenBlocks(request, facts),
      section(consequence(request, facts)),
      {
        type: 'actions',
        elements: [
          {
            type: 'button',
            action_id: ACTION.approve,
            style: request.rehearsal || request.kind === 'guard-hardened' ? 'primary' : 'danger',
            text: plain('Approve with MFA code'),
            value: request.requestId,
          },
          { type: 'button', action_id: ACTION.reject, text: plain('Reject'), value: request.requestId },
        ],
      },
      context(`${request.requestId} · asked ${when(request.askedAt)} · expires ${when(request.expiresAt)}`),
    ],
  };
}

const EMPTYING = 'While that goes on its policy keeps others from writing to it.';

function consequence(request: Request, facts: Facts): string {
  if (request.rehearsal) {
    return '*What will happen:* a rehearsal. AWS checks the code, and its session is tried with one read; the bucket stays as it is.';
  }
  if (isGuardKind(request.kind)) return `*What will happen:* ${guardConsequence(request.kind)}`;
  if (request.kind === 'empty') return `*What will happen:* ${allGoes(facts)} ${EMPTYING} The empty bucket stays.`;
  if (request.kind === 'empty-delete') {
    return `*What will happen:* ${allGoes(facts)} ${EMPTYING} Then the bucket is deleted for good. ${nameFate(request.bucket, facts)}`;
  }
  if (request.purge) return `*What will happen:* ${purgeWords(request.purge)}`;
  return `*What will happen:* the bucket is deleted for good. ${nameFate(request.bucket, facts)}`;
}

/** Posted in the thread when half of the window is over. */
export function reminderMessage(request: Request, approvers: string[]): Message {
  const one = approvers.length === 1 ? 'you' : 'one of you';
  const text = `${users(approvers, 'and')}: the request to ${whatOf(request)} ${code(request.bucket)} still waits for ${one}, until ${when(request.expiresAt)}.`;
  return { text: fallback(text), blocks: [section(text)] };
}

/** What the requester sees directly while the request waits. */
export function followMessage({ request, approvers }: Pick<Waiting, 'request' | 'approvers'>): Message {
  const text = `Your request to ${whatOf(request)} ${code(request.bucket)} waits for ${users(approvers)}.`;
  return {
    text: fallback(text),
    blocks: [
      section(text),
      {
        type: 'actions',
        elements: [{ type: 'button', action_id: ACTION.cancel, text: plain('Cancel request'), value: request.requestId }],
      },
      context(`${request.requestId} · expires ${when(request.expiresAt)}`),
    ],
  };
}

/** A request that has ended. `closedAt` is ISO 8601. */
export interface Ended {
  request: Request;
  conclusion: Conclusion;
  /** What is told of the bucket beside the reason, where that is a quotation. */
  went?: string;
  closedAt: string;
}

const MARKS: Record<Outcome, string> = {
  deleted: ':white_check_mark:',
  emptied: ':white_check_mark:',
  purged: ':white_check_mark:',
  guarded: ':white_check_mark:',
  unguarded: ':white_check_mark:',
  rehearsed: ':white_check_mark:',
  rejected: ':no_entry:',
  cancelled: ':leftwards_arrow_with_hook:',
  expired: ':hourglass:',
  refused: ':no_entry:',
  locked: ':lock:',
  stopped: ':octagonal_sign:',
  failed: ':x:',
};

/** Outcome in a line: what, of which bucket, by whom. */
export function headline({ request, conclusion }: Pick<Ended, 'request' | 'conclusion'>): string {
  const bucket = code(request.bucket);
  const by = conclusion.by ? ` by ${user(conclusion.by)}` : '';
  const asked = `The request to ${whatOf(request)} ${bucket}`;
  switch (conclusion.outcome) {
    case 'deleted':
      return `${bucket} was *deleted*, approved${by}.`;
    case 'emptied':
      return `${bucket} is *empty* now, approved${by}.`;
    case 'purged':
      return `Old versions in ${bucket} were *deleted*, approved${by}.`;
    case 'guarded':
      return `${bucket} is *guarded* now (${request.kind === 'guard-basic' ? 'basic' : 'hardened'}), approved${by}.`;
    case 'unguarded':
      return `${bucket} is *unguarded* now, approved${by}.`;
    case 'rehearsed':
      return `${doingOf(request.kind)} ${bucket} was *rehearsed*, approved${by}. The bucket is untouched.`;
    case 'rejected':
    case 'cancelled':
      return `${asked} was *${conclusion.outcome}*${by}.`;
    case 'stopped':
      return `${asked} was *stopped*${by}.`;
    case 'refused':
      return `${asked} was *refused*.`;
    case 'locked':
      return `${asked} is *locked*.`;
    case 'expired':
    case 'failed':
      return `${asked} *${conclusion.outcome}*.`;
  }
}

/** The outcome, and why in a sentence. */
export function summary(ended: Pick<Ended, 'request' | 'conclusion'>): string {
  const { outcome, why } = ended.conclusion;
  const reason = outcome === 'rejected' ? quotedLine(why) : firstSentence(why);
  return why === '' ? headline(ended) : `${headline(ended)} ${reason}`;
}

/** The channel's message once the request has ended: no buttons, the outcome, who, when, how long. */
export function endedMessage(ended: Ended): Message {
  const { request, conclusion, closedAt } = ended;
  const took = duration((Date.parse(closedAt) - Date.parse(request.askedAt)) / 1000);
  return {
    text: fallback(summary(ended)),
    blocks: [
      section(`${MARKS[conclusion.outcome]} ${headline(ended)}`),
      ...whyBlocks(ended),
      context(`Asked by ${user(request.requester)} ${when(request.askedAt)}:`),
      quotation(request.reason),
      context(`${request.requestId} · ended ${when(closedAt)}, after ${took}`),
    ],
  };
}

/** Answered in the thread and told directly. */
export function outcomeMessage(ended: Ended, next: string): Message {
  return {
    text: fallback(summary(ended)),
    blocks: [
      section(`${MARKS[ended.conclusion.outcome]} ${headline(ended)}`),
      ...whyBlocks(ended),
      ...(next === '' ? [] : [section(next)]),
      context(ended.request.requestId),
    ],
  };
}

/** A reason that a person typed is a quotation; our own sentences are text. */
export function whyBlocks({ conclusion: { outcome, why }, went = '' }: Ended): KnownBlock[] {
  const reason = outcome === 'rejected' ? quotation(why) : section(literal(why));
  return [...(why === '' ? [] : [reason]), ...(went === '' ? [] : [section(literal(went))])];
}

/** The same message, for somebody who is mentioned in it. */
export function addressedTo(person: string, message: Message): Message {
  return { text: fallback(`${user(person)}: ${message.text}`), blocks: [section(`${user(person)}:`), ...message.blocks] };
}
