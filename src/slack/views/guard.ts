/** A change of a guard as an approver reads it, in messages and modals alike: ten seconds must be enough. */
import type { KnownBlock } from '@slack/types';
import { type Facts, type GuardChange, type GuardKind, isGuardKind, type Request } from '../../domain/request.ts';
import { cut, fields, literal, warnings } from '../text.ts';
import { factsBlocks, lookedAt } from './facts.ts';

const GUARDS: Record<GuardChange['before'], string> = {
  none: 'none',
  basic: 'basic',
  hardened: 'hardened',
  recipe: 'as AWS Support wrote it in 2016',
  broken: 'there, but not whole',
};

/** What was seen that matters for what is asked: of a deletion the bucket, of a change of its guard the change. */
export function seenBlocks(request: Request, facts: Facts, now?: string): KnownBlock[] {
  return !isGuardKind(request.kind) || !facts.guardChange ? factsBlocks(request, facts, now) : guardBlocks(facts.guardChange, facts, now);
}

const REQUIRED = 'Its rule asks for a guard: without one no request for its deletion goes through, and the daily check tells operators.';

/** What becomes of the guard, whom it lets through, and what may be in the way. */
function guardBlocks(change: GuardChange, facts: Facts, now?: string): KnownBlock[] {
  const same = change.denied.length + change.allowed.length === 0;
  const through = letThrough(change);
  const goesRound = change.after === 'none' ? [] : facts.waysRound;
  const pairs: [string, string][] = [
    ['Guard now', GUARDS[change.before]],
    ['Guard then', GUARDS[change.after]],
    ...(change.denied.length > 0 ? [['Denied to others from then on', actions(change.denied)] as [string, string]] : []),
    ...(change.allowed.length > 0 ? [['No longer denied', actions(change.allowed)] as [string, string]] : []),
    ...(same ? [['What it denies', 'the same actions as now'] as [string, string]] : []),
    ...(through.length > 0 ? [['Let through, with a code', cut(literal(through.join(', ')), 1000)] as [string, string]] : []),
    ...(goesRound.length > 0 ? [['Goes round the guard', cut(literal(goesRound.join(' ')), 600)] as [string, string]] : []),
    ['Region and owner', cut(literal(`${facts.region}, account ${facts.owner}`), 300)],
  ];
  const asksFor = change.required ? [REQUIRED] : [];
  return [...fields(pairs), ...warnings([...asksFor, ...[...facts.guard.findings, ...change.denials].map(literal)]), lookedAt(facts, now)];
}

/** What follows from it, in a sentence or two. */
export function guardConsequence(kind: GuardKind): string {
  switch (kind) {
    case 'guard-hardened':
      return 'the bucket’s policy is changed, and nothing else. From then on only its approvers, with a code, can delete the bucket or change its guard. *Templates, log set-ups and jobs that edit its policy, lifecycle rules or versioning, or delete old versions, are denied.*';
    case 'guard-basic':
      return 'the bucket’s policy is changed, and nothing else. From then on only its approvers, with a code, can delete the bucket. *Whoever may write its policy can take this guard off.*';
    case 'guard-off':
      return 'the guard goes out of the bucket’s policy, and nothing else changes. *From then on whoever may delete buckets in the account can delete it without a code.*';
  }
}

/** As S3's documentation calls them, without the service. */
const actions = (names: string[]): string => cut(literal(names.map((name) => name.replace(/^s3:/, '')).join(', ')), 1000);

/** Names of users, those behind the role's sessions too; the role itself is no news to anybody. */
function letThrough({ principals, approvers }: GuardChange): string[] {
  const others = principals
    .filter((arn) => !arn.includes(':role/'))
    .map((arn) => arn.slice(Math.max(arn.lastIndexOf('/'), arn.lastIndexOf(':')) + 1));
  return [...approvers, ...others];
}
