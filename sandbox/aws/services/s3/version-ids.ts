import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/**
 * Version ids: opaque to clients, unguessable, and yet nothing that has to be kept: the id is the version's number in its
 * bucket, enciphered. So a marker in a listing points to its place even when its version is gone.
 */
export class VersionIds {
  readonly #key = randomBytes(16);

  /** The id of a version, from its number. */
  encode(number: number): string {
    const block = Buffer.alloc(16);
    block.writeDoubleBE(number);
    const cipher = createCipheriv('aes-128-ecb', this.#key, null).setAutoPadding(false);
    return cipher.update(block).toString('hex');
  }

  /** The number behind an id; undefined for what is no id of this bucket. */
  decode(id: string): number | undefined {
    if (!/^[0-9a-f]{32}$/.test(id)) return undefined;
    const decipher = createDecipheriv('aes-128-ecb', this.#key, null).setAutoPadding(false);
    const block = decipher.update(id, 'hex');
    return block.readBigUInt64BE(8) === 0n ? block.readDoubleBE() : undefined;
  }
}
