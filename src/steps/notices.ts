/**
 * What people are owed to hear whatever the record says: approvers of their own codes, operators of what is theirs to mend. That it was told
 * already counts with a mark alone: a seal of its own purpose, made for these very words, which nobody who only writes records can make, nor
 * any function but those that tell. Rather told twice than not at all.
 */
import { createHash } from 'node:crypto';
import type { WebClient } from '@slack/web-api';
import type { MessageAt, Owed, RequestRow, Requests } from '../aws/requests.ts';
import type { SealContext, Seals } from '../aws/sealed.ts';
import type { Config } from '../config.ts';
import type { Elevation, Request } from '../domain/request.ts';
import { SlackRefused, TryAgain } from '../errors.ts';
import { Secret } from '../secret.ts';
import { addressedTo, type Message } from '../slack/views/messages.ts';
import { codeRefusedMessage, forOperatorsMessage, sessionUsedMessage } from '../slack/views/notices.ts';
import { attempted, post, type Warn } from './telling.ts';

/**
 * What the mark of each is sealed for. Two purposes, so that the function that asks for codes, and tells of those before, can't mark as told how it
 * ended with one that was used.
 */
const PURPOSES = {
  approver: 'toldEnd',
  operators: 'toldEnd',
  session: 'toldRefusal',
  refused: 'toldRefusal',
  refusedOperators: 'toldRefusal',
} as const satisfies Record<Owed, SealContext['purpose']>;

export interface Notice {
  place: Owed;
  /** A Slack user or channel. */
  to: string;
  message: Message;
  /** For the approvals channel, where Slack takes no message there; and for the operators', where it takes it in neither. */
  instead: Message;
  /** Other words, in which it may have been told already. */
  or?: Message[];
  /** Whose code it is about, and of which asking. */
  approver?: string;
  attempt?: number;
}

export interface NoticeParts {
  config: Config;
  requests: Requests;
  seals: Seals;
  slack: WebClient;
  warn: Warn;
}

export interface Heard {
  /** What the record says of having told now. */
  told: NonNullable<RequestRow['told']>;
  /** Slack failed in passing at one of them: whoever tells does the rest, then throws this, and is run again. */
  fault?: TryAgain;
}

/** Tells each unless its mark is there. Throws nothing: a notice that Slack takes nowhere is in the log. */
export async function notify(
  about: Pick<Request, 'requestId' | 'bucket'>,
  notices: Notice[],
  row: RequestRow | undefined,
  parts: NoticeParts,
): Promise<Heard> {
  const { config, requests, seals, slack, warn } = parts;
  const { requestId, bucket } = about;
  const heard: Heard = { told: { ...row?.told } };
  for (const { place, to, message, instead, or = [], approver, attempt } of notices) {
    const whose = { ...(approver && { approver }), ...(attempt && { attempt }) };
    const markOf = (words: Message): SealContext => {
      return { purpose: PURPOSES[place], requestId, bucket, account: config.account, ...whose, shown: digestOf(to, words) };
    };
    // Each asking its own: what was told of one says nothing of another.
    const at: Owed | `${Owed}${number}` = attempt ? `${place}${attempt}` : place;
    if (await isMarked(heard.told[at], [message, ...or].map(markOf), seals)) continue;
    const posted = await attempted(warn, `a notice (${place})`, () =>
      postInOneOf([[to, message], ...placesInstead(to, config).map((channel): [string, Message] => [channel, instead])], slack).catch(
        (error: unknown) => {
          if (error instanceof TryAgain) heard.fault = error;
          throw error;
        },
      ),
    );
    const mark = posted && row && (await attempted(warn, 'a mark', () => seals.seal(new Secret('told'), markOf(message))));
    if (!mark) continue;
    heard.told[at] = mark;
    await attempted(warn, 'a mark', () => requests.placed(requestId, { told: heard.told }));
  }
  return heard;
}

/** Where else it is told, where Slack takes it in no place before. */
function placesInstead(to: string, { slack: { channel, operatorsChannel } }: Config): string[] {
  return [channel, ...(operatorsChannel ? [operatorsChannel] : [])].filter((place) => place !== to);
}

/** Posts in the first place that takes it. Throws TryAgain, which says nothing of the place; SlackRefused where none does. */
async function postInOneOf([[to, message], ...others]: [[string, Message], ...[string, Message][]], slack: WebClient): Promise<MessageAt> {
  try {
    return await post(slack, to, message);
  } catch (error) {
    const [next, ...rest] = others;
    if (!next || !(error instanceof SlackRefused)) throw error;
    return postInOneOf([next, ...rest], slack);
  }
}

const digestOf = (to: string, message: Message): string =>
  createHash('sha256')
    .update(JSON.stringify([to, message]))
    .digest('hex');

async function isMarked(mark: unknown, contexts: SealContext[], seals: Seals): Promise<boolean> {
  if (typeof mark !== 'string') return false;
  const opened = await Promise.allSettled(contexts.map((context) => seals.open(mark, context)));
  return opened.some(({ status }) => status === 'fulfilled');
}

/** Whose session is over while the request goes on hears so when it is asked again, not when it ends, days later perhaps. */
export function noticesOfSession(
  request: Request,
  { attempt, approver: name }: Pick<Elevation, 'attempt' | 'approver'>,
  slackUser: string | undefined,
): Notice[] {
  const message = sessionUsedMessage(request);
  if (!slackUser) return [];
  return [{ place: 'session', to: slackUser, message, instead: addressedTo(slackUser, message), approver: name, attempt }];
}

/**
 * Whose code was refused, or its answer lost, hears so by what the flow itself knows; operators, where it is theirs to mend.
 * `approver`: whose code it was; without it, whose `elevate` says that it was.
 */
export function noticesOfRefusal(
  request: Request,
  { attempt, why, tellOperators, approver: said }: Elevation,
  config: Config,
  approver: { name: string; slackUser: string | undefined } = { name: said, slackUser: config.approvers[said]?.slackUser },
): Notice[] {
  const { name, slackUser } = approver;
  const { operatorsChannel } = config.slack;
  const [message, forOperators] = [codeRefusedMessage(request, why, true), forOperatorsMessage(request, why)];
  const whose = { approver: name, attempt };
  return [
    ...(slackUser ? [{ place: 'refused', to: slackUser, message, instead: addressedTo(slackUser, message), ...whose } as const] : []),
    ...(tellOperators && operatorsChannel
      ? [{ place: 'refusedOperators', to: operatorsChannel, message: forOperators, instead: forOperators, ...whose } as const]
      : []),
  ];
}
