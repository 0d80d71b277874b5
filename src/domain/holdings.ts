/** What a bucket holds, in words; and whether two looks at a bucket in use saw about the same. Pure. */

import type { Count, Facts, Going } from './request.ts';
import { say } from './words.ts';

/** "12,345 objects, 99,000 old versions, 3 delete markers, 41.3 GB"; "" where there are none. */
export function holdings({ objects, oldVersions, deleteMarkers, bytes }: Facts): string {
  const counts = [say(objects, 'object'), say(oldVersions, 'old version'), say(deleteMarkers, 'delete marker')];
  return [...counts, saySize(bytes)].filter((text) => text !== '').join(', ');
}

/** What a purge takes: "1,234 old versions, 2 delete markers, 3.1 GB"; "" for nothing. */
export function goingWords({ versions, markers, bytes }: Going): string {
  return [say(versions, 'old version'), say(markers, 'delete marker'), saySize(bytes)].filter((text) => text !== '').join(', ');
}

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** "41.3 GB", "512 bytes", "20 GB or more"; "" for nothing. Decimal units, as S3 is paid for. */
export function saySize({ count, more }: Count): string {
  if (count === 0) return '';
  const power = Math.min(Math.floor(Math.log10(count) / 3), UNITS.length - 1);
  const scaled = count / 1000 ** power;
  const digits = power === 0 || scaled >= 100 ? 0 : 1;
  const size = `${scaled.toFixed(digits).replace(/\.0$/, '')} ${count === 1 ? 'byte' : UNITS[power]}`;
  return more ? `${size} or more` : size;
}

/** Fewer than this, or less than a tenth, is what a bucket in use changes by while somebody reads about it. */
const FEW = 100;
const FEW_BYTES = 100_000_000;

type Contents = Pick<Facts, 'objects' | 'oldVersions' | 'deleteMarkers' | 'bytes' | 'uploads'>;

/** Is what a bucket holds about what it held? Where a look stopped at its bound, there may be any number more. */
export function aboutTheSame(a: Contents, b: Contents): boolean {
  const open = [a, b].map((one) => [one.objects, one.oldVersions, one.deleteMarkers].some(({ more }) => more));
  const near = (of: (one: Contents) => Count, few: number) => isNear([of(a), of(b)], open, few);
  return (
    near(({ objects }) => objects, FEW) &&
    near(({ oldVersions }) => oldVersions, FEW) &&
    near(({ deleteMarkers }) => deleteMarkers, FEW) &&
    near(({ bytes }) => bytes, FEW_BYTES) &&
    isNear([a.uploads, b.uploads], [a.uploads.more, b.uploads.more], FEW)
  );
}

function isNear([{ count: a }, { count: b }]: [Count, Count], [openA, openB]: boolean[], few: number): boolean {
  // The one with fewer may have as many where its count was cut short.
  if (a < b ? openA : openB) return true;
  const apart = Math.abs(a - b);
  return apart < few || apart < Math.max(a, b) / 10;
}
