/** How far an emptying is, as the channel and the requester see it while it goes on. Pure. */
import { sayShare, type Tally } from '../../domain/emptying.ts';
import type { Request } from '../../domain/request.ts';
import { ACTION } from '../ids.ts';
import { code, context, duration, fallback, plain, section, user } from '../text.ts';
import type { Message } from './messages.ts';

export interface Progressing {
  request: Request;
  done: Tally;
  /** Did more go than was counted? */
  least: boolean;
  /** How many versions and markers were left when it was first looked, as far as can be guessed. */
  left: number;
  /** How many went since, in how many seconds. */
  sofar: number;
  seconds: number;
  approver: string;
}

export function progressMessage(progressing: Progressing): Message {
  const { request, approver } = progressing;
  const line = `Emptying ${code(request.bucket)}: ${progressWords(progressing)}.`;
  return {
    text: fallback(line),
    blocks: [
      section(`:hourglass_flowing_sand: ${line}`),
      {
        type: 'actions',
        elements: [{ type: 'button', action_id: ACTION.stop, style: 'danger', text: plain('Stop'), value: request.requestId }],
      },
      context(`${request.requestId} · asked by ${user(request.requester)}, approved by ${user(approver)} · what is gone stays gone`),
    ],
  };
}

/** "2,100 of about 9,300 versions and markers are gone (23 %), 350 a second, about 21 s left"; "9,400 versions and markers are gone, as many as was guessed or more, 350 a second". */
export function progressWords({ done, least, left, sofar, seconds }: Omit<Progressing, 'request' | 'approver'>): string {
  const gone = done.versions + done.markers;
  const rest = Math.max(0, left - sofar);
  const rate = seconds > 0 ? sofar / seconds : 0;
  const share = Math.floor((100 * gone) / (gone + rest));
  return [
    ...(rest > 0
      ? [`${sayShare(gone, gone + rest, least)} versions and markers are gone (${share} %)`]
      : // A guess that was too low must not read as if all were done.
        [`${least ? 'at least ' : ''}${number(gone)} versions and markers are gone`, 'as many as was guessed or more']),
    ...(rate >= 1 ? [`${number(Math.round(rate))} a second`] : []),
    ...(rate >= 1 && rest > 0 ? [`about ${duration(rest / rate)} left`] : []),
  ].join(', ');
}

const number = (count: number): string => count.toLocaleString('en-US');
