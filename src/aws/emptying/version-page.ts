/** Reads a page of ListObjectVersions as S3 writes it. The SDK's reader, made for any answer, takes ten times as long, and that is most of what emptying costs. */
import { isAscii } from 'node:buffer';
import type { Behind, Entry, Page } from './listing.ts';

const ROOT = '</ListVersionsResult>';

/** Is it such a page, and all of it? */
export function isVersionPage(xml: string): boolean {
  // What may stand behind it is white space: not looked for in all that stands before.
  return xml
    .slice(-2 * ROOT.length)
    .trimEnd()
    .endsWith(ROOT);
}

/** The text of an answer. Keys are encoded as in URLs, so nearly all are ASCII, which needs no decoding. */
export function textOfBody(body: Buffer): string {
  return body.toString(isAscii(body) ? 'latin1' : 'utf8');
}

/**
 * The page's versions and markers, in the order in which they stand there, and where the next one begins. Elements are found by their names, in whatever order they
 * come: none of them has attributes, or another of the same name in it (S3 API Reference, ListObjectVersions, "Response Syntax"); keys are encoded as in URLs.
 */
export function versionPage(xml: string): Page<Entry> {
  const entries: Entry[] = [];
  const opens = { Version: xml.indexOf('<Version>'), DeleteMarker: xml.indexOf('<DeleteMarker>') };
  let head = '';
  let from = 0;
  for (;;) {
    const { Version, DeleteMarker } = opens;
    const kind = DeleteMarker === -1 || (Version !== -1 && Version < DeleteMarker) ? 'Version' : 'DeleteMarker';
    const at = opens[kind];
    const end = at === -1 ? -1 : xml.indexOf(`</${kind}>`, at);
    if (end === -1) break;
    entries.push(entryOf(new Fields(xml, at, end), kind === 'DeleteMarker'));
    head += xml.slice(from, at);
    from = end + kind.length + 3;
    opens[kind] = xml.indexOf(`<${kind}>`, from);
  }
  return { entries, next: nextOf(head + xml.slice(from)) };
}

function entryOf(fields: Fields, marker: boolean): Entry {
  // In the order in which S3 writes them.
  const key = decoded(fields.take('Key'));
  const versionId = fields.take('VersionId') || 'null';
  const isLatest = fields.take('IsLatest') === 'true';
  const modified = Date.parse(fields.take('LastModified')) || 0;
  // Its quotes are written as entities: without them there is nothing to be decoded.
  const etag = marker ? '' : plain(fields.raw('ETag').replaceAll('&quot;', '').replaceAll('"', ''));
  return { key, versionId, marker, isLatest, modified, size: marker ? 0 : Number(fields.take('Size')), etag };
}

/** Reads elements that mostly stand in the order in which they are asked for. */
class Fields {
  readonly #xml: string;
  readonly #from: number;
  readonly #end: number;
  #at: number;

  constructor(xml: string, from: number, end: number) {
    this.#xml = xml;
    this.#from = from;
    this.#at = from;
    this.#end = end;
  }

  /** The text of the element; '' where there is none. */
  take(name: string): string {
    return plain(this.raw(name));
  }

  /** The same as it is written. */
  raw(name: string): string {
    const open = `<${name}>`;
    let at = this.#xml.indexOf(open, this.#at);
    if (at === -1 || at > this.#end) at = this.#xml.slice(0, this.#end).indexOf(open, this.#from);
    if (at === -1) return '';
    const from = at + open.length;
    this.#at = this.#xml.indexOf('<', from);
    return this.#xml.slice(from, this.#at);
  }
}

function nextOf(xml: string): Behind | undefined {
  const key = decoded(textOf(xml, 'NextKeyMarker'));
  if (textOf(xml, 'IsTruncated') !== 'true' || key === '') return undefined;
  return { key, id: textOf(xml, 'NextVersionIdMarker') || undefined };
}

/** What stands in the element; '' where there is none. */
function textOf(xml: string, name: string): string {
  const open = `<${name}>`;
  const from = xml.indexOf(open);
  if (from === -1) return '';
  return plain(xml.slice(from + open.length, xml.indexOf('<', from + open.length)));
}

const plain = (text: string): string => (text.includes('&') ? text.replace(ENTITY, (_, name: string) => character(name)) : text);

const ENTITY = /&(#?\w+);/g;
const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function character(name: string): string {
  if (!name.startsWith('#')) return NAMED[name] ?? `&${name};`;
  return String.fromCodePoint(name[1] === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1)));
}

/** As HTML forms encode: `+` for a blank (S3 API Reference, ListObjectVersions, `EncodingType`). */
export function decoded(key = ''): string {
  return /[%+]/.test(key) ? decodeURIComponent(key.replaceAll('+', '%20')) : key;
}
