/**
 * How bucket patterns relate: whether two can match one name, and whether earlier ones leave a later one nothing to match.
 * A pattern is a list of places; `*` stays where it is, any other character steps on. Both questions walk two such lists at once.
 */

/** Whether some name matches both patterns. */
export function overlap(a: string, b: string): boolean {
  const seen = new Set<number>();
  const walk = (i: number, j: number): boolean => {
    const place = i * (b.length + 1) + j;
    if (seen.has(place)) return false;
    seen.add(place);
    if (i === a.length && j === b.length) return true;
    if (a[i] === '*' && walk(i + 1, j)) return true;
    if (b[j] === '*' && walk(i, j + 1)) return true;
    if (i === a.length || j === b.length) return false;
    if (a[i] === '*') return walk(i, j + 1);
    if (b[j] === '*') return walk(i + 1, j);
    return (a[i] === b[j] || a[i] === '?' || b[j] === '?') && walk(i + 1, j + 1);
  };
  return walk(0, 0);
}

/** How many places `covers` looks at before it gives up; real configurations need some hundreds. */
const PATIENCE = 20_000;

/**
 * Whether every name that matches `pattern` matches one of `others`, so that a rule behind them can never match.
 * Gives up with `false` on patterns built to be hard: no fault is reported that isn't one.
 */
export function covers(others: string[], pattern: string): boolean {
  // One letter that no pattern names stands for all such letters: only `*` and `?` match it.
  const letters = new Set([...others.join(''), ...pattern].filter((letter) => letter !== '*' && letter !== '?'));
  const alphabet = [...letters, '\0'];
  const seen = new Map<number, string[][]>();
  const waiting = [{ at: 0, places: settle(others, startOf(others)) }];
  for (let looked = 0; looked < PATIENCE; looked++) {
    const next = waiting.pop();
    if (!next) return true;
    const { at, places } = next;
    if (placesAfter(pattern, at).includes(pattern.length) && !places.some((place) => ended(others, place))) return false;
    for (const letter of alphabet) {
      const stepped = settle(
        others,
        places.flatMap((place) => step(others, place, letter)),
      );
      for (const to of stepsOf(pattern, at, letter)) {
        if (isNew(seen, to, stepped)) waiting.push({ at: to, places: stepped });
      }
    }
  }
  return false;
}

/** A place in one of several patterns: `<which>:<where>`. */
const startOf = (patterns: string[]): string[] => patterns.map((_, which) => `${which}:0`);

function parse(patterns: string[], place: string): { pattern: string; which: number; at: number } {
  const [which = 0, at = 0] = place.split(':').map(Number);
  return { pattern: patterns[which] ?? '', which, at };
}

const ended = (patterns: string[], place: string): boolean => {
  const { pattern, at } = parse(patterns, place);
  return at === pattern.length;
};

/** `at`, and the places behind stars that may match nothing. */
function placesAfter(pattern: string, at: number): number[] {
  return pattern[at] === '*' ? [at, ...placesAfter(pattern, at + 1)] : [at];
}

/** Where a letter leads from `at` in one pattern. */
function stepsOf(pattern: string, at: number, letter: string): number[] {
  return placesAfter(pattern, at).flatMap((place) => {
    if (pattern[place] === '*') return [place];
    return place < pattern.length && (pattern[place] === '?' || pattern[place] === letter) ? [place + 1] : [];
  });
}

function step(patterns: string[], place: string, letter: string): string[] {
  const { pattern, which, at } = parse(patterns, place);
  return stepsOf(pattern, at, letter).map((to) => `${which}:${to}`);
}

/** Adds the places behind stars; sorted, each once. */
function settle(patterns: string[], places: string[]): string[] {
  const all = places.flatMap((place) => {
    const { pattern, which, at } = parse(patterns, place);
    return placesAfter(pattern, at).map((to) => `${which}:${to}`);
  });
  return [...new Set(all)].sort();
}

/** Remembers a look. One with fewer places was the harder one: what holds there holds here. */
function isNew(seen: Map<number, string[][]>, at: number, places: string[]): boolean {
  const known = seen.get(at) ?? [];
  if (known.some((one) => one.every((place) => places.includes(place)))) return false;
  seen.set(at, [...known, places]);
  return true;
}
