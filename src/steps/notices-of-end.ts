/** What approvers and operators are owed to hear of a request's end: by what the flow knows, and where it knows nothing, by the record. Pure. */
import type { Spent } from '../aws/attempts.ts';
import type { RequestRow } from '../aws/requests.ts';
import type { Config } from '../config.ts';
import { nextStep } from '../domain/next.ts';
import type { Answer, Elevation, Outcome, Request } from '../domain/request.ts';
import { addressedTo, type Ended, type Message, outcomeMessage } from '../slack/views/messages.ts';
import { codeRefusedMessage, codeUsedMessage, forOperatorsMessage } from '../slack/views/notices.ts';
import { type Notice, noticesOfRefusal, noticesOfSession } from './notices.ts';

interface Given {
  answer: Answer | null;
  elevation: Elevation | null;
}

/** `heard`: whose code the end is about is known, and needs no record. `of`: the codes whose approvers are told that they were used, or refused. */
export function noticesOfEnd(ended: Ended, given: Given, config: Config): { heard: boolean; of: Code[]; notices: Notice[] } {
  const { elevation } = given;
  const { request, conclusion } = ended;
  const code = codeGiven(given, conclusion.outcome);
  const slackUser = code && (config.approvers[code.approver]?.slackUser ?? code.slackUser);
  // Whoever asked hears of any end as such.
  const isOwed = slackUser && !(code.fate === 'unused' && slackUser === request.requester);
  const refusedLast = elevation?.verdict === 'askAgain';
  return {
    heard: code !== undefined,
    of: code && (refusedLast || code.fate !== 'unused') ? [code] : [],
    notices: [
      // Marked where the next asking told it; where none came, it is told here.
      ...(refusedLast ? noticesOfRefusal(request, elevation, config, whoseCode(given, config)) : []),
      ...(isOwed ? [toApprover(slackUser, messageOf(code.fate, ended), code)] : []),
      ...(conclusion.outcome === 'failed' || (elevation?.tellOperators && !refusedLast) ? toOperators(ended, config) : []),
    ],
  };
}

/**
 * `known`: is the end the flow's own? Then no code went to AWS, or `heard` says whose. Otherwise the flow may have told it before it failed, in
 * words of its own: those of the end that the record holds. `codes`: those that were sent; what is owed of them is not of the record.
 */
export function noticesOfRecord(
  { decision }: RequestRow,
  { ended, recorded }: { ended: Ended; recorded: Ended },
  { config, heard: isHeard, known, codes }: { config: Config; heard: boolean; known: boolean; codes: Spent[] },
): Notice[] {
  const spent = codes.find(({ attempt }) => attempt === decision?.attempt);
  const heard = isHeard || (spent !== undefined && fateOf(spent.result) !== 'unused');
  const perhapsUsed = decision?.verdict === 'approved' && !known && !spent;
  const isOwed = decision && decision.verdict !== 'cancelled' && (perhapsUsed || decision.by !== ended.request.requester);
  const or = FATES.map((fate) => messageOf(fate, recorded));
  const approver = Object.values(config.approvers).find(({ slackUser }) => slackUser === decision?.by)?.name ?? '';
  return [
    ...(!heard && isOwed
      ? [{ ...toApprover(decision.by, messageOf(perhapsUsed ? 'unknown' : 'unused', ended), { ...decision, approver }), or }]
      : []),
    ...(!known && ended.conclusion.outcome === 'failed'
      ? toOperators(ended, config).map((notice) => ({ ...notice, or: toOperators(recorded, config).map(({ message }) => message) }))
      : []),
  ];
}

/**
 * Of each code that was given, by what `elevate` alone writes: that it was refused, or its session is over, unless that was told when it was asked
 * again; and how it ended, to everybody whose code was used. `told`: of these the flow itself tells. `recorded`: the end in words of which the flow may
 * have told it before it failed.
 */
export function noticesOfSpent(
  codes: Spent[],
  { ended, recorded, told }: { ended: Ended; recorded: Ended; told: Code[] },
  config: Config,
): Notice[] {
  const { request } = ended;
  const rest = codes.filter((one) => !told.some(({ approver, attempt }) => approver === one.approver && attempt === one.attempt));
  // That a used code was not used is no telling of it, whoever had that said.
  const tellings = (fate: Fate) =>
    FATES.filter((one) => (isUsed(fate) ? isUsed(one) : one !== 'unused')).map((one) => messageOf(one, recorded));
  const hearsEnd = new Set(told.filter(({ fate }) => isUsed(fate)).map(({ approver }) => approver));
  const last = hearsEnd.size > 0 ? undefined : rest.at(-1)?.attempt;
  // Who gave several codes hears the end once.
  const ofEnd = rest.toReversed().flatMap(({ approver, attempt, result, slackUser }): Notice[] => {
    const fate = fateOf(result);
    if (fate === 'unused' || (isUsed(fate) && hearsEnd.has(approver))) return [];
    if (isUsed(fate)) hearsEnd.add(approver);
    const to = config.approvers[approver]?.slackUser ?? slackUser;
    return [{ ...toApprover(to, messageOf(fate, ended), { approver, attempt }), or: tellings(fate) }];
  });
  const ofEach = rest.flatMap(({ approver, attempt, result, ...spent }): Notice[] => {
    const slackUser = config.approvers[approver]?.slackUser ?? spent.slackUser;
    if (result?.verdict === 'askAgain') return refusedEarlier(request, { ...result, attempt }, { name: approver, slackUser }, config);
    if (result?.verdict !== 'session' || attempt === last) return [];
    return noticesOfSession(request, { approver, attempt }, slackUser);
  });
  return [...ofEach, ...ofEnd];
}

/** In words of ours: what stands in the record may be another's, and is only looked for among the marks. */
function refusedEarlier(request: Request, result: Elevation, approver: { name: string; slackUser: string }, config: Config): Notice[] {
  const ours = noticesOfRefusal(request, { ...result, why: NO_SESSION }, config, approver);
  const theirs = noticesOfRefusal(request, result, config, approver);
  return ours.map((notice, index) => ({ ...notice, or: [theirs[index]?.message ?? notice.message] }));
}

const NO_SESSION = 'AWS gave no session for it, or its answer was lost.';

function toApprover(slackUser: string, message: Message, { approver, attempt }: { approver?: string; attempt?: number }): Notice {
  const whose = { ...(approver && { approver }), ...(attempt && { attempt }) };
  return { place: 'approver', to: slackUser, message, instead: addressedTo(slackUser, message), ...whose };
}

function toOperators({ request, conclusion }: Ended, { slack }: Config): Notice[] {
  const message = forOperatorsMessage(request, conclusion.why);
  return slack.operatorsChannel ? [{ place: 'operators', to: slack.operatorsChannel, message, instead: message }] : [];
}

const FATES = ['session', 'unknown', 'refused', 'unused'] as const;
type Fate = (typeof FATES)[number];

interface Code {
  /** By the name in the configuration. */
  approver: string;
  /** Who gave it, by the answer: for one whom the configuration names no more. */
  slackUser?: string;
  attempt: number;
  fate: Fate;
}

/** Whose code the end is about, and what became of it; undefined where none was given. */
function codeGiven({ answer, elevation }: Given, outcome: Outcome): Code | undefined {
  if (answer?.verdict === 'approved' && answer.approver && answer.attempt !== elevation?.attempt) {
    // What was asked for was done, whatever asking `elevate` speaks of; the state that spends it failed, and nobody knows; or it was never reached.
    const fate = DONE.has(outcome) ? 'session' : outcome === 'failed' ? 'unknown' : 'unused';
    return { approver: answer.approver, slackUser: answer.slackUser, attempt: answer.attempt, fate };
  }
  if (!elevation) return undefined;
  const { attempt } = elevation;
  const fate = fateOf(elevation);
  // Of the same asking, the answer's: the code was sealed for that approver.
  if (answer?.attempt !== attempt || !answer.approver) return { approver: elevation.approver, attempt, fate };
  return { approver: answer.approver, slackUser: answer.slackUser, attempt, fate };
}

/** Of a code by what `elevate` wrote; without a result nobody knows. */
function fateOf(result: Elevation | undefined): Fate {
  if (!result) return 'unknown';
  return result.verdict === 'session' ? 'session' : result.verdict === 'locked' ? 'refused' : 'unused';
}

/** Whose code was refused last, by the answer that gave it; undefined where another answer has come since. */
function whoseCode({ answer, elevation }: Given, config: Config): { name: string; slackUser: string } | undefined {
  if (!answer?.approver || answer.attempt !== elevation?.attempt) return undefined;
  return { name: answer.approver, slackUser: config.approvers[answer.approver]?.slackUser ?? answer.slackUser };
}

/** Was there a session for it, or may there have been? */
const isUsed = (fate: Fate): boolean => fate === 'session' || fate === 'unknown';

/** Outcomes in which what was asked for was done. */
const DONE: ReadonlySet<Outcome> = new Set(['deleted', 'emptied', 'purged', 'guarded', 'unguarded', 'rehearsed']);

function messageOf(fate: Fate, ended: Ended): Message {
  const { request, conclusion } = ended;
  const next = nextStep(conclusion.outcome, request.kind);
  switch (fate) {
    case 'session':
    case 'unknown':
      return codeUsedMessage(ended, fate === 'session', DONE.has(conclusion.outcome) ? '' : next);
    case 'refused':
      return codeRefusedMessage(request, conclusion.why);
    case 'unused':
      return outcomeMessage(ended, next);
  }
}
