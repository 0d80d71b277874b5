/** Keys that are made up from their number, in S3's order: ten million of them need no memory. */

export const BUCKET = 'bench';

export const SHAPES = ['flat', 'deep', 'even', 'skewed'] as const;
export type Shape = (typeof SHAPES)[number];

/** The key of each number; every one holds its number as its last nine digits. */
const KEYS: Record<Shape, (index: number, count: number) => string> = {
  /** All in one folder, numbered. */
  flat: (index) => `object-${nine(index)}`,
  /** Four folders deep, a hundred keys in each. */
  deep: (index) => {
    const number = nine(index);
    return `data/${number.slice(0, 4)}/${number.slice(4, 6)}/${number.slice(6, 7)}/part-${number}.json`;
  },
  /** They begin with random hexadecimal digits. */
  even: (index, count) => `${spread(index, count)}/${nine(index)}`,
  /** Nine of ten are numbered under one long prefix; the others, on both sides of it, are spread like the even ones. */
  skewed: (index, count) => {
    const edge = count / 20;
    if (index < edge) return `tenant-03/${spread(index, edge)}/${nine(index)}`;
    if (index < count - edge) return `tenant-07/events/2026/${'unchanged/'.repeat(20)}${nine(index)}`;
    return `tenant-11/${spread(index - (count - edge), edge)}/${nine(index)}`;
  },
};

const nine = (index: number): string => String(index).padStart(9, '0');
const spread = (index: number, count: number): string =>
  Math.floor((index / count) * 2 ** 40)
    .toString(16)
    .padStart(10, '0');

export class Keys {
  readonly count: number;
  readonly #key: (index: number, count: number) => string;

  constructor(shape: Shape, count: number) {
    this.count = count;
    this.#key = KEYS[shape];
  }

  at(index: number): string {
    return this.#key(index, this.count);
  }

  /** The number of the first key behind the marker, which needs not be a key. All keys are ASCII, so that JavaScript's order is S3's. */
  behind(marker: string): number {
    return this.#first((key) => key > marker);
  }

  /** The number of the first key that begins with the prefix, or comes behind all that would. */
  from(prefix: string): number {
    return this.#first((key) => key >= prefix);
  }

  #first(is: (key: string) => boolean): number {
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (is(this.at(middle))) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** The number that a key holds. */
export function indexOf(key: string): number {
  return Number(/\d{9}(?=\D*$)/.exec(key)?.[0]);
}

/** Each has one version; ids are as long as S3's. */
export const versionOf = (index: number): string => `3sL4kqtJlcpXroDTDmJ.rBS${nine(index)}`;
