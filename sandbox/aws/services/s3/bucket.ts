import { createHash } from 'node:crypto';
import type { ObjectLockConfiguration, ObjectLockRetention, PublicAccessBlockConfiguration, Tag } from '@aws-sdk/client-s3';
import { SortedKeys } from './keys.ts';
import { VersionIds } from './version-ids.ts';

/** What few versions have; apart, so that the many without it stay small. */
export interface VersionDetails {
  /** Headers that come back as they were sent: `ContentType`, `CacheControl`, `Metadata`, … as the SDK names them. */
  headers?: Record<string, unknown>;
  tags?: Tag[];
  retention?: ObjectLockRetention;
  legalHold?: 'ON' | 'OFF';
  /** `ChecksumCRC32`, … and `ChecksumType`. */
  checksums?: Record<string, string>;
}

/** One version of an object, or a delete marker (no body). A bucket may hold millions. */
export interface Version {
  /** Its place in the order in which the bucket's versions were written. */
  readonly number: number;
  /** Written while versioning was not enabled: its id is `null`, and a key has one such version at most. */
  readonly isNull: boolean;
  /** Seconds since 1970: S3 keeps no fractions. */
  readonly seconds: number;
  readonly body: Uint8Array | undefined;
  readonly etag: string;
  details: VersionDetails | undefined;
}

export interface Entry {
  readonly key: string;
  /** Oldest first, never empty. */
  versions: Version[];
}

export interface Upload {
  readonly id: string;
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly initiated: number;
  readonly initiator: string;
  readonly parts: Map<number, { body: Uint8Array; etag: string; seconds: number; checksums: Record<string, string> }>;
  readonly details: VersionDetails | undefined;
}

export interface AccessPoint {
  name: string;
  account: string;
  /** Milliseconds since 1970. */
  createdAt: number;
  vpc: string | undefined;
}

export const EMPTY = new Uint8Array(0);
const EMPTY_MD5 = 'd41d8cd98f00b204e9800998ecf8427e';

/** The ETag of a body sent in one piece: its MD5 (S3 API reference, "Object"). */
export function md5(body: Uint8Array): string {
  return body.length === 0 ? EMPTY_MD5 : createHash('md5').update(body).digest('hex');
}

/** A bucket: its settings and its versions. Knows nothing of permissions or of the wire. */
export class Bucket {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Moves when the policy or the lifecycle rules are edited; what regions other than us-east-1 show as the creation date. */
  changedAt: number;
  versioning: 'Enabled' | 'Suspended' | undefined;
  /** Undefined until it was first configured. */
  mfaDelete: boolean | undefined;
  /** Present where Object Lock is enabled. */
  objectLock: ObjectLockConfiguration | undefined;
  policy: { text: string; document: unknown } | undefined;
  requesterPays = false;
  /** User guide, "Blocking public access": all four are on in new buckets since April 2023. */
  publicAccessBlock: PublicAccessBlockConfiguration | undefined;
  /** How many of the next changes collide with another. */
  conflicts = 0;
  /** Further settings by the name of what sets them (`BucketTagging`), as they were sent. */
  readonly settings = new Map<string, unknown>();
  readonly accessPoints: AccessPoint[] = [];
  readonly objects = new SortedKeys<Entry>();
  readonly uploads = new SortedKeys<{ readonly key: string; uploads: Upload[] }>();
  /** How much is in it, kept as it is written and removed: a bucket may hold millions. */
  readonly tally = { versions: 0, markers: 0, bytes: 0 };
  readonly #ids = new VersionIds();
  #written = 0;

  constructor(o: { name: string; account: string; region: string; createdAt: number }) {
    this.name = o.name;
    this.account = o.account;
    this.region = o.region;
    this.createdAt = o.createdAt;
    this.changedAt = o.createdAt;
    this.publicAccessBlock = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true };
    this.settings.set('PublicAccessBlock', this.publicAccessBlock);
  }

  get arn(): string {
    return `arn:aws:s3:::${this.name}`;
  }

  versionId(version: Version): string {
    return version.isNull ? 'null' : this.#ids.encode(version.number);
  }

  /** The number behind a version id, `null` for the version that is called so; undefined for what is no id of this bucket. */
  versionNumber(versionId: string): number | 'null' | undefined {
    return versionId === 'null' ? 'null' : this.#ids.decode(versionId);
  }

  latest(key: string): Version | undefined {
    return this.objects.get(key)?.versions.at(-1);
  }

  /** The version of that id; undefined when there is none. */
  version(key: string, versionId: string): Version | undefined {
    const number = this.versionNumber(versionId);
    return this.objects.get(key)?.versions.findLast((v) => (number === 'null' ? v.isNull : !v.isNull && v.number === number));
  }

  /** Writes an object (`body`) or a delete marker (none), as the bucket's versioning has it. */
  put(key: string, now: number, body?: Uint8Array, details?: VersionDetails, etag?: string): Version {
    const version: Version = {
      number: ++this.#written,
      isNull: this.versioning !== 'Enabled',
      seconds: Math.floor(now / 1000),
      body,
      etag: etag ?? (body ? md5(body) : ''),
      details,
    };
    const entry = this.objects.getOrAdd(key, () => ({ key, versions: [] }));
    const kept = version.isNull ? entry.versions.filter((v) => !v.isNull) : entry.versions;
    if (kept.length < entry.versions.length) for (const v of entry.versions) if (v.isNull) this.#count(v, -1);
    this.#count(version, 1);
    // A new array of the exact length: pushing to a short one would reserve room for sixteen more.
    if (kept.length < 16) {
      entry.versions = kept.concat(version);
    } else {
      kept.push(version);
      entry.versions = kept;
    }
    return version;
  }

  /** Deletes without a version id: a delete marker where versions are kept, else the object itself. Returns the marker. */
  delete(key: string, now: number): Version | undefined {
    if (this.versioning) return this.put(key, now);
    for (const version of this.objects.get(key)?.versions ?? []) this.#count(version, -1);
    this.objects.delete(key);
    return undefined;
  }

  /** Removes one version or delete marker for good. */
  remove(key: string, version: Version): void {
    const entry = this.objects.get(key);
    const at = entry?.versions.lastIndexOf(version) ?? -1;
    if (!entry || at < 0) return;
    entry.versions.splice(at, 1);
    this.#count(version, -1);
    if (entry.versions.length === 0) this.objects.delete(key);
  }

  #count({ body }: Version, by: 1 | -1): void {
    if (body) this.tally.versions += by;
    else this.tally.markers += by;
    this.tally.bytes += by * (body?.length ?? 0);
  }
}
