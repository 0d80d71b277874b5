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
 * @param alphabet letters that were seen, in order: the middle one is taken where they lie between
 */
export function middle(first: string, upTo: string | null, alphabet: readonly string[] = []): string | null {
  const low = [...first];
  const high = upTo === null ? [] : [...upTo];
  const shared = commonLength(low, high);
  const between = (place: number, end: number): string | null => {
    const letter = letterBetween(low[place], end, alphabet);
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
  if (low < high && known !== undefined) return known;
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

/**
 * How much of a stretch lies before `key`, 0 to 1, as if its characters were spread evenly: those of `alphabet`, in order, and no others.
 * A guess, that decides which stretch is divided next and never what belongs to it.
 */
export function share(key: string, first: string, upTo: string | null, alphabet: readonly string[]): number {
  const [at, low, high] = [[...key], [...first], upTo === null ? null : [...upTo]];
  const from = high === null ? 0 : commonLength(low, high);
  const [point, end] = [low[from]?.codePointAt(0) ?? 0, high?.[from]?.codePointAt(0) ?? LAST];
  const reached = at[from]?.codePointAt(0) ?? point;
  // Scripts beyond ASCII have more letters than a sample shows.
  if (point > 0x7f && reached > point) return (reached - point) / Math.max(1, end - point);
  const value = (letters: readonly string[]): number => {
    let sum = 0;
    for (let place = 0, weight = 1; place < 6; place += 1) {
      weight /= alphabet.length + 1;
      const letter = letters[from + place];
      if (letter === undefined) break;
      sum += weight * (position(alphabet, letter) + 1);
    }
    return sum;
  };
  const whole = (high === null ? 1 : value(high)) - value(low);
  return whole <= 0 ? 0 : Math.min(1, Math.max(0, (value(at) - value(low)) / whole));
}

/** Where the letter stands in the alphabet, or would. */
function position(alphabet: readonly string[], letter: string): number {
  let [low, high] = [0, alphabet.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareKeys(alphabet[middle] as string, letter) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The letters of some keys behind what they have in common, in order. */
export function alphabetOf(keys: readonly string[]): string[] {
  const spelled = keys.map((key) => [...key]);
  const shared = spelled.reduce((least, one) => Math.min(least, commonLength(spelled[0] as string[], one)), Number.POSITIVE_INFINITY);
  return [...new Set(spelled.flatMap((one) => one.slice(shared)))].sort(compareKeys);
}
