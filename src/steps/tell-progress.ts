/** TellProgress: beside the workers, tells how far they are, until all of them have ended. It only tells: nothing waits for it, nothing fails with it. */
import type { WebClient } from '@slack/web-api';
import type { Plans, StretchRow } from '../aws/emptying/plans.ts';
import type { RequestRow, Requests } from '../aws/requests.ts';
import type { Config } from '../config.ts';
import { add } from '../domain/emptying.ts';
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
/** What is over sooner needs no telling; what isn't is soon to be stopped. */
const FIRST_EDIT = 1_000;
/** Workers end by themselves sooner, and this function within its time. */
const LONGEST = 13 * 60_000;
/** Looks come soon at first, for what is emptied in a moment. */
const LOOKS = [100, 200, 400, 800, 1_600, 2_000];

export async function tellProgress(input: TellInput, parts: TellParts): Promise<{ told: number }> {
  const { requestId } = input.request;
  const { plans, requests, now, pause } = parts;
  const begun = now();
  let [told, due] = [0, begun + FIRST_EDIT];
  for (let looks = 0; now() - begun < LONGEST; looks += 1) {
    await pause(LOOKS[Math.min(looks, LOOKS.length - 1)] as number);
    const rows = await plans.stretches(requestId, input.emptying.pass);
    if (rows.length === 0 || rows.every(({ end }) => end !== null)) break;
    if (now() < due) continue;
    const row = await requests.get(requestId);
    // Whoever reported the end has the last word.
    if (!row || row.outcome) break;
    due = now() + EDIT_EVERY;
    await edit(input, row, rows, (now() - begun) / 1000, parts);
    told += 1;
  }
  return { told };
}

async function edit(
  { request, emptying, answer }: TellInput,
  row: RequestRow,
  rows: readonly StretchRow[],
  seconds: number,
  { config, requests, slack, warn, now }: TellParts,
): Promise<void> {
  const gone = rows.reduce((sum, { progress }) => add(sum, progress.done), emptying.done);
  const sofar = gone.versions + gone.markers - emptying.done.versions - emptying.done.markers;
  const progressing = { request, done: gone, left: emptying.left, sofar, seconds, approver: answer.slackUser };
  const message = progressMessage(progressing);
  const words = progressWords(progressing);
  await requests.placed(request.requestId, { progress: words, progressAt: new Date(now()).toISOString() });
  const { message: there, direct } = row;
  if (there) await attempted(warn, 'the progress in the channel', () => post(slack, config.slack.channel, message, there));
  if (direct) await attempted(warn, 'the progress to the requester', () => post(slack, direct.channel, message, direct));
  const viewId = row.decision?.viewId;
  if (viewId) {
    const view = tellingModal('Being emptied', `AWS accepted your code. Of ${literal(request.bucket)}, ${words}.`);
    await attempted(warn, 'the modal', () => slack.views.update({ view_id: viewId, view }));
  }
}
