/** Reads the text of large answers into memory that is used again: a third of a megabyte of garbage a page would be most of what is ever collected. */
import { isAscii } from 'node:buffer';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';

/** What a page of a thousand entries takes, with ordinary keys. */
const USUAL = 512 * 1024;
/** As many as are read at once. */
const SPARE = 8;

/** So much of its beginning is looked at while the rest is under way: what a page says of itself is three keys at most, each byte of which may be three. */
const HEAD = 16 * 1024;

const spare: Buffer[] = [];

/**
 * The text of a body. Throws where it ends too soon, and what `head` throws.
 * @param head is shown the beginning, again and again until it says that it has seen enough
 */
export async function bodyOf(body: Readable, head: (text: string) => boolean): Promise<string> {
  let buffer = spare.pop() ?? Buffer.allocUnsafeSlow(USUAL);
  let length = 0;
  let seen = false;
  body.on('data', (chunk: Buffer) => {
    if (length + chunk.length > buffer.length) {
      const larger = Buffer.allocUnsafeSlow(2 * (length + chunk.length));
      buffer.copy(larger, 0, 0, length);
      buffer = larger;
    }
    chunk.copy(buffer, length);
    try {
      if (!seen && length < HEAD) seen = head(buffer.toString('latin1', 0, Math.min(HEAD, length + chunk.length)));
    } catch (error) {
      // Thrown in here, it would end the process.
      body.destroy(error as Error);
    }
    length += chunk.length;
  });
  await finished(body);
  // Keys are encoded as in URLs, so nearly all is ASCII, which needs no decoding.
  const text = buffer.toString(isAscii(buffer.subarray(0, length)) ? 'latin1' : 'utf8', 0, length);
  if (buffer.length === USUAL && spare.length < SPARE) spare.push(buffer);
  return text;
}
