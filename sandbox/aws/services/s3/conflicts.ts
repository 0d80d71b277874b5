import { forcedError } from '../../refusals.ts';
import type { Bucket } from './bucket.ts';

/** Throws OperationAborted where a change of the bucket is made to collide with another (`S3Store.conflict`). */
export function checkConflict(bucket: Bucket): void {
  if (bucket.conflicts === 0) return;
  bucket.conflicts -= 1;
  throw forcedError({ name: 's3', protocol: 'restXml' }, 'OperationAborted');
}
