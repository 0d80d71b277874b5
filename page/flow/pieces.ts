/** A state's input or output as it is shown: pretty JSON, in which what is sealed stays a small chip. */

import { plain, plainJson } from '../plain.ts';

export type Piece = string | { sealed: boolean; size: number; beginning: string };

/** A message of the AWS Encryption SDK, in base64: it begins with its version, 2. */
const SEALED = /^Ag[A-Za-z0-9+/]{98,}={0,2}$/;
/** A longer text is shown by its beginning. */
const MOST = 400;
const BEGINNING = 12;

/** Text and chips, in their order. */
export function piecesOf(value: unknown): Piece[] {
  const pieces: Piece[] = [];
  write(value, '\n', pieces);
  return pieces;
}

function write(value: unknown, line: string, pieces: Piece[]): void {
  if (typeof value === 'string') pieces.push(...textOf(value));
  else if (value === null || typeof value !== 'object' || Object.keys(value).length === 0) text(pieces, JSON.stringify(value) ?? 'null');
  else {
    const isList = Array.isArray(value);
    text(pieces, isList ? '[' : '{');
    for (const [at, [key, member]] of Object.entries(value).entries()) {
      text(pieces, `${at > 0 ? ',' : ''}${line}  ${isList ? '' : `${plainJson(JSON.stringify(key))}: `}`);
      write(member, `${line}  `, pieces);
    }
    text(pieces, `${line}${isList ? ']' : '}'}`);
  }
}

function textOf(value: string): Piece[] {
  if (SEALED.test(value)) return [{ sealed: true, size: bytesOf(value), beginning: value.slice(0, BEGINNING) }];
  if (value.length > MOST) return [{ sealed: false, size: value.length, beginning: plain(value.slice(0, 80)) }];
  return [plainJson(JSON.stringify(value))];
}

const bytesOf = (base64: string) => Math.floor((base64.replace(/=+$/, '').length * 3) / 4);

function text(pieces: Piece[], more: string): void {
  pieces.push(more);
}

/** `820 bytes`, `1.2 KB`. */
export const sizeOf = (bytes: number): string => (bytes < 1000 ? `${bytes} bytes` : `${(bytes / 1000).toFixed(1)} KB`);
