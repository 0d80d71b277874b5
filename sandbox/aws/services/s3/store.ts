import type { Clock } from '../../../clock.ts';
import { Bucket, EMPTY, type VersionDetails } from './bucket.ts';
import { noSuchBucket } from './errors.ts';

/**
 * The buckets of all accounts and regions: bucket names are one namespace (S3 user guide, "General purpose buckets overview"). Its
 * methods set things up for the sandbox and for tests, past permissions and policies; clients come through the operations.
 */
export class S3Store {
  readonly #clock: Clock;
  readonly #account: string;
  readonly #region: string;
  readonly #buckets = new Map<string, Bucket>();

  constructor(o: { clock: Clock; account: string; region: string }) {
    this.#clock = o.clock;
    this.#account = o.account;
    this.#region = o.region;
  }

  /** A new bucket, of the sandbox's own account and region unless told otherwise. Throws when the name is taken. */
  createBucket(o: { name: string; region?: string; account?: string; versioning?: 'Enabled' | 'Suspended'; objectLock?: boolean }): Bucket {
    if (this.#buckets.has(o.name)) throw new Error(`a bucket named ${o.name} is already there`);
    const bucket = new Bucket({
      name: o.name,
      account: o.account ?? this.#account,
      region: o.region ?? this.#region,
      createdAt: this.#clock.now(),
    });
    bucket.versioning = o.objectLock ? 'Enabled' : o.versioning;
    if (o.objectLock) bucket.objectLock = { ObjectLockEnabled: 'Enabled' };
    this.#buckets.set(o.name, bucket);
    return bucket;
  }

  find(name: string): Bucket | undefined {
    return this.#buckets.get(name);
  }

  /** The bucket of that name; throws NoSuchBucket. */
  get(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (!bucket) throw noSuchBucket(name);
    return bucket;
  }

  /** All buckets, by name. */
  list(): Bucket[] {
    return [...this.#buckets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Takes the bucket away with all that it holds. */
  deleteBucket(name: string): void {
    this.#buckets.delete(name);
  }

  /** Writes an object; returns its version id. */
  putObject(bucket: string, key: string, body: Uint8Array | string = EMPTY, details?: VersionDetails): string {
    const found = this.get(bucket);
    return found.versionId(found.put(key, this.#clock.now(), typeof body === 'string' ? Buffer.from(body) : body, details));
  }

  /** Deletes an object as a client without a version id would; returns the delete marker's version id, where there is one. */
  deleteObject(bucket: string, key: string): string | undefined {
    const found = this.get(bucket);
    const marker = found.delete(key, this.#clock.now());
    return marker && found.versionId(marker);
  }

  setVersioning(bucket: string, status: 'Enabled' | 'Suspended'): void {
    this.get(bucket).versioning = status;
  }

  /** Sets the policy as it is given, unchecked; `undefined` takes it away. */
  setPolicy(bucket: string, document: unknown): void {
    this.get(bucket).policy = document === undefined ? undefined : { text: JSON.stringify(document), document };
  }

  /** Sets the bucket's tags, those that only AWS may set (`aws:cloudformation:stack-name`) included. */
  setTags(bucket: string, tags: Record<string, string>): void {
    const TagSet = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    this.get(bucket).settings.set('BucketTagging', { TagSet });
  }

  /** Puts an access point on the bucket, the owner's or another account's (S3 User Guide, "Creating cross-account access points"). */
  createAccessPoint(bucket: string, name: string, account = this.get(bucket).account): void {
    const found = this.get(bucket);
    found.accessPoints.push({ name, account, createdAt: this.#clock.now(), vpc: undefined });
  }

  /** Makes the next changes of the bucket itself or of its policy answer 409 OperationAborted, so many times. */
  conflict(bucket: string, times: number): void {
    this.get(bucket).conflicts = times;
  }
}
