/** The modals in which a request is made, and the parsers of what comes back. */
import type { InputBlock, ModalView } from '@slack/types';
import { Purge } from '../../domain/purge.ts';
import { type GuardKind, isGuardKind, KINDS, type Kind } from '../../domain/request.ts';
import { CALLBACK, INPUT } from '../ids.ts';
import { plain } from '../text.ts';
import { checked, chosen, type StateValues, typed } from './inputs.ts';

export const REASON_MAX = 1000;

/** `bucket`: what was typed after the command; `mayBypass`: may it be asked for that governance retention is bypassed? */
export function askModal(bucket: string, mayBypass = false): ModalView {
  return {
    type: 'modal',
    callback_id: CALLBACK.ask,
    title: plain('Delete a bucket'),
    submit: plain('Ask for approval'),
    close: plain('Close'),
    blocks: [
      bucketInput(bucket),
      reasonInput('The approver reads it before anything is deleted.'),
      checkboxInput(INPUT.empty, 'Empty it first', 'Delete all objects and old versions in it, for good'),
      checkboxInput(INPUT.keep, 'Keep the empty bucket', 'Empty it, and leave the bucket with its name and settings'),
      ...(mayBypass ? [checkboxInput(INPUT.bypass, 'Bypass governance retention', BYPASS)] : []),
      checkboxInput(INPUT.rehearse, 'Rehearse', 'Do everything but delete'),
    ],
  };
}

/** An option has 75 characters (Slack, "Option object"). */
const BYPASS = 'Delete versions that Object Lock retains in governance mode, too';

const CHANGES: Record<GuardKind, string> = {
  'guard-hardened': 'Put the hardened guard on',
  'guard-basic': 'Put the basic guard on',
  'guard-off': 'Take the guard off',
};

/** `bucket`: what was typed after the command. */
export function askGuardModal(bucket: string): ModalView {
  const options = Object.entries(CHANGES).map(([value, text]) => ({ value, text: plain(text) }));
  return {
    type: 'modal',
    callback_id: CALLBACK.askGuard,
    title: plain('Guard a bucket'),
    submit: plain('Ask for approval'),
    close: plain('Close'),
    blocks: [
      bucketInput(bucket),
      {
        type: 'input',
        block_id: INPUT.change,
        label: plain('Change'),
        hint: plain(
          'Basic: only its approvers, with a code, can delete it. Hardened: nor can others take the guard off or destroy old versions.',
        ),
        element: { type: 'static_select', action_id: INPUT.change, options, ...(options[0] && { initial_option: options[0] }) },
      },
      reasonInput('The approver reads it before anything is changed.'),
      checkboxInput(INPUT.rehearse, 'Rehearse', 'Do everything but change the guard'),
    ],
  };
}

/** `typed`: what was typed after the command, a bucket and perhaps a prefix of keys. */
export function askPurgeModal(typed: string): ModalView {
  const [, bucket = '', prefix = ''] = /^(\S*)\s*(.*)$/s.exec(typed) ?? [];
  return {
    type: 'modal',
    callback_id: CALLBACK.askPurge,
    title: plain('Delete old versions'),
    submit: plain('Ask for approval'),
    close: plain('Close'),
    blocks: [
      bucketInput(bucket),
      textInput(INPUT.prefix, 'Prefix', 'Only of objects whose keys begin so; all of them where it is empty.', {
        initial: prefix,
        optional: true,
      }),
      textInput(INPUT.days, 'Older than (days)', 'Since so many days they are not the current version any more.', { initial: '30' }),
      textInput(INPUT.newest, 'Keep newest', 'So many old versions of each object stay, whatever their age.', { initial: '0' }),
      reasonInput('The approver reads it before anything is deleted.'),
      checkboxInput(INPUT.rehearse, 'Rehearse', 'Do everything but delete'),
    ],
  };
}

function textInput(id: string, label: string, hint: string, { initial = '', optional = false } = {}): InputBlock {
  return {
    type: 'input',
    block_id: id,
    optional,
    label: plain(label),
    hint: plain(hint),
    element: {
      type: 'plain_text_input',
      action_id: id,
      max_length: 1000,
      ...(initial === '' ? {} : { initial_value: initial.slice(0, 1000).toWellFormed() }),
    },
  };
}

function bucketInput(bucket: string): InputBlock {
  return textInput(INPUT.bucket, 'Bucket', 'A name, s3://…, an ARN or the address of its page in the S3 console.', { initial: bucket });
}

function reasonInput(hint: string): InputBlock {
  return {
    type: 'input',
    block_id: INPUT.reason,
    label: plain('Reason'),
    hint: plain(hint),
    element: { type: 'plain_text_input', action_id: INPUT.reason, multiline: true, max_length: REASON_MAX },
  };
}

function checkboxInput(id: string, label: string, text: string): InputBlock {
  return {
    type: 'input',
    block_id: id,
    optional: true,
    label: plain(label),
    element: { type: 'checkboxes', action_id: id, options: [{ value: id, text: plain(text) }] },
  };
}

/** What was typed after the command, as it stands in the window: people see it, and may change it before they send it. */
export function prefilled({ blocks }: Pick<ModalView, 'blocks'>): string {
  const initial = (id: string) => {
    const block = blocks.find((one): one is InputBlock => one.type === 'input' && one.block_id === id);
    return block?.element.type === 'plain_text_input' ? (block.element.initial_value ?? '') : '';
  };
  const prefix = initial(INPUT.prefix);
  return initial(INPUT.bucket) + (prefix === '' ? '' : ` ${prefix}`);
}

interface Asked {
  bucket: string;
  reason: string;
  rehearsal: boolean;
}

/** `kind` is undefined where the bucket is to be kept, and not to be emptied. */
export function parseAsk(values: StateValues): Asked & { kind: Kind | undefined; bypassGovernance?: true } {
  const [empty, keep] = [checked(values, INPUT.empty), checked(values, INPUT.keep)];
  const kind = keep ? (empty ? 'empty' : undefined) : empty ? 'empty-delete' : 'delete';
  return { ...askedOf(values), kind, ...(checked(values, INPUT.bypass) && { bypassGovernance: true as const }) };
}

function askedOf(values: StateValues): Asked {
  return { bucket: typed(values, INPUT.bucket), reason: typed(values, INPUT.reason), rehearsal: checked(values, INPUT.rehearse) };
}

/** `kind` is undefined where none of the changes was chosen. */
export function parseAskGuard(values: StateValues): Asked & { kind: GuardKind | undefined } {
  const change = chosen(values, INPUT.change);
  const kind = KINDS.find((one): one is GuardKind => one === change && isGuardKind(one));
  return { ...askedOf(values), kind };
}

type Field = 'prefix' | 'days' | 'newest';

/** What is wrong with which input stands in `errors`. */
export function parseAskPurge(
  values: StateValues,
): { ok: true; asked: Asked & { purge: Purge } } | { ok: false; errors: Partial<Record<Field, string>> } {
  const given = {
    prefix: typed(values, INPUT.prefix),
    olderThanDays: whole(typed(values, INPUT.days)),
    keep: whole(typed(values, INPUT.newest)),
  };
  const parsed = Purge.safeParse(given);
  if (parsed.success) return { ok: true, asked: { ...askedOf(values), purge: parsed.data } };
  const wrong = new Set(parsed.error.issues.map(({ path }) => path[0]));
  return {
    ok: false,
    errors: {
      ...(wrong.has('prefix') && {
        prefix:
          'A prefix has 200 characters at most, and no backticks, line breaks, blanks in a row or at the beginning: it couldn’t be shown as it is.',
      }),
      ...(wrong.has('olderThanDays') && { days: 'Give a whole number of days, 1 to 36,500.' }),
      ...(wrong.has('keep') && { newest: 'Give a whole number, 0 to 1,000.' }),
    },
  };
}

const whole = (text: string): number => (/^\s*\d{1,6}\s*$/.test(text) ? Number(text) : Number.NaN);
