import * as policies from '../src/domain/policies.ts';
import { ACCOUNT, type Asked, configWith, KEYS, STAGE, stackOf } from './helpers/policies.ts';

const config = configWith([
  { buckets: 'guarded-*', approvers: ['alice'], guard: 'required' },
  { buckets: 'team-*', approvers: ['alice'] },
]);
const stack = stackOf(config);

const row = (action: string, name: string): Asked => ({
  action: `dynamodb:${action}`,
  resource: `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/interlock-sandbox-${name}`,
});
const s3 = (action: string, bucket: string, resourceAccount = ACCOUNT): Asked => ({
  action: `s3:${action}`,
  resource: `arn:aws:s3:::${bucket}`,
  resourceAccount,
});
const secret = (name: string): Asked => ({
  action: 'secretsmanager:GetSecretValue',
  resource: `arn:aws:secretsmanager:us-east-1:${ACCOUNT}:secret:interlock/sandbox/${name}-AbCdEf`,
});

describe('the role of checkGuards', () => {
  it.each<Asked>([
    ...['GetBucketPolicy', 'GetBucketVersioning', 'GetEncryptionConfiguration', 'GetLifecycleConfiguration'].map((action) =>
      s3(action, 'guarded-a'),
    ),
    { action: 's3:ListAllMyBuckets', resource: '*' },
    secret('slack/bot-token'),
    ...['Scan', 'PutItem', 'DeleteItem'].map((action) => row(action, 'guards')),
  ])('may $action on $resource', async (asked) => {
    expect(await stack.may(stack.role('checkGuards'), asked)).toBe(true);
  });

  it.each<Asked>([
    s3('GetBucketPolicy', 'team-a'),
    s3('GetBucketPolicy', 'guarded-a', '444455556666'),
    s3('PutBucketPolicy', 'guarded-a'),
    s3('ListBucket', 'guarded-a'),
    secret('slack/signing-secret'),
    row('GetItem', 'requests'),
    row('DeleteItem', 'locks'),
    row('PutItem', 'audit'),
    { action: 'states:SendTaskSuccess', resource: '*' },
  ])('may not $action on $resource', async (asked) => {
    expect(await stack.may(stack.role('checkGuards'), asked)).toBe(false);
  });

  it('has no right in S3 where no rule asks for a guard', () => {
    const unwatched = configWith([{ buckets: 'team-*', approvers: ['alice'] }]);
    const { Statement } = policies.functionPolicy('checkGuards', unwatched, { stage: STAGE, keys: KEYS });
    expect(Statement.map(({ Sid }) => Sid)).toEqual(['WriteLog', 'ReadSlackSecrets', 'RowsGuards']);
  });
});
