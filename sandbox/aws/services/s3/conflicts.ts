import { AwsError } from '../../service.ts';
import type { Bucket } from './bucket.ts';

/** Throws OperationAborted where a change of the bucket is made to collide with another (`S3Store.conflict`). */
export function checkConflict(bucket: Bucket): void {
  if (bucket.conflicts === 0) return;
  bucket.conflicts -= 1;
  throw new AwsError(
    'OperationAborted',
    'A conflicting conditional operation is currently in progress against this resource. Please try again.',
    409,
  );
}
