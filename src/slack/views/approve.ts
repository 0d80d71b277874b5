/** The approver's modal: what is about to go, the code and the bucket's name typed out; and what follows in the same modal. */
import type { ModalView } from '@slack/types';
import { type Facts, isGuardKind, type Kind, type Request } from '../../domain/request.ts';
import { CALLBACK, INPUT } from '../ids.ts';
import { code, context, literal, plain, quotation, section, user, warnings } from '../text.ts';
import { allGoes, nameFate } from './facts.ts';
import { guardConsequence, seenBlocks } from './guard.ts';
import { type StateValues, typed } from './inputs.ts';
import { purgeWords, whatOf } from './kinds.ts';

/** Said to approvers whose entry in the configuration says `session: user`. */
const UNLIMITED =
  'Your code gives a session that is not limited to this bucket: it may do all that your IAM user may. Interlock does what is asked here with it, and nothing else.';

/** Travels in `private_metadata`: which request and which asking the modal is for. Nothing is trusted for it. */
export interface ModalFor {
  requestId: string;
  attempt: number;
  /** When the modal was built, ISO 8601, so that the same can be built again; "" where nothing of it depends on that. */
  now: string;
}

export interface Approval {
  request: Request;
  facts: Facts;
  attempt: number;
  /** What became of the code before, or what changed meanwhile. */
  notes: string[];
  /** When the modal is built, ISO 8601: how old the facts are. */
  now: string;
  /** Does the code give a session that is not limited to this bucket? */
  unlimited: boolean;
}

const SUBMIT: Record<Kind, string> = {
  delete: 'Delete for good',
  'empty-delete': 'Delete it all',
  empty: 'Empty for good',
  purge: 'Delete old versions',
  'guard-hardened': 'Put the guard on',
  'guard-basic': 'Put the basic guard on',
  'guard-off': 'Take the guard off',
};

function endOf({ kind, purge, bucket }: Request, facts: Facts): string {
  if (isGuardKind(kind)) return `*What will happen:* ${guardConsequence(kind)}`;
  if (purge) return `*What will happen:* ${purgeWords(purge)}`;
  const fate = nameFate(bucket, facts);
  if (kind === 'empty') return `*What will happen:* ${allGoes(facts)} The empty bucket stays.`;
  return kind === 'empty-delete'
    ? `*What will happen:* ${allGoes(facts)} Then the bucket is deleted for good. ${fate}`
    : `*It is deleted for good.* ${fate}`;
}

export function approveModal({ request, facts, attempt, notes, now, unlimited }: Approval): ModalView {
  const { kind } = request;
  return {
    type: 'modal',
    callback_id: CALLBACK.approve,
    private_metadata: JSON.stringify({ requestId: request.requestId, attempt, now } satisfies ModalFor),
    title: plain(`Approve ${titleOf(request)}`),
    submit: plain(request.rehearsal ? 'Rehearse' : SUBMIT[kind]),
    close: plain('Not now'),
    blocks: [
      ...warnings(notes.map(literal)),
      section(`${user(request.requester)} asks to ${whatOf(request)} ${code(request.bucket)}:`),
      quotation(request.reason),
      ...seenBlocks(request, facts, now),
      section(request.rehearsal ? 'This is a rehearsal: the bucket stays as it is.' : endOf(request, facts)),
      ...warnings(unlimited ? [UNLIMITED] : []),
      {
        type: 'input',
        block_id: INPUT.code,
        label: plain('MFA code'),
        hint: plain('The six digits that your MFA device shows now. AWS checks them; each works once.'),
        element: { type: 'plain_text_input', action_id: codeOf(attempt), placeholder: plain('123456'), max_length: 30 },
      },
      {
        type: 'input',
        block_id: INPUT.bucketName,
        label: plain('Bucket name'),
        hint: plain("Type the bucket's name, to be sure that it is the one you mean."),
        element: { type: 'plain_text_input', action_id: INPUT.bucketName, max_length: 100 },
      },
      context(request.requestId),
    ],
  };
}

/** Of each asking another one: an input of the same ids keeps what was typed (Slack, "views.update", Preserving input entry), and a code is for what was read with it. */
const codeOf = (attempt: number): string => `${INPUT.code}-${attempt}`;

export function parseApprove(values: StateValues): { code: string; bucketName: string } {
  return { code: typed(values, INPUT.code), bucketName: typed(values, INPUT.bucketName) };
}

/** After "Approve" or "Reject": a title has 24 characters (Slack, "Modal views"). */
function titleOf({ kind, rehearsal }: Request): string {
  if (rehearsal) return 'a rehearsal';
  return isGuardKind(kind) ? 'a guard change' : kind === 'empty' ? 'an emptying' : kind === 'purge' ? 'a purge' : 'a deletion';
}

/** Asks why it is rejected. */
export function rejectModal(request: Request, attempt: number): ModalView {
  return {
    type: 'modal',
    callback_id: CALLBACK.reject,
    private_metadata: JSON.stringify({ requestId: request.requestId, attempt, now: '' } satisfies ModalFor),
    title: plain(`Reject ${titleOf(request)}`),
    submit: plain('Reject'),
    close: plain('Not now'),
    blocks: [
      section(
        `${user(request.requester)} asks to ${whatOf(request)} ${code(request.bucket)}. If you reject it, the bucket stays${request.kind === 'delete' ? '' : ' as it is'}.`,
      ),
      {
        type: 'input',
        block_id: INPUT.reason,
        label: plain('Reason'),
        hint: plain('The person who asked reads it, and everybody in the channel.'),
        element: { type: 'plain_text_input', action_id: INPUT.reason, multiline: true, max_length: 1000 },
      },
      context(request.requestId),
    ],
  };
}

/** `private_metadata` of a modal of ours; undefined where it is anything else. */
export function parseModalFor(metadata: string): ModalFor | undefined {
  try {
    const { requestId, attempt, now = '' } = JSON.parse(metadata) as Partial<ModalFor>;
    return typeof requestId === 'string' && typeof attempt === 'number' && typeof now === 'string'
      ? { requestId, attempt, now }
      : undefined;
  } catch {
    return undefined;
  }
}

/** A modal that only tells: "checking with AWS", the outcome, "that is over". `text` is mrkdwn, others' parts escaped. */
export function tellingModal(title: string, text: string): ModalView {
  return { type: 'modal', callback_id: CALLBACK.told, title: plain(title), close: plain('Close'), blocks: [section(text)] };
}
