/**
 * Object keys in S3's order, in blocks: finding, adding and removing one is quick among millions, and a page of a listing
 * starts anywhere without sorting anything.
 */

/**
 * S3 lists keys in UTF-8 binary order (API reference, "ListObjectsV2": "list results are returned in UTF-8 binary order"). JavaScript's
 * order of UTF-16 units differs from it in one thing: surrogates come before U+E000–U+FFFF, while what they stand for comes after.
 */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return x >= 0xd800 && y >= 0xd800 ? surrogatesLast(x) - surrogatesLast(y) : x - y;
  }
  return a.length - b.length;
}

function surrogatesLast(unit: number): number {
  return unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** A block that grows beyond this is halved: large enough for few blocks, small enough for cheap insertions. */
const BLOCK = 512;

/** Units from which on UTF-16's order is not UTF-8's. */
const HIGH = /[\ud800-\uffff]/;

/** Items by key, in S3's order. */
export class SortedKeys<Item extends { readonly key: string }> {
  readonly #blocks: Item[][] = [];
  #size = 0;
  /** Until the first key with such a unit, JavaScript's own comparison is right, and several times faster. */
  #high = false;

  get size(): number {
    return this.#size;
  }

  get(key: string): Item | undefined {
    const block = this.#blocks[this.#block(key)] ?? [];
    const item = block[this.#index(block, key)];
    return item?.key === key ? item : undefined;
  }

  /** The item of that key, made by `make` and added where there is none. */
  getOrAdd(key: string, make: () => Item): Item {
    const at = this.#block(key);
    const block = this.#blocks[at];
    const index = block ? this.#index(block, key) : 0;
    const there = block?.[index];
    if (there?.key === key) return there;
    const item = make();
    this.#size += 1;
    this.#high ||= HIGH.test(key);
    if (block) {
      block.splice(index, 0, item);
      if (block.length > BLOCK) this.#blocks.splice(at + 1, 0, block.splice(BLOCK / 2));
      return item;
    }
    // Behind all others: keys that come in order fill their blocks instead of leaving them half empty.
    const last = this.#blocks.at(-1);
    if (last && last.length < BLOCK) last.push(item);
    else this.#blocks.push([item]);
    return item;
  }

  delete(key: string): void {
    const at = this.#block(key);
    const block = this.#blocks[at] ?? [];
    const index = this.#index(block, key);
    if (block[index]?.key !== key) return;
    block.splice(index, 1);
    this.#size -= 1;
    if (block.length === 0) this.#blocks.splice(at, 1);
  }

  /**
   * Items in order, from the first for which `reached` holds. `reached` must stay true once it is true for a key. The
   * consumer may move on by passing another such predicate to `next`.
   */
  *from(reached: (key: string) => boolean): Generator<Item, undefined, ((key: string) => boolean) | undefined> {
    let seek: ((key: string) => boolean) | undefined = reached;
    let at = 0;
    let index = 0;
    for (;;) {
      if (seek) {
        const wanted: (key: string) => boolean = seek;
        at = first(this.#blocks, (block) => wanted((block.at(-1) as Item).key));
        index = first(this.#blocks[at] ?? [], (item) => wanted(item.key));
      }
      const item = this.#blocks[at]?.[index];
      if (!item) return undefined;
      seek = yield item;
      index += 1;
      if (index >= (this.#blocks[at] as Item[]).length) {
        at += 1;
        index = 0;
      }
    }
  }

  /** The block whose last key is `key` or comes after it. */
  #block(key: string): number {
    return first(this.#blocks, (block) => !this.#before((block.at(-1) as Item).key, key));
  }

  /** Where the key is or belongs in a block. */
  #index(block: readonly Item[], key: string): number {
    return first(block, (item) => !this.#before(item.key, key));
  }

  /** Whether a key of ours comes before `key`. */
  #before(ours: string, key: string): boolean {
    return this.#high ? compareKeys(ours, key) < 0 : ours < key;
  }
}

/** Index of the first element that holds, by halving; the length when none does. */
export function first<T>(list: readonly T[], holds: (element: T) => boolean): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(list[middle] as T)) high = middle;
    else low = middle + 1;
  }
  return low;
}
