import { CreateBucketCommand, HeadBucketCommand } from '@aws-sdk/client-s3';
import type { Sandbox } from '../helpers/sandbox.ts';
import { approve, ask, channelMessage, textOf, waiting } from '../helpers/story.ts';

/**
 * The main job, in a sandbox that a test file has anyway. Reports differ on what a role session carries after a code was given to AssumeRole, and
 * nothing may depend on which: some files' sandboxes say one thing, others another.
 */
export function describeDeletions(reading: 'absent' | 'false' | 'true', sandbox: () => Sandbox): void {
  describe(`a deletion, where aws:MultiFactorAuthPresent on role sessions is ${reading}`, () => {
    it.each([
      ['alice', 'role', 'assumed-role/interlock-sandbox-deletion/req-'],
      ['bob', 'user', 'user/interlock-bob'],
    ])('is done with the session of %s (session: %s), and everybody is told', async (approver, kind, principal) => {
      const bucket = `team-by-${approver}`;
      await sandbox()
        .s3()
        .send(new CreateBucketCommand({ Bucket: bucket }));
      const earlier = (await sandbox().calls()).length;
      const requestId = await ask(sandbox(), bucket, { reason: 'the trial is over' });
      const shown = await waiting(sandbox(), requestId);
      expect(textOf(shown)).toContain('the trial is over');
      expect(textOf(shown)).toContain('U0RIYA');

      const submitted = await approve(sandbox(), requestId, bucket, approver);
      expect(submitted).toMatchObject({ status: 200, body: { response_action: 'update' } });
      expect(textOf(submitted.body)).toContain('hecking with AWS');

      const flow = await sandbox().ended(requestId);
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
        'Deleted?',
        'WorkDone?',
        'ConcludeWork',
        'Report',
        'EndedWell?',
        'EndDone',
      ]);

      await expect(
        sandbox()
          .s3()
          .send(new HeadBucketCommand({ Bucket: bucket })),
      ).rejects.toMatchObject({ name: 'NotFound' });
      const calls = (await sandbox().calls()).slice(earlier);
      const deletions = calls.filter(({ action, resource }) => action === 's3:DeleteBucket' && resource.endsWith(`:${bucket}`));
      expect(deletions).toHaveLength(1);
      expect(deletions[0]).toMatchObject({ allowed: true, principal: expect.stringContaining(principal) });
      const codes = calls.filter(
        ({ action, principal: by }) => /AssumeRole|GetSessionToken/.test(action) && by.endsWith(`interlock-${approver}`),
      );
      expect(codes).toMatchObject([{ action: kind === 'role' ? 'sts:AssumeRole' : 'sts:GetSessionToken', allowed: true }]);

      const channel = await sandbox().seen('mallory', (view) => channelMessage(view, sandbox().slack.channel, requestId), 'the outcome');
      expect(textOf(channel)).toContain('deleted');
      expect(textOf(channel)).not.toContain('button');
      const riya = await sandbox().see('riya');
      expect(textOf(riya.messages.filter(({ thread_ts }) => thread_ts))).toContain('deleted');
      expect(textOf(riya.messages.filter((message) => textOf(message).includes(bucket)))).not.toContain('Cancel request');
      const approvers = await sandbox().see(approver);
      expect(textOf(approvers.messages)).toContain(`Your MFA code was just used for \`${bucket}\``);
      expect(textOf(approvers.modal)).toContain('deleted');
    });
  });
}
