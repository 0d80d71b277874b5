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
  const fields = new Fields(xml);
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
    entries.push(entryOf(fields.within(at, end), isMarker));
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

function entryOf(fields: Fields, marker: boolean): Entry {
  // In the order in which S3 writes them.
  const key = decoded(plain(fields.take('<Key>')));
  const versionId = plain(fields.take('<VersionId>')) || 'null';
  const isLatest = fields.take('<IsLatest>') === 'true';
  const modified = Date.parse(fields.take('<LastModified>')) || 0;
  const etag = marker ? '' : unquoted(fields.take('<ETag>'));
  return { key, versionId, marker, isLatest, modified, size: marker ? 0 : Number(fields.take('<Size>')), etag };
}

/** Its quotes are mostly written as entities; without them there is nothing to be decoded. */
function unquoted(etag: string): string {
  const inner = etag.startsWith(QUOTE) && etag.endsWith(QUOTE) ? etag.slice(QUOTE.length, -QUOTE.length) : etag;
  return plain(inner).replaceAll('"', '');
}

const QUOTE = '&quot;';

/** Reads elements of an entry, that mostly stand in the order in which they are asked for. */
class Fields {
  private readonly xml: string;
  private from = 0;
  private end = 0;
  private at = 0;

  constructor(xml: string) {
    this.xml = xml;
  }

  within(from: number, end: number): this {
    [this.from, this.end, this.at] = [from, end, from];
    return this;
  }

  /** The text of an element that opens so, as it is written; '' where there is none. */
  take(open: string): string {
    const { xml, end } = this;
    let at = xml.indexOf(open, this.at);
    if (at === -1 || at > end) at = xml.slice(0, end).indexOf(open, this.from);
    if (at === -1) return '';
    const from = at + open.length;
    this.at = xml.indexOf('<', from);
    return xml.slice(from, this.at);
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
