/** A bucket's tags as the flow carries them: so many as people read, and a digest of all, since others choose them and the flow's state has a bound. */
import { createHash } from 'node:crypto';
import type { Facts } from './request.ts';

type Tag = Facts['tags'][number];

/** So many are shown, by their names: S3 lists them in no order that it promises. */
const SHOWN = 10;
/** So much of each; S3 takes 128 characters of a key and 256 of a value. */
const LENGTH = 100;

/** What the facts say of all tags of a bucket. */
export function tagFacts(all: readonly Tag[]): Pick<Facts, 'tags' | 'moreTags' | 'tagsDigest'> {
  const sorted = all.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const pairs = JSON.stringify(sorted.map(({ key, value }) => [key, value]));
  return {
    tags: sorted.slice(0, SHOWN).map(({ key, value }) => ({ key: cut(key), value: cut(value) })),
    moreTags: Math.max(0, sorted.length - SHOWN),
    tagsDigest: sorted.length === 0 ? null : createHash('sha256').update(pairs).digest('hex'),
  };
}

/** By whole characters. */
function cut(text: string): string {
  const chars = [...text];
  return chars.length > LENGTH ? `${chars.slice(0, LENGTH).join('')}…` : text;
}
