/** Reads a page of ListObjectVersions as S3 writes it. The SDK's reader, made for any answer, takes ten times as long, and that is most of what emptying costs. */
import type { Behind, Entry, Page } from './listing.ts';

const ROOT = '</ListVersionsResult>';

/** Is it such a page, and all of it? */
export function isVersionPage(xml: string): boolean {
  return xml.trimEnd().endsWith(ROOT);
}

/**
 * The page's versions and markers, in the order in which they stand there, and where the next one begins. Elements are found by their names, in whatever order they
 * come: none of them has attributes, or another of the same name in it (S3 API Reference, ListObjectVersions, "Response Syntax"); keys are encoded as in URLs.
 */
export function versionPage(xml: string): Page<Entry> {
  const entries: Entry[] = [];
  let head = '';
  let from = 0;
  for (const { index, 0: all, 1: kind, 2: inner = '' } of xml.matchAll(ENTRY)) {
    entries.push(entryOf(inner, kind === 'DeleteMarker'));
    head += xml.slice(from, index);
    from = index + all.length;
  }
  return { entries, next: nextOf(head + xml.slice(from)) };
}

const ENTRY = /<(Version|DeleteMarker)>(.*?)<\/(?:Version|DeleteMarker)>/gs;

function entryOf(xml: string, marker: boolean): Entry {
  return {
    key: decoded(textOf(xml, 'Key')),
    versionId: textOf(xml, 'VersionId') || 'null',
    marker,
    isLatest: textOf(xml, 'IsLatest') === 'true',
    modified: Date.parse(textOf(xml, 'LastModified')) || 0,
    size: Number(textOf(xml, 'Size')),
    etag: textOf(xml, 'ETag').replaceAll('"', ''),
  };
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
  const text = xml.slice(from + open.length, xml.indexOf('<', from + open.length));
  return text.includes('&') ? text.replace(ENTITY, (_, name: string) => character(name)) : text;
}

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
