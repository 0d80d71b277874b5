import { CreateBucketCommand, HeadBucketCommand } from '@aws-sdk/client-s3';
import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type AuditEntry, brokenAt } from '../../src/domain/audit.ts';
import { stopSearched } from '../helpers/places.ts';
import { type Sandbox, startSandbox } from '../helpers/sandbox.ts';
import { approve, ask, channelMessage, textOf, waiting } from '../helpers/story.ts';

// Reports differ on what a role session carries after a code was given to AssumeRole; nothing may depend on which.
describe.each(['absent', 'false', 'true'])('a deletion, where aws:MultiFactorAuthPresent on role sessions is %s', (reading) => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ SANDBOX_ASSUME_ROLE_MFA: reading });
  });
  afterAll(() => stopSearched(sandbox));

  it.each([
    ['alice', 'role', 'assumed-role/interlock-sandbox-deletion/req-'],
    ['bob', 'user', 'user/interlock-bob'],
  ])('is done with the session of %s (session: %s), and everybody is told', async (approver, kind, principal) => {
    const bucket = `team-by-${approver}`;
    await sandbox.s3().send(new CreateBucketCommand({ Bucket: bucket }));
    const requestId = await ask(sandbox, bucket, { reason: 'the trial is over' });
    const shown = await waiting(sandbox, requestId);
    expect(textOf(shown)).toContain('the trial is over');
    expect(textOf(shown)).toContain('U0RIYA');

    const submitted = await approve(sandbox, requestId, bucket, approver);
    expect(submitted).toMatchObject({ status: 200, body: { response_action: 'update' } });
    expect(textOf(submitted.body)).toContain('hecking with AWS');

    const flow = await sandbox.ended(requestId);
    expect(flow.status).toBe('SUCCEEDED');
    expect(flow.states.map(({ name }) => name)).toEqual([
      'Begin',
      'Inspect',
      'WorthAsking?',
      'AskApprover',
      'Approved?',
      'CheckUnchanged',
      'Unchanged?',
      'Elevate',
      'SessionGiven?',
      'DeleteBucket',
      'ConcludeDeletion',
      'Report',
      'EndedWell?',
      'EndDone',
    ]);

    await expect(sandbox.s3().send(new HeadBucketCommand({ Bucket: bucket }))).rejects.toMatchObject({ name: 'NotFound' });
    const calls = await sandbox.calls();
    const deletions = calls.filter(({ action, resource }) => action === 's3:DeleteBucket' && resource.endsWith(`:${bucket}`));
    expect(deletions).toHaveLength(1);
    expect(deletions[0]).toMatchObject({ allowed: true, principal: expect.stringContaining(principal) });
    const codes = calls.filter(
      ({ action, principal: by }) => /AssumeRole|GetSessionToken/.test(action) && by.endsWith(`interlock-${approver}`),
    );
    expect(codes).toMatchObject([{ action: kind === 'role' ? 'sts:AssumeRole' : 'sts:GetSessionToken', allowed: true }]);

    const channel = await sandbox.seen('mallory', (view) => channelMessage(view, sandbox.slack.channel, requestId), 'the outcome');
    expect(textOf(channel)).toContain('deleted');
    expect(textOf(channel)).not.toContain('button');
    const riya = await sandbox.see('riya');
    expect(textOf(riya.messages.filter(({ thread_ts }) => thread_ts))).toContain('deleted');
    expect(textOf(riya.messages)).not.toContain('Cancel request');
    const approvers = await sandbox.see(approver);
    expect(textOf(approvers.messages)).toContain(`Your MFA code was just used for \`${bucket}\``);
    expect(textOf(approvers.modal)).toContain('deleted');
  });

  // The same whatever AWS says of MFA.
  const once = reading === 'absent' ? it : undefined;
  once?.('leaves a closed request, a freed lock and a whole chain of audit entries', async () => {
    const requestId = await ask(sandbox, 'team-scratch');
    await approve(sandbox, requestId, 'team-scratch', 'alice', '000000');
    await sandbox.seen('alice', ({ modal }) => textOf(modal).includes('AWS refused the code'), 'the refusal');
    await approve(sandbox, requestId, 'team-scratch', 'alice');
    await sandbox.ended(requestId);

    const { Item: row } = await sandbox.db().send(new GetCommand({ TableName: 'interlock-sandbox-requests', Key: { requestId } }));
    expect(row).toMatchObject({ state: 'closed', outcome: 'deleted', closedBy: 'U0ALICE', requester: 'U0RIYA', bucket: 'team-scratch' });
    expect(row).not.toHaveProperty('sealedToken');
    const { Item: lock } = await sandbox
      .db()
      .send(new GetCommand({ TableName: 'interlock-sandbox-locks', Key: { bucket: 'team-scratch' } }));
    expect(lock).toBeUndefined();

    const { Items } = await sandbox.db().send(
      new QueryCommand({
        TableName: 'interlock-sandbox-audit',
        KeyConditionExpression: 'requestId = :id',
        ExpressionAttributeValues: { ':id': requestId },
      }),
    );
    const chain = Items as AuditEntry[];
    expect(chain.map(({ entry }) => entry)).toEqual([
      '000-asked',
      '001-1-asked',
      '001-2-approved',
      '001-3-askAgain',
      '002-1-asked',
      '002-2-approved',
      '002-3-session',
      '002-4-deleting',
      '002-5-deleted',
      '999-closed',
    ]);
    expect(brokenAt(chain)).toBeUndefined();
  });
});
