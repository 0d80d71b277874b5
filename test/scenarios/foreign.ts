import { CreateBucketCommand, DeleteBucketCommand, HeadBucketCommand, ListBucketsCommand } from '@aws-sdk/client-s3';
import { sandbox } from '../helpers/shared.ts';
import { approve, ask, refusalOf, waiting } from '../helpers/story.ts';

describe('a bucket of another account', () => {
  const Bucket = 'team-elsewhere';

  it('is there, and nobody here sees more of it than that', async () => {
    const { Buckets } = await sandbox.s3().send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).toContain('team-logs');
    expect(Buckets?.map(({ Name }) => Name)).not.toContain(Bucket);
    for (const profile of ['admin', 'root']) {
      const s3 = sandbox.s3(sandbox.keysOf(profile));
      await expect(s3.send(new HeadBucketCommand({ Bucket }))).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
      await expect(s3.send(new DeleteBucketCommand({ Bucket }))).rejects.toMatchObject({ name: 'AccessDenied' });
      await expect(s3.send(new CreateBucketCommand({ Bucket }))).rejects.toMatchObject({ name: 'BucketAlreadyExists' });
    }
  });

  it('is refused with whom to ask, and no approver is bothered', async () => {
    const before = (await sandbox.see('alice')).messages.length;
    expect(await refusalOf(sandbox, Bucket)).toContain('belongs to another account than 111122223333: ask its owner to do it there');
    expect(JSON.stringify((await sandbox.see('alice')).messages.slice(before))).not.toContain('Approve with MFA code');
  });
});

describe('a bucket that S3 is busy with', () => {
  it('(409 OperationAborted, twice) is deleted all the same, once, with one code', async () => {
    const Bucket = 'team-busy';
    await sandbox.s3().send(new CreateBucketCommand({ Bucket }));
    const requestId = await ask(sandbox, Bucket);
    await waiting(sandbox, requestId);
    const before = (await sandbox.calls()).length;
    await sandbox.fault({ target: 's3:DeleteBucket', kind: 'error', error: 'OperationAborted', times: 2 });
    await approve(sandbox, requestId, Bucket, 'alice');
    const { status, states } = await sandbox.ended(requestId);
    expect(status).toBe('SUCCEEDED');
    // S3 did nothing: there is no bucket to look for.
    expect(states.map(({ name }) => name)).not.toContain('CheckDeleted');
    const calls = (await sandbox.calls()).slice(before);
    const deletions = calls.filter(({ action, resource }) => action === 's3:DeleteBucket' && resource === `arn:aws:s3:::${Bucket}`);
    expect(deletions.map(({ errorCode = 'done' }) => errorCode)).toEqual(['OperationAborted', 'OperationAborted', 'done']);
    const codes = calls.filter(({ action, principal }) => action === 'sts:AssumeRole' && principal.endsWith('interlock-alice'));
    expect(codes).toHaveLength(1);
    await expect(sandbox.s3().send(new HeadBucketCommand({ Bucket }))).rejects.toMatchObject({ name: 'NotFound' });
  });
});
