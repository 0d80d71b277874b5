/**
 * Divides the keys of a bucket into stretches that list about equally long, by looking at a few of them. S3 says neither how many keys there are nor
 * which is in the middle; it says which comes next behind any marker. What is divided wrongly is no less whole: it only takes longer, and what is left
 * after a while is divided again.
 */
import { behind, commonLength, compareKeys, learn, middle, type Stretch, share } from './key-space.ts';
import { apart, cutsAt, likelySeen, places, sharedEnd } from './places.ts';

/** Up to a thousand or so entries behind `after`, in order, a key once for each of its versions. */
export interface Sample {
  keys: string[];
  /** Are there more behind these? */
  more: boolean;
}

/** What is asked of the bucket. */
export interface Probes {
  /** What lies behind the marker. */
  sample: (after: string) => Promise<Sample>;
  /** The first key behind the marker; null where there is none. */
  next: (after: string) => Promise<string | null>;
}

/** `weight`: how many entries it is guessed to have; `exact`: they were all seen; `cuts`: where it may be cut into a few about equal parts, in order. */
export interface Piece extends Stretch {
  weight: number;
  exact: boolean;
  cuts: string[];
}

interface Search extends Probes {
  /** All that were seen, in order. */
  seen: string[][];
}

interface Known extends Omit<Piece, 'cuts'> {
  first: string;
  /** Nothing of it lies behind; upTo, or nearer. */
  bound: string | null;
  /** Its sample: how many, the first and the last key, and the bound, spelled in letters. */
  count: number;
  spelled: { first: string[]; last: string[]; bound: string[] | null };
}

/** How many entries a stretch should have at least: to find and to open another costs a part of what it takes to empty so many. */
const WORTH = 20_000;
/** So many pieces are looked at for each stretch wanted: the more, the more equal. */
const FINENESS = 4;
/** So many pieces are made in any case: before, nothing is known of where keys are many. */
const FIRST = 32;
/** Halvings of one piece before it is taken as it is: S3's longest key has 1,024 characters, found in ten, and one of 1,114,112 code points in 21. */
const STEPS = 40;
/** Whoever empties a stretch begins at so many places within, too. */
const CUTS = 3;
/** So many markers, or lengths of a prefix, are tried at once: what they cost is the time until they are answered. */
const TRIES = 4;
const LENGTHS = 7;

/**
 * Stretches in order, which hold every key exactly once, the first from '' and the last to null; one where it isn't worth dividing.
 * @param most how many stretches at most
 * @param together how many of the bucket's listings are asked for at once
 */
export async function divide(probes: Probes, options: DivideOptions): Promise<Piece[]> {
  const { most, together, whole = { after: '', upTo: null }, first, lone = 0, worth = WORTH } = options;
  const search: Search = { ...probes, seen: [] };
  const begun = known(search, first ?? (await search.sample(whole.after)), whole.after, whole.upTo, whole.upTo);
  if (begun && lone > 0) {
    const looked = await roughly(search, begun);
    const { weight, exact, bound } = looked;
    if (weight <= lone)
      return [{ ...whole, weight, exact, cuts: exact || bound === null ? [] : await cutsOf(search, { ...begun, bound }) }];
  }
  let pieces = begun ? [begun] : [];
  for (;;) {
    pieces = pieces.map((piece) => weighed(search, piece));
    const total = pieces.reduce((sum, { weight }) => sum + weight, 0);
    const sure = pieces.length >= FIRST;
    const wanted = Math.min(most, Math.ceil(total / worth));
    const aim = Math.max(FIRST, FINENESS * wanted);
    // Once there are enough of them, only those that are a stretch of their own.
    const enough = pieces.length >= aim;
    const heavy = pieces
      .filter(({ exact, bound, weight }) => !exact && (!sure || bound === null || weight > total / (enough ? wanted : aim)))
      .sort((a, b) => Number(b.bound === null) - Number(a.bound === null) || b.weight - a.weight)
      .slice(0, Math.min(together, (enough ? 2 : 1) * aim - pieces.length));
    if ((sure && wanted <= 1) || heavy.length === 0) return merged(pieces, wanted, whole);
    const halves = await Promise.all(heavy.map((piece) => halve(search, piece)));
    const halved = new Map(heavy.map((piece, at) => [piece, halves[at] as Known[]]));
    pieces = pieces.flatMap((piece) => halved.get(piece) ?? [piece]);
  }
}

export interface DivideOptions {
  most: number;
  together: number;
  whole?: Stretch;
  /** What lies behind its beginning, where that was seen before. */
  first?: Sample;
  /** Where all of it is guessed to be no more than this, after a few questions that are asked at once, it is left in one. */
  lone?: number;
  /** How many entries a stretch should have at least. */
  worth?: number;
}

async function cutsOf(search: Search, { spelled: { first, last }, bound }: Known): Promise<string[]> {
  const { found } = await places(search, { low: last.join(''), end: bound, shared: commonLength(first, last) + 1 });
  return cutsAt(found, CUTS, search.seen);
}

/** A first guess, by what the keys that were seen have in common with all others. */
async function roughly(search: Search, piece: Known): Promise<Known> {
  const { first, last } = piece.spelled;
  if (piece.exact) return piece;
  const rest = { low: last.join(''), end: piece.bound, shared: commonLength(first, last) + 1 };
  const bound = await sharedEnd(search, rest);
  return weighed(
    { ...search, seen: likelySeen(search.seen) },
    { ...piece, bound, spelled: { ...piece.spelled, bound: bound === null ? null : [...bound] } },
  );
}

/** What a sample from its beginning says of a stretch; undefined where it holds nothing. */
function known(search: Search, sample: Sample, after: string, upTo: string | null, bound: string | null): Known | undefined {
  const { keys, more } = sample;
  const inside = upTo === null ? keys : keys.filter((key) => compareKeys(key, upTo) <= 0);
  const [first, last] = [inside[0], inside.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const exact = !more || inside.length < keys.length;
  learn(search.seen, inside);
  // Put together anew below: a part of a listing's text keeps all of it in memory.
  const spelled = { first: [...first], last: [...last], bound: bound === null ? null : [...bound] };
  return { after, upTo, bound, first: spelled.first.join(''), count: inside.length, spelled, exact, weight: inside.length };
}

/** What is seen of other stretches tells of this one too. */
function weighed({ seen }: Search, piece: Known): Known {
  const { exact, count, spelled } = piece;
  return exact ? piece : { ...piece, weight: count / share(spelled.last, spelled.first, spelled.bound, seen) };
}

/** Two pieces for one, or the piece itself, to be halved no more, where no key divides it. */
async function halve(search: Search, piece: Known): Promise<Known[]> {
  const { first, after, upTo } = piece;
  let { bound } = piece;
  if (first === upTo) return [{ ...piece, exact: true }];
  for (let step = 0; step < STEPS; step += 1) {
    // One that finds nothing behind it is seldom alone: then some are tried at once.
    const tries = middles(search, first, bound, step < 2 ? 1 : TRIES);
    const halved = await Promise.all(tries.map((at, nth) => halves(search, piece, at, nth === 0 ? bound : (tries[nth - 1] as string))));
    const both = halved.find((one) => one !== undefined);
    if (both) return both;
    const last = tries.at(-1);
    if (last === undefined) break;
    bound = step === 0 ? await sharedBound(search, first, last) : last;
  }
  // All that is left begins with the first key as a whole: its own versions, or longer keys.
  return (after !== first && (await halves(search, piece, first, bound))) || [{ ...piece, exact: true }];
}

/** The pieces before and behind the marker; undefined where nothing is behind it. */
async function halves(search: Search, piece: Known, at: string, bound: string | null): Promise<Known[] | undefined> {
  const { after, upTo, spelled } = piece;
  const behind = known(search, await search.sample(at), at, upTo, bound);
  if (!behind) return undefined;
  const sampled = compareKeys(spelled.last.join(''), at) <= 0;
  // What was seen of the whole is seen of its first half, unless that ends within it.
  const before = sampled
    ? { ...piece, upTo: at, bound: at, spelled: { ...spelled, bound: [...at] } }
    : known(search, await search.sample(after), after, at, at);
  return before ? [before, behind] : [behind];
}

async function nextInside(search: Search, after: string, upTo: string | null): Promise<string | null> {
  const next = await search.next(after);
  return next !== null && (upTo === null || compareKeys(next, upTo) <= 0) ? next : null;
}

/** The middle, and that of what is before it, and so on. */
function middles({ seen }: Search, first: string, bound: string | null, count: number): string[] {
  const all: string[] = [];
  while (all.length < count) {
    const at = middle(first, all.at(-1) ?? bound, seen);
    if (at === null) break;
    all.push(at);
  }
  return all;
}

/** Many keys begin with the same hundreds of characters: the longest prefix of `first` that all keys up to the bound have, some lengths at a time. */
async function sharedBound(search: Search, first: string, bound: string): Promise<string> {
  const letters = [...first];
  let [low, high] = [0, letters.length];
  let nearest = bound;
  while (low < high) {
    const count = Math.min(LENGTHS, high - low);
    const lengths = Array.from({ length: count }, (_, at) => low + Math.ceil(((at + 1) * (high - low)) / (count + 1)));
    const markers = lengths.map((length) => behind(letters.slice(0, length).join('')));
    const shared = await Promise.all(
      markers.map(async (marker) => {
        // Longer than a marker may be, or no nearer: tells nothing of this length.
        if (marker === null) return false;
        return compareKeys(marker, nearest) >= 0 || (await nextInside(search, marker, bound)) === null;
      }),
    );
    const longer = shared.indexOf(false);
    const least = longer === -1 ? shared.length - 1 : longer - 1;
    const marker = markers[least];
    if (marker && compareKeys(marker, nearest) < 0) nearest = marker;
    if (longer !== -1) high = (lengths[longer] as number) - 1;
    low = lengths[least] ?? low;
  }
  return nearest;
}

/** So many stretches of about the same weight, out of the pieces in order; together they hold the whole, gaps between pieces included. */
function merged(pieces: readonly Known[], wanted: number, whole: Stretch): Piece[] {
  if (pieces.length === 0) return [];
  const total = pieces.reduce((sum, { weight }) => sum + weight, 0);
  const stretches: Piece[] = [];
  let [after, weight, exact, done] = [whole.after, 0, true, 0];
  let inner: string[] = [];
  pieces.forEach((piece, index) => {
    weight += piece.weight;
    exact &&= piece.exact;
    const upTo = index === pieces.length - 1 ? whole.upTo : piece.upTo;
    const full = done + weight >= (total * (stretches.length + 1)) / Math.max(1, wanted);
    if (!full && index < pieces.length - 1) {
      if (upTo !== null) inner.push(upTo);
      return;
    }
    stretches.push({ after, upTo, weight, exact, cuts: apart(inner, CUTS) });
    inner = [];
    [after, done, weight, exact] = [upTo ?? '', done + weight, 0, true];
  });
  return stretches;
}
