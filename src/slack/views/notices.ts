/** Notices to approvers about their own codes: what was done as them, so that they notice what they didn't do. Pure. */
import type { Request } from '../../domain/request.ts';
import { code, context, fallback, literal, section, user, when } from '../text.ts';
import { whatOf } from './kinds.ts';
import { type Ended, headline, type Message, summary, whyBlocks } from './messages.ts';

const NOT_YOU = 'Not you? Tell your operators now: they pause Interlock and replace your access key.';

/** A session was given for the approver's code; or may have been, where nobody knows (`certain` is false). */
export function codeUsedMessage(ended: Ended, certain: boolean, next: string): Message {
  const used = `Your MFA code ${certain ? 'was' : 'may have been'} just used for ${code(ended.request.bucket)}.`;
  return {
    text: fallback(`${used} ${summary(ended)}`),
    blocks: [
      section(`${used} ${headline(ended)}`),
      ...whyBlocks(ended),
      ...(next === '' ? [] : [section(next)]),
      section(NOT_YOU),
      context(ended.request.requestId),
    ],
  };
}

/** A session that was given for the approver's code is over, and the request is not. */
export function sessionUsedMessage(request: Request): Message {
  const line = `Your MFA code was used to ${whatOf(request)} ${code(request.bucket)}: the session that AWS gave for it is over, and there was work left. Where a fresh code is needed, the channel asks for it.`;
  return { text: fallback(line), blocks: [section(line), section(NOT_YOU), context(request.requestId)] };
}

/** A code that was given as the approver was refused, or its answer lost; `again`: another one may be given. */
export function codeRefusedMessage(request: Request, why: string, again = false): Message {
  const line = `A code was given in your name for ${code(request.bucket)}. ${literal(why)}`;
  return {
    text: fallback(line),
    blocks: [section(line), ...(again ? [section(NEXT_CODE)] : []), section(NOT_YOU), context(request.requestId)],
  };
}

/** The window in which it was given may be closed by now; and the request over, when this is read. */
const NEXT_CODE = 'While the request waits, the button in the channel opens the window for the next code.';

/** The approver's window could not be told that it is asked anew. */
export function askedAnewMessage(request: Request, notes: string[]): Message {
  const line = `${code(request.bucket)} waits for you again. ${literal(notes.join(' '))} Click the button in the channel once more.`;
  return { text: fallback(line), blocks: [section(line), context(request.requestId)] };
}

/** In the place of a message that was posted twice; `ts`: of the other one. */
export function olderMessage(requestId: string, ts: string): Message {
  const line = `This was posted twice. What counts is Interlock’s other message here, of ${when(new Date(Number(ts) * 1000).toISOString())}.`;
  return { text: fallback(line), blocks: [section(line), context(requestId)] };
}

/** For the operators' channel: something that they alone can mend. */
export function forOperatorsMessage(request: Request, why: string): Message {
  const line = `The request to ${whatOf(request)} ${code(request.bucket)} needs an operator. ${literal(why)}`;
  return { text: fallback(line), blocks: [section(`:wrench: ${line}`), context(request.requestId)] };
}

/** For the operators' channel: an approver's window showed something else than Interlock put into it. */
export function otherWindowMessage(request: Request, approver: string, to: 'approve' | 'reject'): Message {
  const [did, so] = to === 'approve' ? ['gave a code', 'The code was not used.'] : ['gave a reason', 'It was not taken for a rejection.'];
  const line = `${user(approver)} ${did} for ${code(request.bucket)} in a window that doesn’t show what Interlock put into it. ${so}`;
  return { text: fallback(line), blocks: [section(`:rotating_light: ${line}`), section(TOKEN), context(request.requestId)] };
}

/** For the operators' channel: the same of a window in which a request is made. */
export function otherFormMessage(requester: string): Message {
  const line = `${user(requester)} asked for something in a window that doesn’t show what Interlock put into it. Nothing was asked.`;
  return { text: fallback(line), blocks: [section(`:rotating_light: ${line}`), section(TOKEN)] };
}

const TOKEN =
  'Unless Interlock was deployed anew while the window was open, somebody writes with its bot token: replace the token in Slack.';
