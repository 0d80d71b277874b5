/** Reads a page of ListObjectVersions as S3 writes it. The SDK's reader, made for any answer, takes ten times as long, and that is most of what emptying costs. */
import type { Behind, Entry, Page } from './listing.ts';
import { elementOf, plain } from './xml.ts';

const ROOT = '</ListVersionsResult>';

/** Is it such a page, and all of it? */
export function isVersionPage(xml: string): boolean {
  // What may stand behind it is white space: not looked for in all that stands before.
  return xml
    .slice(-2 * ROOT.length)
    .trimEnd()
    .endsWith(ROOT);
}

/**
 * The page's versions and markers, in the order in which they stand there, and where the next one begins. Elements are found by their names, in whatever order they
 * come: none of them has attributes, or another of the same name in it (S3 API Reference, ListObjectVersions, "Response Syntax"); keys are encoded as in URLs.
 */
export function versionPage(xml: string): Page<Entry> {
  const entries: Entry[] = [];
  let [version, marker] = [xml.indexOf(VERSION.open), xml.indexOf(MARKER.open)];
  let head = '';
  let from = 0;
  for (;;) {
    const isMarker = version === -1 || (marker !== -1 && marker < version);
    const at = isMarker ? marker : version;
    const { open, close } = isMarker ? MARKER : VERSION;
    const end = at === -1 ? -1 : xml.indexOf(close, at);
    if (end === -1) break;
    entries.push(new PageEntry(xml, at, end, isMarker));
    if (at > from) head += xml.slice(from, at);
    from = end + close.length;
    const next = xml.indexOf(open, from);
    if (isMarker) marker = next;
    else version = next;
  }
  return { entries, next: nextOf(head + xml.slice(from)) };
}

/**
 * Where the next page begins, as soon as its first entry is there: S3 says it before (S3 API Reference, ListObjectVersions, "Response Syntax").
 * undefined while that isn't known, and where all of the page has to be read to know it.
 */
export function nextOfHead(beginning: string): Behind | undefined {
  const at = beginning.search(ENTRY);
  return at === -1 ? undefined : nextOf(beginning.slice(0, at));
}

const ENTRY = /<(?:Version|DeleteMarker)>/;

// Written out: to put them together for each entry takes longer than to find them.
const VERSION = { open: '<Version>', close: '</Version>' };
const MARKER = { open: '<DeleteMarker>', close: '</DeleteMarker>' };

interface Details {
  isLatest: boolean;
  modified: number;
  etag: string;
}

/** Of an entry, what a purge or a manifest wants to know and an emptying doesn't is read once it is asked for. */
class PageEntry implements Entry {
  readonly key: string;
  readonly versionId: string;
  readonly marker: boolean;
  readonly size: number;
  readonly #xml: string;
  readonly #from: number;
  readonly #end: number;
  #details: Details | undefined;

  constructor(xml: string, from: number, end: number, marker: boolean) {
    const fields = new Fields(xml, from, end);
    // In the order in which S3 writes them.
    this.key = decoded(plain(fields.take('<Key>')));
    this.versionId = plain(fields.take('<VersionId>')) || 'null';
    this.size = marker ? 0 : Number(fields.take('<Size>'));
    this.marker = marker;
    this.#xml = xml;
    this.#from = from;
    this.#end = end;
  }

  get isLatest(): boolean {
    return this.#read().isLatest;
  }

  get modified(): number {
    return this.#read().modified;
  }

  get etag(): string {
    return this.#read().etag;
  }

  #read(): Details {
    if (this.#details) return this.#details;
    const fields = new Fields(this.#xml, this.#from, this.#end);
    this.#details = {
      isLatest: fields.take('<IsLatest>') === 'true',
      modified: Date.parse(fields.take('<LastModified>')) || 0,
      etag: this.marker ? '' : unquoted(fields.take('<ETag>')),
    };
    return this.#details;
  }
}

/** Its quotes are mostly written as entities; without them there is nothing to be decoded. */
function unquoted(etag: string): string {
  const inner = etag.startsWith(QUOTE) && etag.endsWith(QUOTE) ? etag.slice(QUOTE.length, -QUOTE.length) : etag;
  return plain(inner).replaceAll('"', '');
}

const QUOTE = '&quot;';

/** Reads elements of an entry, that mostly stand in the order in which they are asked for. */
class Fields {
  readonly #xml: string;
  readonly #from: number;
  readonly #end: number;
  #at: number;

  constructor(xml: string, from: number, end: number) {
    this.#xml = xml;
    this.#from = from;
    this.#end = end;
    this.#at = from;
  }

  /** The text of an element that opens so, as it is written; '' where there is none. */
  take(open: string): string {
    const xml = this.#xml;
    let at = xml.indexOf(open, this.#at);
    if (at === -1 || at > this.#end) at = xml.slice(0, this.#end).indexOf(open, this.#from);
    if (at === -1) return '';
    const from = at + open.length;
    this.#at = xml.indexOf('<', from);
    return xml.slice(from, this.#at);
  }
}

function nextOf(xml: string): Behind | undefined {
  const key = decoded(elementOf(xml, 'NextKeyMarker'));
  if (elementOf(xml, 'IsTruncated') !== 'true' || key === '') return undefined;
  return { key, id: elementOf(xml, 'NextVersionIdMarker') || undefined };
}

/** As HTML forms encode: `+` for a blank (S3 API Reference, ListObjectVersions, `EncodingType`). */
export function decoded(key = ''): string {
  return /[%+]/.test(key) ? decodeURIComponent(key.replaceAll('+', '%20')) : key;
}
