/** The daily check's message to operators: which guards are not as they should be, and which are again. Pure. */
import type { KnownBlock } from '@slack/types';
import type { Drift, Remarked, Worse } from '../../domain/guard-drift.ts';
import { applyCommand } from '../../domain/guard-seen.ts';
import { code, context, cut, fallback, literal, section } from '../text.ts';
import type { Message } from './messages.ts';

/** What people are told of. */
type News = Pick<Drift, 'worse' | 'mended' | 'seenAgain' | 'gone'>;

export interface Drifted extends News {
  /** Buckets that the check is about. */
  checked: number;
  stage: string;
}

/** How many buckets are told of one by one, each in so many characters: all blocks of a message hold 12,000 (src/slack/text.ts). */
const SHOWN = 10;
const LENGTH = 430;

/** How many names of mended buckets stand in a line, and of those that are told of by name alone. */
const NAMES = 10;

/** What of it the message names. */
export function namedOf({ worse, mended, seenAgain, gone }: News): News {
  const [few, lost, seen] = [mended, gone, seenAgain].map((all) => all.slice(0, NAMES));
  return { worse: worse.slice(0, SHOWN + NAMES), mended: few ?? [], seenAgain: seen ?? [], gone: lost ?? [] };
}

export function driftMessage({ worse, mended, seenAgain, gone, checked, stage }: Drifted): Message {
  const unseen = worse.filter(({ trouble }) => trouble === 'unseen');
  const wrong = worse.length - unseen.length;
  const counts = [
    ...(wrong > 0 ? [`${buckets(wrong)} ${wrong === 1 ? 'is' : 'are'} not guarded as ${wrong === 1 ? 'it' : 'they'} should be`] : []),
    ...(unseen.length > 0 ? [`${buckets(unseen.length)} could not be looked at`] : []),
    ...(mended.length > 0
      ? [
          `${buckets(mended.length)} ${mended.length === 1 ? 'is' : 'are'} guarded as ${mended.length === 1 ? 'it' : 'they'} should be again`,
        ]
      : []),
    ...(seenAgain.length > 0 ? [`${buckets(seenAgain.length)} could be looked at again`] : []),
    ...(gone.length > 0 ? [`${buckets(gone.length)} ${gone.length === 1 ? 'is' : 'are'} no longer there`] : []),
  ];
  const isMore = worse.length > SHOWN + NAMES || [mended, seenAgain, gone].some(({ length }) => length > NAMES);
  const line = `The daily check of guards: ${counts.join(', ')}.`;
  return {
    text: fallback(line),
    blocks: [
      section(`:shield: ${line}`),
      ...worse
        .slice(0, SHOWN)
        .map((one) =>
          section(`${code(one.bucket)}: ${cut(literal(one.remarks.join(' ')), LENGTH)}${editedOf(one)}\n${mendOf(one, stage)}`),
        ),
      ...more(worse.slice(SHOWN), stage),
      ...(mended.length > 0 ? [section(`Guarded as they should be again, with nothing that goes round it: ${names(mended)}.`)] : []),
      ...(seenAgain.length > 0 ? [section(`Looked at again, and guarded as they should be: ${names(seenAgain)}.`)] : []),
      ...(gone.length > 0
        ? [
            section(
              `No longer there: ${names(gone)}. Where no request of Interlock’s deleted it, CloudTrail says who did (\`DeleteBucket\`).`,
            ),
          ]
        : []),
      context(
        `${buckets(checked)} checked. Told once; ${isMore ? 'what is not named here is told the next day' : 'the next message comes when something changes'}.`,
      ),
    ],
  };
}

const buckets = (count: number): string => `${count.toLocaleString('en-US')} bucket${count === 1 ? '' : 's'}`;

function names(all: string[]): string {
  const rest = all.length - NAMES;
  return `${all
    .slice(0, NAMES)
    .map((name) => code(name))
    .join(', ')}${rest > 0 ? ` and ${buckets(rest)} more` : ''}`;
}

const editedOf = ({ edited }: Worse): string => (edited ? ' *Its statements were edited since this was last told.*' : '');

function more(rest: Remarked[], stage: string): KnownBlock[] {
  if (rest.length === 0) return [];
  const all = code(`npx --no interlock guard check --all --stage ${stage}`);
  return [
    section(
      `And ${buckets(rest.length)} more, none of them graver: ${names(rest.map(({ bucket }) => bucket))}. ${all} says of all how they are.`,
    ),
  ];
}

function mendOf({ bucket, trouble }: Remarked, stage: string): string {
  switch (trouble) {
    case 'guard':
    case 'basic':
      return `*Mend:* ${code(applyCommand(bucket, stage))}, or ${code(`/guard-bucket ${bucket}`)} in Slack where the rest of its guard denies that.`;
    case 'round':
      return '*Mend:* take it away where it isn’t meant; the guard itself is whole.';
    case 'unseen':
      return "*Mend:* see whether a statement of its policy denies the check's role to read it; passing faults are gone tomorrow.";
  }
}
