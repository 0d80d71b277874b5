/**
 * Keys in S3's order, and how a stretch of them is halved. Pure.
 *
 * A stretch is what a listing from `after` shows up to and with `upTo`: keys with after < key ≤ upTo. `after` is '' where it begins with the first
 * key, `upTo` null where it ends with the last. A `key-marker` means the same (S3 API Reference, "ListObjectVersions": the listing starts behind it),
 * so two stretches that meet share a bound, and hold every key exactly once whatever the bound is.
 */
export interface Stretch {
  after: string;
  upTo: string | null;
}

/** The longest key that S3 takes, in bytes of UTF-8 (Amazon S3 User Guide, "Naming Amazon S3 objects"). */
export const KEY_BYTES = 1024;

/**
 * UTF-8 binary order, in which S3 lists (S3 API Reference, "ListObjectsV2"). JavaScript compares UTF-16 units, where surrogates come before U+E000 to
 * U+FFFF, while what they stand for comes after.
 * @returns negative, 0 or positive
 */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const x = a.charCodeAt(at);
    const y = b.charCodeAt(at);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);

export function holds({ after, upTo }: Stretch, key: string): boolean {
  return compareKeys(key, after) > 0 && (upTo === null || compareKeys(key, upTo) <= 0);
}

/** How many characters two keys begin with in common. */
export function commonLength(a: readonly string[], b: readonly string[]): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return at;
}

const LAST = 0x10ffff;
/** Keys are mostly of one block's characters: where no letter is known, the end of a block is tried before what lies inside it. */
const BLOCKS = [0x7f, 0x7ff, 0xffff];

/**
 * A marker about in the middle between the first key of a stretch and its end: greater than `first`, smaller than `upTo` (null: no end), or null where
 * no such character is. Not a key that exists: a listing from it finds one.
 * @param seen by place, the letters that were seen there, in order: the middle one is taken where they lie between
 */
export function middle(first: string, upTo: string | null, seen: readonly (readonly string[])[] = []): string | null {
  const low = [...first];
  const high = upTo === null ? [] : [...upTo];
  const shared = commonLength(low, high);
  const between = (place: number, end: number): string | null => {
    const letter = letterBetween(low[place], end, seen[place] ?? []);
    return letter === null ? null : fitting(low.slice(0, place).join('') + letter);
  };
  const nearest = between(shared, high[shared]?.codePointAt(0) ?? LAST + 1);
  if (nearest !== null) return nearest;
  // Neighbours, such as `a` and `b`: the middle is among those that begin as the first one does.
  for (let place = shared + 1; place <= low.length; place += 1) {
    const deeper = between(place, LAST + 1);
    if (deeper !== null) return deeper;
  }
  return null;
}

/** A character strictly between a letter (undefined: the end of a key) and a code point; null where there is none. */
function letterBetween(letter: string | undefined, end: number, alphabet: readonly string[]): string | null {
  const from = letter?.codePointAt(0) ?? -1;
  const block = BLOCKS.find((last) => from < last && last < end - 1);
  // Without an end nothing is known of other scripts: whether there are any comes first.
  if (end > LAST && block !== undefined) return String.fromCodePoint(block);
  const low = position(alphabet, String.fromCodePoint(from + 1 > LAST ? LAST : skipSurrogates(from + 1)));
  const high = end > LAST ? alphabet.length : position(alphabet, String.fromCodePoint(end));
  const known = alphabet[(low + high) >>> 1];
  // Scripts beyond ASCII have more letters than were seen.
  if (from <= 0x7f && low < high && known !== undefined) return known;
  const point = skipSurrogates(block ?? Math.floor((Math.max(from, 0) + end) / 2));
  return point > from && point < end ? String.fromCodePoint(point) : null;
}

/** Surrogates are no characters: halves of some. */
const skipSurrogates = (point: number): number => (point >= 0xd800 && point <= 0xdfff ? 0xe000 : point);

/** A marker behind every key with this prefix, but those with the very last character behind it. */
export function behind(prefix: string): string | null {
  return fitting(`${prefix}${String.fromCodePoint(LAST)}`);
}

/** S3 takes no marker that is longer than a key may be. */
const fitting = (marker: string): string | null => (Buffer.byteLength(marker) <= KEY_BYTES ? marker : null);

/** How far behind the place where a stretch branches its keys are looked at. */
const PLACES = 16;

/**
 * How much of a stretch from `low` to `high` lies before `at`, each spelled in letters: 0 to 1, as if at each place of its keys every letter that was seen there came as often as any other.
 * A guess, that decides which stretch is divided next and never what belongs to it.
 * @param seen by place, the letters that were seen there, in order
 */
export function share(
  at: readonly string[],
  low: readonly string[],
  high: readonly string[] | null,
  seen: readonly (readonly string[])[],
): number {
  const from = high === null ? 0 : commonLength(low, high);
  const [point, end] = [low[from]?.codePointAt(0) ?? 0, high?.[from]?.codePointAt(0) ?? LAST];
  const reached = at[from]?.codePointAt(0) ?? point;
  // Scripts beyond ASCII have more letters than a sample shows.
  if (point > 0x7f && reached > point) return (reached - point) / Math.max(1, end - point);
  const most = seen.reduce((max, here) => Math.max(max, here.length), 1);
  let least = 1;
  const value = (letters: readonly string[]): number => {
    let sum = 0;
    least = 1;
    for (let place = from; place < from + PLACES; place += 1) {
      const here = seen[place] ?? [];
      const letter = letters[place];
      if (letter === undefined) break;
      sum += (least * position(here, letter)) / Math.max(1, here.length);
      // Samples are neighbours: at places where some differ, more letters are to be expected than were seen.
      least /= here.length > 1 ? Math.sqrt(here.length * most) : 1;
    }
    return sum;
  };
  const whole = (high === null ? 1 : value(high)) - value(low);
  const part = whole <= 0 ? 0 : (value(at) - value(low)) / whole;
  return Math.min(1, Math.max(least, part, 1e-12));
}

/** Where the letter stands in the alphabet, or would. Asked for each letter of each key that is seen: letters are in the order of their code points. */
function position(alphabet: readonly string[], letter: string): number {
  const point = letter.codePointAt(0) as number;
  let [low, high] = [0, alphabet.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (((alphabet[middle] as string).codePointAt(0) as number) < point) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Adds the letters of some keys, in order, to those that were seen, by place. */
export function learn(seen: string[][], keys: readonly string[]): void {
  let last: string[] = [];
  for (const key of keys) {
    const letters = [...key];
    // What a key has in common with the one before was seen with that.
    for (let place = commonLength(letters, last); place < letters.length; place += 1) {
      const letter = letters[place] as string;
      seen[place] ??= [];
      const here = seen[place] as string[];
      const at = position(here, letter);
      if (here[at] !== letter) here.splice(at, 0, letter);
    }
    last = letters;
  }
}
