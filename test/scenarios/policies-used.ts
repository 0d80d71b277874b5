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
    return allows.flatMap(({ Sid, Action }) => [Action].flat().map((action) => `${nameOf(Properties.RoleName)} ${Sid} ${action}`));
  });
}

const nameOf = (role: string) => role.replace('interlock-sandbox-', '');
const roleOf = ({ principal }: Call) => /:assumed-role\/interlock-sandbox-(\w+)\//.exec(principal)?.[1];

function used(): Right[] {
  const rights = calls.flatMap((call) => {
    const sid = /statement "(\w+)" of policy "interlock"/.exec(call.decidedBy)?.[1];
    return roleOf(call) ? [`${roleOf(call)} ${sid} ${call.action}`] : [];
  });
  return [...new Set(rights)];
}

/** Rights that no call in the log shows, each with why. */
const UNSEEN: [RegExp, string][] = [
  [/ WriteLog /, 'the sandbox keeps the output of functions itself'],
  [/^elevate DecryptApproversKeys /, 'asked within GetSecretValue, which is what the log tells'],
  [/^askApprover Open kms:Decrypt$/, 'where it is run again after it told that a code was refused'],
  [/^deletion \w+ s3:(ListBucketMultipartUploads|DeleteObjectVersion|AbortMultipartUpload)$/, 'for emptying'],
  [/^deletion \w+ s3:ListBucketVersions$/, 'a rehearsal of alice, and emptying'],
];

describe('what the product calls', () => {
  it('is allowed to its roles, call by call', () => {
    // But for the wrong code, and for the failures that were ordered above.
    const refused = calls.filter(
      ({ allowed, errorCode }) => !allowed && errorCode !== 'InternalFailure' && errorCode !== 'DisabledException',
    );
    expect(refused).toMatchObject([{ action: 'sts:AssumeRole', principal: expect.stringContaining(':user/interlock-alice') }]);
    expect(new Set(calls.flatMap((call) => roleOf(call) ?? []))).toEqual(
      new Set([
        'slack',
        'inspect',
        'askApprover',
        'elevate',
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
    const codes = calls.filter(({ action }) => /^sts:(AssumeRole|GetSessionToken)$/.test(action));
    const people = codes.filter(({ principal }) => principal.includes(':user/')).map(({ principal, allowed }) => `${principal} ${allowed}`);
    expect(people).toEqual([
      'arn:aws:iam::111122223333:user/interlock-alice false',
      'arn:aws:iam::111122223333:user/interlock-alice true',
      'arn:aws:iam::111122223333:user/interlock-alice true',
      'arn:aws:iam::111122223333:user/interlock-alice true',
      'arn:aws:iam::111122223333:user/interlock-bob true',
    ]);
  });
});

describeDeletions('true', () => sandbox);
