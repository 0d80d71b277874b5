import { randomBytes } from 'node:crypto';

/**
 * Version ids: opaque to clients, and yet nothing that has to be kept: the id is the version's number in its bucket, scrambled
 * by a small keyed permutation (four Feistel rounds), with a check value. So a marker in a listing points to its place even when its
 * version is gone. Not cryptography: a million ids are made in a second.
 */
export class VersionIds {
  readonly #keys = [...new Uint32Array(randomBytes(24).buffer.slice(0, 24))];

  /** The id of a version, from its number. */
  encode(number: number): string {
    let left = Math.floor(number / 2 ** 32);
    let right = number >>> 0;
    for (let round = 0; round < 4; round += 1) {
      const next = (left ^ this.#mix(right, round)) >>> 0;
      left = right;
      right = next;
    }
    return hex(left, right, this.#mix(left, 4), this.#mix(right, 5));
  }

  /** The number behind an id; undefined for what is no id of this bucket. */
  decode(id: string): number | undefined {
    if (!/^[0-9a-f]{32}$/.test(id)) return undefined;
    let [left = 0, right = 0] = [0, 8].map((at) => Number.parseInt(id.slice(at, at + 8), 16));
    if (id !== hex(left, right, this.#mix(left, 4), this.#mix(right, 5))) return undefined;
    for (let round = 3; round >= 0; round -= 1) {
      const last = (right ^ this.#mix(left, round)) >>> 0;
      right = left;
      left = last;
    }
    return left * 2 ** 32 + right;
  }

  /** Spreads each bit of a word over all of it (the finalizer of MurmurHash3), under one of the keys. */
  #mix(word: number, key: number): number {
    let x = word ^ (this.#keys[key] ?? 0);
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    return (x ^ (x >>> 16)) >>> 0;
  }
}

const WORDS = Buffer.alloc(16);

function hex(...words: number[]): string {
  words.forEach((word, i) => {
    WORDS.writeUInt32BE(word, 4 * i);
  });
  return WORDS.toString('hex');
}
