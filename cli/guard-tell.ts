/** How the guard command tells its results: lines for a person, or one JSON document. */
import type { Level } from '../src/domain/guard.ts';
import type { Line } from '../src/domain/guard-lines.ts';
import type { Verb } from './guard-request.ts';
import type { Result } from './guard-work.ts';
import { coloured, plain } from './terminal.ts';

/** Of more buckets than this, what is the same for many is told once. */
export const IN_FULL = 5;

/**
 * What a change does to the buckets, statement by statement. With many, each guard is shown in full on one bucket; of the others only what differs
 * from bucket to bucket: what stays and what goes of their policies, and what goes round the guard.
 */
export function differences(results: Result[], verb: Verb): string {
  const changing = results.filter(({ state }) => state === 'planned');
  if (changing.length <= IN_FULL) return changing.map((result) => inFull(result, verb)).join('\n');
  return [...Map.groupBy(changing, guardKey).values()]
    .map((alike) => {
      const shown = alike.toSorted((a, b) => added(b) - added(a))[0];
      const others = alike.filter((result) => result !== shown);
      const heading = coloured('bold', others.length === 1 ? 'The same on one more:' : `The same on ${others.length} more:`);
      return [...(shown ? [inFull(shown, verb)] : []), ...(others.length > 0 ? [heading, ...others.map(inShort)] : [])].join('\n');
    })
    .join('\n');
}

/** How many different guards the planned changes put on. */
export const guardsIn = (results: Result[]): number => new Set(results.filter(({ state }) => state === 'planned').map(guardKey)).size;

const guardKey = ({ guard }: Result): string => JSON.stringify(guard ?? null);
const added = ({ changes = [] }: Result): number => changes.filter(({ mark }) => mark === 'added').length;

const aside = ({ notes = [], waysRound = [] }: Result): string[] => [
  ...notes.map((note) => `  ${plain(note)}`),
  ...waysRound.map((sentence) => `  goes round it: ${plain(sentence)}`),
];

function inFull(result: Result, verb: Verb): string {
  const what = verb === 'remove' ? 'the guard would be taken off' : `the guard would be put on: ${whom(result.guard)}`;
  const head = `${coloured('bold', `${result.bucket} (${result.region ?? ''})`)}: ${what}`;
  return [head, ...aside(result), ...(result.changes ?? []).map(lineOf)].join('\n');
}

function inShort(result: Result): string {
  const { changes = [] } = result;
  const kept = changes.filter(({ mark }) => mark === 'kept').length;
  const stays = kept === 0 ? '' : `: ${kept === 1 ? '1 statement stays' : `${kept} statements stay`}`;
  const gone = changes.filter(({ mark }) => mark === 'removed').map(lineOf);
  return [`${coloured('bold', `${result.bucket} (${result.region ?? ''})`)}${stays}`, ...aside(result), ...gone].join('\n');
}

function lineOf({ mark, text }: Line): string {
  if (mark === 'added') return coloured('green', `+ ${plain(text)}`);
  return mark === 'removed' ? coloured('red', `- ${plain(text)}`) : coloured('dim', `  ${plain(text)}`);
}

/** One result, in a line or a few. Those that failed, and what is only planned, are told elsewhere. */
export function resultLines(result: Result, verb: Verb): string[] {
  const { bucket, state, check } = result;
  const name = coloured('bold', bucket);
  const more = aside(result);
  switch (state) {
    case 'failed':
    case 'planned':
      return [];
    case 'written':
      return [`${name}: ${verb === 'remove' ? 'the guard is off' : `guarded: ${whom(result.guard)}`}`, ...more];
    case 'unchanged':
      return [`${name}: ${verb === 'remove' ? nothingToRemove(result) : 'guarded as it should be; nothing to change'}`, ...more];
    case 'checked':
      return [
        `${name}: ${standing(result)}`,
        ...(check?.findings ?? []).map(({ kind, sentence }) => `  ${KIND[kind]}: ${plain(sentence)}`),
        ...more,
      ];
  }
}

const nothingToRemove = ({ notes = [] }: Result): string =>
  notes.length > 0 ? 'no guard is known here, and nothing was changed' : 'there is no guard, and nothing to change';

const KIND = {
  missing: 'missing',
  weakened: 'weakened',
  lockedOut: 'locks out',
  outdated: 'outdated',
  wider: 'wider',
  foreign: 'not of the guard',
} as const;

/** How the guard stands, and who can delete the bucket under it. */
function standing({ check, there }: Result): string {
  if (check?.whole) return `${coloured('green', 'the guard is whole')}: ${whom(there)}`;
  if (!check?.present) return coloured('red', 'not guarded');
  const named = there && there.principals.length > 0 ? ` for ${there.principals.join(', ')}` : '';
  return `${coloured('red', 'the guard is not whole')}; its statements make a ${there?.level ?? 'basic'} one${plain(named)}`;
}

/** Whom a guard lets through: `hardened; the role … in a session of alice, or the user …, with a code`; with a code only where that is known. */
function whom(guard: Result['guard']): string {
  if (!guard) return '';
  const { principals, approvers, level, unproven = [] } = guard;
  const code = unproven.length > 0 ? ' with a code' : '';
  const who = principals.map(
    (arn) => `${arn}${arn.includes(':role/') ? ` in a session of ${approvers.join(' or ')}` : ''}${unproven.includes(arn) ? '' : code}`,
  );
  return `${level}; ${who.join(', or ')}${code === '' ? ', with a code' : ''}`;
}

/** What one has to know before a guard is written. */
export function beforeWriting(level: Level, account: string): string {
  const hardened =
    'A hardened guard denies to everybody else, administrators too, to change the policy, lifecycle rules, versioning or Object Lock, to delete ' +
    'versions and to re-encrypt objects. It breaks stacks and templates that edit these, log delivery that adds to the policy, programs that delete ' +
    'by version, and key rotation jobs. So mend first what goes round it: versioning and lifecycle rules. --level basic denies the deletion of the bucket alone, and whoever may change the policy takes it off.';
  const wayBack =
    `The way back in is root of account ${account}, whom no bucket policy keeps from changing or deleting it. Root is none where an organisation's ` +
    "policy denies it; for a member account without root's credentials, the management account removes the policy (aws sts assume-root with the task " +
    'policy S3UnlockBucketPolicy).';
  return [...(level === 'hardened' ? [hardened] : []), wayBack].map((paragraph) => `\n${paragraph}`).join('\n');
}

/** How many of what, for a run over several buckets. */
export function summary(results: Result[]): string {
  const count = (is: (result: Result) => boolean, what: string) => {
    const found = results.filter(is).length;
    return found > 0 ? [`${found} ${what}`] : [];
  };
  return [
    ...count(({ state }) => state === 'written', 'changed'),
    ...count(({ state }) => state === 'planned', 'to change'),
    ...count(({ state }) => state === 'unchanged', 'as they should be'),
    ...count(({ check }) => check?.whole === true, 'whole'),
    ...count(({ check }) => check?.whole === false, 'not whole'),
    ...count(({ state }) => state === 'failed', 'failed'),
  ].join(', ');
}

/** The results as one document. */
export function jsonOf(verb: Verb, account: string, results: Result[]): string {
  const buckets = results.map(({ changes, ...result }) => ({
    ...result,
    ...(changes && { changes: changes.map(({ mark, text }) => ({ mark, text })) }),
  }));
  return JSON.stringify({ command: `guard ${verb}`, account, buckets }, null, 2);
}
