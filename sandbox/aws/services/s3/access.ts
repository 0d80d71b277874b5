import type { MfaVerdict } from '../../mfa.ts';
import type { Call, Operation, Question } from '../../service.ts';
import type { Bucket } from './bucket.ts';
import { accessDenied, invalidArgument, permanentRedirect } from './errors.ts';
import type { KnowsPrincipal } from './policy-document.ts';
import type { S3Store } from './store.ts';

/** Spends a code of one of root's devices for MFA Delete, and says what comes of it. */
export type CheckRootsCode = (serial: string, code: string) => MfaVerdict;

/** What the operations work with. */
export interface S3 {
  store: S3Store;
  account: string;
  checkRootsCode: CheckRootsCode;
  knowsPrincipal: KnowsPrincipal;
}

/** Members that most inputs have. */
interface Addressed {
  Bucket?: string | undefined;
  Key?: string | undefined;
  ExpectedBucketOwner?: string | undefined;
}

/**
 * A question to IAM about a bucket, or about an object in it. Actions and resources: service authorization reference, "Actions,
 * resources, and condition keys for Amazon S3". A bucket that isn't there has no policy; that it isn't is said when the operation runs.
 */
export function question(s3: S3, action: string, bucket: string, key?: string, context: Record<string, string | undefined> = {}): Question {
  const found = s3.store.find(bucket);
  const known = Object.entries(context).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    action: `s3:${action}`,
    resource: key === undefined ? `arn:aws:s3:::${bucket}` : `arn:aws:s3:::${bucket}/${key}`,
    resourceAccount: found?.account ?? s3.account,
    ...(known.length > 0 && { context: Object.fromEntries(known) }),
    ...(found?.policy !== undefined && { resourcePolicy: found.policy.document, resourcePolicyKind: 'bucket' as const }),
  };
}

/** Sends a caller away whose call is signed for another region than the bucket's. */
export function checkRegion(s3: S3, bucket: string, call: Call): void {
  const found = s3.store.find(bucket);
  if (found && found.region !== call.region) throw permanentRedirect(bucket, found.region);
}

/** The bucket that an allowed call names; throws NoSuchBucket, or AccessDenied where it isn't the expected owner's or the requester has to pay. */
export function reach(s3: S3, input: Addressed, call: Call): Bucket {
  const bucket = s3.store.get(input.Bucket ?? '');
  if (input.ExpectedBucketOwner !== undefined) {
    if (!/^\d{12}$/.test(input.ExpectedBucketOwner))
      throw invalidArgument(
        'x-amz-expected-bucket-owner',
        input.ExpectedBucketOwner,
        'The value of the expected bucket owner parameter must be an AWS account ID',
      );
    if (input.ExpectedBucketOwner !== bucket.account) throw accessDenied();
  }
  // S3 user guide, "Using Requester Pays": who isn't the owner says so with every request, or gets a 403.
  const paysThemselves = accountOf(call.caller) === bucket.account || call.headers['x-amz-request-payer'] === 'requester';
  if (bucket.requesterPays && !paysThemselves) throw accessDenied();
  return bucket;
}

/** The account that a caller belongs to; undefined for anonymous callers and for services. */
export function accountOf(caller: Call['caller']): string | undefined {
  return 'account' in caller ? caller.account : undefined;
}

/** Members of AWS's outputs without what the SDK adds to them. */
export type Output<T> = Omit<T, '$metadata'>;

/** An operation on a bucket that asks for one action on it. */
export function onBucket<Input extends Addressed, Out>(
  s3: S3,
  schema: unknown,
  action: string,
  run: (bucket: Bucket, input: Input, call: Call) => Out | Promise<Out>,
  context: (input: Input) => Record<string, string | undefined> = () => ({}),
): Operation<Input, Out> {
  return {
    schema,
    questions: (input, call) => {
      checkRegion(s3, input.Bucket ?? '', call);
      return [question(s3, action, input.Bucket ?? '', undefined, context(input))];
    },
    run: (input, call) => run(reach(s3, input, call), input, call),
  };
}

/** An operation on an object; `asks` says what it takes, by the input. */
export function onObject<Input extends Addressed, Out>(
  s3: S3,
  schema: unknown,
  asks: (input: Input) => string[],
  run: (bucket: Bucket, key: string, input: Input, call: Call) => Out | Promise<Out>,
  context: (input: Input) => Record<string, string | undefined> = () => ({}),
): Operation<Input, Out> {
  return {
    schema,
    questions: (input, call) => {
      checkRegion(s3, input.Bucket ?? '', call);
      return asks(input).map((action) => question(s3, action, input.Bucket ?? '', input.Key ?? '', context(input)));
    },
    run: (input, call) => run(reach(s3, input, call), input.Key ?? '', input, call),
  };
}
