/**
 * Finds places where a stretch of keys can be cut while it is being gone through, with one or two rounds of small questions that are all asked at once: where
 * the keys that are left begin to differ, and which letters stand there. What is guessed wrongly cuts it unequally, and nothing else.
 */
import { behind, commonLength, compareKeys, KEY_BYTES, learn } from './key-space.ts';

export interface Asking {
  /** The first key behind the marker; null where there is none. */
  next: (after: string) => Promise<string | null>;
  /** By place, the letters that were seen there, in order; what is seen now is added. */
  seen: string[][];
}

/** Keys from a key on, of which nothing lies behind `end` (null: not known); `shared`: no more than so many letters of `low` are looked at. */
export interface Rest {
  low: string;
  end: string | null;
  shared: number;
}

/** A marker, and the key that comes next. */
export interface Place {
  at: string;
  key: string;
}

/** So many questions at once: more would cost more time of the processor than they spare of waiting. */
const QUESTIONS = 16;
/** With fewer places for the letters where keys begin to differ, the letter behind is looked at too. */
const FEW = 4;

/** Places in order, each with other keys up to the next one; none where nothing but the keys that begin as `low` does is left. `end`: nearer, where it was found. */
export async function places(asking: Asking, rest: Rest): Promise<{ found: Place[]; end: string | null }> {
  let { end } = rest;
  // Between two that are known it is seen where they differ; what is behind the first may begin alike all the same.
  for (const known of end === null ? [false] : [true, false]) {
    if (!known) end = await sharedEnd(asking, { ...rest, end });
    if (end === null) break;
    const asked = await Promise.all(markers(rest.low, end, asking.seen).map(async (at) => ({ at, key: await asking.next(at) })));
    const found: Place[] = [];
    for (const { at, key } of asked) {
      if (key === null || compareKeys(key, end) > 0) {
        // Whatever lies further behind isn't there either.
        if (compareKeys(at, end) < 0) end = at;
        break;
      }
      learn(asking.seen, [key]);
      // The nearest marker before a key.
      if (found.at(-1)?.key === key) found.pop();
      found.push({ at, key });
    }
    if (found.length > 0) return { found, end };
  }
  return { found: [], end };
}

/** A marker behind all that is left: behind the longest prefix of the first key that all of it has. Asked of some lengths at once, until it is known to the letter. */
export async function sharedEnd({ next, seen }: Asking, { low, end, shared: most }: Rest): Promise<string | null> {
  const letters = [...low];
  // Of `from` letters it is known that all have them, of `to` that not all have.
  let [from, to, nearest] = [-1, Math.min(letters.length, most) + 1, end];
  while (to - from > 1) {
    const count = Math.min(QUESTIONS, to - from - 1);
    const lengths = Array.from({ length: count }, (_, at) => from + Math.ceil(((at + 1) * (to - from)) / (count + 1)));
    const asked = await Promise.all(
      lengths.map(async (length) => {
        const marker = behind(letters.slice(0, length).join(''));
        // Longer than a marker may be: tells nothing of this length.
        if (marker === null) return { length, marker, all: false };
        if (nearest !== null && compareKeys(marker, nearest) >= 0) return { length, marker: null, all: true };
        const key = await next(marker);
        const all = key === null || (end !== null && compareKeys(key, end) > 0);
        if (!all) learn(seen, [key]);
        return { length, marker, all };
      }),
    );
    for (const { length, marker, all } of asked) {
      if (!all) {
        to = Math.min(to, length);
        break;
      }
      from = length;
      nearest = marker ?? nearest;
    }
  }
  return nearest;
}

/** Markers behind the first key and before the end, in order: a letter for each that may come next where they part, or some of them. */
function markers(low: string, end: string, seen: readonly (readonly string[])[]): string[] {
  const [from, to] = [[...low], [...end]];
  const place = commonLength(from, to);
  const prefix = from.slice(0, place).join('');
  const here = likely(seen[place] ?? [], from[place], to[place]);
  const deeper = likely(seen[place + 1] ?? [], from[place + 1], undefined);
  const texts =
    here.length >= FEW ? here : ['', ...here].flatMap((one) => [one, ...deeper.map((letter) => `${one || (from[place] ?? '')}${letter}`)]);
  const inside = texts.map((text) => `${prefix}${text}`).filter((at) => compareKeys(at, low) > 0 && compareKeys(at, end) < 0);
  return evenly(inside.filter((at) => Buffer.byteLength(at) <= KEY_BYTES).sort(compareKeys), QUESTIONS);
}

/** Letters that are used together. */
const KINDS = ['0123456789', '0123456789abcdef', '0123456789ABCDEF', 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];

/** What may be seen at each place, once more is: where some letters were, all that are used with them and with those of the places beside. */
export function likelySeen(seen: readonly (readonly string[])[]): string[][] {
  const likely: string[][] = [];
  for (let from = 0; from < seen.length; ) {
    let to = from;
    while ((seen[to]?.length ?? 0) > 1) to += 1;
    const kind = KINDS.find((one) => seen.slice(from, to).every((here) => here.every((letter) => one.includes(letter))));
    for (const here of seen.slice(from, Math.max(to, from + 1))) likely.push(kind && to > from ? [...kind] : [...(here ?? [])]);
    from = likely.length;
  }
  return likely;
}

/** Letters that may stand where these were seen: all that are used with them; beyond ASCII, some between the two. */
function likely(seen: readonly string[], low: string | undefined, high: string | undefined): string[] {
  const known = [...new Set([...seen, ...(low === undefined ? [] : [low])])];
  const kinds = KINDS.filter((kind) => known.some((letter) => kind.includes(letter)));
  const one = kinds.find((kind) => known.every((letter) => kind.includes(letter)));
  const letters = new Set([...known, ...(one ?? kinds.join(''))]);
  const [from, to] = [low?.codePointAt(0) ?? 0, high?.codePointAt(0) ?? 0x10ffff];
  if (to > 0x7f && (one === undefined || from > 0x7f)) for (const point of between(from, to)) letters.add(String.fromCodePoint(point));
  return [...letters].sort(compareKeys);
}

/** Some code points between two, more of them near the first: scripts are small beside what is behind them. */
function between(from: number, to: number): number[] {
  const points: number[] = [];
  for (let point = Math.floor((from + to) / 2); points.length < QUESTIONS && point > from; point = Math.floor((from + point) / 2)) {
    // Surrogates are no characters.
    points.push(point >= 0xd800 && point <= 0xdfff ? 0xe000 : point);
  }
  return points;
}

/** Where so many cuts make parts of about the same length, as if as much lay behind each place as behind any other: at places, or half way from one to the next. */
export function cutsAt(found: readonly Place[], most: number, seen: readonly (readonly string[])[]): string[] {
  const cuts = Array.from({ length: most }, (_, nth) => {
    const halves = Math.round((2 * (nth + 1) * (found.length + 1)) / (most + 1));
    const place = found[(halves >> 1) - 1];
    return place && halves % 2 === 1 ? halfWay(place.at, found[halves >> 1]?.at, seen) : place?.at;
  });
  return [...new Set(cuts)].filter((at) => at !== undefined);
}

/** In the middle of the letters that may come next; the place itself, where nothing is known of them. */
function halfWay(at: string, next: string | undefined, seen: readonly (readonly string[])[]): string {
  const here = seen[[...at].length] ?? [];
  const letters = [...(KINDS.find((kind) => here.every((letter) => kind.includes(letter))) ?? here)];
  const middle = `${at}${letters[letters.length >> 1]}`;
  const fits = here.length > 0 && Buffer.byteLength(middle) <= KEY_BYTES && (next === undefined || compareKeys(middle, next) < 0);
  return fits ? middle : at;
}

/** So many of them at most, as far apart as they can be. */
export function evenly<T>(all: readonly T[], most: number): T[] {
  if (all.length <= most) return [...all];
  return Array.from({ length: most }, (_, at) => all[Math.floor(((at + 0.5) * all.length) / most)] as T);
}

/** Of what cuts something into pieces, so many that cut it into parts of about as many pieces. */
export function apart<T>(cuts: readonly T[], most: number): T[] {
  const part = (piece: number) => Math.floor((piece * (most + 1)) / (cuts.length + 1));
  return cuts.filter((_, at) => part(at + 1) > part(at));
}
