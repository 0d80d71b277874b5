/** How the guard command tells its results: lines for a person, or one JSON document. */
import type { Level } from '../src/domain/guard.ts';
import type { Line } from '../src/domain/guard-lines.ts';
import type { Verb } from './guard-request.ts';
import type { Result } from './guard-work.ts';
import { coloured, plain } from './terminal.ts';

/** Longer lists of changes are told in a line each. */
const IN_FULL = 5;

/** What a change does to the buckets, statement by statement; with many, each in a line. */
export function differences(results: Result[]): string {
  const changing = results.filter(({ changes = [] }) => changes.length > 0);
  return changing
    .map((result) => {
      const notes = (result.notes ?? []).map((note) => `  ${plain(note)}`);
      return [headOf(result), ...notes, ...(changing.length > IN_FULL ? [] : (result.changes ?? []).map(lineOf))].join('\n');
    })
    .join('\n');
}

const headOf = ({ bucket, region = '' }: Result): string => coloured('bold', `${bucket} (${region})`);

function lineOf({ mark, text }: Line): string {
  if (mark === 'added') return coloured('green', `+ ${plain(text)}`);
  return mark === 'removed' ? coloured('red', `- ${plain(text)}`) : coloured('dim', `  ${plain(text)}`);
}

/** One result, in a line or a few. Those that failed are told elsewhere. */
export function resultLines(result: Result, verb: Verb): string[] {
  const { bucket, state, check, waysRound = [], notes = [] } = result;
  const name = coloured('bold', bucket);
  const more = notes.map((note) => `  ${plain(note)}`);
  switch (state) {
    case 'failed':
      return [];
    case 'planned':
      return [`${name}: ${verb === 'remove' ? 'the guard would be taken off' : `the guard would be put on: ${whom(result)}`}`];
    case 'written':
      return [`${name}: ${verb === 'remove' ? 'the guard is off' : `guarded: ${whom(result)}`}`, ...more];
    case 'unchanged':
      return [
        `${name}: ${verb === 'remove' ? 'there is no guard, and nothing to change' : 'guarded as it should be; nothing to change'}`,
        ...more,
      ];
    case 'checked':
      return [
        `${name}: ${check?.whole ? coloured('green', 'the guard is whole') : coloured('red', check?.present ? 'the guard is not whole' : 'not guarded')}`,
        ...(check?.findings ?? []).map(({ kind, sentence }) => `  ${KIND[kind]}: ${plain(sentence)}`),
        ...waysRound.map((sentence) => `  goes round it: ${plain(sentence)}`),
        ...more,
      ];
  }
}

const KIND = {
  missing: 'missing',
  weakened: 'weakened',
  lockedOut: 'locks out',
  outdated: 'outdated',
  wider: 'wider',
  foreign: 'not of the guard',
} as const;

/** Whom the guard lets through: `hardened; the role … in a session of alice, or the user …, with a code`. */
function whom({ guard }: Result): string {
  if (!guard) return '';
  const { principals, approvers, level } = guard;
  const who = principals.map((arn) => (arn.includes(':role/') ? `${arn} in a session of ${approvers.join(' or ')}` : arn));
  return `${level}; ${who.join(', or ')}, with a code`;
}

/** What one has to know before a guard is written. */
export function beforeWriting(level: Level, account: string): string {
  const hardened =
    'A hardened guard denies to everybody else, administrators too, to change the policy, lifecycle rules, versioning or Object Lock, to delete ' +
    'versions and to re-encrypt objects. It breaks stacks and templates that edit these, log delivery that adds to the policy, programs that delete ' +
    'by version, and key rotation jobs. --level basic denies the deletion of the bucket alone, and whoever may change the policy takes it off.';
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
