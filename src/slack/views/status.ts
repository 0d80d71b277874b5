/** `status`, the App Home and the help. */
import type { HomeView, KnownBlock } from '@slack/types';
import type { Outcome, Request } from '../../domain/request.ts';
import { COMMAND } from '../ids.ts';
import { channelName, code, context, plain, section, user, when } from '../text.ts';
import { shortOf } from './kinds.ts';
import type { Message } from './messages.ts';

/** A request in a list. */
export interface Listed {
  request: Request;
  state: 'started' | 'waiting' | 'decided' | 'closed';
  outcome?: Outcome | undefined;
  closedAt?: string | undefined;
  /** How far it is emptied, in words. */
  progress?: string | undefined;
}

export interface Status {
  mine: Listed[];
  /** Those that this person can approve, and the channel where. */
  forMe: Listed[];
  channel?: string;
}

/** Fifty blocks a message, a hundred a home: ten rows of each list stay well below (Slack, "Blocks"). */
const ROWS = 10;

export function statusBlocks({ mine, forMe, channel }: Status): KnownBlock[] {
  const place = channel && forMe.length > 0 ? ` in ${channelName(channel)}` : '';
  return [
    section(`*Waiting for you*${place}`),
    ...rows(forMe, 'Nothing waits for you.'),
    section('*Your requests*'),
    ...rows(mine, `You have asked for nothing yet. ${ASKING}`),
  ];
}

export function statusMessage(status: Status): Message {
  return { text: 'Your requests, and those that wait for you', blocks: statusBlocks(status) };
}

export function homeView(status: Status): HomeView {
  return { type: 'home', blocks: [{ type: 'header', text: plain('Interlock') }, ...statusBlocks(status), ...helpBlocks()] };
}

export function helpMessage(): Message {
  return {
    text: `${COMMAND.delete} asks for an S3 bucket to be deleted, ${COMMAND.purge} for old versions in it, ${COMMAND.guard} for its guard to be changed`,
    blocks: helpBlocks(),
  };
}

const ASKING = `${code(`${COMMAND.delete} <name>`)} asks for a bucket to be deleted, ${code(`${COMMAND.purge} <name>`)} for old versions in it to be, ${code(`${COMMAND.guard} <name>`)} for its guard to be put on, changed or taken off.`;

function helpBlocks(): KnownBlock[] {
  return [
    section('*How it works*'),
    section(
      [
        `${ASKING} An approver sees it here in Slack and approves it with a code from their MFA device, which AWS itself checks. You hear how it ends.`,
        `${code(`${COMMAND.delete} status`)} lists your requests and those that wait for you.`,
        `${code(`${COMMAND.delete} help`)} shows this. A bucket named “help” or “status”: type ${code('s3://help')}.`,
        'A guarded bucket can be deleted only so; the hardened guard keeps others from taking it off, too.',
        'Only an empty bucket can be deleted: tick *Empty it first* to have all that it holds deleted before, old versions too, and *Keep the empty bucket* to leave it at that.',
        'Tick *Rehearse* to go through everything but the change itself.',
      ].join('\n'),
    ),
  ];
}

function rows(listed: Listed[], none: string): KnownBlock[] {
  if (listed.length === 0) return [section(none)];
  const shown = listed.slice(0, ROWS).map(row);
  return listed.length > ROWS ? [...shown, context(`and ${listed.length - ROWS} more`)] : shown;
}

function row({ request, state, outcome, closedAt, progress }: Listed): KnownBlock {
  const what = `${code(request.bucket)}${shortOf(request)}, asked by ${user(request.requester)} ${when(request.askedAt)}`;
  const how = outcome
    ? `*${outcome}*${closedAt ? ` ${when(closedAt)}` : ''}`
    : state === 'decided' && progress
      ? `*being emptied*: ${progress}`
      : `*${OPEN[state]}*, until ${when(request.expiresAt)}`;
  return section(`${what}\n${how} · ${request.requestId}`);
}

const OPEN = { started: 'being looked at', waiting: 'waits for an approver', decided: 'being worked on', closed: 'ended' } as const;
