import type { Clock } from '../../../clock.ts';
import type { Service } from '../../service.ts';
import type { CheckRootsCode, S3 } from './access.ts';
import { controlService } from './access-points.ts';
import { BUCKET_ACTIONS, OBJECT_ACTIONS } from './actions.ts';
import { bucketOperations } from './buckets.ts';
import { deleteOperations } from './deletes.ts';
import { listingOperations } from './listings.ts';
import { lockOperations } from './locks.ts';
import { versioningOperations } from './mfa-delete.ts';
import { multipartOperations } from './multipart.ts';
import { objectOperations } from './objects.ts';
import { policyOperations } from './policies.ts';
import type { KnowsPrincipal } from './policy-document.ts';
import { settingOperations } from './settings.ts';
import { S3Store } from './store.ts';
import { tagOperations } from './tags.ts';

export type { CheckRootsCode } from './access.ts';
export type { KnowsPrincipal } from './policy-document.ts';
export { S3Store } from './store.ts';

/**
 * The sandbox's S3: its two services for the endpoint (S3, and of S3 Control the access points), and the store for whoever sets
 * buckets up.
 * `checkRootsCode` checks codes for MFA Delete; without it root has no device. `knowsPrincipal` says whether a user or role that
 * a bucket policy names is there; without it all are.
 */
export function createS3(o: {
  clock: Clock;
  account: string;
  region: string;
  checkRootsCode?: CheckRootsCode;
  knowsPrincipal?: KnowsPrincipal;
}): {
  service: Service;
  control: Service;
  store: S3Store;
} {
  const store = new S3Store(o);
  const s3: S3 = {
    store,
    account: o.account,
    checkRootsCode: o.checkRootsCode ?? (() => 'unable'),
    knowsPrincipal: o.knowsPrincipal ?? (() => true),
  };
  const operations = {
    ...bucketOperations(s3),
    ...listingOperations(s3),
    ...objectOperations(s3),
    ...deleteOperations(s3),
    ...multipartOperations(s3),
    ...policyOperations(s3),
    ...versioningOperations(s3),
    ...lockOperations(s3),
    ...settingOperations(s3),
    ...tagOperations(s3),
  };
  const service: Service = {
    name: 's3',
    protocol: 'restXml',
    actions: [...OBJECT_ACTIONS, ...BUCKET_ACTIONS, 'ListAllMyBuckets'],
    about: ({ Bucket, Key }) => (Bucket === undefined ? undefined : `arn:aws:s3:::${Bucket}${Key === undefined ? '' : `/${Key}`}`),
    operations,
  };
  return { store, service, control: controlService(s3) };
}
