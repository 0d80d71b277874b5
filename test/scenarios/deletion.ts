import { CreateBucketCommand, DeleteObjectCommand, HeadBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type AuditEntry, brokenAt } from '../../src/domain/audit.ts';
import { describeDeletions } from '../helpers/deletions.ts';
import { sandbox } from '../helpers/shared.ts';
import { approve, ask, textOf, waiting } from '../helpers/story.ts';

describeDeletions('absent', () => sandbox);

describe('a bucket that Object Lock’s governance retention keeps until tomorrow', () => {
  it('is refused with the date, and goes where its bypass is asked for, which the approver reads', async () => {
    const Bucket = 'locked-ledger';
    const s3 = sandbox.s3();
    const day = new Date((await sandbox.now()) + 86_400_000);
    await s3.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
    const kept = { Bucket, Body: 'x', ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: day } as const;
    for (const Key of ['a', 'a', 'b']) await s3.send(new PutObjectCommand({ ...kept, Key }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'b' }));
    const until = `3 versions are under governance retention, the last until ${day.toISOString().slice(0, 10)}`;

    await sandbox.ended(await ask(sandbox, Bucket, { empty: true }));
    expect(textOf(await sandbox.glance('riya'))).toContain(`${until}. Ask again then; or ask again with “Bypass governance retention”.`);

    const requestId = await ask(sandbox, Bucket, { empty: true, bypass: true });
    expect(textOf(await waiting(sandbox, requestId))).toContain(`${until}: the session may bypass governance retention`);
    await approve(sandbox, requestId, Bucket, 'alice');
    await sandbox.ended(requestId);
    expect(textOf(await sandbox.glance('riya'))).toContain('It held 3 versions and 1 delete marker.');
    await expect(s3.send(new HeadBucketCommand({ Bucket }))).rejects.toMatchObject({ name: 'NotFound' });
  });
});

describe('a deletion with a wrong code on the way', () => {
  it('leaves a closed request, a freed lock and a whole chain of audit entries', async () => {
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
      '999-closed-deleted',
    ]);
    expect(brokenAt(chain)).toBeUndefined();
  });
});
