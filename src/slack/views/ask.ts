/** The modal in which a request is made, and the parser of what comes back. */
import type { ModalView } from '@slack/types';
import { CALLBACK, INPUT } from '../ids.ts';
import { plain } from '../text.ts';
import { checked, type StateValues, typed } from './inputs.ts';

export const REASON_MAX = 1000;

/** `bucket`: what was typed after the command. */
export function askModal(bucket: string): ModalView {
  return {
    type: 'modal',
    callback_id: CALLBACK.ask,
    title: plain('Delete a bucket'),
    submit: plain('Ask for approval'),
    close: plain('Close'),
    blocks: [
      {
        type: 'input',
        block_id: INPUT.bucket,
        label: plain('Bucket'),
        hint: plain('A name, s3://…, an ARN or the address of its page in the S3 console.'),
        element: {
          type: 'plain_text_input',
          action_id: INPUT.bucket,
          max_length: 1000,
          ...(bucket === '' ? {} : { initial_value: bucket.slice(0, 1000).toWellFormed() }),
        },
      },
      {
        type: 'input',
        block_id: INPUT.reason,
        label: plain('Reason'),
        hint: plain('The approver reads it before anything is deleted.'),
        element: { type: 'plain_text_input', action_id: INPUT.reason, multiline: true, max_length: REASON_MAX },
      },
      {
        type: 'input',
        block_id: INPUT.rehearse,
        optional: true,
        label: plain('Rehearse'),
        element: {
          type: 'checkboxes',
          action_id: INPUT.rehearse,
          options: [{ value: 'rehearse', text: plain('Do everything but delete the bucket') }],
        },
      },
    ],
  };
}

export function parseAsk(values: StateValues): { bucket: string; reason: string; rehearsal: boolean } {
  return { bucket: typed(values, INPUT.bucket), reason: typed(values, INPUT.reason), rehearsal: checked(values, INPUT.rehearse) };
}
