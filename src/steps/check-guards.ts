/** The daily check: looks at every bucket whose rule asks for a guard, and tells operators once what has changed since they were last told. */
import type { WebClient } from '@slack/web-api';
import { atOnce } from '../at-once.ts';
import { nameOf } from '../aws/clients.ts';
import type { Guards } from '../aws/guards.ts';
import type { Home, Protection } from '../aws/protection.ts';
import type { Config, Rule } from '../config.ts';
import { driftOf, type Remarked, remarkOn, unseen } from '../domain/guard-drift.ts';
import { guardSeen } from '../domain/guard-seen.ts';
import { ruleFor } from '../domain/rules.ts';
import { SlackRefused } from '../errors.ts';
import { driftMessage } from '../slack/views/drift.ts';
import type { Message } from '../slack/views/messages.ts';
import { post, type Warn } from './telling.ts';

export interface CheckParts {
  config: Config;
  stage: string;
  /** The account's buckets. */
  list: () => Promise<Home[]>;
  look: (home: Home) => Promise<Protection>;
  guards: Guards;
  slack: WebClient;
  /** Milliseconds since 1970. */
  now: () => number;
  warn: Warn;
}

/** What came of a check: buckets looked at, those that could not be, and whether there was anything new to tell. */
export interface Checked {
  checked: number;
  unseen: number;
  told: boolean;
}

/** Four calls a bucket, and the SDK keeps fifty connections to a host (AWS SDK for JavaScript developer guide, "Configuring maxSockets in Node.js"). */
const LOOKS = 12;
const WRITES = 12;

/** For how long buckets are looked at, in milliseconds; the function has fifteen minutes, and has to tell and to write afterwards. */
const LOOKING = 10 * 60_000;

/**
 * Run again, it finds nothing new and tells nobody. Told first and written afterwards: where it dies in between, the next run tells once more,
 * which is better than never. Throws TryAgain or SlackRefused where Slack takes no message, and the SDK's errors where the account can't be listed.
 */
export async function checkGuards(parts: CheckParts): Promise<Checked> {
  const { stage, guards, now } = parts;
  const { watched, found } = await lookAtAll(await watchedBuckets(parts), parts);
  const drift = driftOf(await guards.told(), watched, found);
  const told = drift.worse.length + drift.mended.length + drift.seenAgain.length > 0;
  if (told) await tell(driftMessage({ ...drift, checked: watched.size, stage }), parts);
  const at = new Date(now()).toISOString();
  await atOnce(WRITES, drift.worse, ({ bucket, remarks }) => guards.tell(bucket, remarks, at));
  await atOnce(WRITES, [...drift.mended, ...drift.seenAgain, ...drift.forgotten], (bucket) => guards.forget(bucket));
  return { checked: watched.size, unseen: found.filter(({ trouble }) => trouble === 'unseen').length, told };
}

/** In the operators' channel; in the approvals channel where there is none, or where it takes no message. */
async function tell(message: Message, { config, slack, warn }: CheckParts): Promise<void> {
  const { operatorsChannel, channel } = config.slack;
  try {
    await post(slack, operatorsChannel ?? channel, message);
  } catch (error) {
    if (!operatorsChannel || !(error instanceof SlackRefused)) throw error;
    warn("the operators' channel takes no messages", { error: error.message });
    await post(slack, channel, message);
  }
}

async function watchedBuckets({ config, list }: CheckParts): Promise<Home[]> {
  const asksForGuard = ({ guard }: Rule) => guard === 'required';
  if (!config.rules.some(asksForGuard)) return [];
  return (await list()).filter(({ bucket }) => {
    const rule = ruleFor(config, bucket);
    return rule && asksForGuard(rule);
  });
}

/** The names of those that are there, and what there is to say of each; one that can't be looked at keeps none of the others from it. */
async function lookAtAll(listed: Home[], parts: CheckParts): Promise<{ watched: Set<string>; found: Remarked[] }> {
  const { config, stage, look, now, warn } = parts;
  const watched = new Set(listed.map(({ bucket }) => bucket));
  const end = now() + LOOKING;
  const found: (Remarked | undefined)[] = [];
  await atOnce(LOOKS, listed, async (home) => {
    const { bucket } = home;
    if (now() > end) {
      found.push(unseen(bucket, 'the time was over'));
      return;
    }
    try {
      const { policy, waysRound } = await look(home);
      found.push(remarkOn(bucket, guardSeen(policy, { bucket, config, stage }).guard, waysRound));
    } catch (error) {
      // Deleted since it was listed: it is forgotten, not mended.
      if (nameOf(error) === 'NoSuchBucket') {
        watched.delete(bucket);
        return;
      }
      warn('not looked at', { bucket, error: nameOf(error) });
      found.push(unseen(bucket, nameOf(error)));
    }
  });
  return { watched, found: found.filter((one) => one !== undefined) };
}
