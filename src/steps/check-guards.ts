/** The daily check: looks at every bucket whose rule asks for a guard, and tells operators once what has changed since they were last told. */
import type { WebClient } from '@slack/web-api';
import { atOnce } from '../at-once.ts';
import { nameOf } from '../aws/clients.ts';
import type { Guards } from '../aws/guards.ts';
import type { Home, Protection } from '../aws/protection.ts';
import type { Config, Rule } from '../config.ts';
import { driftOf, type Remarked, remarkOn, unseen } from '../domain/guard-drift.ts';
import { guardDigest, guardSeen } from '../domain/guard-seen.ts';
import { ruleFor } from '../domain/rules.ts';
import { SlackRefused } from '../errors.ts';
import { driftMessage, namedOf } from '../slack/views/drift.ts';
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
 * which is better than never. What the message doesn't name is not written, and told the next time. Throws TryAgain or SlackRefused where Slack takes
 * no message, and the SDK's errors where the account can't be listed.
 */
export async function checkGuards(parts: CheckParts): Promise<Checked> {
  const { stage, guards, now } = parts;
  const { listed, watched: homes } = await watchedBuckets(parts);
  const { watched, found, absent } = await lookAtAll(homes, parts);
  // Where no rule asks for a guard the account isn't listed, and nothing is known to be gone.
  const isThere = (bucket: string) => !absent.has(bucket) && (listed?.has(bucket) ?? true);
  const drift = driftOf(await guards.told(), watched, found, isThere);
  const told = drift.worse.length + drift.mended.length + drift.seenAgain.length + drift.gone.length > 0;
  if (told) await tell(driftMessage({ ...drift, checked: watched.size, stage }), parts);
  const at = new Date(now()).toISOString();
  const named = namedOf(drift);
  const well = [...named.mended, ...named.seenAgain, ...drift.fresh].map((bucket) => ({ bucket, remarks: [] }));
  await atOnce(WRITES, [...named.worse, ...well], ({ bucket, ...what }) => guards.tell(bucket, what, at));
  await atOnce(WRITES, [...named.gone, ...drift.forgotten], (bucket) => guards.forget(bucket));
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

/** The names of the account's buckets, undefined where they aren't asked for, and the buckets whose rule asks for a guard. */
async function watchedBuckets({ config, list }: CheckParts): Promise<{ listed?: Set<string>; watched: Home[] }> {
  const asksForGuard = ({ guard }: Rule) => guard === 'required';
  if (!config.rules.some(asksForGuard)) return { watched: [] };
  const all = await list();
  const watched = all.filter(({ bucket }) => {
    const rule = ruleFor(config, bucket);
    return rule && asksForGuard(rule);
  });
  return { listed: new Set(all.map(({ bucket }) => bucket)), watched };
}

/** What came of the looks: which are there to be watched, what there is to say of some, and which were deleted since they were listed. */
interface Looks {
  watched: Set<string>;
  found: Remarked[];
  absent: Set<string>;
}

/** One that can't be looked at keeps none of the others from it. */
async function lookAtAll(homes: Home[], parts: CheckParts): Promise<Looks> {
  const { config, stage, look, now, warn } = parts;
  const watched = new Set(homes.map(({ bucket }) => bucket));
  const absent = new Set<string>();
  const end = now() + LOOKING;
  const found: (Remarked | undefined)[] = [];
  await atOnce(LOOKS, homes, async (home) => {
    const { bucket } = home;
    if (now() > end) {
      found.push(unseen(bucket, 'the time was over'));
      return;
    }
    try {
      const { policy, waysRound } = await look(home);
      const watch = { bucket, config, stage };
      found.push(remarkOn(bucket, guardSeen(policy, watch).guard, waysRound, guardDigest(policy, watch)));
    } catch (error) {
      if (nameOf(error) === 'NoSuchBucket') {
        watched.delete(bucket);
        absent.add(bucket);
        return;
      }
      warn('not looked at', { bucket, error: nameOf(error) });
      found.push(unseen(bucket, nameOf(error)));
    }
  });
  return { watched, found: found.filter((one) => one !== undefined), absent };
}
