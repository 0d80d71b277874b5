import type * as sdk from '@aws-sdk/client-s3';
import { CreateBucket$, DeleteBucket$, GetBucketLocation$, HeadBucket$, ListBuckets$ } from '@aws-sdk/client-s3';
import { AwsError, type Call, type Operation, type Service } from '../../service.ts';
import { accountOf, checkRegion, type Output, onBucket, question, reach, type S3 } from './access.ts';
import type { Bucket } from './bucket.ts';
import { checkConflict } from './conflicts.ts';
import { accessDenied, invalidArgument } from './errors.ts';
import { checkBucketName } from './names.ts';

/** Buckets themselves: made, found, listed, deleted. */
export function bucketOperations(s3: S3): Service['operations'] {
  return {
    CreateBucket: createBucket(s3),
    HeadBucket: onBucket<sdk.HeadBucketRequest, Output<sdk.HeadBucketOutput>>(s3, HeadBucket$, 'ListBucket', (bucket) => ({
      BucketRegion: bucket.region,
      BucketArn: bucket.arn,
      AccessPointAlias: false,
    })),
    ListBuckets: listBuckets(s3),
    GetBucketLocation: {
      schema: GetBucketLocation$,
      questions: (input: sdk.GetBucketLocationRequest, call: Call) => {
        // us-east-1 answers for every region; how clients find a bucket's region.
        if (call.region !== 'us-east-1') checkRegion(s3, input.Bucket ?? '', call);
        return [question(s3, 'GetBucketLocation', input.Bucket ?? '')];
      },
      run: (input: sdk.GetBucketLocationRequest, call: Call): Output<sdk.GetBucketLocationOutput> => {
        const { region } = reach(s3, input, call);
        // API reference, "GetBucketLocation": buckets in us-east-1 have a LocationConstraint of null.
        return region === 'us-east-1' ? {} : { LocationConstraint: region as sdk.BucketLocationConstraint };
      },
    },
    DeleteBucket: onBucket<sdk.DeleteBucketRequest, object>(s3, DeleteBucket$, 'DeleteBucket', (bucket) => {
      checkConflict(bucket);
      if (bucket.objects.size > 0) {
        const versions = bucket.versioning ? '. You must delete all versions in the bucket.' : '';
        throw new AwsError('BucketNotEmpty', `The bucket you tried to delete is not empty${versions}`, 409, { BucketName: bucket.name });
      }
      // Code and status as seen by clients: rebuy-de/aws-nuke#660, aws/aws-sdk-java-v2#2596.
      if (bucket.accessPoints.length > 0)
        throw new AwsError('BucketHasAccessPointsAttached', 'Bucket has access points attached and cannot be deleted.', 400);
      s3.store.deleteBucket(bucket.name);
      return {};
    }),
  };
}

function createBucket(s3: S3): Operation<sdk.CreateBucketRequest, Output<sdk.CreateBucketOutput>> {
  return {
    schema: CreateBucket$,
    questions: (input, call) => {
      const name = input.Bucket ?? '';
      checkBucketName(name, s3.account, call.region);
      const asks = ['CreateBucket'];
      if (input.ObjectLockEnabledForBucket) asks.push('PutBucketObjectLockConfiguration', 'PutBucketVersioning');
      if (input.ObjectOwnership) asks.push('PutBucketOwnershipControls');
      if (input.CreateBucketConfiguration?.Tags?.length) asks.push('TagResource');
      const context = { 's3:LocationConstraint': input.CreateBucketConfiguration?.LocationConstraint };
      // A bucket of that name that is there already has no say in who makes one.
      return asks.map((action) => ({
        ...question(s3, action, name, undefined, context),
        resourceAccount: s3.account,
        resourcePolicy: undefined,
      }));
    },
    run: (input, call) => {
      const name = input.Bucket ?? '';
      const account = accountOf(call.caller);
      if (account === undefined) throw accessDenied();
      const region = regionFor(input.CreateBucketConfiguration?.LocationConstraint, call);
      const there = s3.store.find(name);
      if (there) return again(there, account, region);
      const bucket = s3.store.createBucket({ name, region, account, objectLock: input.ObjectLockEnabledForBucket ?? false });
      if (input.ObjectOwnership) bucket.settings.set('BucketOwnershipControls', { Rules: [{ ObjectOwnership: input.ObjectOwnership }] });
      const tags = input.CreateBucketConfiguration?.Tags;
      if (tags?.length) bucket.settings.set('BucketTagging', { TagSet: tags });
      return { Location: region === 'us-east-1' ? `/${name}` : `http://${name}.s3.amazonaws.com/`, BucketArn: bucket.arn };
    },
  };
}

/** Where a new bucket goes: us-east-1 makes buckets for every region, the others for themselves alone. */
function regionFor(constraint: string | undefined, call: Call): string {
  if (constraint === undefined) {
    if (call.region === 'us-east-1') return call.region;
    throw incompatible('unspecified');
  }
  if (constraint === 'us-east-1' || !/^(EU|[a-z]{2}(-[a-z]+)+-\d)$/.test(constraint))
    throw new AwsError('InvalidLocationConstraint', 'The specified location-constraint is not valid', 400, {
      LocationConstraint: constraint,
    });
  const region = constraint === 'EU' ? 'eu-west-1' : constraint;
  if (call.region !== 'us-east-1' && call.region !== region) throw incompatible(constraint);
  return region;
}

function incompatible(constraint: string): AwsError {
  const message = `The ${constraint} location constraint is incompatible for the region specific endpoint this request was sent to.`;
  return new AwsError('IllegalLocationConstraintException', message, 400);
}

/** API reference, "CreateBucket" › "Errors": in us-east-1, making one's own bucket again succeeds; elsewhere it does not. */
function again(there: Bucket, account: string, region: string): Output<sdk.CreateBucketOutput> {
  if (there.account !== account)
    throw new AwsError(
      'BucketAlreadyExists',
      'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
      409,
      { BucketName: there.name },
    );
  if (there.region === 'us-east-1' && region === 'us-east-1') return { Location: `/${there.name}`, BucketArn: there.arn };
  throw new AwsError('BucketAlreadyOwnedByYou', 'Your previous request to create the named bucket succeeded and you already own it.', 409, {
    BucketName: there.name,
  });
}

function listBuckets(s3: S3): Operation<sdk.ListBucketsRequest, Output<sdk.ListBucketsOutput>> {
  return {
    schema: ListBuckets$,
    questions: () => [{ action: 's3:ListAllMyBuckets', resource: '*', resourceAccount: s3.account }],
    run: (input, call) => {
      const account = accountOf(call.caller);
      const limit = input.MaxBuckets ?? 10_000;
      if (limit < 1 || limit > 10_000)
        throw invalidArgument('max-buckets', String(limit), 'Argument max-buckets must be an integer between 1 and 10000');
      const after = input.ContinuationToken === undefined ? '' : readToken(input.ContinuationToken);
      const wanted = (b: Bucket) =>
        b.account === account &&
        b.name > after &&
        b.name.startsWith(input.Prefix ?? '') &&
        (input.BucketRegion === undefined || b.region === input.BucketRegion);
      const found = s3.store.list().filter(wanted);
      const shown = found.slice(0, limit);
      // API reference, "ListBuckets": the region stands in the answer of paginated requests and where one was asked for.
      const paged =
        input.MaxBuckets !== undefined ||
        input.ContinuationToken !== undefined ||
        input.BucketRegion !== undefined ||
        input.Prefix !== undefined;
      return {
        Buckets: shown.map((bucket) => ({
          Name: bucket.name,
          // API reference, "ListBuckets": the date can change when the bucket's policy is edited; only us-east-1 keeps the first.
          CreationDate: wholeSeconds(call.region === 'us-east-1' ? bucket.createdAt : bucket.changedAt),
          BucketArn: bucket.arn,
          ...(paged && { BucketRegion: bucket.region }),
        })),
        Owner: { ID: ownerId(account ?? '') },
        ...(found.length > limit && { ContinuationToken: writeToken(shown.at(-1)?.name ?? '') }),
        ...(input.Prefix !== undefined && { Prefix: input.Prefix }),
      };
    },
  };
}

/** The canonical user id of an account: 64 hexadecimal digits (S3 API reference, "Owner"). */
export function ownerId(account: string): string {
  return account.padStart(64, 'c0ffee');
}

export function wholeSeconds(milliseconds: number): Date {
  return new Date(Math.floor(milliseconds / 1000) * 1000);
}

/** A continuation token: opaque to clients, the last name or key shown. */
export function writeToken(last: string): string {
  return Buffer.from(`1${last}`).toString('base64');
}

/** What a continuation token continues after; throws InvalidArgument for what no listing gave. */
export function readToken(token: string): string {
  const text = Buffer.from(token, 'base64').toString();
  if (!text.startsWith('1') || writeToken(text.slice(1)) !== token)
    throw invalidArgument('continuation-token', token, 'The continuation token provided is incorrect');
  return text.slice(1);
}
