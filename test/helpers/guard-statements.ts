/** Statements of others, as they stand in buckets' policies: each in any of the forms that AWS reads alike. */
import fc from 'fast-check';
import type { AnyStatement, BucketPolicy } from '../../src/domain/bucket-policy.ts';
import { readPolicy } from '../../src/domain/bucket-policy.ts';
import { BUCKET } from './guard-callers.ts';
import { ACCOUNT } from './sandbox-aws.ts';
import { codePoint } from './text.ts';

/** Alone, or in a list. */
const oneOrList = (item: fc.Arbitrary<string>): fc.Arbitrary<unknown> => fc.oneof(item, fc.array(item, { minLength: 1, maxLength: 3 }));

const principal = fc.constantFrom('*', ACCOUNT, `arn:aws:iam::${ACCOUNT}:root`, `arn:aws:iam::${ACCOUNT}:user/admin`, '444455556666');
const condition = fc.constantFrom(
  {},
  { Bool: { 'aws:SecureTransport': false } },
  { bool: { 'AWS:securetransport': ['false'] } },
  { StringEquals: { 'aws:PrincipalAccount': [ACCOUNT] } },
  { NumericLessThan: { 's3:TlsVersion': 1.2 } },
);

/** A statement that isn't the guard's; Sids are absent, equal, or any text. */
export const foreign: fc.Arbitrary<AnyStatement> = fc
  .record(
    {
      Sid: fc.oneof(fc.constantFrom('DenyHttp', 'a', ''), fc.string({ unit: codePoint, maxLength: 5 })),
      Effect: fc.constantFrom('Allow', 'Deny'),
      Principal: fc.oneof(
        fc.constant('*'),
        oneOrList(principal).map((AWS) => ({ AWS })),
      ),
      Action: oneOrList(fc.constantFrom('s3:*', 's3:GetObject', 'S3:getobject', 's3:List*', 's3:PutObject', 's3:DeleteBucket')),
      Resource: oneOrList(fc.constantFrom(`arn:aws:s3:::${BUCKET}`, `arn:aws:s3:::${BUCKET}/*`, `arn:aws:s3:::${BUCKET}/logs/*`)),
      Condition: condition,
    },
    { requiredKeys: ['Effect', 'Principal', 'Action', 'Resource'] },
  )
  .map((statement) => ({ ...statement }));

/** A policy of others' statements: one alone or a list, of either version or none, with an Id or none. */
export const foreignPolicy: fc.Arbitrary<BucketPolicy> = fc
  .record(
    {
      Version: fc.constantFrom('2012-10-17', '2008-10-17'),
      Id: fc.constantFrom('Policy1', 'of others'),
      Statement: fc.oneof(foreign, fc.array(foreign, { minLength: 1, maxLength: 4 })),
    },
    { requiredKeys: ['Statement'] },
  )
  .map((document) => policyOf(document));

/** A policy from its document; throws where it is none. */
export function policyOf(document: unknown): BucketPolicy {
  const read = readPolicy(JSON.stringify(document));
  if (!read.ok) throw new Error(read.why);
  return read.policy;
}
