/** A bucket's facts as people read them, in messages and modals alike. */
import type { KnownBlock } from '@slack/types';
import { consequences, nameStays } from '../../domain/consequences.ts';
import { guardWords } from '../../domain/guard-seen.ts';
import { goingWords, holdings } from '../../domain/holdings.ts';
import type { Facts, Request } from '../../domain/request.ts';
import { lockNotices } from '../../domain/retention.ts';
import { list, say } from '../../domain/words.ts';
import { code, context, cut, duration, fields, literal, warnings, when } from '../text.ts';

/** The facts with the time of the look. */
export function factsBlocks({ bucket, kind, bypassGovernance, purge }: Request, facts: Facts, now?: string): KnownBlock[] {
  const contents = [holdings(facts), say(facts.uploads, 'unfinished upload')].filter((text) => text !== '');
  const pairs: [string, string][] = [
    [purge?.prefix ? 'Contents under the prefix' : 'Contents', contents.length === 0 ? 'empty' : contents.join('; ')],
    ...(facts.going ? [['Of that goes', goingWords(facts.going) || 'nothing'] as [string, string]] : []),
    ['Newest write', facts.newestWrite ? when(facts.newestWrite) : 'none'],
    ['Created', facts.createdAt ? when(facts.createdAt) : 'unknown'],
    ['Region and owner', cut(literal(`${facts.region}, account ${facts.owner}`), 200)],
    ['Versioning', `${facts.versioning}${facts.mfaDelete ? ', MFA Delete on' : ''}${facts.objectLock ? ', Object Lock on' : ''}`],
    ['Access points', facts.accessPoints.length === 0 ? 'none' : cut(literal(list(facts.accessPoints)), 1000)],
  ];
  pairs.push(...guardPairs(facts));
  const tags = facts.tags.map(({ key, value }) => code(`${key}=${value}`, 100));
  if (tags.length > 0) pairs.push(['Tags', `${tags.join(' ')}${facts.moreTags > 0 ? ` and ${facts.moreTags} more` : ''}`]);
  // A block each, so that none keeps another from being read.
  const notices = [lockNotices(facts, kind, bypassGovernance === true), consequences(facts, bucket, kind), facts.denials].flatMap((texts) =>
    warnings(texts.map(literal)),
  );
  return [...fields(pairs), ...notices, lookedAt(facts, now)];
}

/** When it was looked at, and how long ago that is. */
export function lookedAt(facts: Facts, now?: string): KnownBlock {
  return context(`Looked at ${when(facts.lookedAt)}${ageOf(facts.lookedAt, now)}.`);
}

/** The guard in a line; what goes round it only where there is one. */
function guardPairs({ guard, waysRound }: Facts): [string, string][] {
  const line: [string, string] = ['Guard', cut(literal(guardWords(guard)), 600)];
  if (guard.state === 'none') return [line];
  return [line, ['Goes round the guard', waysRound.length === 0 ? 'nothing that is known' : cut(literal(waysRound.join(' ')), 600)]];
}

/** What goes when a bucket is emptied, with how much that is. */
export function allGoes(facts: Facts): string {
  const held = holdings(facts);
  return `everything in the bucket is deleted, old versions too${held === '' ? '' : ` (${held})`}: *nobody can bring it back*.`;
}

/** What happens to a name that becomes free. */
export function nameFate(bucket: string, facts: Facts): string {
  return nameStays(bucket, facts)
    ? 'Its name stays reserved to this account.'
    : 'Its name becomes free to *anybody*, in any account, and may not be taken again for up to three days.';
}

/** " (3 h ago)", where it is known when it is read. */
function ageOf(lookedAt: string, now: string | undefined): string {
  return now === undefined ? '' : ` (${duration((Date.parse(now) - Date.parse(lookedAt)) / 1000)} ago)`;
}
