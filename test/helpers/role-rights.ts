/** What roles may be asked for in tests of their policies, and what those who empty buckets may. */
import type { FunctionName } from '../../src/domain/names.ts';

/** A call by IAM's name for it, and what it is made on. */
export type Asked = [action: string, on?: string];

export const EXECUTION = 'arn:aws:states:us-east-1:111122223333:execution:other:one';
export const rows = (table: string, ...actions: string[]): Asked[] => actions.map((action) => [`dynamodb:${action}`, table]);
export const secret = (name: string): Asked => ['secretsmanager:GetSecretValue', name];
export const seal = (...purposes: string[]): Asked[] => purposes.map((purpose) => ['kms:GenerateDataKey', `seal purpose=${purpose}`]);
export const open = (...purposes: string[]): Asked[] => purposes.map((purpose) => ['kms:Decrypt', `seal purpose=${purpose}`]);
const ALL_ROWS = ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query', 'Scan', 'BatchWriteItem'];
/** All that may be done to the rows of an emptying but this. */
export const emptyingBut = (...actions: string[]): Asked[] => rows('emptying', ...ALL_ROWS.filter((action) => !actions.includes(action)));
export const READS_AUDIT = rows('audit', 'GetItem', 'UpdateItem', 'DeleteItem', 'Query', 'Scan');
export const START: Asked = ['states:StartExecution', 'interlock-sandbox-deletion'];
export const ANSWER: Asked = ['states:SendTaskSuccess'];
export const S3: Asked[] = [['s3:ListAllMyBuckets'], ['s3:ListBucket', 'team-site'], ['s3:DeleteBucket', 'team-scratch']];
export const STS: Asked[] = [['sts:AssumeRole', 'deletion']];

/** What a function's role allows, by statement, and what it denies that another's allows. */
export interface Rights {
  allows: Record<string, Asked[]>;
  denies: Asked[];
}

export const EMPTYING_ROLES: Record<Extract<FunctionName, 'holdWriters' | 'planEmptying' | 'emptyRange' | 'tellProgress'>, Rights> = {
  holdWriters: {
    allows: { Open: open('session'), TakeTurns: rows('locks policy:team-site', 'PutItem', 'DeleteItem') },
    denies: [
      ...rows('audit', 'PutItem'),
      ...READS_AUDIT,
      ...rows('requests', 'GetItem', 'PutItem', 'UpdateItem'),
      ...rows('locks', 'PutItem', 'DeleteItem', 'GetItem', 'UpdateItem', 'Scan'),
      ...rows('locks policy:team-site', 'GetItem', 'UpdateItem'),
      ...emptyingBut(),
      ...seal('session', 'code'),
      ...open('code', 'request', 'taskToken'),
      secret('slack/bot-token'),
      secret('approvers/alice'),
      ['s3:GetBucketPolicy', 'team-site'],
      ['s3:PutBucketPolicy', 'team-scratch'],
      ['s3:DeleteBucketPolicy', 'team-scratch'],
      ANSWER,
      ...S3,
      ...STS,
    ],
  },
  planEmptying: {
    allows: {
      Open: open('session'),
      RowsEmptying: rows('emptying', 'GetItem', 'Query', 'PutItem', 'BatchWriteItem'),
      WriteAudit: rows('audit', 'PutItem'),
    },
    denies: [
      ...emptyingBut('GetItem', 'Query', 'PutItem', 'BatchWriteItem'),
      ...READS_AUDIT,
      ...rows('requests', 'GetItem', 'UpdateItem'),
      ...rows('locks', 'PutItem', 'DeleteItem'),
      ...seal('session', 'code'),
      ...open('code', 'request', 'taskToken'),
      secret('slack/bot-token'),
      secret('approvers/alice'),
      ['s3:ListBucketVersions', 'team-site'],
      ['s3:ListBucketMultipartUploads', 'team-site'],
      START,
      ANSWER,
      ...S3,
      ...STS,
    ],
  },
  emptyRange: {
    allows: {
      Open: open('session'),
      RowsEmptying: rows('emptying', 'GetItem', 'UpdateItem'),
      StopEmptying: rows('emptying stop:req-abcdefghij23', 'PutItem'),
      WriteManifests: [['s3:PutObject', 'interlock-archive/manifests/req-abcdefghij23/0001-0000-x-000001.jsonl.gz']],
    },
    denies: [
      ['s3:PutObject', 'interlock-archive/elsewhere'],
      ['s3:PutObject', 'team-site/manifests/x'],
      ['s3:GetObject', 'interlock-archive/manifests/x'],
      ['s3:ListBucket', 'interlock-archive'],
      ['s3:DeleteObjectVersion', 'interlock-archive/manifests/x'],
      ...emptyingBut('GetItem', 'UpdateItem'),
      ...rows('audit', 'PutItem'),
      ...READS_AUDIT,
      ...rows('requests', 'GetItem', 'UpdateItem'),
      ...rows('locks', 'PutItem', 'DeleteItem'),
      ...seal('session', 'code'),
      ...open('code', 'request', 'taskToken'),
      secret('slack/bot-token'),
      secret('approvers/alice'),
      ['s3:ListBucketVersions', 'team-site'],
      ['s3:DeleteObject', 'team-site/index.html'],
      ['s3:DeleteObjectVersion', 'team-site/index.html'],
      ['s3:AbortMultipartUpload', 'team-site/index.html'],
      START,
      ANSWER,
      ...S3,
      ...STS,
    ],
  },
  tellProgress: {
    allows: {
      ReadSlackSecrets: [secret('slack/bot-token')],
      RowsRequests: rows('requests', 'GetItem', 'UpdateItem'),
      RowsEmptying: rows('emptying', 'Query'),
    },
    denies: [
      secret('slack/signing-secret'),
      secret('approvers/alice'),
      ...emptyingBut('Query'),
      ...rows('requests', 'PutItem', 'DeleteItem', 'Scan'),
      ...rows('locks', 'GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Scan'),
      ...rows('audit', 'PutItem'),
      ...READS_AUDIT,
      ...seal('request', 'code', 'taskToken', 'session'),
      ...open('request', 'code', 'taskToken', 'session'),
      ['s3:ListBucketVersions', 'team-site'],
      START,
      ANSWER,
      ...S3,
      ...STS,
    ],
  },
};
