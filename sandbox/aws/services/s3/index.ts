import type { Clock } from '../../../clock.ts';
import type { Service } from '../../service.ts';
import type { S3, VerifyMfa } from './access.ts';
import { bucketOperations } from './buckets.ts';
import { accessDenied } from './errors.ts';
import { listingOperations } from './listings.ts';
import { objectOperations } from './objects.ts';
import { S3Store } from './store.ts';

export type { VerifyMfa } from './access.ts';
export { S3Store } from './store.ts';

/**
 * The sandbox's S3: the service for the endpoint, and the store for whoever sets buckets up.
 * `verifyMfa` checks root's codes for MFA Delete; without it none is right.
 */
export function createS3(o: { clock: Clock; account: string; region: string; verifyMfa?: VerifyMfa }): {
  service: Service;
  store: S3Store;
} {
  const store = new S3Store(o);
  const verifyMfa: VerifyMfa =
    o.verifyMfa ??
    (() => {
      throw accessDenied('Mfa Authentication must be used for this request');
    });
  const s3: S3 = { store, account: o.account, verifyMfa };
  return {
    store,
    service: {
      name: 's3',
      protocol: 'restXml',
      operations: { ...bucketOperations(s3), ...listingOperations(s3), ...objectOperations(s3) },
    },
  };
}
