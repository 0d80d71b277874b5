import type { Readable } from 'node:stream';

/** One HTTP request, as it came. */
export interface WireRequest {
  method: string;
  /** The path as sent, percent-encoded, never normalised. */
  path: string;
  /** Decoded names and values, in order. */
  query: [string, string][];
  /** Names in lower case. */
  headers: Record<string, string>;
  /** Decoded from aws-chunked. */
  body: Uint8Array;
}

/** One HTTP answer. */
export interface WireAnswer {
  status: number;
  headers: Record<string, string>;
  body?: string | Uint8Array | Readable;
}

/** The value of a query parameter; undefined when absent. */
export const queryValue = (request: WireRequest, name: string): string | undefined => request.query.find(([key]) => key === name)?.[1];

/** Splits a request target into its path and decoded parameters. Throws URIError where the percent-encoding is broken. */
export function splitTarget(target: string): { path: string; query: [string, string][] } {
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const search = mark < 0 ? '' : target.slice(mark + 1);
  decodeURIComponent(path);
  return { path, query: parseForm(search) };
}

/** `a=1&b` → names and values in order; `+` is a blank, as in forms. */
export function parseForm(text: string): [string, string][] {
  return text
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=');
      const name = equals < 0 ? pair : pair.slice(0, equals);
      const value = equals < 0 ? '' : pair.slice(equals + 1);
      return [unescapeForm(name), unescapeForm(value)];
    });
}

const unescapeForm = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '));
