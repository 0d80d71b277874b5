/** TellProgress: beside the workers, tells how far they are, until all of them have ended. It only tells: nothing fails with it, and nothing waits for it long. */
import type { WebClient } from '@slack/web-api';
import type { Plans } from '../aws/emptying/plans.ts';
import type { RequestRow, Requests } from '../aws/requests.ts';
import type { Config } from '../config.ts';
import { add, NONE, type Tally } from '../domain/emptying.ts';
import { literal } from '../slack/text.ts';
import { tellingModal } from '../slack/views/approve.ts';
import { progressMessage, progressWords } from '../slack/views/progress.ts';
import type { TellInput } from './inputs.ts';
import { attempted, post, type Warn } from './telling.ts';

export interface TellParts {
  config: Config;
  requests: Requests;
  plans: Plans;
  slack: WebClient;
  warn: Warn;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Waits so many milliseconds. */
  pause: (ms: number) => Promise<unknown>;
}

/** Messages are edited so often, in milliseconds: Slack takes some fifty edits a minute (Slack, "Rate limits", chat.update is tier 3). */
const EDIT_EVERY = 4_000;
/** Several that are emptied at once make more edits than that. Where Slack doesn't take one, it is let be for so long: others' messages wait too. */
const LET_BE = 30_000;
/** What is over sooner needs no telling; what isn't is soon to be stopped. */
const FIRST_EDIT = 1_000;
/** This function ends within its time; a pass may take longer, and then it is run anew. */
const LONGEST = 13 * 60_000;
/** Where nothing has changed for so long nobody may be at work: the pass isn't to wait for a worker that died without a word. */
const QUIET = 5 * 60_000;
/** Looks come soon at first, for what is emptied in a moment. */
const LOOKS = [100, 200, 400, 800, 1_600, 2_000];

/** `over`: is there nothing more to be told of this pass? */
export async function tellProgress(input: TellInput, parts: TellParts): Promise<{ told: number; over: boolean }> {
  const { requestId } = input.request;
  const { plans, requests, now, pause } = parts;
  const begun = now();
  let [told, due, changed, before] = [0, begun + FIRST_EDIT, begun, ''];
  let first: Look | undefined;
  for (let looks = 0; now() - begun < LONGEST; looks += 1) {
    await pause(LOOKS[Math.min(looks, LOOKS.length - 1)] as number);
    const rows = await plans.stretches(requestId, input.emptying);
    if (rows.length === 0 || rows.every(({ end }) => end !== null)) return { told, over: true };
    const here = JSON.stringify(rows);
    if (here !== before) [before, changed] = [here, now()];
    if (now() - changed >= QUIET) return { told, over: true };
    const gone = rows.reduce((sum, { progress }) => add(sum, progress.done), NONE);
    first ??= { gone, at: now() };
    if (now() < due) continue;
    const row = await requests.get(requestId);
    // Whoever reported the end has the last word.
    if (!row || row.outcome) return { told, over: true };
    due = now() + ((await edit(input, row, { first, gone }, parts)) ? EDIT_EVERY : LET_BE);
    told += 1;
  }
  return { told, over: false };
}

/** What had gone by a time. */
interface Look {
  gone: Tally;
  at: number;
}

/** Did Slack take what there was to tell? */
async function edit(
  { request, emptying, answer }: TellInput,
  row: RequestRow,
  { first, gone }: { first: Look; gone: Tally },
  { config, requests, slack, warn, now }: TellParts,
): Promise<boolean> {
  // How fast it goes is by what this run saw: it may be one of several in a pass.
  const done = add(emptying.done, gone);
  const [before, sofar] = [sizeOf(first.gone), sizeOf(gone) - sizeOf(first.gone)];
  const seconds = (now() - first.at) / 1000;
  const progressing = { request, done, least: emptying.least, left: emptying.left - before, sofar, seconds, approver: answer.slackUser };
  const message = progressMessage(progressing);
  const words = progressWords(progressing);
  await requests.placed(request.requestId, { progress: words, progressAt: new Date(now()).toISOString() });
  const { message: there, direct } = row;
  const at = there && (await attempted(warn, 'the progress in the channel', () => post(slack, config.slack.channel, message, there)));
  const to = direct && (await attempted(warn, 'the progress to the requester', () => post(slack, direct.channel, message, direct)));
  // One that was gone was posted anew, and is the one to be edited from now on.
  const moved = { ...(at && at !== there && { message: at }), ...(to && to !== direct && { direct: to }) };
  if (Object.keys(moved).length > 0) await requests.placed(request.requestId, moved);
  const isTaken = !(there && !at) && !(direct && !to);
  const viewId = row.decision?.viewId;
  if (viewId) {
    const view = tellingModal('Being emptied', `AWS accepted your code. Of ${literal(request.bucket)}, ${words}.`);
    await attempted(warn, 'the modal', () => slack.views.update({ view_id: viewId, view }));
  }
  return isTaken;
}

const sizeOf = ({ versions, markers }: Tally): number => versions + markers;
