import { createHash } from 'node:crypto';
import type * as sdk from '@aws-sdk/client-s3-control';
import { CreateAccessPoint$, DeleteAccessPoint$, GetAccessPoint$, ListAccessPoints$ } from '@aws-sdk/client-s3-control';
import { AwsError, type Call, type Operation, type Question, type Service } from '../../service.ts';
import { accountOf, type Output, type S3 } from './access.ts';
import type { AccessPoint, Bucket } from './bucket.ts';
import { readToken, wholeSeconds, writeToken } from './buckets.ts';
import { accessDenied, invalidRequest, noSuchBucket } from './errors.ts';

/** S3 Control's part of S3: access points, which keep a bucket from being deleted. Same signing name, paths of its own. */
export function controlService(s3: S3): Service {
  return {
    name: 's3',
    protocol: 'restXml',
    pathPrefix: '/v20180820/',
    xmlNamespace: 'http://awss3control.amazonaws.com/doc/2018-08-20/',
    operations: {
      CreateAccessPoint: createAccessPoint(s3),
      DeleteAccessPoint: {
        schema: DeleteAccessPoint$,
        questions: (input: sdk.DeleteAccessPointRequest, call) => [question('DeleteAccessPoint', input, call)],
        run: (input: sdk.DeleteAccessPointRequest, call): object => {
          const { bucket, point } = find(s3, input, call);
          bucket.accessPoints.splice(bucket.accessPoints.indexOf(point), 1);
          return {};
        },
      },
      GetAccessPoint: {
        schema: GetAccessPoint$,
        questions: (input: sdk.GetAccessPointRequest, call) => [question('GetAccessPoint', input, call)],
        run: (input: sdk.GetAccessPointRequest, call): Output<sdk.GetAccessPointResult> => {
          const { bucket, point } = find(s3, input, call);
          return { ...shown(bucket, point), CreationDate: wholeSeconds(point.createdAt) };
        },
      },
      ListAccessPoints: {
        schema: ListAccessPoints$,
        questions: (input: sdk.ListAccessPointsRequest, call) => [
          { ...question('ListAccessPoints', { AccountId: input.AccountId }, call), resource: '*' },
        ],
        run: (input: sdk.ListAccessPointsRequest, call) => listAccessPoints(s3, input, call),
      },
    },
  };
}

function createAccessPoint(s3: S3): Operation<sdk.CreateAccessPointRequest, Output<sdk.CreateAccessPointResult>> {
  return {
    schema: CreateAccessPoint$,
    questions: (input, call) => [question('CreateAccessPoint', input, call)],
    run: (input, call) => {
      const name = input.Name ?? '';
      // User guide, "Access points naming rules": 3 to 50 lower-case letters, digits and hyphens.
      if (!/^[a-z0-9][a-z0-9-]{1,48}[a-z0-9]$/.test(name) || name.endsWith('-s3alias'))
        throw invalidRequest('The access point name is not valid');
      const bucket = s3.store.find(input.Bucket ?? '');
      if (!bucket || bucket.region !== call.region) throw noSuchBucket(input.Bucket ?? '');
      if (all(s3, call).some(({ point }) => point.name === name))
        throw new AwsError(
          'AccessPointAlreadyOwnedByYou',
          'Your previous request to create the named accesspoint succeeded and you already own it.',
          409,
        );
      const account = accountOf(call.caller) ?? s3.account;
      if (bucket.account !== (input.BucketAccountId ?? account)) throw accessDenied();
      const point: AccessPoint = { name, account, createdAt: call.now, vpc: input.VpcConfiguration?.VpcId };
      bucket.accessPoints.push(point);
      const { AccessPointArn, Alias } = shown(bucket, point);
      return { AccessPointArn, Alias };
    },
  };
}

function listAccessPoints(s3: S3, input: sdk.ListAccessPointsRequest, call: Call): Output<sdk.ListAccessPointsResult> {
  const limit = input.MaxResults ?? 1000;
  if (limit < 1 || limit > 1000) throw invalidRequest('MaxResults must be between 1 and 1000');
  const after = input.NextToken === undefined ? '' : readToken(input.NextToken);
  const found = all(s3, call)
    .filter(({ bucket, point }) => (input.Bucket === undefined || bucket.name === input.Bucket) && point.name > after)
    .sort((a, b) => (a.point.name < b.point.name ? -1 : 1));
  const page = found.slice(0, limit);
  return {
    AccessPointList: page.map(({ bucket, point }) => shown(bucket, point)),
    ...(found.length > page.length && { NextToken: writeToken(page.at(-1)?.point.name ?? '') }),
  };
}

interface Found {
  bucket: Bucket;
  point: AccessPoint;
}

/** The caller's access points in the call's region. */
function all(s3: S3, call: Call): Found[] {
  const here = s3.store.list().filter((bucket) => bucket.region === call.region);
  return here.flatMap((bucket) =>
    bucket.accessPoints.filter(({ account }) => account === accountOf(call.caller)).map((point) => ({ bucket, point })),
  );
}

function find(s3: S3, input: { Name?: string | undefined }, call: Call): Found {
  const found = all(s3, call).find(({ point }) => point.name === input.Name);
  if (!found)
    throw new AwsError('NoSuchAccessPoint', 'The specified accesspoint does not exist', 404, { AccessPointName: input.Name ?? '' });
  return found;
}

/** Throws where the account in the header is missing or isn't the caller's. */
function question(action: string, input: { AccountId?: string | undefined; Name?: string | undefined }, call: Call): Question {
  if (input.AccountId === undefined) throw invalidRequest('Missing required header for this request: x-amz-account-id');
  if (input.AccountId !== accountOf(call.caller)) throw accessDenied();
  return {
    action: `s3:${action}`,
    resource: `arn:aws:s3:${call.region}:${input.AccountId}:accesspoint/${input.Name ?? ''}`,
    resourceAccount: input.AccountId,
  };
}

function shown(bucket: Bucket, point: AccessPoint): sdk.AccessPoint {
  // User guide, "Access point aliases": the name, 34 characters and `-s3alias`.
  const unique = createHash('sha256').update(`${point.account}/${point.name}`).digest('hex').slice(0, 34);
  return {
    Name: point.name,
    Bucket: bucket.name,
    BucketAccountId: bucket.account,
    NetworkOrigin: point.vpc === undefined ? 'Internet' : 'VPC',
    ...(point.vpc !== undefined && { VpcConfiguration: { VpcId: point.vpc } }),
    AccessPointArn: `arn:aws:s3:${bucket.region}:${point.account}:accesspoint/${point.name}`,
    Alias: `${point.name.slice(0, 20)}-${unique}-s3alias`,
  };
}
