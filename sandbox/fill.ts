/** Fills a bucket with generated versions, as many clients over years would have: past permissions and the wire, so that a hundred thousand take a moment. */
import type { S3Store } from './aws/services/s3/index.ts';
import { HttpError } from './http.ts';

const MOST = 5_000_000;
const BODY = Buffer.from('generated');

/** The key of an object: in folders by its number's last digits, so that many prefixes hold some each. */
export const generatedKey = (at: number): string => `generated/${String(at % 100).padStart(2, '0')}/${String(at).padStart(9, '0')}`;

/**
 * @param asked `objects`: so many keys; `versions`: of each (1); `markers`: every so manieth key ends with a delete marker (0: none), where the bucket's
 * versioning is or was on
 * @returns how many versions and markers were written. Throws HttpError for what can't be.
 */
export function fill(s3: S3Store, asked: Record<string, unknown>): { versions: number; markers: number } {
  const { bucket, objects, versions = 1, markers = 0, ...others } = asked;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new HttpError(400, `there is no ${unknown} here; known: bucket, objects, versions, markers`);
  const found = typeof bucket === 'string' ? s3.find(bucket) : undefined;
  if (!found) throw new HttpError(404, `there is no bucket ${bucket}`);
  const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;
  if (!isCount(objects) || !isCount(versions) || !isCount(markers) || objects * versions > MOST) {
    throw new HttpError(400, `objects, versions and markers must be whole numbers, ${MOST} versions at most in all`);
  }
  const written = { versions: 0, markers: 0 };
  for (let at = 0; at < objects; at += 1) {
    const key = generatedKey(at);
    for (let version = 0; version < versions; version += 1) s3.putObject(found.name, key, BODY);
    written.versions += versions;
    if (markers > 0 && at % markers === 0 && s3.deleteObject(found.name, key)) written.markers += 1;
  }
  return written;
}
