import { FUNCTIONS, type FunctionName } from '../../src/domain/names.ts';
import { allowedBy, NOBODY_ALLOWS } from '../helpers/policies-http.ts';
import { roleArn } from '../helpers/policies-stack.ts';
import {
  ANSWER,
  type Asked,
  EMPTYING_ROLES,
  EXECUTION,
  emptyingBut,
  open,
  READS_AUDIT,
  type Rights,
  rows,
  S3,
  START,
  STS,
  seal,
  secret,
} from '../helpers/role-rights.ts';
import { stack } from '../helpers/shared-stack.ts';

beforeAll(async () => {
  const { flow, aws } = stack.sandbox;
  // A machine that is none of ours, and an execution of it.
  flow.createMachine({ name: 'other', roleArn: roleArn('machine'), definition: { StartAt: 'End', States: { End: { Type: 'Succeed' } } } });
  await flow.start('arn:aws:states:us-east-1:111122223333:stateMachine:other', { name: 'one' });
  aws.s3.createBucket({ name: 'guarded-one' });
  aws.secrets.create({ name: 'interlock/sandbox/approvers/mallory', value: 'not in the configuration' });
});

/** What each function's role allows, by statement, and what it denies that another's allows. */
const ROLES: Record<FunctionName, Rights> = {
  slack: {
    allows: {
      StartTheFlow: [START],
      AnswerTheFlow: [ANSWER],
      ReadSlackSecrets: [secret('slack/signing-secret'), secret('slack/bot-token')],
      RowsRequests: rows('requests', 'GetItem', 'PutItem', 'UpdateItem', 'BatchGetItem'),
      RequestsByRequester: [['dynamodb:Query', 'requests/byRequester']],
      RowsLocks: rows('locks', 'GetItem', 'UpdateItem', 'DeleteItem', 'Scan'),
      StopEmptying: rows('emptying stop:req-abcdefghij23', 'PutItem'),
      WriteAudit: rows('audit', 'PutItem'),
      Seal: seal('code', 'request'),
      Open: open('taskToken'),
    },
    denies: [
      ...rows('locks', 'PutItem'),
      ['states:StartExecution', 'other'],
      ['states:SendTaskFailure'],
      ['states:DescribeExecution', EXECUTION],
      ['states:GetExecutionHistory', EXECUTION],
      ['states:StopExecution', EXECUTION],
      ['states:ListExecutions', 'interlock-sandbox-deletion'],
      secret('approvers/alice'),
      ...rows('requests', 'DeleteItem', 'Scan', 'Query'),
      ...rows('attempts', 'GetItem', 'PutItem'),
      ...rows('approvers', 'GetItem', 'UpdateItem'),
      ...emptyingBut(),
      ...rows('emptying stop:req-abcdefghij23', 'GetItem', 'UpdateItem', 'DeleteItem'),
      ...READS_AUDIT,
      ...seal('taskToken', 'session', 'toldEnd', 'toldRefusal', 'other'),
      ...open('code', 'request', 'session', 'toldEnd', 'toldRefusal', 'other'),
      ...S3,
      ...STS,
    ],
  },
  inspect: {
    allows: {
      Open: open('request'),
      LookAtBuckets: [
        's3:GetBucketNotification',
        's3:GetBucketObjectLockConfiguration',
        's3:GetBucketPolicy',
        's3:GetBucketTagging',
        's3:GetBucketVersioning',
        's3:GetBucketWebsite',
        's3:GetEncryptionConfiguration',
        's3:GetLifecycleConfiguration',
        's3:GetReplicationConfiguration',
        's3:ListBucket',
        's3:ListBucketMultipartUploads',
        's3:ListBucketVersions',
      ].map((action): Asked => [action, 'team-site']),
      LookAtLocks: ['s3:GetObjectRetention', 's3:GetObjectLegalHold'].map((action): Asked => [action, 'team-site/index.html']),
      FindBuckets: [['s3:ListAllMyBuckets']],
    },
    denies: [
      ['s3:ListBucket', 'orphan'],
      ['s3:GetBucketPolicy', 'orphan'],
      ['s3:GetLifecycleConfiguration', 'orphan'],
      ['s3:GetEncryptionConfiguration', 'orphan'],
      ['s3:GetObject', 'team-site/index.html'],
      ['s3:PutObject', 'team-site/new'],
      ['s3:DeleteObject', 'team-site/index.html'],
      ['s3:DeleteObjectVersion', 'team-site/index.html'],
      ['s3:PutBucketPolicy', 'team-scratch'],
      ['s3:PutLifecycleConfiguration', 'team-scratch'],
      ['s3:DeleteBucket', 'team-scratch'],
      ...rows('requests', 'GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'),
      ...rows('locks', 'GetItem', 'DeleteItem'),
      ...rows('audit', 'PutItem'),
      ...READS_AUDIT,
      ...seal('request', 'code', 'taskToken', 'session', 'toldEnd', 'toldRefusal'),
      ...open('code', 'taskToken', 'session', 'toldEnd', 'toldRefusal'),
      secret('slack/bot-token'),
      START,
      ANSWER,
      ...STS,
    ],
  },
  askApprover: {
    allows: {
      Seal: seal('taskToken', 'toldRefusal'),
      Open: open('toldRefusal'),
      ReadSlackSecrets: [secret('slack/bot-token')],
      RowsRequests: rows('requests', 'GetItem', 'UpdateItem'),
      WriteAudit: rows('audit', 'PutItem'),
    },
    denies: [
      secret('slack/signing-secret'),
      secret('approvers/alice'),
      ...rows('requests', 'PutItem', 'DeleteItem'),
      ...rows('locks', 'GetItem', 'DeleteItem'),
      ...READS_AUDIT,
      ...seal('request', 'code', 'session', 'toldEnd'),
      ...open('request', 'taskToken', 'code', 'session', 'toldEnd'),
      START,
      ANSWER,
      ...S3,
      ...STS,
    ],
  },
  elevate: {
    allows: {
      Seal: seal('session'),
      Open: open('code'),
      // Beside it, DecryptApproversKeys: the value lies under the key SECRETS.
      ReadApproversKeys: [secret('approvers/alice'), secret('approvers/bob')],
      RowsAttempts: rows('attempts', 'GetItem', 'PutItem', 'UpdateItem'),
      RowsApprovers: rows('approvers', 'GetItem', 'UpdateItem'),
      WriteAudit: rows('audit', 'PutItem'),
    },
    denies: [
      secret('approvers/mallory'),
      secret('slack/bot-token'),
      secret('slack/signing-secret'),
      ['secretsmanager:PutSecretValue', 'approvers/alice'],
      ['kms:Decrypt', 'secrets SecretVersionId=1'],
      ...rows('requests', 'GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'),
      ...rows('attempts', 'DeleteItem', 'Query', 'Scan'),
      ...rows('approvers', 'PutItem', 'DeleteItem'),
      ...rows('locks', 'GetItem', 'DeleteItem'),
      ...READS_AUDIT,
      ...seal('code', 'request', 'taskToken', 'toldEnd', 'toldRefusal'),
      ...open('session', 'request', 'taskToken'),
      START,
      ANSWER,
      ...S3,
      ...STS,
    ],
  },
  ...EMPTYING_ROLES,
  deleteBucket: {
    allows: { Open: open('session'), WriteAudit: rows('audit', 'PutItem') },
    denies: [
      ...emptyingBut(),
      ...READS_AUDIT,
      ...rows('requests', 'GetItem', 'UpdateItem'),
      ...rows('locks', 'DeleteItem'),
      ...seal('session', 'code', 'toldEnd', 'toldRefusal'),
      ...open('code', 'request', 'taskToken', 'toldEnd'),
      secret('slack/bot-token'),
      secret('approvers/alice'),
      ['s3:ListBucketVersions', 'team-site'],
      ['s3:DeleteObjectVersion', 'team-site/index.html'],
      ANSWER,
      ...S3,
      ...STS,
    ],
  },
  changeGuard: {
    allows: {
      Open: open('session'),
      TakeTurns: rows('locks policy:team-site', 'PutItem', 'DeleteItem'),
      WriteAudit: rows('audit', 'PutItem'),
    },
    denies: [
      ...READS_AUDIT,
      ...rows('requests', 'GetItem', 'PutItem', 'UpdateItem'),
      ...rows('locks', 'PutItem', 'DeleteItem', 'GetItem', 'UpdateItem', 'Scan'),
      ...rows('locks policy:team-site', 'GetItem', 'UpdateItem'),
      ...seal('session', 'code', 'toldEnd', 'toldRefusal'),
      ...open('code', 'request', 'taskToken', 'toldEnd'),
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
  report: {
    allows: {
      Seal: seal('toldEnd', 'toldRefusal'),
      Open: open('toldEnd', 'toldRefusal'),
      ReadSlackSecrets: [secret('slack/bot-token')],
      RowsRequests: rows('requests', 'GetItem', 'UpdateItem'),
      RowsAttempts: rows('attempts', 'Query'),
      RowsLocks: rows('locks', 'DeleteItem'),
      StopEmptying: rows('emptying stop:req-abcdefghij23', 'PutItem'),
      RowsEmptying: rows('emptying', 'GetItem'),
      WriteAudit: rows('audit', 'PutItem'),
    },
    denies: [
      ...rows('attempts', 'PutItem', 'UpdateItem', 'Scan'),
      ...emptyingBut('GetItem'),
      ...rows('emptying stop:req-abcdefghij23', 'UpdateItem', 'DeleteItem'),
      secret('slack/signing-secret'),
      secret('approvers/alice'),
      ...rows('requests', 'PutItem', 'DeleteItem'),
      ...rows('locks', 'GetItem', 'PutItem', 'UpdateItem', 'Scan'),
      ...READS_AUDIT,
      ...seal('request', 'code', 'taskToken', 'session'),
      ...open('request', 'code', 'taskToken', 'session'),
      ['states:GetExecutionHistory', EXECUTION],
      START,
      ANSWER,
      ...S3,
      ...STS,
    ],
  },
  checkGuards: {
    allows: {
      LookAtGuards: ['s3:GetBucketPolicy', 's3:GetBucketVersioning', 's3:GetEncryptionConfiguration', 's3:GetLifecycleConfiguration'].map(
        (action): Asked => [action, 'guarded-one'],
      ),
      ListBuckets: [['s3:ListAllMyBuckets']],
      ReadSlackSecrets: [secret('slack/bot-token')],
      RowsGuards: rows('guards', 'Scan', 'PutItem', 'DeleteItem'),
    },
    denies: [
      ['s3:GetBucketPolicy', 'team-scratch'],
      ['s3:ListBucket', 'guarded-one'],
      ['s3:PutBucketPolicy', 'guarded-one'],
      ['s3:DeleteBucketPolicy', 'guarded-one'],
      ['s3:PutLifecycleConfiguration', 'guarded-one'],
      ['s3:DeleteBucket', 'guarded-one'],
      secret('slack/signing-secret'),
      secret('approvers/alice'),
      ...rows('guards', 'GetItem', 'UpdateItem'),
      ...rows('requests', 'GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'),
      ...rows('locks', 'PutItem', 'DeleteItem'),
      ...rows('audit', 'PutItem'),
      ...READS_AUDIT,
      ...seal('request', 'code', 'taskToken', 'session'),
      ...open('request', 'code', 'taskToken', 'session'),
      START,
      ANSWER,
      ...STS,
    ],
  },
};

/** The functions that have no business with the key SEAL. */
const UNSEALING: FunctionName[] = ['tellProgress', 'checkGuards'];

/** What refuses: nothing that allows it, or a statement of the key or of the secret for those that have no business with it at all. */
function refusal(name: FunctionName, action: string, on = ''): string {
  if (UNSEALING.includes(name) && on.startsWith('seal ')) return `denied by statement "NobodyElse" of the key's policy`;
  if (action === 'secretsmanager:GetSecretValue' && on === 'approvers/alice')
    return `denied by statement "ElevateAlone" of the secret's policy`;
  if (action === 'secretsmanager:GetSecretValue' && on.startsWith('slack/'))
    return `denied by statement "FunctionsAlone" of the secret's policy`;
  return NOBODY_ALLOWS;
}

describe.each(FUNCTIONS)("the role of %s, over HTTP with Lambda's own session", (name) => {
  const { allows, denies } = ROLES[name];

  it.each(Object.entries(allows))('allows by %s what its step calls', async (sid, calls) => {
    const { asks } = await stack.role(name);
    for (const [action, on] of calls) {
      const decision = await asks(action, on);
      const key = action.startsWith('kms:') ? `statement "${name[0]?.toUpperCase()}${name.slice(1)}${sid}s" of the key's policy and ` : '';
      expect([action, on, decision]).toEqual([action, on, allowedBy(sid).replace('by ', `by ${key}`)]);
    }
  });

  it('denies what is for others', async () => {
    const { asks } = await stack.role(name);
    for (const [action, on] of denies) expect([action, on, await asks(action, on)]).toEqual([action, on, refusal(name, action, on)]);
  });

  it('is nobody’s but Lambda’s', async () => {
    for (const caller of [stack.admin, await stack.role('elevate')]) expect(await caller.asks('sts:AssumeRole', name)).toBe(NOBODY_ALLOWS);
    await expect(stack.role(name, 'states.amazonaws.com')).rejects.toThrow('not authorized to perform: sts:AssumeRole');
  });
});
