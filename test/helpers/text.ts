import * as fc from 'fast-check';

const SURROGATES = 0x800;

/**
 * Any code point but a lone surrogate, evenly. As `unit: 'binary'` of `fc.string`, without the table of a million entries that this builds in
 * every file for its way back.
 */
export const codePoint = fc
  .integer({ min: 0, max: 0x10ffff - SURROGATES })
  .map((number) => String.fromCodePoint(number < 0xd800 ? number : number + SURROGATES));
