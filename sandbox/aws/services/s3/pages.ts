import type { Bucket, Entry, Upload, Version } from './bucket.ts';
import { compareKeys, first, type SortedKeys } from './keys.ts';

/** Which part of a bucket a listing shows. */
export interface Range {
  prefix: string;
  /** Keys that hold it behind the prefix are shown as one common prefix; empty: none are. */
  delimiter: string;
  /** Keys up to here were shown before. */
  after: string;
  /** How many items and common prefixes the page may hold. */
  limit: number;
}

export interface Page<Item> {
  items: Item[];
  commonPrefixes: string[];
  /** The last item or common prefix of the page, when more follow. */
  next: Item | string | undefined;
}

export interface ListedVersion {
  key: string;
  version: Version;
  isLatest: boolean;
}

/** Objects as they are now: delete markers and what they hide are left out. */
export function listObjects(bucket: Bucket, range: Range): Page<{ key: string; version: Version }> {
  return page(
    bucket.objects,
    range,
    (entry) => {
      const version = entry.versions.at(-1);
      return version?.body ? [{ key: entry.key, version }] : [];
    },
    false,
  );
}

/**
 * Versions and delete markers, newest first within a key. With `versionIdMarker`, the page begins with what is older than
 * that version of the key `range.after`. The marker's version may be gone meanwhile; where that was the null version, whose
 * place is unknown then, all of the key's versions are shown rather than one missed.
 */
export function listVersions(bucket: Bucket, range: Range, versionIdMarker?: string): Page<ListedVersion> {
  const marker = versionIdMarker === undefined ? undefined : bucket.versionNumber(versionIdMarker);
  function* shown({ key, versions }: Entry): Generator<ListedVersion> {
    let at = versions.length - 1;
    if (marker !== undefined && key === range.after) {
      const number = marker === 'null' ? versions.find((version) => version.isNull)?.number : marker;
      if (number !== undefined) at = first(versions, (version) => version.number >= number) - 1;
    }
    for (; at >= 0; at -= 1) yield { key, version: versions[at] as Version, isLatest: at === versions.length - 1 };
  }
  return page(bucket.objects, range, shown, marker !== undefined);
}

/** Unfinished uploads, oldest first within a key; with `idMarker`, those of the key `range.after` behind that upload. */
export function listUploads(bucket: Bucket, range: Range, idMarker?: string): Page<Upload> {
  return page(
    bucket.uploads,
    range,
    ({ key, uploads }) => {
      const at = key === range.after ? uploads.findIndex((upload) => upload.id === idMarker) : -1;
      return uploads.slice(at + 1);
    },
    idMarker !== undefined,
  );
}

/** `inclusive`: the marker's own key may have more to show. */
function page<Keyed extends { readonly key: string }, Item>(
  keys: SortedKeys<Keyed>,
  range: Range,
  shown: (entry: Keyed) => Iterable<Item>,
  inclusive: boolean,
): Page<Item> {
  const result: Page<Item> = { items: [], commonPrefixes: [], next: undefined };
  let last: Item | string | undefined;
  for (const found of walk(keys, range, shown, inclusive)) {
    if (result.items.length + result.commonPrefixes.length >= range.limit) {
      result.next = last;
      break;
    }
    last = found.commonPrefix ?? found.item;
    if (found.commonPrefix !== undefined) result.commonPrefixes.push(found.commonPrefix);
    else result.items.push(found.item as Item);
  }
  return result;
}

function* walk<Keyed extends { readonly key: string }, Item>(
  keys: SortedKeys<Keyed>,
  { prefix, delimiter, after }: Range,
  shown: (entry: Keyed) => Iterable<Item>,
  inclusive: boolean,
): Generator<{ commonPrefix?: string; item?: Item }, undefined> {
  const cursor = keys.from((key) => {
    const behind = after === '' || compareKeys(key, after) > 0 || (inclusive && key === after);
    return behind && compareKeys(key, prefix) >= 0;
  });
  let found = cursor.next();
  while (!found.done && found.value.key.startsWith(prefix)) {
    const { key } = found.value;
    const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    if (at < 0) {
      for (const item of shown(found.value)) yield { item };
      found = cursor.next();
      continue;
    }
    const [any] = shown(found.value);
    if (any === undefined) {
      found = cursor.next();
      continue;
    }
    const commonPrefix = key.slice(0, at + delimiter.length);
    // A page that ended with this common prefix gave it as the marker.
    if (commonPrefix !== after) yield { commonPrefix };
    found = cursor.next((other) => compareKeys(other, commonPrefix) > 0 && !other.startsWith(commonPrefix));
  }
}
