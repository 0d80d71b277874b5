import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { type AuditEntry, brokenAt } from '../../src/domain/audit.ts';
import { describeDeletions } from '../helpers/deletions.ts';
import { packagedTemplate } from '../helpers/packaged.ts';
import type { Call } from '../helpers/sandbox.ts';
import { calls, sandbox } from '../helpers/shared-story.ts';

/** What was granted, or used, as \`<role> <statement> <action>\`. */
type Right = string;

/** All that the packaged template allows what works with its roles. */
function granted(): Right[] {
  const roles = Object.values(packagedTemplate().Resources).filter(({ Type }) => Type === 'AWS::IAM::Role');
  return roles.flatMap(({ Properties }) => {
    const statements = Properties.Policies[0].PolicyDocument.Statement as { Sid: string; Effect: string; Action: string | string[] }[];
    const allows = statements.filter(({ Effect }) => Effect === 'Allow');
    return allows.flatMap(({ Sid, Action }) => [Action].flat().map((action) => `${nameOf(Properties.RoleName)} ${sidOf(Sid)} ${action}`));
  });
}

const nameOf = (role: string) => role.replace('interlock-sandbox-', '');
/** What the deletion role may, it may by some rule. */
const sidOf = (sid: string | undefined) => sid?.replace(/^Rules?\d.*/, 'Rule');
const roleOf = ({ principal }: Call) => /:assumed-role\/interlock-sandbox-(\w+)\//.exec(principal)?.[1];

function used(): Right[] {
  const rights = calls.flatMap((call) => {
    const sid = /statement "(\w+)" of policy "interlock"/.exec(call.decidedBy)?.[1];
    return roleOf(call) ? [`${roleOf(call)} ${sidOf(sid)} ${call.action}`] : [];
  });
  return [...new Set(rights)];
}

/** Rights that no call in the log shows, each with why. */
const UNSEEN: [RegExp, string][] = [
  [/ WriteLog /, 'the sandbox keeps the output of functions itself'],
  [/^elevate DecryptApproversKeys /, 'asked within GetSecretValue, which is what the log tells'],
  [/^askApprover Open kms:Decrypt$/, 'where it is run again after it told that a code was refused'],
  [/^report RowsEmptying /, 'where an emptying ends without a word of its flow, which an operator’s abort in scenarios/emptying does'],
  [/^deletion Rule s3:BypassGovernanceRetention$/, 'where an approver said yes to it, which scenarios/whole does'],
  [/^machine (StartStretches|LookAtStretches|StopStretches) /, 'the sandbox runs a Distributed Map within its execution'],
];

describe('what the product calls', () => {
  it('is allowed to its roles, call by call', () => {
    // But for the wrong code, and for the failures that were ordered above.
    const ordered = ['InternalFailure', 'DisabledException', 'SlowDown'].map((error) => `refused before IAM was asked: ${error}`);
    const refused = calls.filter(
      ({ allowed, decidedBy, action }) =>
        !allowed &&
        !ordered.includes(decidedBy) &&
        `${action} ${decidedBy}` !== 's3:DeleteObjects refused before IAM was asked: Access Denied',
    );
    expect(refused).toMatchObject([{ action: 'sts:AssumeRole', principal: expect.stringContaining(':user/interlock-alice') }]);
    expect(new Set(calls.flatMap((call) => roleOf(call) ?? []))).toEqual(
      new Set([
        'slack',
        'inspect',
        'askApprover',
        'elevate',
        'holdWriters',
        'planEmptying',
        'emptyRange',
        'tellProgress',
        'deleteBucket',
        'changeGuard',
        'report',
        'checkGuards',
        'machine',
        'deletion',
      ]),
    );
  });

  it('is all that its roles may: no right is there that nothing uses', () => {
    const unused = granted().filter((right) => !used().includes(right));
    expect(unused.filter((right) => !UNSEEN.some(([pattern]) => pattern.test(right)))).toEqual([]);
  });

  it('is done to buckets with an approver’s session alone, never with a function’s own role', () => {
    const writes = calls.filter(
      ({ action, resource }) => /^s3:(?!Get|List)/.test(action) && /team-(deleted|rehearsed|guarded)$/.test(resource),
    );
    const ours = writes.filter(({ action }) => action !== 's3:CreateBucket');
    expect(ours).toMatchObject(
      ['s3:DeleteBucket', 's3:PutBucketPolicy', 's3:DeleteBucketPolicy'].map((action) => ({
        action,
        allowed: true,
        sourceIdentity: 'interlock-alice',
      })),
    );
    expect(ours.map(roleOf)).toEqual(['deletion', 'deletion', 'deletion']);
    const emptying = (bucket: string) => [
      ...new Set(
        calls
          .filter(({ action, resource, allowed }) => allowed && /^s3:(?!Get|List)/.test(action) && resource.includes(`:${bucket}`))
          .filter((call) => roleOf(call) !== undefined)
          .map((call) => `${roleOf(call)} ${call.sourceIdentity} ${call.action}`),
      ),
    ];
    const alices = (...actions: string[]) => actions.map((action) => `deletion interlock-alice s3:${action}`);
    expect(emptying('team-emptied')).toEqual(alices('PutBucketPolicy', 'DeleteObjectVersion', 'AbortMultipartUpload', 'DeleteBucket'));
    // Others may write again.
    expect(emptying('team-stopped')).toEqual(alices('PutBucketPolicy', 'DeleteBucketPolicy'));
    const codes = calls.filter(({ action }) => /^sts:(AssumeRole|GetSessionToken)$/.test(action));
    const people = codes.filter(({ principal }) => principal.includes(':user/')).map(({ principal, allowed }) => `${principal} ${allowed}`);
    expect(people).toEqual([
      'arn:aws:iam::111122223333:user/interlock-alice false',
      'arn:aws:iam::111122223333:user/interlock-alice true',
      'arn:aws:iam::111122223333:user/interlock-alice true',
      'arn:aws:iam::111122223333:user/interlock-alice true',
      'arn:aws:iam::111122223333:user/interlock-alice true',
      'arn:aws:iam::111122223333:user/interlock-alice true',
      'arn:aws:iam::111122223333:user/interlock-bob true',
    ]);
  });
});

describe('the trail of an emptying', () => {
  it.each([
    [
      'was deleted afterwards',
      'team-emptied',
      ['4-emptying-0001', '4-emptying-0002', '4-emptying-0002-4-deleting', '4-emptying-0002-5-deleted'],
      'deleted',
    ],
    ['somebody stopped', 'team-stopped', ['4-emptying-0001', '4-emptying-0002'], 'stopped'],
  ])('that %s is whole, entry by entry', async (_, bucket, steps, end) => {
    const { Items } = await sandbox.db().send(new ScanCommand({ TableName: 'interlock-sandbox-audit' }));
    const asked = (Items as AuditEntry[]).find(({ entry, what }) => entry === '000-asked' && what.bucket === bucket);
    const chain = (Items as AuditEntry[])
      .filter(({ requestId }) => requestId === asked?.requestId)
      .sort((one, other) => (one.entry < other.entry ? -1 : 1));
    expect(brokenAt(chain)).toBeUndefined();
    const names = ['000-asked', ...['1-asked', '2-approved', '3-session', ...steps].map((name) => `001-${name}`), `999-closed-${end}`];
    expect(chain.map(({ entry }) => entry)).toEqual(names);
  });
});

describeDeletions('true', () => sandbox);
