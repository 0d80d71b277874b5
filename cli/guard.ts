/** `interlock guard`: puts the guard on buckets, checks it and takes it off. */
import type { PolicyTurns } from '../src/aws/bucket-policy-turns.ts';
import { nameOf } from '../src/aws/clients.ts';
import { type Aws, connect } from './aws.ts';
import { EXIT, Failure } from './failure.ts';
import { principalLookup } from './guard-principals.ts';
import type { GuardRequest, Verb } from './guard-request.ts';
import { type Stage, type Target, targetsOf } from './guard-targets.ts';
import { beforeWriting, differences, guardsIn, IN_FULL, jsonOf, resultLines, summary } from './guard-tell.ts';
import { checkOf, makeChange, planFor, type Result, type Work } from './guard-work.ts';
import { configOf } from './stage.ts';
import { ask, coloured, forEach, isWatched, plain, progress, say, warn } from './terminal.ts';

/** How many buckets are read, or written, at once. */
const READS = 8;
const WRITES = 4;

/**
 * Runs one of the guard's commands over its buckets, and tells the results. Gives the exit code: 0 done, 1 a check fell short or a bucket failed.
 * Throws Failure where it could not run, and the SDK's errors.
 */
export async function guard(verb: Verb, options: GuardRequest): Promise<number> {
  const stage: Stage | undefined = options.stage === undefined ? undefined : { name: options.stage, config: configOf(options.stage) };
  const aws = await connect(stage?.config.region);
  if (stage && stage.config.account !== aws.account) {
    throw new Failure(
      `the credentials are of account ${aws.account}, and config/${stage.name}.yml is for ${stage.config.account}`,
      'name a profile of that account with AWS_PROFILE=…',
    );
  }
  const writes = verb === 'apply' || verb === 'remove';
  const turns = stage && writes ? await turnsOf(stage, aws) : undefined;
  const work: Work = { request: options, aws, stage, turns, look: principalLookup(aws) };
  const targets = await targetsOf(options, aws, stage);
  const done = verb === 'apply' || verb === 'remove' ? await change(verb, targets, work, options) : await look(verb, targets, work);
  return tell(verb, done, options, aws);
}

interface Done {
  results: Result[];
  /** Those of them that were told before the question. */
  told: Result[];
}

async function look(verb: 'plan' | 'check', targets: Target[], work: Work): Promise<Done> {
  const act = (target: Target) => (verb === 'check' ? checkOf(target, work) : planFor('apply', target, work));
  return { results: await each(targets, READS, act), told: [] };
}

/** How often a change is shown anew where nobody is asked, while others change the policy. */
const SHOWN_AGAIN = 3;

/**
 * Shows what a change would do, and asks, where somebody is there; then makes it. What would be written otherwise than it was shown, since others
 * changed the policy meanwhile, is shown and asked again.
 */
async function change(verb: 'apply' | 'remove', targets: Target[], work: Work, { yes, json, level }: GuardRequest): Promise<Done> {
  if (yes && (json || !isWatched())) return { results: await each(targets, WRITES, (target) => makeChange(verb, target, work)), told: [] };
  const results = new Map<string, Result>();
  const told: Result[] = [];
  let open = targets;
  for (let round = 0; open.length > 0 && !(yes && round > SHOWN_AGAIN); round++) {
    const planned = await each(open, READS, (target) => planFor(verb, target, work));
    for (const result of planned) results.set(result.bucket, result);
    const changing = new Map(planned.filter(({ state }) => state === 'planned').map(({ bucket, changes }) => [bucket, changes]));
    if (changing.size === 0) break;
    if (round > 0)
      warn(
        `others changed ${changing.size === 1 ? 'a policy' : 'policies'} meanwhile, and nothing was written there: this is the change now`,
      );
    say(differences(planned, verb));
    warnOfFailures(planned);
    told.push(...planned);
    if (verb === 'apply' && round === 0) say(beforeWriting(level, work.aws.account));
    if (!yes && !(await ask(questionOn(verb, planned)))) {
      if (round === 0) throw new Failure('nothing was written: the answer was no');
      for (const [bucket] of changing)
        results.set(bucket, { bucket, state: 'failed', why: 'Others changed its policy, and the answer was no: nothing was written.' });
      break;
    }
    const chosen = open.filter(({ bucket }) => changing.has(bucket));
    const written = await each(chosen, WRITES, (target) => makeChange(verb, target, work, changing.get(target.bucket) ?? []));
    for (const result of written) results.set(result.bucket, result);
    open = chosen.filter(({ bucket }) => results.get(bucket)?.moved);
  }
  return { results: targets.flatMap(({ bucket }) => results.get(bucket) ?? []), told };
}

function questionOn(verb: 'apply' | 'remove', planned: Result[]): string {
  const changing = planned.filter(({ state }) => state === 'planned').map(({ bucket }) => bucket);
  const what = changing.length === 1 ? changing.join() : `${changing.length} buckets`;
  const these = guardsIn(planned) > 1 ? 'these guards' : 'this guard';
  return verb === 'apply' ? `Put ${these} on ${what}?` : `Take the guard off ${what}?`;
}

async function each(targets: Target[], atOnce: number, act: (target: Target) => Promise<Result>): Promise<Result[]> {
  const bar = progress(targets.length);
  try {
    return await forEach(targets, atOnce, async (target) => {
      const result = await act(target);
      bar.step();
      return result;
    });
  } finally {
    bar.clear();
  }
}

function tell(verb: Verb, { results, told }: Done, { json, level }: GuardRequest, { account }: Aws): number {
  if (json) say(jsonOf(verb, account, results));
  else {
    const isPlan = verb === 'plan' && results.some(({ state }) => state === 'planned');
    if (isPlan) say(differences(results, verb));
    for (const result of results) for (const line of resultLines(result, verb)) say(line);
    if (isPlan) say(beforeWriting(level, account));
    warnOfFailures(results.filter((result) => !told.includes(result)));
    if (results.length > (isWatched() ? 1 : IN_FULL)) say(coloured('dim', summary(results)));
  }
  const fellShort = ({ state, check }: Result) => state === 'failed' || check?.whole === false;
  return results.some(fellShort) ? EXIT.fellShort : 0;
}

/** Tells why buckets failed. */
function warnOfFailures(results: Result[]): void {
  for (const { bucket, state, why = '' } of results) if (state === 'failed') warn(`${bucket}: ${plain(why)}`);
}

/** Turns in the stage's table; where that isn't there, nothing is installed that would write too. */
async function turnsOf({ name, config }: Stage, aws: Aws): Promise<PolicyTurns> {
  const [{ createPolicyTurns }, { createTables }] = await Promise.all([
    import('../src/aws/bucket-policy-turns.ts'),
    import('../src/aws/tables.ts'),
  ]);
  const turns = createPolicyTurns(createTables(config.region, aws.credentials), `interlock-${name}-locks`);
  return {
    async take(...turn) {
      try {
        return await turns.take(...turn);
      } catch (error) {
        if (nameOf(error) !== 'ResourceNotFoundException') throw error;
        return { isOver: () => false, end: async () => {} };
      }
    },
  };
}
