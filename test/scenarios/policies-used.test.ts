import { CreateBucketCommand, DeleteBucketCommand } from '@aws-sdk/client-s3';
import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { describeDeletions } from '../helpers/deletions.ts';
import { packagedTemplate } from '../helpers/packaged.ts';
import { stopSearched } from '../helpers/places.ts';
import { type Call, type Sandbox, startSandbox } from '../helpers/sandbox.ts';
import { approve, ask, dayPasses, openModal, textOf, waiting } from '../helpers/story.ts';

const EXECUTION = 'arn:aws:states:us-east-1:111122223333:execution:interlock-sandbox-deletion';

let sandbox: Sandbox;
let calls: Call[];

/** All that the product does, in one sandbox: what its roles may is held against what they did. */
beforeAll(async () => {
  sandbox = await startSandbox({ SANDBOX_ASSUME_ROLE_MFA: 'true' });
  await deletes();
  await guards();
  await rehearses();
  await rejects();
  await looks();
  await cancels();
  await isAborted();
  await checks();
  calls = await sandbox.calls();
});
afterAll(() => stopSearched(sandbox));

async function asked(bucket: string, more: Parameters<typeof ask>[2] = {}): Promise<string> {
  await sandbox.s3().send(new CreateBucketCommand({ Bucket: bucket }));
  return ask(sandbox, bucket, more);
}

/** With a code that AWS refuses before; \`elevate\` dies once after its work, and is run again. */
async function deletes(): Promise<void> {
  const requestId = await asked('team-deleted');
  await approve(sandbox, requestId, 'team-deleted', 'alice', '000000');
  await sandbox.seen('alice', ({ modal }) => textOf(modal).includes('AWS refused the code'), 'the refusal');
  await sandbox.fault({ target: 'elevate', times: 1, kind: 'crash-after' });
  await approve(sandbox, requestId, 'team-deleted', 'alice');
  await sandbox.ended(requestId);
}

/** Puts a guard on, and takes it off again: nothing else stands in the policy, which goes with it. */
async function guards(): Promise<void> {
  await sandbox.s3().send(new CreateBucketCommand({ Bucket: 'team-guarded' }));
  for (const guard of ['Put the hardened guard on', 'Take the guard off']) {
    const requestId = await ask(sandbox, 'team-guarded', { guard });
    await approve(sandbox, requestId, 'team-guarded', 'alice');
    await sandbox.ended(requestId);
  }
}

async function rehearses(): Promise<void> {
  const requestId = await asked('team-rehearsed', { rehearse: true });
  await approve(sandbox, requestId, 'team-rehearsed', 'bob');
  await sandbox.ended(requestId);
}

async function rejects(): Promise<void> {
  const requestId = await asked('team-rejected');
  const { ts } = await waiting(sandbox, requestId);
  await sandbox.act('bob', { click: 'Reject', ts });
  await sandbox.act('bob', { submit: { Reason: 'still needed' } });
  await sandbox.ended(requestId);
}

/** For a bucket that isn't there; and where what is open stands. */
async function looks(): Promise<void> {
  await sandbox.ended(await ask(sandbox, 'team-nowhere'));
  await sandbox.act('riya', { command: '/delete-bucket', text: 'status' });
  await sandbox.act('alice', { home: true });
}

/** Asked for once more meanwhile. */
async function cancels(): Promise<void> {
  const requestId = await asked('team-cancelled');
  await waiting(sandbox, requestId);
  await openModal(sandbox, 'mallory', { command: '/delete-bucket', text: 'team-cancelled' });
  await sandbox.act('mallory', { submit: { Reason: 'me too' } });
  await sandbox.act('alice', { home: true });
  await sandbox.act('riya', { click: 'Cancel request' });
  await sandbox.ended(requestId);
}

/** KMS fails at first, before the flow is to be started; then it starts, and somebody stops it. */
async function isAborted(): Promise<void> {
  await sandbox.s3().send(new CreateBucketCommand({ Bucket: 'team-aborted' }));
  // An error that the SDK doesn't try again.
  await sandbox.fault({ target: 'kms:GenerateDataKey', times: 1, kind: 'error', error: 'DisabledException' });
  await openModal(sandbox, 'riya', { command: '/delete-bucket', text: 'team-aborted' });
  await sandbox.act('riya', { submit: { Reason: 'not needed' } });
  await sandbox.fault({ clear: true });
  const requestId = await ask(sandbox, 'team-aborted');
  await waiting(sandbox, requestId);
  await sandbox.sfn().send(new StopExecutionCommand({ executionArn: `${EXECUTION}:${requestId}` }));
  await sandbox.seen('riya', ({ messages }) => textOf(messages).includes('stopped'), 'that it was aborted');
}

/** A bucket that has to be guarded and isn't, until it is gone. */
async function checks(): Promise<void> {
  await sandbox.s3().send(new CreateBucketCommand({ Bucket: 'guarded-bare' }));
  await dayPasses(sandbox);
  await sandbox.s3().send(new DeleteBucketCommand({ Bucket: 'guarded-bare' }));
  await dayPasses(sandbox);
}

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
